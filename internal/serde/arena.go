package serde

import "unsafe"

// arena holds the texts of one tree in a few pieces of memory: most texts are short, and a piece of memory for each costs more than
// reading them. What was handed out is never written again.
type arena struct {
	free []byte // length is what is used of the current piece
	next int    // size of the next piece
}

const (
	arenaPiece = 4 << 10
	arenaText  = 256 // longer texts have memory of their own
)

// text copies p.
func (a *arena) text(p []byte) string {
	switch {
	case len(p) == 0:
		return ""
	case len(p) > arenaText:
		return string(p)
	case cap(a.free)-len(a.free) < len(p):
		a.free = make([]byte, 0, max(a.next, len(p)))
		a.next = min(2*max(a.next, 32), arenaPiece)
	}
	at := len(a.free)
	a.free = append(a.free, p...)
	return unsafe.String(&a.free[at], len(p))
}
