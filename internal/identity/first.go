package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
)

// firstCode lets the first administrator in, while there is no user. It lives in this process alone, and another start has another one.
type firstCode struct{ text string }

func newFirstCode() *firstCode { return &firstCode{rand.Text()} }

func (f *firstCode) matches(shown string) bool {
	a, b := sha256.Sum256([]byte(strings.ToUpper(strings.TrimSpace(shown)))), sha256.Sum256([]byte(f.text))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// FirstCode is the code by which the first administrator sets name and password on the login page; empty where none is wanted. It is for the
// terminal that the server was started on.
func (g *Gate) FirstCode() string {
	if g.first == nil || !g.nobodyYet() {
		return ""
	}
	return g.first.text
}

// nobodyYet tells whether there is no local user. A file that cannot be read is not taken for an empty one.
func (g *Gate) nobodyYet() bool {
	list, err := g.Users.List()
	return err == nil && len(list) == 0
}
