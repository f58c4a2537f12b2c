package access

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// place is a path that a plan was asked for, with what its rules say of it: payloads of one topic have the same paths, and rules are looked
// at once for each. Safe for concurrent use.
type place struct {
	rule          // of the class that what is there has
	names kindSet // what the path's names speak of
	named bool
	text  string                            // the path
	shown string                            // the path where names are data themselves: with * for those that the plan hides
	next  atomic.Pointer[map[string]*place] // replaced when one comes to it
}

// mostPlaces of a plan are kept: names may be data, and new ones come for ever.
const mostPlaces = 4096

// places are those of one plan.
type places struct {
	root *place
	mu   sync.Mutex // who adds one
	n    int
}

func (p *plan) place(path Path) *place {
	at := &place{rule: p.ruleOf(path), named: p.Named(path), text: path.Text(), shown: shownPath(p, path)}
	if p.detect.on() {
		at.names = nameKinds(path)
	}
	return at
}

// step goes from a place to the one that path, its own and one step more, leads to.
func (p *plan) step(from *place, path Path) *place {
	name := path[len(path)-1]
	if known := from.next.Load(); known != nil {
		if to := (*known)[name]; to != nil {
			return to
		}
	}
	to := p.place(slices.Clone(path))
	p.places.mu.Lock()
	defer p.places.mu.Unlock()
	known := from.next.Load()
	if p.places.n >= mostPlaces || known != nil && len(*known) >= mostPlaces/8 {
		return to
	}
	more := make(map[string]*place)
	if known != nil {
		if there := (*known)[name]; there != nil {
			return there
		}
		maps.Copy(more, *known)
	}
	more[name] = to
	p.places.n++
	from.next.Store(&more)
	return to
}
