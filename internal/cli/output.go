package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/sightglass/sightglass/internal/client"
)

// raw prints an answer as JSON when the output asks for that, and tells whether it did. list says that the answer is a list, whose
// items jsonl writes one a line.
func (a *app) raw(answer json.RawMessage, list bool) (done bool, err error) {
	switch a.format {
	case "json":
		var b bytes.Buffer
		if err := json.Indent(&b, bytes.TrimSpace(answer), "", "  "); err != nil {
			return true, fmt.Errorf("the answer is no JSON: %w", err)
		}
		a.say("%s", b.String())
		return true, nil
	case "jsonl":
		if !list {
			return true, a.line(answer)
		}
		var l struct {
			Items []json.RawMessage `json:"items"`
		}
		if err := json.Unmarshal(answer, &l); err != nil {
			return true, fmt.Errorf("the answer is no list: %w", err)
		}
		for _, item := range l.Items {
			if err := a.line(item); err != nil {
				return true, err
			}
		}
		return true, nil
	}
	return false, nil
}

// line prints one JSON object on one line.
func (a *app) line(object json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Compact(&b, object); err != nil {
		return fmt.Errorf("the answer is no JSON: %w", err)
	}
	a.say("%s", b.String())
	return nil
}

// screen is how many rows of a table fit a terminal beside its head, what stands around it and the prompt.
func (a *app) screen(around int) int {
	if !a.Terminal || a.Height <= 0 {
		return 0
	}
	return max(5, a.Height-around-5)
}

// more says that rows were left out and how to see them.
func (a *app) more(left int, how string) {
	if left > 0 {
		a.say("%s", a.paint(dim, fmt.Sprintf("… %d more: %s", left, how)))
	}
}

// link ends an answer with the address of the same view: below it on a terminal, beside it otherwise.
func (a *app) link(c *client.Client, path, fragment string) {
	address := c.Link(path, fragment)
	if a.Terminal {
		a.say("\n%s", a.paint(dim, address))
		return
	}
	a.hint("%s", address)
}
