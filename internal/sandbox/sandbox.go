// Package sandbox bounds what a process may do before it becomes another program: which files it may read and write, and the one
// port that it may connect to. Nothing of it needs rights of an administrator. On Linux it is Landlock, with a filter of system calls
// for sockets that Landlock does not bound; elsewhere there is none.
package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
)

// ErrNone says that this machine offers no sandbox; its text says why.
var ErrNone = errors.New("no sandbox")

// Bounds of a process. Paths are absolute; what lies below a folder is meant too. A path that is not there bounds nothing.
type Bounds struct {
	Run   []string `json:"run,omitempty"`   // read and start
	Read  []string `json:"read,omitempty"`  // read
	Write []string `json:"write,omitempty"` // read and write
	Port  int      `json:"port,omitempty"`  // of TCP that may be connected to; 0 = none
	CPU   int      `json:"cpu,omitempty"`   // seconds of processor time, of all threads; 0 = no limit
}

// Verb is the hidden verb of the binary that takes what Command gives.
const Verb = "replay-exec"

// Command is a command line that starts self, which bounds itself and then becomes command.
func Command(self string, b Bounds, command []string) ([]string, error) {
	text, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("bounds of a sandbox: %w", err)
	}
	return append([]string{self, Verb, string(text)}, command...), nil
}

// Enter is the other side of Command: args is what follows the verb. It returns only when it failed.
func Enter(args, env []string) error {
	if len(args) < 2 {
		return errors.New("bounds and a command are wanted")
	}
	var b Bounds
	if err := json.Unmarshal([]byte(args[0]), &b); err != nil {
		return fmt.Errorf("bounds of a sandbox: %w", err)
	}
	return enter(b, args[1:], env)
}
