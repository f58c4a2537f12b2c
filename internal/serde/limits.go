package serde

import "github.com/sightglass/sightglass/internal/event"

// Limits bound what one payload may cost. The zero value stands for the defaults.
type Limits struct {
	Bytes int // longest payload that is decoded, default 10 MiB
	Nodes int // most nodes of one tree, default 50,000
	Depth int // deepest nesting, default 100
}

// OrDefaults puts the defaults where nothing is said.
func (l Limits) OrDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 10 << 20
	}
	if l.Nodes <= 0 {
		l.Nodes = 50_000
	}
	if l.Depth <= 0 {
		l.Depth = 100
	}
	return l
}

// allowance is what is left of the limits while one payload is decoded; all areas of the payload share it.
type allowance struct {
	nodes    int
	depth    int // levels left
	text     int // bytes of text that may still be copied
	arena    arena
	maxNodes int
	maxDepth int
	full     bool   // a limit ended the tree
	why      string // the first reason why the tree is not complete
	job      Job    // may be nil
	payload  event.Payload
}

func (a *allowance) note(why string) {
	if a.why == "" {
		a.why = why
	}
}

// newAllowance lets text be copied twice over. Sequential formats copy each byte once; in binary rows offsets may point to
// the same bytes many times, and without this bound a small row could grow into gigabytes.
func (l Limits) newAllowance(payload int) *allowance {
	return &allowance{nodes: l.Nodes, depth: l.Depth, text: 2*payload + 4096, maxNodes: l.Nodes, maxDepth: l.Depth,
		arena: arena{next: min(payload, arenaPiece)}}
}
