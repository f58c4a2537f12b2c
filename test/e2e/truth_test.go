package e2e

import (
	"maps"
	"slices"
	"strconv"
	"testing"
)

func TestTruthOfOneNumber(t *testing.T) {
	for _, c := range []struct {
		n                       int
		children, grandchildren []string
	}{
		{0, []string{"0/b0", "0/b1", "0/b2", "0/b3"}, []string{"0/b0>0", "0/b0>1", "0/b1>0", "0/b1>1", "0/b2>0", "0/b2>1", "0/b3>0", "0/b3>1"}},
		{3, []string{"3/0", "3/1", "3/2"}, []string{"3/0>0", "3/2>0"}}, // 3 + 1 is dropped
		{4, nil, nil},
		{7, []string{"7/0", "7/1", "7/2"}, []string{"7/0>0", "7/0>1", "7/1>0", "7/1>1"}}, // 7 + 2 is dropped, the rest doubled
		{50, []string{"50/0", "50/1", "50/b0", "50/b1", "50/b2", "50/b3"}, []string{"50/0>0", "50/1>0", "50/b0>0", "50/b1>0", "50/b2>0", "50/b3>0"}},
	} {
		got := children(c.n)
		if !slices.Equal(got, c.children) {
			t.Errorf("children of %d: %v, want %v", c.n, got, c.children)
		}
		var below []string
		for _, child := range got {
			below = append(below, grandchildren(child)...)
		}
		if !slices.Equal(below, c.grandchildren) {
			t.Errorf("grandchildren of %d: %v, want %v", c.n, below, c.grandchildren)
		}
	}
}

func TestAboveAndBelowAreEachOthersInverse(t *testing.T) {
	w := world{numbers: places{}, children: places{}, grandchildren: places{}}
	const numbers = 400
	for n := range numbers {
		w.numbers[strconv.Itoa(n)] = "in/" + strconv.Itoa(n)
		for _, child := range children(n) {
			w.children[child] = "mid/" + child
			for _, grandchild := range grandchildren(child) {
				w.grandchildren[grandchild] = "out/" + grandchild
			}
		}
	}
	down, up := map[[2]string]bool{}, map[[2]string]bool{}
	for n := range numbers {
		for place := range w.below(n) {
			if place[0] == 'o' {
				down[[2]string{w.numbers[strconv.Itoa(n)], place}] = true
			}
		}
	}
	for grandchild, place := range w.grandchildren {
		for above := range w.above(grandchild) {
			if above[0] == 'i' {
				up[[2]string{above, place}] = true
			}
		}
	}
	if len(down) == 0 || !maps.Equal(down, up) {
		t.Fatalf("%d pairs downwards, %d upwards", len(down), len(up))
	}
}

func TestTallySeesWrongAndMissing(t *testing.T) {
	var exact, wrong, missing tally
	truth := set{"a": {}, "b": {}}
	if !exact.compare(truth, set{"a": {}, "b": {}}) || exact.precision() != 1 || exact.recall() != 1 {
		t.Errorf("equal sets: %s", exact)
	}
	if wrong.compare(truth, set{"a": {}, "b": {}, "c": {}, "d": {}}) || wrong.precision() != 0.5 || wrong.recall() != 1 {
		t.Errorf("two wrong: %s", wrong)
	}
	if missing.compare(truth, set{"a": {}}) || missing.precision() != 1 || missing.recall() != 0.5 {
		t.Errorf("one missing: %s", missing)
	}
}

func TestDescends(t *testing.T) {
	for _, c := range []struct {
		payload, ancestor string
		want              bool
	}{
		{"17/0>1", "17", true}, {"17/0>1", "17/0", true}, {"17/0>1", "17/0>", true}, {"17", "17", true},
		{"170/0", "17", false}, {"17/0", "17/1", false}, {"17", "17/0", false}, {"17/0>1", "17/0>0", false},
	} {
		if got := descends(c.payload, c.ancestor); got != c.want {
			t.Errorf("descends(%q, %q) = %t", c.payload, c.ancestor, got)
		}
	}
}
