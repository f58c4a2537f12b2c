package replay

import (
	"context"
	"encoding/json"
	"hash/maphash"
	"maps"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/store"
)

// seen is what a second look at both recordings found, for the verdict.
type seen struct {
	perChannel bool // of each place the outputs are equal, bytes and order: the order between places is another
	reordered  bool // the invocation of the first difference gave the same outputs in another order
	retargeted bool // it gave the same outputs, some to other subtasks
	threw      bool // the recorded attempt ended by an exception
	threwAt    uint64
	sameThrow  bool // and the replay by the same one
	class      string
}

// placeOf is where an output went: a subpartition, or a split with the record's key.
type placeOf struct {
	kind      event.Kind
	partition event.Key
	sub       int
	split     event.DefinitionID
	key       uint64
}

// look goes through both again, when they differ, and finds out how much of them does; and how the recorded attempt ended.
func look(ctx context.Context, recorded, replayed store.Snapshot, attempt event.Key, from uint64, r *Result) (seen, error) {
	var s seen
	to, c := r.Report.Invocation, &r.Compared
	if err := s.exception(ctx, recorded, attempt, r.Report.Thrown, r.Masked); err != nil || c.First == nil {
		return s, err
	}
	at := c.First.invocation()
	seed := maphash.MakeSeed()
	type side struct {
		chains  map[placeOf]uint64 // of all outputs of a place, in order
		whole   map[uint64]int     // of the outputs of the first difference's invocation: with their places
		content map[uint64]int     // without
	}
	of := func(snap store.Snapshot) (side, error) {
		x := side{map[placeOf]uint64{}, map[uint64]int{}, map[uint64]int{}}
		hash := func(before uint64, p event.Payload, place *placeOf) uint64 {
			var h maphash.Hash
			h.SetSeed(seed)
			maphash.WriteComparable(&h, before)
			if place != nil {
				maphash.WriteComparable(&h, *place)
			}
			p.AddTo(&h)
			return h.Sum64()
		}
		take := func(o *Output) {
			place := placeOf{kind: o.Kind, partition: o.Partition, sub: o.Subpartition, split: o.Split}
			if !o.Key.Null() {
				place.key = hash(0, o.Key, nil)
			}
			x.chains[place] = hash(x.chains[place], o.Value, nil)
			if o.Invocation == at {
				x.whole[hash(0, o.Value, &place)]++
				x.content[hash(0, o.Value, nil)]++
			}
		}
		w, err := newWritten(ctx, snap, attempt, from, to)
		if err != nil {
			return x, err
		}
		for _, list := range []outputs{newEmitted(snap, attempt, from, to), w} {
			for {
				o, err := list.next(ctx)
				if err != nil {
					return x, err
				}
				if o == nil {
					break
				}
				take(o)
			}
		}
		return x, nil
	}
	a, err := of(recorded)
	if err != nil {
		return s, err
	}
	b, err := of(replayed)
	if err != nil {
		return s, err
	}
	s.perChannel = maps.Equal(a.chains, b.chains)
	s.reordered = maps.Equal(a.whole, b.whole)
	s.retargeted = !s.reordered && maps.Equal(a.content, b.content)
	return s, nil
}

// thrown is the body of an exception (spec/recording.md, section 7). Messages hold payload: they are compared and go no further.
type thrown struct {
	Class   string  `json:"class"`
	Message string  `json:"message"`
	Cause   *thrown `json:"cause"`
}

// exception finds out whether the recorded attempt ended by one, and whether the replay did by the same: its innermost cause, at the same
// invocation. Of a masked recording their classes alone are compared: its messages are masked.
func (s *seen) exception(ctx context.Context, recorded store.Snapshot, attempt event.Key, again *Thrown, masked bool) error {
	a, at, err := lastException(ctx, recorded, attempt)
	if err != nil || a == nil {
		return err
	}
	cause := a.innermost()
	s.threw, s.threwAt, s.class = true, at, cause.Class[strings.LastIndexByte(cause.Class, '.')+1:]
	s.sameThrow = again != nil && again.Invocation == at && (cause.is(again.Text) || masked && ClassOf(again.Text) == s.class)
	return nil
}

// is tells whether a text is what Java says of the exception. Long messages are recorded cut.
func (t *thrown) is(text string) bool {
	if t.Message == "" {
		return text == t.Class || text == t.Class+": "
	}
	want := t.Class + ": " + t.Message
	cut, short := strings.CutSuffix(want, "…")
	return text == want || short && strings.HasPrefix(text, cut)
}

func (t *thrown) innermost() *thrown {
	for t.Cause != nil {
		t = t.Cause
	}
	return t
}

func lastException(ctx context.Context, snap store.Snapshot, attempt event.Key) (found *thrown, inv uint64, err error) {
	for _, ref := range blocksOf(snap, attempt, event.LaneLog) {
		r, err := read(ctx, snap, ref)
		if err != nil {
			return nil, 0, err
		}
		for i, k := range r.Kind {
			if k != event.KindException {
				continue
			}
			t := new(thrown)
			if json.Unmarshal(at(r.Value, i).Open(sealed.Take()), t) == nil {
				found, inv = t, r.Inv[i]
			}
		}
	}
	return found, inv, nil
}
