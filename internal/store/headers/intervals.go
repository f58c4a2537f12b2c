package headers

import (
	"cmp"
	"slices"
	"sort"
)

// interval is a closed range of a block, named by its mark.
type interval[T cmp.Ordered] struct {
	first, last T
	reach       T // the highest last up to and including this entry
	mark        uint64
}

// intervals finds the ranges that hold a value. Ranges mostly arrive in order and overlap little: then both insert and
// search cost a binary search at most. The list is ordered by first.
type intervals[T cmp.Ordered] struct{ list []interval[T] }

func (x *intervals[T]) insert(first, last T, mark uint64) {
	at := len(x.list)
	if at > 0 && first < x.list[at-1].first {
		at = sort.Search(len(x.list), func(i int) bool { return x.list[i].first > first })
	}
	x.list = slices.Insert(x.list, at, interval[T]{first: first, last: last, mark: mark})
	for i := at; i < len(x.list); i++ {
		reach := x.list[i].last
		if i > 0 {
			reach = max(reach, x.list[i-1].reach)
		}
		if i > at && reach == x.list[i].reach {
			break
		}
		x.list[i].reach = reach
	}
}

// overlapping appends to marks those of ranges below limit that share a value with [from, to], in no order.
func (x *intervals[T]) overlapping(marks []uint64, from, to T, limit uint64) []uint64 {
	i := sort.Search(len(x.list), func(i int) bool { return x.list[i].first > to }) - 1
	for ; i >= 0 && x.list[i].reach >= from; i-- {
		if e := &x.list[i]; e.last >= from && e.mark < limit {
			marks = append(marks, e.mark)
		}
	}
	return marks
}
