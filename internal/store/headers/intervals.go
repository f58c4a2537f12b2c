package headers

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// interval is a closed range that holds those of some blocks: those that are together in a stack. Which of them hold a value, their
// headers say, and these are unpacked together anyhow.
type interval struct {
	first, last uint64
	stack       stackKey
}

// intervals finds the ranges that hold a value. Ranges mostly arrive in order and overlap little: then both insert and search
// cost a binary search and a piece at most. Entries are in pieces of which all but the last are packed: each is ordered, and
// begins no earlier than the one before.
// Values of a signed kind are kept with signBit turned, which keeps their order.
type intervals struct {
	pieces []piece
	tail   []interval // ordered, behind all pieces
}

// piece is some entries: the differences to the one before, first to last, lane and stack.
type piece struct {
	first uint64
	reach uint64 // the highest last of this piece and those before it
	n     int32
	data  []byte
}

const (
	pieceLen = 16
	signBit  = 1 << 63
)

func signed(v int64) uint64 { return uint64(v) ^ signBit }

func packPiece(list []interval) piece {
	p := piece{first: list[0].first, n: int32(len(list))}
	var buf [pieceLen * 4 * binary.MaxVarintLen64]byte
	data, before := buf[:0], list[0]
	for _, e := range list {
		data = binary.AppendUvarint(data, e.first-before.first)
		data = binary.AppendVarint(data, int64(e.last-e.first))
		data = binary.AppendVarint(data, int64(e.stack.lane)-int64(before.stack.lane))
		data = binary.AppendVarint(data, int64(e.stack.stack)-int64(before.stack.stack))
		p.reach = max(p.reach, e.last)
		before = e
	}
	// The first entry's stack is the difference to itself.
	head := binary.AppendUvarint(binary.AppendUvarint(nil, uint64(list[0].stack.lane)), uint64(list[0].stack.stack))
	p.data = append(append(make([]byte, 0, len(head)+len(data)), head...), data...)
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
	e := interval{first: p.first, stack: stackKey{lane: uint32(uv())}}
	e.stack.stack = uint32(uv())
	for range p.n {
		e.first += uv()
		e.last = e.first + zz()
		e.stack.lane += uint32(zz())
		e.stack.stack += uint32(zz())
		yield(e)
	}
}

// mergeDepth is among how many of the newest entries that of the same stack is looked for: as many lanes may take turns in a range.
const mergeDepth = 4

func (x *intervals) insert(first, last uint64, stack stackKey) {
	for i := len(x.tail) - 1; i >= max(0, len(x.tail)-mergeDepth); i-- {
		if e := &x.tail[i]; e.stack == stack && e.first <= first {
			e.last = max(e.last, last)
			return
		}
	}
	e := interval{first, last, stack}
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
	slices.SortFunc(list, func(a, b interval) int {
		return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.stack.lane, b.stack.lane), cmp.Compare(a.stack.stack, b.stack.stack))
	})
	for x.pieces = x.pieces[:at]; len(list) > pieceLen; list = list[pieceLen:] {
		x.push(packPiece(list[:pieceLen]))
	}
	x.tail = append(x.tail[:0], list...)
}

// overlapping appends to stacks those of ranges that share a value with [from, to], in no order and perhaps more than once.
func (x *intervals) overlapping(stacks []stackKey, from, to uint64) []stackKey {
	take := func(e interval) {
		if e.first <= to && e.last >= from {
			stacks = append(stacks, e.stack)
		}
	}
	for _, e := range x.tail {
		take(e)
	}
	i := sort.Search(len(x.pieces), func(i int) bool { return x.pieces[i].first > to }) - 1
	for ; i >= 0 && x.pieces[i].reach >= from; i-- {
		x.pieces[i].each(take)
	}
	return stacks
}
