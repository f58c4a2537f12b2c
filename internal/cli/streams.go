package cli

import (
	"os"

	"golang.org/x/term"
)

// Standard are the process's own streams and environment.
func Standard() Streams {
	s := Streams{Out: os.Stdout, Err: os.Stderr, Env: os.LookupEnv, In: os.Stdin}
	if in := int(os.Stdin.Fd()); term.IsTerminal(in) {
		s.Hidden = func() (string, error) {
			text, err := term.ReadPassword(in)
			return string(text), err
		}
	}
	fd := int(os.Stdout.Fd())
	if term.IsTerminal(fd) {
		s.Terminal = true
		if w, h, err := term.GetSize(fd); err == nil {
			s.Width, s.Height = w, h
		}
		_, off := os.LookupEnv("NO_COLOR")
		kind, _ := os.LookupEnv("TERM")
		s.Colour = !off && kind != "dumb"
	}
	return s
}
