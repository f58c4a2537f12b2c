package headers

import (
	"encoding/binary"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// unpacker reads what packer wrote. The bytes are the index's own, so they are not checked.
type unpacker struct {
	b    []byte
	bits byte
}

func (r *unpacker) has(bit byte) bool { return r.bits&bit != 0 }

func (r *unpacker) uv() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 {
		v := uint64(r.b[0])
		r.b = r.b[1:]
		return v
	}
	v, n := binary.Uvarint(r.b)
	r.b = r.b[n:]
	return v
}

func (r *unpacker) zz() uint64 {
	v := r.uv()
	return v>>1 ^ -(v & 1)
}

func (r *unpacker) flag() bool { return r.uv() == 1 }

func (r *unpacker) fixed() uint64 {
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

func (r *unpacker) byte() byte {
	v := r.b[0]
	r.b = r.b[1:]
	return v
}

// unpack reads the header at the beginning of b and returns what is behind it.
func unpack(b []byte, before *block.Header, rec event.RecordingID, attempt event.Key, lane event.Lane, t *tables) (*block.Header, []byte) {
	bits := b[0]
	r := unpacker{b: b[1:], bits: bits}
	h := &block.Header{Recording: rec, Attempt: attempt, Lane: lane}
	if bits&ownRecord != 0 {
		r.b = r.b[copy(h.Recording[:], r.b):]
	}
	p := before
	if p == nil {
		p = new(block.Header)
	}
	h.Number = p.Number + r.zz()
	h.FirstInv = p.LastInv + r.zz()
	h.LastInv = h.FirstInv + r.zz()
	h.WallMin = p.WallMin + int64(r.zz())
	h.WallMax = h.WallMin + int64(r.zz())
	h.EventMin = int64(uint64(p.EventMin) + r.zz())
	h.EventMax = int64(uint64(h.EventMin) + r.zz())
	h.Checkpoint = p.Checkpoint + r.zz()
	h.Events, h.Size = uint32(r.uv()), uint32(r.uv())
	z := &h.Zones
	if h.Minor, h.Flags = p.Minor, p.Flags; !r.has(sameKind) {
		h.Minor, h.Flags = uint8(r.uv()), uint16(r.uv())
	}
	// Tables are shared: nobody changes a header.
	if z.Partitions, z.Definitions = p.Zones.Partitions, p.Zones.Definitions; !r.has(sameTables) {
		if n := r.uv(); n > 0 {
			z.Partitions, z.Definitions = t.list[n-1].partitions, t.list[n-1].definitions
		} else {
			z.Partitions = list(int(r.uv()), func(k *event.Key) { *k = event.Key(r.fixed()) })
			z.Definitions = list(int(r.uv()), func(id *event.DefinitionID) { *id = event.DefinitionID(r.fixed()) })
		}
	}
	r.sections(h, p)
	r.zones(z, &p.Zones)
	return h, r.b
}

// count is how many entries there are: as before, or as written.
func (r *unpacker) count(same byte, before int) int {
	if r.has(same) {
		return before
	}
	return int(r.uv())
}

// list makes n entries, nil for none.
func list[T any](n int, entry func(*T)) []T {
	if n == 0 {
		return nil
	}
	out := make([]T, n)
	for i := range out {
		entry(&out[i])
	}
	return out
}

func (r *unpacker) sections(h, p *block.Header) {
	n := r.count(sameSections, len(p.Sections))
	if n == 0 {
		return
	}
	h.Sections = make([]block.SectionInfo, n)
	for i := range h.Sections {
		s := &h.Sections[i]
		if r.has(sameSections) {
			s.ID, s.Codec = p.Sections[i].ID, p.Sections[i].Codec
		} else {
			s.ID, s.Codec = block.SectionID(r.byte()), block.Codec(r.byte())
		}
		s.Stored, s.Raw = uint32(r.uv()), uint32(r.uv())
		s.CRC = binary.LittleEndian.Uint32(r.b)
		if r.b = r.b[4:]; !r.has(packedTight) {
			s.Offset = uint32(r.uv())
		}
	}
	if at := h.Size; r.has(packedTight) {
		for i := n - 1; i >= 0; i-- {
			at -= h.Sections[i].Stored
			h.Sections[i].Offset = at
		}
	}
}

func unref[T ~uint64](r *unpacker, table []T) T {
	if i := r.uv(); i > 0 {
		return table[i-1]
	}
	return T(r.fixed())
}

func (r *unpacker) zones(z, p *block.Zones) {
	if counts := r.count(sameCounts, len(p.Counts)); counts > 0 {
		z.Counts = make([]block.Count, counts)
	}
	for i := range z.Counts {
		c := &z.Counts[i]
		if r.has(sameCounts) {
			c.Operator, c.Kind = p.Counts[i].Operator, p.Counts[i].Kind
		} else {
			c.Operator, c.Kind = int(r.zz()), event.Kind(r.uv())
		}
		c.N = r.uv()
	}
	if channels := r.count(sameChannels, len(p.Channels)); channels > 0 {
		z.Channels = make([]block.ChannelRange, channels)
	}
	for i := range z.Channels {
		c, next := &z.Channels[i], uint64(0)
		if r.has(sameChannels) {
			*c = p.Channels[i]
			next = c.Last + 1
		} else {
			c.In = r.flag()
			c.Partition = unref(r, z.Partitions)
			c.Subpartition = uint32(r.uv())
		}
		c.First = next + r.zz()
		c.Last = c.First + r.zz()
		c.Count = c.Last - c.First + 1 + r.zz()
	}
	if !r.flag() {
		return
	}
	z.Watermarks = list(int(r.uv()), func(e *block.WatermarkRange) {
		e.In = r.flag()
		e.Partition = unref(r, z.Partitions)
		e.Input = int(r.zz())
		e.First = int64(r.zz())
		e.Last = e.First + int64(r.zz())
	})
	z.Barriers = list(int(r.uv()), func(e *block.Barrier) {
		e.Checkpoint, e.In = r.uv(), r.flag()
		e.Partition = unref(r, z.Partitions)
		e.Subpartition, e.Seq = uint32(r.uv()), r.uv()
		e.Unaligned, e.Recovering = r.flag(), r.flag()
	})
	z.Drops = list(int(r.uv()), func(e *block.Drop) {
		e.Operator, e.Reason, e.N = int(r.zz()), event.DropReason(r.uv()), r.uv()
	})
	z.Gaps = list(int(r.uv()), func(e *block.GapRange) {
		e.Lane, e.Reason = event.Lane(r.uv()), event.GapReason(r.uv())
		e.FirstInv, e.LastInv, e.Events, e.Bytes = r.uv(), r.uv(), r.uv(), r.uv()
	})
	z.Positions = list(int(r.uv()), func(e *block.PositionRange) {
		e.Sink = r.flag()
		e.Split = unref(r, z.Definitions)
		e.First = int64(r.zz())
		e.Last = e.First + int64(r.zz())
		e.Count = r.uv()
	})
}
