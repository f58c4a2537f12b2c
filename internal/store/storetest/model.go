package storetest

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// model is a store that could hardly be wrong: a list, searched from one end to the other.
type model struct {
	blocks  []*block.Header
	removed []*block.Header // by retention
}

// stretch tells where h's number is among the removed blocks of its lane: one of them, or only between the lowest and the highest.
func (m *model) stretch(h *block.Header) (is, between bool) {
	low, high := h.Number+1, uint64(0)
	for _, b := range m.removed {
		if b.Recording == h.Recording && b.Attempt == h.Attempt && b.Lane == h.Lane {
			is = is || b.Number == h.Number
			low, high = min(low, b.Number), max(high, b.Number)
		}
	}
	return is, low <= h.Number && h.Number <= high
}

func (m *model) has(h *block.Header) bool {
	return slices.ContainsFunc(m.blocks, func(b *block.Header) bool { return sameBlock(b, h) })
}

func sameBlock(a, b *block.Header) bool {
	return a.Recording == b.Recording && a.Attempt == b.Attempt && a.Lane == b.Lane && a.Number == b.Number
}

// agents leaves out what the server wrote: that something was removed.
func agents(refs iter.Seq[store.Ref]) (list []store.Ref) {
	for r := range refs {
		if !r.Header.Server() {
			list = append(list, r)
		}
	}
	return list
}

func (m *model) find(rec event.RecordingID, match func(*block.Header) bool) []store.Ref {
	var out []store.Ref
	for _, b := range m.blocks {
		if b.Recording == rec && match(b) {
			out = append(out, store.Ref{Header: b})
		}
	}
	return out
}

func byNumber(refs []store.Ref) []store.Ref {
	slices.SortFunc(refs, func(a, b store.Ref) int {
		return cmp.Or(cmp.Compare(a.Header.Attempt, b.Header.Attempt), cmp.Compare(a.Header.Lane, b.Header.Lane),
			cmp.Compare(a.Header.Number, b.Header.Number))
	})
	return refs
}

// sameAsModel plays random operations on the store and the model and compares every answer.
func sameAsModel(t *testing.T, backend Backend) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { playRandomly(t, backend, seed) })
	}
}

func playRandomly(t *testing.T, backend Backend, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 99))
	s := backend.New(t)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	m := new(model)
	ctx := context.Background()
	for range 300 {
		switch op := r.IntN(20); {
		case op < 14:
			p := randomPlan(r)
			raw := p.build(t)
			h, err := block.Verify(raw)
			if err != nil {
				t.Fatal(err)
			}
			stored, err := s.Append(ctx, h, raw)
			gone, near := m.stretch(h)
			if err != nil || stored && (m.has(h) || gone) || !stored && !m.has(h) && !near {
				t.Fatalf("append %s: stored %v, %v", numbers([]store.Ref{{Header: h}}), stored, err)
			}
			if stored {
				m.blocks = append(m.blocks, h)
			}
		case op == 14 && r.IntN(6) == 0:
			rec := recordingID(byte(1 + r.IntN(2)))
			err := s.Delete(ctx, rec)
			known := slices.ContainsFunc(slices.Concat(m.blocks, m.removed), func(b *block.Header) bool { return b.Recording == rec })
			if known != (err == nil) {
				t.Fatalf("delete: %v", err)
			}
			of := func(b *block.Header) bool { return b.Recording == rec }
			m.blocks, m.removed = slices.DeleteFunc(m.blocks, of), slices.DeleteFunc(m.removed, of)
		case op == 15 && backend.Reopen != nil:
			s = backend.Reopen(t, s)
		case op == 16 && backend.Compact != nil:
			backend.Compact(t, s)
		case op == 17 && backend.Trim != nil && r.IntN(3) == 0:
			gone := backend.Trim(t, s, recordingID(byte(1+r.IntN(2))))
			m.removed = append(m.removed, gone...)
			m.blocks = slices.DeleteFunc(m.blocks, func(b *block.Header) bool {
				return slices.ContainsFunc(gone, func(g *block.Header) bool { return sameBlock(b, g) })
			})
		default:
			m.compare(t, r, s)
		}
	}
	m.compare(t, r, s)
}

func randomPlan(r *rand.Rand) *plan {
	p := &plan{
		recording: byte(1 + r.IntN(2)), attempt: event.Key(0xa0 + r.IntN(3)), partition: event.Key(0xf0 + r.IntN(2)),
		lane: []event.Lane{event.LaneOut, event.LaneDet, event.LaneSrc}[r.IntN(3)], number: uint64(r.IntN(40)), n: 1 + r.IntN(20),
		codec: block.Codec(r.IntN(3)),
	}
	p.seq = p.number*10 + uint64(r.IntN(5)) // ranges overlap, as retried attempts' do
	return p
}

func (m *model) compare(t *testing.T, r *rand.Rand, s store.Store) {
	t.Helper()
	rec := recordingID(byte(1 + r.IntN(2)))
	all := m.find(rec, func(*block.Header) bool { return true })
	snap, err := s.Snapshot(context.Background(), rec)
	if len(all) == 0 {
		if err == nil && len(m.removed) == 0 {
			t.Fatal("a recording without blocks")
		}
		return
	}
	for _, b := range m.removed {
		if next := s.Lane(b.Recording, b.Attempt, b.Lane).Next; next <= b.Number {
			t.Fatalf("lane %s of %s goes on with %d, and %d was removed", b.Lane, b.Attempt, next, b.Number)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	expect(t, "by arrival", numbers(agents(snap.Since(0))), numbers(all))
	f := store.Filter{}
	if r.IntN(2) == 0 {
		f.Lane = event.Lane(1 + r.IntN(3))
	}
	if r.IntN(2) == 0 {
		f.Attempt = event.Key(0xa0 + r.IntN(3))
		f.InvFrom, f.InvTo = uint64(r.IntN(200)), uint64(r.IntN(400))
	}
	if r.IntN(2) == 0 {
		f.WallFrom, f.WallTo = int64(r.IntN(30))*1_000_000, int64(r.IntN(40))*1_000_000
	}
	expect(t, fmt.Sprintf("%+v", f), numbers(agents(snap.Blocks(f))), numbers(byNumber(m.find(rec, func(h *block.Header) bool {
		switch {
		case f.Lane != 0 && h.Lane != f.Lane, f.Attempt != 0 && h.Attempt != f.Attempt:
			return false
		case f.WallFrom != 0 && h.WallMax < f.WallFrom, f.WallTo != 0 && h.WallMin >= f.WallTo:
			return false
		}
		return h.LastInv >= f.InvFrom && (f.InvTo == 0 || h.FirstInv <= f.InvTo)
	}))))
	e := event.Element{Partition: event.Key(0xf0 + r.IntN(2)), Subpartition: 3, Seq: uint64(r.IntN(420))}
	for _, in := range []bool{false, true} {
		expect(t, e.String(), numbers(snap.Element(e, in)), numbers(m.find(rec, func(h *block.Header) bool {
			return slices.ContainsFunc(h.Zones.Channels, func(c block.ChannelRange) bool {
				return c.In == in && c.Partition == e.Partition && c.First <= e.Seq && e.Seq <= c.Last
			})
		})))
	}
	offset := int64(r.IntN(420))
	expect(t, fmt.Sprint(offset), numbers(snap.Position(split.ID, offset, false)), numbers(m.find(rec, func(h *block.Header) bool {
		return slices.ContainsFunc(h.Zones.Positions, func(p block.PositionRange) bool { return p.First <= offset && offset <= p.Last })
	})))
	own := agents(snap.Since(0))
	ref := own[r.IntN(len(own))]
	if first := snap.Recording().First; snap.Mark()-first != snap.Recording().Blocks || len(slices.Collect(snap.Since(first))) != int(snap.Recording().Blocks) {
		t.Errorf("marks from %d to %d for %d blocks", first, snap.Mark(), snap.Recording().Blocks)
	}
	rows, err := snap.Read(context.Background(), ref)
	if err != nil || len(rows.Kind) != int(ref.Header.Events) || rows.Inv[0] != ref.Header.FirstInv {
		t.Errorf("reading %s: %v", numbers([]store.Ref{ref}), err)
	}
}
