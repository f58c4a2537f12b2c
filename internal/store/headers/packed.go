package headers

import (
	"encoding/binary"
	"slices"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// Headers are kept packed: a parsed one takes a kilobyte, and says little that the one before it in its lane does not foretell.
// pack appends h to dst as its difference to before, the header in front of it in the same lane (nil: none), and unpack is its
// inverse. Nothing is left out: what comes back is equal to h, field by field.

// The first byte of a packed header.
const (
	sameKind     = 1 << iota // version and flags are those of the header before
	sameTables               // partitions and definitions are
	sameSections             // ids and codecs of the sections are
	sameCounts               // operators and kinds that are counted are
	sameChannels             // channels are
	packedTight              // sections lie one behind the other and end the block
	ownRecord                // of another recording than the index
)

func pack(dst []byte, h, before *block.Header, rec event.RecordingID, t *tables) []byte {
	var bits byte
	if before != nil {
		bits = shared(h, before)
	}
	if tight(h) {
		bits |= packedTight
	}
	if h.Recording != rec {
		bits |= ownRecord
	}
	p := before
	if p == nil {
		p = new(block.Header)
	}
	w := packer{b: append(dst, bits), bits: bits}
	if bits&ownRecord != 0 {
		w.b = append(w.b, h.Recording[:]...)
	}
	w.zz(h.Number - p.Number)
	w.zz(h.FirstInv - p.LastInv)
	w.zz(h.LastInv - h.FirstInv)
	w.zz(uint64(h.WallMin - p.WallMin))
	w.zz(uint64(h.WallMax - h.WallMin))
	w.zz(uint64(h.EventMin) - uint64(p.EventMin))
	w.zz(uint64(h.EventMax) - uint64(h.EventMin))
	w.zz(h.Checkpoint - p.Checkpoint)
	w.uv(uint64(h.Events))
	w.uv(uint64(h.Size))
	if !w.has(sameKind) {
		w.uv(uint64(h.Minor))
		w.uv(uint64(h.Flags))
	}
	if !w.has(sameTables) {
		w.table(h, t)
	}
	w.sections(h)
	w.zones(&h.Zones, &p.Zones)
	return w.b
}

// shared tells what h and before have in common.
func shared(h, before *block.Header) (bits byte) {
	set := func(bit byte, same bool) {
		if same {
			bits |= bit
		}
	}
	a, b := &h.Zones, &before.Zones
	set(sameKind, h.Minor == before.Minor && h.Flags == before.Flags)
	set(sameTables, slices.Equal(a.Partitions, b.Partitions) && slices.Equal(a.Definitions, b.Definitions))
	set(sameSections, slices.EqualFunc(h.Sections, before.Sections, func(x, y block.SectionInfo) bool { return x.ID == y.ID && x.Codec == y.Codec }))
	set(sameCounts, slices.EqualFunc(a.Counts, b.Counts, func(x, y block.Count) bool { return x.Operator == y.Operator && x.Kind == y.Kind }))
	set(sameChannels, slices.EqualFunc(a.Channels, b.Channels, func(x, y block.ChannelRange) bool {
		return x.In == y.In && x.Partition == y.Partition && x.Subpartition == y.Subpartition
	}))
	return bits
}

// tables are the pairs of partitions and definitions that headers name, each once: few of them serve all blocks of a lane.
// Guarded by Index.mu.
type tables struct {
	number map[string]uint64 // of the pair written out, from 1
	list   []tablePair
}

type tablePair struct {
	partitions  []event.Key
	definitions []event.DefinitionID
}

// maxTables bounds what is kept apart from headers: where most blocks have pairs of their own, nothing is gained by it.
const maxTables = 1 << 14

// table writes the number of h's pair, or 0 and the pair.
func (w *packer) table(h *block.Header, t *tables) {
	var pair packer
	pair.uv(uint64(len(h.Zones.Partitions)))
	for _, k := range h.Zones.Partitions {
		pair.fixed(uint64(k))
	}
	pair.uv(uint64(len(h.Zones.Definitions)))
	for _, id := range h.Zones.Definitions {
		pair.fixed(uint64(id))
	}
	n, ok := t.number[string(pair.b)]
	if !ok && len(t.list) < maxTables {
		if t.number == nil {
			t.number = make(map[string]uint64)
		}
		t.list = append(t.list, tablePair{slices.Clone(h.Zones.Partitions), slices.Clone(h.Zones.Definitions)})
		n, ok = uint64(len(t.list)), true
		t.number[string(pair.b)] = n
	}
	if w.uv(n); !ok {
		w.b = append(w.b, pair.b...)
	}
}

// tight tells whether the sections' offsets follow from their lengths.
func tight(h *block.Header) bool {
	at := h.Size
	for _, s := range slices.Backward(h.Sections) {
		if at -= s.Stored; s.Offset != at {
			return false
		}
	}
	return true
}

type packer struct {
	b    []byte
	bits byte
}

func (w *packer) has(bit byte) bool { return w.bits&bit != 0 }

func (w *packer) uv(v uint64)    { w.b = binary.AppendUvarint(w.b, v) }
func (w *packer) zz(v uint64)    { w.b = binary.AppendVarint(w.b, int64(v)) }
func (w *packer) fixed(v uint64) { w.b = binary.LittleEndian.AppendUint64(w.b, v) }

func (w *packer) flag(v bool) {
	if v {
		w.uv(1)
	} else {
		w.uv(0)
	}
}

func (w *packer) sections(h *block.Header) {
	if !w.has(sameSections) {
		w.uv(uint64(len(h.Sections)))
	}
	for _, s := range h.Sections {
		if !w.has(sameSections) {
			w.b = append(w.b, byte(s.ID), byte(s.Codec))
		}
		w.uv(uint64(s.Stored))
		w.uv(uint64(s.Raw))
		w.b = binary.LittleEndian.AppendUint32(w.b, s.CRC)
		if !w.has(packedTight) {
			w.uv(uint64(s.Offset))
		}
	}
}

// ref writes v as its place in a table + 1, or as it is.
func ref[T ~uint64](w *packer, table []T, v T) {
	i := slices.Index(table, v)
	if w.uv(uint64(i + 1)); i < 0 {
		w.fixed(uint64(v))
	}
}

func (w *packer) zones(z, p *block.Zones) {
	if !w.has(sameCounts) {
		w.uv(uint64(len(z.Counts)))
	}
	for _, c := range z.Counts {
		if !w.has(sameCounts) {
			w.zz(uint64(c.Operator))
			w.uv(uint64(c.Kind))
		}
		w.uv(c.N)
	}
	if !w.has(sameChannels) {
		w.uv(uint64(len(z.Channels)))
	}
	for i, c := range z.Channels {
		next := uint64(0)
		if w.has(sameChannels) {
			next = p.Channels[i].Last + 1
		} else {
			w.flag(c.In)
			ref(w, z.Partitions, c.Partition)
			w.uv(uint64(c.Subpartition))
		}
		w.zz(c.First - next)
		w.zz(c.Last - c.First)
		w.zz(c.Count - (c.Last - c.First + 1))
	}
	// The others are mostly absent.
	any := len(z.Watermarks)+len(z.Barriers)+len(z.Drops)+len(z.Gaps)+len(z.Positions) > 0
	w.flag(any)
	if !any {
		return
	}
	w.uv(uint64(len(z.Watermarks)))
	for _, e := range z.Watermarks {
		w.flag(e.In)
		ref(w, z.Partitions, e.Partition)
		w.zz(uint64(e.Input))
		w.zz(uint64(e.First))
		w.zz(uint64(e.Last - e.First))
	}
	w.uv(uint64(len(z.Barriers)))
	for _, e := range z.Barriers {
		w.uv(e.Checkpoint)
		w.flag(e.In)
		ref(w, z.Partitions, e.Partition)
		w.uv(uint64(e.Subpartition))
		w.uv(e.Seq)
		w.flag(e.Unaligned)
		w.flag(e.Recovering)
	}
	w.uv(uint64(len(z.Drops)))
	for _, e := range z.Drops {
		w.zz(uint64(e.Operator))
		w.uv(uint64(e.Reason))
		w.uv(e.N)
	}
	w.uv(uint64(len(z.Gaps)))
	for _, e := range z.Gaps {
		w.uv(uint64(e.Lane))
		w.uv(uint64(e.Reason))
		w.uv(e.FirstInv)
		w.uv(e.LastInv)
		w.uv(e.Events)
		w.uv(e.Bytes)
	}
	w.uv(uint64(len(z.Positions)))
	for _, e := range z.Positions {
		w.flag(e.Sink)
		ref(w, z.Definitions, e.Split)
		w.zz(uint64(e.First))
		w.zz(uint64(e.Last - e.First))
		w.uv(e.Count)
	}
}
