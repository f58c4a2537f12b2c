package headers

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// interval is a closed range of a block, named by its mark.
type interval struct {
	first, last uint64
	mark        uint32
}

// intervals finds the ranges that hold a value. Ranges mostly arrive in order and overlap little: then both insert and search
// cost a binary search and a piece at most. Entries are in pieces of which all but the last are packed: each is ordered, and
// begins no earlier than the one before.
// Values of a signed kind are kept with signBit turned, which keeps their order.
type intervals struct {
	pieces []piece
	tail   []interval // ordered, behind all pieces
}

// piece is some entries: the differences to the one before, first to last, and mark.
type piece struct {
	first uint64
	reach uint64 // the highest last of this piece and those before it
	n     int32
	data  []byte
}

const (
	pieceLen = 64
	signBit  = 1 << 63
)

func signed(v int64) uint64 { return uint64(v) ^ signBit }

func packPiece(list []interval) piece {
	p := piece{first: list[0].first, n: int32(len(list))}
	var buf [pieceLen * 12]byte
	data, before := buf[:0], list[0]
	for _, e := range list {
		data = binary.AppendUvarint(data, e.first-before.first)
		data = binary.AppendVarint(data, int64(e.last-e.first))
		data = binary.AppendVarint(data, int64(e.mark)-int64(before.mark))
		p.reach = max(p.reach, e.last)
		before = e
	}
	// The first entry's mark is the difference to itself.
	p.data = append(binary.AppendUvarint(make([]byte, 0, len(data)+4), uint64(list[0].mark)), data...)
	return p
}

// each gives the entries of p.
func (p *piece) each(yield func(interval)) {
	b := p.data
	uv := func() uint64 {
		v, n := binary.Uvarint(b)
		b = b[n:]
		return v
	}
	zz := func() uint64 {
		v := uv()
		return v>>1 ^ -(v & 1)
	}
	e := interval{first: p.first, mark: uint32(uv())}
	for range p.n {
		e.first += uv()
		e.last = e.first + zz()
		e.mark += uint32(zz())
		yield(e)
	}
}

func (x *intervals) insert(first, last uint64, mark uint32) {
	e := interval{first, last, mark}
	if n := len(x.pieces); n > 0 && first < x.pieces[n-1].first {
		x.insertEarly(e)
		return
	}
	at := len(x.tail)
	for at > 0 && x.tail[at-1].first > first {
		at--
	}
	x.tail = slices.Insert(x.tail, at, e)
	if len(x.tail) < 2*pieceLen { // what is late by little finds its place in the tail
		return
	}
	x.push(packPiece(x.tail[:pieceLen]))
	x.tail = append(x.tail[:0], x.tail[pieceLen:]...)
}

func (x *intervals) push(p piece) {
	if n := len(x.pieces); n > 0 {
		p.reach = max(p.reach, x.pieces[n-1].reach)
	}
	x.pieces = append(x.pieces, p)
}

// insertEarly puts e into a packed piece: that and all behind it are made again.
func (x *intervals) insertEarly(e interval) {
	at := max(0, sort.Search(len(x.pieces), func(i int) bool { return x.pieces[i].first > e.first })-1)
	list := []interval{e}
	for i := range x.pieces[at:] {
		x.pieces[at+i].each(func(old interval) { list = append(list, old) })
	}
	list = append(list, x.tail...)
	slices.SortFunc(list, func(a, b interval) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.mark, b.mark)) })
	for x.pieces = x.pieces[:at]; len(list) > pieceLen; list = list[pieceLen:] {
		x.push(packPiece(list[:pieceLen]))
	}
	x.tail = append(x.tail[:0], list...)
}

// overlapping appends to marks those of ranges below limit that share a value with [from, to], in no order.
func (x *intervals) overlapping(marks []uint64, from, to, limit uint64) []uint64 {
	take := func(e interval) {
		if e.first <= to && e.last >= from && uint64(e.mark) < limit {
			marks = append(marks, uint64(e.mark))
		}
	}
	for _, e := range x.tail {
		take(e)
	}
	i := sort.Search(len(x.pieces), func(i int) bool { return x.pieces[i].first > to }) - 1
	for ; i >= 0 && x.pieces[i].reach >= from; i-- {
		x.pieces[i].each(take)
	}
	return marks
}
