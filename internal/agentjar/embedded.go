//go:build agent && !noagent

package agentjar

import _ "embed"

//go:embed sightglass-agent.jar
var jar []byte

// Bytes is the agent. The caller must not change it. Errors: ErrAbsent.
func Bytes() ([]byte, error) { return jar, nil }
