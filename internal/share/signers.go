package share

import (
	"bufio"
	"crypto/ed25519"
	"fmt"
	"io"
	"strings"
)

// Signers are the keys that somebody knows: a name by fingerprint.
type Signers map[string]string

// ParseSigners reads a file of signers: a fingerprint and a name on each line; lines that begin with # are passed over.
func ParseSigners(in io.Reader) (Signers, error) {
	s := Signers{}
	lines := bufio.NewScanner(in)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		fingerprint, name, _ := strings.Cut(line, " ")
		if name = strings.TrimSpace(name); !strings.HasPrefix(fingerprint, "SHA256:") || name == "" {
			return nil, fmt.Errorf("line %d of the known signers is no fingerprint with a name behind it", n)
		}
		s[fingerprint] = name
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the known signers: %w", err)
	}
	return s, nil
}

// Name is what a key is known as; empty = it is not known.
func (s Signers) Name(key ed25519.PublicKey) string { return s[Fingerprint(key)] }
