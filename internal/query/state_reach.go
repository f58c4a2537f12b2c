package query

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// levelHistory lists what was recorded of an attempt's operators, from invocation to invocation, ascending. Empty: the recording
// does not say.
func (v *view) levelHistory(ctx context.Context, attempt event.Key) ([]Levels, error) {
	if list, ok := v.histories[attempt]; ok {
		return list, nil
	}
	v.model.mu.Lock()
	places := slices.Clone(v.model.levelled[attempt])
	v.model.mu.Unlock()
	var list []Levels
	seen := make(map[uint64]bool)
	for _, place := range places {
		for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: attempt, InvFrom: place[0], InvTo: place[1]}) {
			if ref.Header.Lane != event.LaneDet || seen[ref.Header.Number] || !counts(ref.Header, event.KindLevel) {
				continue
			}
			seen[ref.Header.Number] = true
			f, err := v.columns(ctx, ref)
			if err != nil {
				if unreadable(err) {
					continue
				}
				return nil, err
			}
			for row, k := range f.r.Kind {
				if k != event.KindLevel {
					continue
				}
				if l, ok := levelsOf(v.engine.texts.text(at(f.r.Text, row, 0))); ok {
					l.From, l.Wall = f.r.Inv[row], f.wall(row)
					list = append(list, l)
				}
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Levels) int { return cmp.Compare(a.From, b.From) })
	if v.histories == nil {
		v.histories = make(map[event.Key][]Levels)
	}
	v.histories[attempt] = list
	return list, nil
}

func counts(h *block.Header, k event.Kind) bool {
	return slices.ContainsFunc(h.Zones.Counts, func(c block.Count) bool { return c.Kind == k })
}

// stateLoss says why accesses of an operator to its state may not be recorded in full from one invocation to another, both
// inclusive; ok is true when they are: the level was trace with payload, and nothing was lost. Of a sample that key is assumed to
// be taken whose access was found at to: a wider sample earlier has it too, a narrower one may not.
func (v *view) stateLoss(ctx context.Context, attempt event.Key, operator int, lane event.Lane, from, to uint64) (n Note, ok bool, err error) {
	history, err := v.levelHistory(ctx, attempt)
	if err != nil {
		return n, false, err
	}
	ref := v.cat.attempts[attempt].operator(operator)
	n = Note{Kind: NoteNotRecorded, Operator: ref.Slug, Hint: "record operator " + ref.Slug + " at level trace, or replay the job"}
	if len(history) == 0 {
		n.Text = "the recording does not say at which level its state was recorded"
		return n, false, nil
	}
	at := func(i int) (l Level) {
		if operator >= 0 && operator < len(history[i].Operators) {
			return history[i].Operators[operator]
		}
		return l
	}
	end := 0
	for end+1 < len(history) && history[end+1].From <= to {
		end++
	}
	last := at(end)
	for i := end; i >= 0; i-- {
		switch l := at(i); {
		case l.Level != "trace" || l.LookBack:
			n.Text = fmt.Sprintf("its state is not recorded at level %s, which it had%s", cmp.Or(l.Level, "unknown"), stretch(history, i))
			if history[i].Why != "" {
				n.Text += ": " + history[i].Why
			}
			return n, false, nil
		case l.Payload != "full":
			n.Text = fmt.Sprintf("the policy kept keys and values of its state back%s: what belongs to which key is not recorded", stretch(history, i))
			n.Hint = "record its payload in full, or replay the job"
			return n, false, nil
		case narrower(l, last):
			n.Kind, n.Text = NoteNotSampled, fmt.Sprintf("its keys were sampled more narrowly%s: what was done under this one may not be recorded", stretch(history, i))
			n.Hint = "a wider sample in the policy records more keys, and all that this one has"
			return n, false, nil
		}
		if history[i].From <= from {
			break
		}
	}
	if text, lost := v.lostBetween(attempt, lane, from, to); lost {
		n.Kind, n.Text, n.Hint = NoteGap, text, ""
		return n, false, nil
	}
	return Note{}, true, nil
}

// narrower tells whether a takes less keys than b.
func narrower(a, b Level) bool {
	switch {
	case a.Of == 0:
		return false
	case b.Of == 0:
		return true
	}
	return a.Take*b.Of < b.Take*a.Of
}

// stretch says over which invocations the i-th of the levels held.
func stretch(history []Levels, i int) string {
	if i+1 < len(history) {
		return fmt.Sprintf(" in invocations %d to %d", history[i].From, history[i+1].From-1)
	}
	if history[i].From <= 1 {
		return ""
	}
	return fmt.Sprintf(" from invocation %d on", history[i].From)
}

// lostBetween says what of a lane is lost between two invocations, both inclusive: a block that cannot be read, a gap, numbers
// that never came.
func (v *view) lostBetween(key event.Key, lane event.Lane, from, to uint64) (text string, lost bool) {
	m := v.model
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, h := range v.rotten {
		if h.Attempt == key && h.Lane.Base() == lane && from <= h.LastInv && h.FirstInv <= to {
			return fmt.Sprintf("block %d of lane %s cannot be read", h.Number, lane), true
		}
	}
	for _, g := range append(m.gaps.standing(key, m.tail), m.gaps.standing(0, m.tail)...) {
		if g.Lane != 0 && g.Lane != lane || g.First != 0 && (to < g.First || from > g.Last) || g.Reason == event.GapProcessLost && to <= m.tail.lastInvocation(streamKey{key, lane}) {
			continue
		}
		return v.gap(key, g).Text, true
	}
	for _, h := range m.tail.holesOf(streamKey{key, lane}) {
		if h.invFirst != 0 && (to+1 < h.invFirst || from > h.invLast+1) { // a block may begin and end within an invocation
			continue
		}
		return fmt.Sprintf("blocks %d to %d of lane %s are missing", h.first, h.last, lane), true
	}
	return "", false
}

// origin is an attempt whose state another one began with, up to an invocation, inclusive.
type stateOrigin struct {
	attempt  event.Key
	operator int // index into its chain
	last     uint64
}

// stateOrigins lists the attempts that took the checkpoint which an attempt was restored from, and had the operator: one of them
// had the key, after rescaling any. checkpoint is 0 when the attempt began without state; then nothing was before. An empty list
// with a checkpoint: the state comes from a run that is not recorded, or from a part of it.
func (v *view) stateOrigins(ctx context.Context, attempt event.Key, operator int) (list []stateOrigin, checkpoint uint64, err error) {
	a := v.cat.attempts[attempt]
	if a == nil || a.Restored <= 0 {
		return nil, 0, nil
	}
	id := a.operator(operator).ID
	checkpoint = uint64(a.Restored)
	for key, other := range v.cat.attempts {
		index := other.indexOf(id)
		if index < 0 || key == attempt {
			continue
		}
		last, ok, err := v.tookCheckpoint(ctx, key, checkpoint)
		if err != nil {
			return nil, checkpoint, err
		}
		if ok {
			list = append(list, stateOrigin{key, index, last})
		}
	}
	slices.SortFunc(list, func(x, y stateOrigin) int {
		p, q := v.cat.attempts[x.attempt], v.cat.attempts[y.attempt]
		return cmp.Or(cmp.Compare(p.Subtask, q.Subtask), cmp.Compare(p.Attempt, q.Attempt), cmp.Compare(x.attempt, y.attempt))
	})
	return list, checkpoint, nil
}

// flushedBefore passes over mini-batches that were handled because of the snapshot: they stand behind the checkpoint, outside of
// all other invocations, and what they wrote is in it.
func (v *view) flushedBefore(ctx context.Context, attempt event.Key, inv uint64) (uint64, error) {
	for {
		s, ok, err := v.invocation(ctx, attempt, inv+1)
		if err != nil || !ok || s.f.r.Kind[s.row] != event.KindMail || at(s.f.r.Text, s.row, 0) != 0 {
			return inv, err
		}
		bundle := false
		for a, err := range v.accesses(ctx, accessScope{lane: event.LaneTrace, attempt: attempt, operator: -1, from: inv + 1, to: inv + 1,
			kinds: []event.Kind{event.KindCause}}) {
			if err != nil {
				return inv, err
			}
			bundle = bundle || a.what == causeBundle
		}
		if !bundle {
			return inv, nil
		}
		inv++
	}
}

// tookCheckpoint finds the invocation after which an attempt took its snapshot for a checkpoint.
func (v *view) tookCheckpoint(ctx context.Context, attempt event.Key, checkpoint uint64) (inv uint64, ok bool, err error) {
	for ref := range v.snap.Blocks(store.Filter{Lane: event.LaneDet, Attempt: attempt}) {
		h := ref.Header
		// A block closes at its checkpoint: what it begins with is the checkpoint before.
		if h.Lane != event.LaneDet || h.Checkpoint >= checkpoint && h.Checkpoint != math.MaxUint64 || !counts(h, event.KindCheckpoint) {
			continue
		}
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				continue
			}
			return 0, false, err
		}
		for row, k := range f.r.Kind {
			if k == event.KindCheckpoint && at(f.r.Checkpoint, row, 0) == checkpoint {
				inv, err = v.flushedBefore(ctx, attempt, f.r.Inv[row])
				return inv, true, err
			}
		}
	}
	return 0, false, nil
}
