// Package agentjar carries the Java agent inside the binary, so that one download holds both halves and they fit each other.
//
// The jar is built by make agent into this folder. A binary built with the tag agent carries it; without the tag, as in a
// plain go build of a fresh clone, Bytes says how to get one.
package agentjar

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Name is the file name of the agent, as Flink's configuration refers to it.
const Name = "sightglass-agent.jar"

// ErrAbsent says that this binary was built without the agent.
var ErrAbsent = errors.New("this binary carries no agent: build it with make build, which builds the agent first")

// Write puts the agent at path: whole or not at all, and untouched when the same bytes are there already, so that a running
// Flink never sees half a jar. changed says whether the file is another than before.
func Write(path string) (changed bool, err error) {
	jar, err := Bytes()
	if err != nil {
		return false, err
	}
	if old, err := os.ReadFile(path); err == nil && string(old) == string(jar) {
		return false, nil
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return false, fmt.Errorf("making the folder of the agent: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".sightglass-agent-*.jar")
	if err != nil {
		return false, fmt.Errorf("writing the agent: %w", err)
	}
	defer os.Remove(tmp.Name()) // after the rename there is nothing left to remove
	if _, err = tmp.Write(jar); err == nil {
		err = tmp.Chmod(0o644) // Flink may run as another user
	}
	if err == nil {
		err = tmp.Sync()
	}
	if closed := tmp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return false, fmt.Errorf("writing the agent to %s: %w", path, err)
	}
	return true, nil
}
