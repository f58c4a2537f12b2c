package export

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

// A set of stretches says what a set of numbers says, whatever the order in which they came.
func TestSetsOfBlocks(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	numbers := func() span {
		first := rng.Uint64N(40)
		if rng.IntN(4) == 0 {
			first = math.MaxUint64 - rng.Uint64N(6) // those of the server are that high
		}
		return span{first, first + min(rng.Uint64N(4), math.MaxUint64-first)}
	}
	for range 300 {
		set, naive := blockSet{}, map[lane]map[uint64]bool{}
		other := blockSet{}
		met := false
		for range rng.IntN(30) {
			l, n := lane{1, 1}, numbers()
			if rng.IntN(3) == 0 {
				l.attempt = 2
			}
			set.add(l, n)
			if naive[l] == nil {
				naive[l] = map[uint64]bool{}
			}
			for i := n.first; ; i++ {
				naive[l][i] = true
				if i == n.last {
					break
				}
			}
		}
		for range 3 {
			n := numbers()
			other.add(lane{2, 1}, n)
			all, some := true, false
			for i := n.first; ; i++ {
				all, some = all && naive[lane{2, 1}][i], some || naive[lane{2, 1}][i]
				if i == n.last {
					break
				}
			}
			if met = met || some; set.holds(lane{2, 1}, n) != all {
				t.Fatalf("%v: %d to %d: %v", set, n.first, n.last, !all)
			}
		}
		if set.meets(other) != met {
			t.Fatalf("%v meets %v: %v", set, other, !met)
		}
		for l, list := range set {
			for i := 1; i < len(list); i++ {
				if list[i].first <= list[i-1].last+1 {
					t.Fatalf("%v: stretches of %v touch", set, l)
				}
			}
		}
		if again, err := setOf(set.listed()); err != nil || !reflect.DeepEqual(again, set) {
			t.Fatalf("%v was written, %v read: %v", set, again, err)
		}
	}
	for _, bad := range []LaneBlocks{{Attempt: "1"}, {Attempt: "0000000000000001", Blocks: []string{"x"}}, {Attempt: "0000000000000001", Blocks: []string{"5-2"}}} {
		if _, err := setOf([]LaneBlocks{bad}); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}
