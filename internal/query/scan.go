package query

import (
	"context"
	"iter"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Order is the direction of a scan.
type Order bool

// The orders.
const (
	Ascending  Order = false
	Descending Order = true
)

// EventQuery selects events. The zero value selects all of a recording, in ascending order, without payloads.
type EventQuery struct {
	Operator   string // slug or beginning of the id; empty = any. What a task takes in counts for the head of its chain
	Subtask    *int
	Attempt    *int      // attempt number
	AttemptKey event.Key // 0 = any
	Lanes      []event.Lane
	Kinds      []event.Kind
	Reasons    []event.DropReason // dropped records alone, thrown away for one of these
	Keys       []KeyMatch         // rows of lanes trace and state alone, about one of these keys
	From, To   Wall               // 0 = open; To is exclusive
	Invocation *uint64
	Order      Order
	After      Cursor // go on behind this event, in Order; empty = from the beginning
	Around     string // a position: ascending begins with its first event, descending with the event before. Not with After
	Expand     bool   // one event per invocation instead of one per run
	Payload    bool
	Copies     bool // fill Event.Copies
	MaxBlocks  int  // stop after decoding so many blocks, 0 = never; see Scan.Progress

	Unaided bool // no index of keys is asked: for a caller who may not see all of them, whom time would tell which there are

	Holds []Needle          // texts that events must hold, for a caller who sees all: blocks that certainly lack one are skipped, no more
	Want  func(*Event) bool // asked before an event's payload is read; false = leave it out. nil = all are wanted
}

// Cursor names a place in the order of events of one recording; it stays valid when blocks are appended. Opaque text.
type Cursor string

// Progress says how far a scan came.
type Progress struct {
	From, To Wall   // the stretch that was looked at
	Complete bool   // nothing is left in Order
	Next     Cursor // pass as After to go on; empty when Complete
	Explain  Explain
}

// Scan yields the events of one query.
type Scan struct {
	engine *Engine
	rec    event.RecordingID
	scan   *scan
}

// Events begins a scan. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) Events(ctx context.Context, rec event.RecordingID, q EventQuery) (*Scan, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer v.close()
	if q.Around != "" {
		if q.After != "" {
			return nil, badQuery("after and around exclude each other")
		}
		if q.After, err = v.around(ctx, q.Around, q.Expand); err != nil {
			return nil, err
		}
	}
	s, err := v.scan(q)
	if err != nil {
		return nil, err
	}
	return &Scan{engine: e, rec: rec, scan: s}, nil
}

// All yields the events in order. A block that cannot be read appears as one event of kind gap, with reason checksum.
func (s *Scan) All(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		v, err := s.engine.open(ctx, s.rec)
		if err != nil {
			yield(Event{}, err)
			return
		}
		defer v.close()
		for ev, err := range s.scan.events(ctx, v) {
			if !yield(ev, err) {
				return
			}
		}
	}
}

// Progress says how far All came; valid between and after its events.
func (s *Scan) Progress() Progress {
	p := s.scan.progress
	p.Explain = s.scan.explain
	if !p.Complete && s.scan.after != nil {
		p.Next = s.scan.after.cursor()
	}
	return p
}

// scan is a running EventQuery. It goes through the recording in windows of time, whose width follows how many blocks there
// are, so that neither a long recording nor a rare event costs memory.
type scan struct {
	q        EventQuery
	sel      *selection
	after    *rowKey // everything up to here was given out
	begin    rowKey  // where this call began; it must come further to stop
	progress Progress
	explain  Explain // of all calls
}

// The number of blocks that a window aims at.
const (
	fewBlocks  = 64
	manyBlocks = 1024
)

func (v *view) scan(q EventQuery) (*scan, error) {
	sel, err := v.selection(q)
	if err != nil {
		return nil, err
	}
	s := &scan{q: q, sel: sel}
	if q.After != "" {
		k, err := parseCursor(q.After)
		if err != nil {
			return nil, err
		}
		s.after = &k
	}
	return s, nil
}

func (s *scan) events(ctx context.Context, v *view) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		r := v.snap.Recording()
		from, to := max(s.sel.from, Wall(r.WallMin)), min(s.sel.to, above(Wall(r.WallMax)))
		desc := bool(s.q.Order)
		if s.after != nil {
			if desc {
				to = min(to, above(s.after.wall))
			} else {
				from = max(from, s.after.wall)
			}
		}
		if s.sel.keys != nil && !s.q.Unaided && s.sel.inv == nil {
			var err error
			if s.sel.listed, err = s.sel.keyBlocks(ctx, v); err != nil {
				yield(Event{}, err)
				return
			}
			s.explain.Absent += s.sel.listed.absent()
		}
		s.explain.Index, s.explain.Blocks = s.sel.index(), r.Blocks
		if len(s.q.Holds) > 0 && !s.q.Expand && s.q.Invocation == nil {
			s.sel.texts = v.lookup(s.q.Holds)
		}
		s.progress = Progress{From: from, To: from}
		if desc {
			s.progress = Progress{From: to, To: to}
		}
		s.begin = firstAt(s.progress.From)
		if desc {
			s.begin = firstAt(to)
		}
		if s.after != nil {
			s.begin = *s.after
		}
		width := firstWidth(r, s.sel)
		if s.sel.listed.whole() {
			width = max(width, to-from)
		}
		for from < to {
			a, b := from, to
			if desc {
				if to-width > from && to-width < to {
					a = to - width
				}
			} else if from+width < to && from+width > from {
				b = from + width
			}
			s.sel.headers = 0
			ruled := s.sel.ruled()
			refs := slices.Collect(s.sel.blocks(v, a, b))
			if len(refs) > manyBlocks && width > 1000 {
				width /= 8
				continue
			}
			s.explain.Headers, s.explain.Skipped = s.explain.Headers+s.sel.headers, s.explain.Skipped+s.sel.headers-len(refs)
			s.explain.Absent += s.sel.ruled() - ruled
			if !s.window(ctx, v, a, b, refs, yield) {
				return
			}
			if desc {
				to, s.progress.From = a, a
			} else {
				from, s.progress.To = b, b
			}
			if len(refs) < fewBlocks && width < math.MaxInt64/2 {
				width *= 2
			}
		}
		s.progress.Complete = true
	}
}

// firstWidth is how much time a scan looks at first: a second, or less where blocks are dense and nothing is ruled out.
func firstWidth(r store.Recording, sel *selection) Wall {
	const second = Wall(1e6)
	if r.Blocks == 0 || sel.attempts != nil || len(sel.lanes) > 0 || len(sel.kinds) > 0 || len(sel.reasons) > 0 || sel.inv != nil {
		return second
	}
	return max(1000, min(second, Wall(r.WallMax-r.WallMin)/Wall(r.Blocks)*fewBlocks))
}

// above is the next moment.
func above(w Wall) Wall {
	if w == math.MaxInt64 {
		return w
	}
	return w + 1
}

// window yields the rows in [a, b); false = stop, with progress set.
func (s *scan) window(ctx context.Context, v *view, a, b Wall, refs []store.Ref, yield func(Event, error) bool) bool {
	m := &merge{view: v, sel: s.sel, desc: bool(s.q.Order), from: a, to: b, behind: s.after, explain: &s.explain}
	m.start(refs)
	most := mostFetched
	if s.q.MaxBlocks > 0 {
		most = min(most, s.q.MaxBlocks-s.explain.Decoded)
	}
	m.fetch(ctx, most)
	for {
		if s.q.MaxBlocks > 0 && s.explain.Decoded >= s.q.MaxBlocks && m.due() {
			if at := m.position(s.after); m.before(s.begin, at) {
				s.reached(at)
				return false
			}
		}
		block, err := m.next(ctx)
		if err != nil {
			yield(Event{}, err)
			return false
		}
		if block == nil {
			return true
		}
		if !s.row(ctx, v, m, block, yield) {
			return false
		}
		m.advance()
	}
}

// row yields one row, as one event or one per invocation.
func (s *scan) row(ctx context.Context, v *view, m *merge, b *openBlock, yield func(Event, error) bool) bool {
	key := b.rows[0]
	n, narrow := uint64(1), false
	if key.row >= 0 {
		if s.sel.inv != nil {
			key.sub, narrow = *s.sel.inv-key.inv, true
		} else if s.q.Expand && runs(b.f.r.Kind[key.row]) {
			n, narrow = uint64(max(b.f.r.N[key.row], 1)), true
		}
	}
	first := uint64(0)
	if s.after != nil && n > 1 { // a run that was left in its middle
		at := *s.after
		if at.sub = 0; at == b.rows[0] {
			if first = s.after.sub + 1; m.desc {
				first = n - min(s.after.sub, n)
			}
		}
	}
	for i := first; i < n; i++ {
		k := key
		if n > 1 {
			if k.sub = i; m.desc {
				k.sub = n - 1 - i
			}
		}
		if s.after != nil && !m.before(*s.after, k) {
			continue
		}
		ev, err := v.rowEvent(ctx, b, k, narrow, s.q.Payload && s.q.Want == nil)
		if err == nil && s.q.Want != nil {
			if err = ctx.Err(); err == nil && !s.q.Want(&ev) {
				s.reached(k)
				continue
			}
			if err == nil && s.q.Payload && k.row != unreadableRow {
				err = v.fillPayload(ctx, b, k, &ev)
			}
		}
		if err == nil {
			s.reached(k)
			if s.q.Copies && ev.Broadcast {
				ev.Copies = v.copies(b.f, int(k.row), *ev.Element)
			}
		}
		if !yield(ev, err) || err != nil {
			return false
		}
	}
	return true
}

// reached notes that everything up to k was given out.
func (s *scan) reached(k rowKey) {
	s.after = &k
	if s.q.Order == Descending {
		s.progress.From = min(s.progress.From, k.wall)
	} else {
		s.progress.To = max(s.progress.To, k.wall)
	}
}
