package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// KeyQuery asks for all that happened under a key.
type KeyQuery struct {
	Keys      []KeyMatch
	Operator  string // slug or beginning of the id; empty = any that has a key of that type
	From, To  Wall   // 0 = open; To is exclusive
	Order     Order
	After     Cursor
	Limit     int // visits; 0 = 50, at most 500
	MaxBlocks int // stop after decoding so many blocks, 0 = never
}

// KeyHistory is what happened under a key, in order of time.
type KeyHistory struct {
	Visits   []KeyVisit
	Progress Progress
	Notes    []Note // what is missing and what would give it; of the first page
}

// KeyVisit is one invocation that worked under the key: what it took in, what it did, what it gave out.
type KeyVisit struct {
	Position   Position
	Operator   OperatorRef // that has the key
	Task       string
	Subtask    int
	Attempt    int
	AttemptKey event.Key
	Wall       Wall
	Invocation *Event // the det row, narrowed; nil = not recorded
	Input      *Event // the record with its bytes; nil = it was a timer, or InputNote says why
	InputNote  string
	Steps      []Event // state, timers, windows, drops of this key, in order
	Outputs    []Event // what the invocation sent
	Writes     []Event
	Shared     bool // it worked under other keys too: which of the inputs and outputs are of this key is not recorded
	More       bool // steps, outputs or writes were cut
}

// maxVisitEvents bounds the steps, outputs and writes of a visit, each.
const maxVisitEvents = 100

// KeyHistory lists the invocations that worked under a key. It is made of rows of lanes trace and state, so of operators at level
// trace. Errors: ErrNotFound, ErrQuery, *AmbiguousError.
func (e *Engine) KeyHistory(ctx context.Context, rec event.RecordingID, q KeyQuery) (KeyHistory, error) {
	if len(q.Keys) == 0 {
		return KeyHistory{}, badQuery("a history wants a key")
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 500)
	v, err := e.open(ctx, rec)
	if err != nil {
		return KeyHistory{}, err
	}
	defer v.close()
	s, err := v.scan(EventQuery{
		Keys: q.Keys, Operator: q.Operator, Lanes: []event.Lane{event.LaneTrace, event.LaneState}, From: q.From, To: q.To, Order: q.Order,
		After: q.After, MaxBlocks: q.MaxBlocks,
	})
	if err != nil {
		return KeyHistory{}, err
	}
	out := KeyHistory{}
	seen := make(map[InvocationOf]bool)
	last, full := Cursor(""), false // of the last visit that is given out: the next page begins behind it
	for ev, err := range s.events(ctx, v) {
		if err != nil {
			return out, fmt.Errorf("following a key: %w", err)
		}
		of := InvocationOf{ev.AttemptKey, ev.Invocation}
		if ev.Kind == event.KindGap || seen[of] {
			continue
		}
		seen[of] = true
		visit, first, err := v.visit(ctx, s, &ev, q.Order)
		if err != nil {
			return out, fmt.Errorf("looking at %s: %w", ev.Position, err)
		}
		if !first { // its first row was on a page before
			continue
		}
		if full = len(out.Visits) == q.Limit; full {
			break
		}
		out.Visits = append(out.Visits, visit)
		last = ev.Cursor
	}
	out.Progress = (&Scan{scan: s}).Progress()
	if full {
		out.Progress.Next, out.Progress.Complete = last, false
	}
	if q.After == "" {
		if out.Notes, err = v.keyNotes(ctx, q); err != nil {
			return out, err
		}
	}
	return out, nil
}

// visit collects what belongs to the invocation of a row. first is false when another row of it comes before in the order.
func (v *view) visit(ctx context.Context, s *scan, ev *Event, order Order) (out KeyVisit, first bool, err error) {
	out = KeyVisit{Position: ev.Position, Operator: ev.Operator, Task: ev.Task, Subtask: ev.Subtask, Attempt: ev.Attempt, AttemptKey: ev.AttemptKey, Wall: ev.Wall}
	key, inv := ev.AttemptKey, ev.Invocation
	self, err := parseCursor(ev.Cursor)
	if err != nil {
		return out, false, err
	}
	before := func(k rowKey) bool {
		c := k.compare(self)
		if order == Descending {
			c = -c
		}
		return c < 0 && k.wall >= s.sel.from && k.wall < s.sel.to
	}
	first = true
	var failed error
	for _, lane := range []event.Lane{event.LaneTrace, event.LaneState} {
		_, err := v.all(ctx, lane, key, inv, isStep, func(x spot) bool {
			var step Event
			if step, failed = v.eventAt(ctx, x.ref, x.f, x.row, 0, false, true); failed != nil {
				return false
			}
			switch mine := s.sel.keys.wants(at(x.f.r.State, x.row, 0), step.Key); {
			case mine && before(x.f.key(x.row)):
				first = false
				return false
			case !mine && !step.Key.Null():
				out.Shared = true
				return true
			case !mine && step.Kind != event.KindDropped && step.Kind != event.KindCause:
				return true
			}
			if len(out.Steps) == maxVisitEvents {
				out.More = true
				return true
			}
			out.Steps = append(out.Steps, step)
			return true
		})
		if err := firstError(err, failed); err != nil || !first {
			return out, first, err
		}
	}
	slices.SortStableFunc(out.Steps, func(a, b Event) int { return cmp.Compare(a.Ordinal, b.Ordinal) })
	for _, part := range []struct {
		lane  event.Lane
		kinds func(event.Kind) bool
		list  *[]Event
	}{{event.LaneOut, func(k event.Kind) bool { return k == event.KindRecord }, &out.Outputs}, {event.LaneTrace, isWrite, &out.Writes}} {
		_, err := v.all(ctx, part.lane, key, inv, part.kinds, func(x spot) bool {
			if len(*part.list) == maxVisitEvents {
				out.More = true
				return false
			}
			var e Event
			if e, failed = v.eventAt(ctx, x.ref, x.f, x.row, 0, false, true); failed != nil {
				return false
			}
			*part.list = append(*part.list, e)
			return true
		})
		if err := firstError(err, failed); err != nil {
			return out, first, err
		}
	}
	return out, first, v.visitInput(ctx, key, inv, &out)
}

func (v *view) visitInput(ctx context.Context, key event.Key, inv uint64, out *KeyVisit) error {
	s, ok, err := v.invocation(ctx, key, inv)
	if err != nil || !ok {
		return err
	}
	det, err := v.eventAt(ctx, s.ref, s.f, s.row, s.sub, true, true)
	if err != nil {
		return err
	}
	out.Invocation = &det
	var m Moment
	if err := v.input(ctx, key, inv, s, &m); err != nil {
		return err
	}
	out.Input, out.InputNote = m.Input, m.InputNote
	return nil
}

// maxKeyNotes bounds the notes of a history.
const maxKeyNotes = 20

// keyNotes says of which operators with a key of the type what they did is not recorded in full, and what would give it.
func (v *view) keyNotes(ctx context.Context, q KeyQuery) ([]Note, error) {
	wanted := ""
	if q.Operator != "" {
		op, err := v.cat.operatorNamed(q.Operator)
		if err != nil {
			return nil, err
		}
		wanted = op.id
	}
	list := make([]*attempt, 0, len(v.cat.attempts))
	for _, a := range v.cat.attempts {
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b *attempt) int {
		return cmp.Or(cmp.Compare(a.Task, b.Task), cmp.Compare(a.Subtask, b.Subtask), cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(a.key, b.key))
	})
	var notes []Note
	note := func(n Note) {
		if len(notes) < maxKeyNotes && !slices.Contains(notes, n) {
			notes = append(notes, n)
		}
	}
	for _, a := range list {
		for i := range a.chain {
			def := a.def(i)
			if def == nil || def.Key == "" || wanted != "" && def.Operator != wanted || !hasSerializer(q.Keys, def.Key) {
				continue
			}
			last := v.lastOf(a.key)
			if last == 0 {
				continue
			}
			for _, lane := range []event.Lane{event.LaneState, event.LaneTrace} {
				n, ok, err := v.stateLoss(ctx, a.key, i, lane, 1, last)
				if err != nil {
					return nil, err
				}
				if !ok {
					note(n)
					break
				}
			}
			from, checkpoint, err := v.stateOrigins(ctx, a.key, i)
			if err != nil {
				return nil, err
			}
			if checkpoint > 0 && len(from) == 0 {
				note(Note{Kind: NoteNotRecorded, Operator: a.operator(i).Slug,
					Text: fmt.Sprintf("its state was restored from checkpoint %d, of a run or a part of one that is not recorded: what was written before is not known", checkpoint)})
			}
		}
	}
	return notes, nil
}

func hasSerializer(keys []KeyMatch, id string) bool {
	parsed, err := event.ParseDefinitionID(id)
	return slices.ContainsFunc(keys, func(k KeyMatch) bool { return k.Serializer == 0 || err == nil && k.Serializer == parsed })
}

// lastOf is the last invocation of an attempt that is known.
func (v *view) lastOf(key event.Key) uint64 {
	v.model.mu.Lock()
	defer v.model.mu.Unlock()
	return max(v.model.tail.lastInvocation(streamKey{key, event.LaneDet}), v.model.tail.lastInvocation(streamKey{key, event.LaneState}))
}

// KeyCoverage says of the operators that have keys, or of one of them, what they did under a key is not recorded in full.
func (e *Engine) KeyCoverage(ctx context.Context, rec event.RecordingID, operator string) ([]Note, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer v.close()
	return v.keyNotes(ctx, KeyQuery{Keys: []KeyMatch{{}}, Operator: operator})
}
