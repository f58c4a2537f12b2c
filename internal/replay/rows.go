package replay

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

// row is one row of lane det or env of an attempt.
type row struct {
	kind    event.Kind
	inv     uint64
	n       uint64
	ordinal uint32
	order   uint64 // place in the lane
	wall    int64

	channel    block.Channel
	hasChannel bool
	seq        uint64

	checkpoint uint64
	time       int64
	text       event.DefinitionID
	what       uint32
	number     int64
	number2    int64
	value      event.Payload
	key        event.Payload
	headers    event.Payload
	path       event.DefinitionID
	flags      uint32
	split      event.DefinitionID
	operator   int32
	offset     int64
	splitTime  int64
}

// between tells whether the row stands behind its invocation instead of being one.
func (r *row) between() bool {
	switch r.kind {
	case event.KindBarrierIn, event.KindCheckpoint, event.KindEndOfRecovery, event.KindEndOfChannel, event.KindResync,
		event.KindWatermarkIn, event.KindLevel:
		return true
	case event.KindEnvRead:
		return r.what == whatEvent || r.what == whatReleased || r.what == whatEnded
	}
	return false
}

// compareRows orders rows by invocation; what happens within one goes before what stands behind it.
func compareRows(a, b *row) int {
	behind := func(r *row) int {
		if r.between() {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.inv, b.inv), cmp.Compare(behind(a), behind(b)), cmp.Compare(a.ordinal, b.ordinal),
		cmp.Compare(a.order, b.order))
}

// lane reads a lane of an attempt in the order of invocations: nested ones end, and are told, before those around them.
type lane struct {
	snap  store.Snapshot
	refs  []store.Ref // by the first invocation
	next  int
	rows  []row // that were read and not taken, in order
	room  []row // what rows lies in
	order uint64
	all   bool // sections of payload too
}

func newLane(snap store.Snapshot, attempt event.Key, id event.Lane, payload bool) *lane {
	l := &lane{snap: snap, all: payload}
	for ref := range snap.Blocks(store.Filter{Lane: id, Attempt: attempt}) {
		if ref.Header.Lane == id {
			l.refs = append(l.refs, ref)
		}
	}
	slices.SortStableFunc(l.refs, func(a, b store.Ref) int { return cmp.Compare(a.Header.FirstInv, b.Header.FirstInv) })
	return l
}

// only leaves blocks out that do not fit. Before the first row is read.
func (l *lane) only(fits func(*block.Header) bool) {
	l.refs = slices.DeleteFunc(l.refs, func(r store.Ref) bool { return !fits(r.Header) })
}

// behind leaves out what came before an invocation.
func (l *lane) behind(inv uint64) {
	l.only(func(h *block.Header) bool { return h.LastInv >= inv })
}

// peek returns the row that comes next; nil at the end. It stays valid until the next call.
func (l *lane) peek(ctx context.Context) (*row, error) {
	for l.next < len(l.refs) && (len(l.rows) == 0 || l.refs[l.next].Header.FirstInv <= l.rows[0].inv) {
		if err := l.load(ctx, l.refs[l.next]); err != nil {
			return nil, err
		}
		l.next++
	}
	if len(l.rows) == 0 {
		return nil, nil
	}
	return &l.rows[0], nil
}

func (l *lane) take() row {
	x := l.rows[0]
	l.rows = l.rows[1:]
	return x
}

func (l *lane) load(ctx context.Context, ref store.Ref) error {
	if ref.Header.Events == 0 {
		return nil
	}
	want := []block.SectionID{block.SectionMeta, block.SectionIDs, block.SectionDet}
	if l.all {
		want = append(want, block.SectionPayload)
	}
	r, err := l.snap.Read(ctx, ref, present(ref.Header, want)...)
	if err != nil {
		return fmt.Errorf("reading block %d of lane %d: %w", ref.Header.Number, ref.Header.Lane, err)
	}
	if len(l.rows) == 0 {
		l.rows = slices.Grow(l.room[:0], len(r.Kind))
	} else {
		l.rows = slices.Grow(slices.Clip(l.rows), len(r.Kind))
	}
	defer func() { l.room = l.rows }()
	sorted := true
	for i := range r.Kind {
		x := row{
			kind: r.Kind[i], inv: r.Inv[i], n: uint64(max(1, r.N[i])), order: l.order, wall: r.Wall[i],
			ordinal: at(r.Ordinal, i), seq: at(r.Seq, i), checkpoint: at(r.Checkpoint, i), text: at(r.Text, i),
			what: at(r.What, i), number: at(r.Number, i), number2: at(r.Number2, i), value: at(r.Value, i), key: at(r.Key, i), headers: at(r.Headers, i), path: at(r.Path, i),
			flags: at(r.Flags, i), time: int64(math.MinInt64),
			operator: r.Operator[i], split: at(r.Split, i), offset: at(r.Offset, i), splitTime: at(r.SplitTime, i),
		}
		if r.Time != nil {
			x.time = r.Time[i]
		}
		if r.Channel != nil {
			if c := r.Channel[i]; c >= 0 && int(c) < len(r.Channels) {
				x.channel, x.hasChannel = r.Channels[c], true
			}
		}
		l.order++
		if last := len(l.rows) - 1; sorted && last >= 0 {
			sorted = compareRows(&l.rows[last], &x) <= 0
		}
		l.rows = append(l.rows, x)
	}
	if !sorted {
		slices.SortFunc(l.rows, func(a, b row) int { return compareRows(&a, &b) })
	}
	return nil
}

func at[T any](column []T, i int) (v T) {
	if column != nil {
		v = column[i]
	}
	return v
}

// present lists those of ids that the block has: reading none would read all.
func present(h *block.Header, ids []block.SectionID) []block.SectionID {
	var have []block.SectionID
	for _, id := range ids {
		if _, ok := h.Section(id); ok {
			have = append(have, id)
		}
	}
	return have
}
