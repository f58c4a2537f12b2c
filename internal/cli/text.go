package cli

import (
	"io"
	"os"
)

// Texts are bounded as the server bounds them.
const (
	mostPolicy = 256 << 10 // bytes of a policy or a contract
	mostChange = 8 << 20   // bytes of a file of a change that check asks about
)

// readText reads a file, or the input for -. What cannot be read, or is longer than most bytes, is a mistake in the command line: a text is never
// cut off.
func (a *app) readText(name string, most int64) (string, error) {
	in := a.In
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return "", usage("", "%v", err)
		}
		defer f.Close()
		in = f
	} else if in == nil {
		return "", usage("", "there is no input")
	}
	raw, err := io.ReadAll(io.LimitReader(in, most+1))
	if err != nil {
		return "", usage("", "reading %s: %v", name, err)
	}
	if int64(len(raw)) > most {
		return "", usage("", "%s is longer than %d KiB", name, most>>10)
	}
	return string(raw), nil
}
