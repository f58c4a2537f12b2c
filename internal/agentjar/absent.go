//go:build !agent || noagent

package agentjar

// Bytes is the agent. The caller must not change it. Errors: ErrAbsent.
func Bytes() ([]byte, error) { return nil, ErrAbsent }
