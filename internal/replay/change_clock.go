package replay

import "time"

// readChange changes what one clock says in one invocation.
//
// A clock that is told when it changed keeps its value until the next row: there a row with the changed time goes in at the invocation,
// and one at the next invocation that gives back what the recording says there. Rows of the invocation itself are changed.
type readChange struct {
	*planned
	what   uint32
	known  bool // it was read before
	last   int64
	stage  int
	sticky bool
}

const (
	beforeRead = iota // the invocation has not come
	duringRead        // its row is in
	behindRead        // all is as recorded
)

// newClockChanges are the changes of each clock that a change may be of.
func newClockChanges(p *planned) (all []*readChange) {
	for name, what := range clockSources {
		if p.Source == name || p.Source == "" && what != clockSources["nanos"] && what != clockSources["runtime-ms"] && what != clockSources["runtime-ns"] {
			sticky := what != clockSources["nanos"] && what != clockSources["runtime-ns"] && what != clockSources["instant"]
			all = append(all, &readChange{planned: p, what: what, sticky: sticky})
		}
	}
	return all
}

// put gives a row that goes in before next, the row of the recording that comes next (nil: none below until).
// done: nothing more goes in.
func (c *readChange) put(next *row, until uint64) (_ *row, done bool) {
	if !c.sticky {
		return nil, c.At < until && (next == nil || next.inv > c.At)
	}
	comes := func(inv uint64) bool { return inv < until && (next == nil || next.inv >= inv) }
	if c.stage == beforeRead && comes(c.At) {
		c.stage = duringRead
		if c.known {
			c.made = true
			return c.row(c.At, c.moved(c.last)), false
		}
	}
	if c.stage == duringRead && comes(c.At+1) {
		c.stage = behindRead
		if c.known {
			return c.row(c.At+1, c.last), false
		}
	}
	return nil, c.stage == behindRead
}

func (c *readChange) row(inv uint64, ms int64) *row {
	return &row{inv: inv, n: 1, what: c.what, number: ms}
}

// unit is that of the clock's number.
func (c *readChange) unit() time.Duration {
	if c.what == clockSources["nanos"] || c.what == clockSources["runtime-ns"] {
		return time.Nanosecond
	}
	return time.Millisecond
}

// moved is the changed number. Values are milliseconds of any clock.
func (c *readChange) moved(number int64) int64 {
	if c.Value == "" {
		return number + int64(c.By/c.unit())
	}
	return c.to(0) * int64(time.Millisecond/c.unit())
}

// clock takes note of a read of a clock, and changes it.
func (c *changes) clock(r *row) {
	if c == nil {
		return
	}
	for _, x := range c.reads {
		if x.what != r.what || r.inv > x.At {
			continue
		}
		if x.sticky {
			x.known, x.last = true, r.number
		}
		if r.inv < x.At {
			continue
		}
		x.made = true
		if x.what != clockSources["instant"] {
			r.number = x.moved(r.number)
			continue
		}
		ms := x.moved(r.number*1000 + r.number2/int64(time.Millisecond))
		seconds := ms / 1000
		if ms%1000 < 0 {
			seconds--
		}
		r.number, r.number2 = seconds, (ms-seconds*1000)*int64(time.Millisecond)
	}
}
