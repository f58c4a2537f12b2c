package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxSecret bounds what is read as a password or a token.
const maxSecret = 4 << 10

// secret reads a password or a token: from the terminal, which does not show it, or else the first line of standard input. It is never a flag,
// since everybody on the machine can read those.
func (a *app) secret(prompt string) (string, error) {
	if a.Hidden != nil {
		fmt.Fprint(a.Err, prompt+": ")
		text, err := a.Hidden()
		fmt.Fprintln(a.Err)
		if err != nil {
			return "", fmt.Errorf("reading from the terminal: %w", err)
		}
		return strings.TrimSpace(text), nil
	}
	if a.In == nil {
		return "", errors.New("there is no standard input")
	}
	line, err := bufio.NewReader(io.LimitReader(a.In, maxSecret)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading standard input: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// newPassword asks for a password, on a terminal twice.
func (a *app) newPassword() (string, error) {
	first, err := a.secret("Password, at least 12 characters")
	if err != nil {
		return "", err
	}
	if a.Hidden != nil {
		again, err := a.secret("The same again")
		if err != nil {
			return "", err
		}
		if first != again {
			return "", usage("type the same twice, or let --generate make one", "the two passwords are not the same")
		}
	}
	return first, nil
}
