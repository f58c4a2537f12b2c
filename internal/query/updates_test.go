package query

import (
	"fmt"
	"testing"
)

func TestRecordsBesideEachOther(t *testing.T) {
	for _, c := range []struct {
		path   string
		output int
		n      int
		want   string
	}{
		{"0(>0>0)", 0, 2, "[true false]"},
		{"0(1(>0)1(>0))", 0, 2, "[true false]"},
		{"0(1(2(>0))1(2(>0)))", 0, 2, "[true false]"},
		{"0(1(>0)1()1()1(>0))", 0, 2, "[false false]"},    // what stood between was filtered out
		{"0(1(>0)1()1(>0))", 0, 2, "[false false]"},       //
		{"0(1(>0)1(>0)1(>0))", 0, 3, "[true true false]"}, // kinds tell which two are an update
		{"0(1(>0>0)1(>0))", 0, 3, "[true false false]"},   // two of one
		{"0(1(2(>0)2())1(2()2(>0)))", 0, 2, "[false false]"},
		{"0(1(>0)2(>1)1(>0)2(>1))", 0, 2, "[true false]"}, // two branches behind one operator
		{"0(1(>0)2(>1)1(>0)2(>1))", 1, 2, "[true false]"},
		{"0(>1,1(>0)>1,1(>0))", 1, 2, "[true false]"},
		{"0(1(>0)2(>0))", 0, 2, "[false false]"}, // different operators
		{"0(1(2(>0))1(>0))", 0, 2, "[false false]"},
		{"~(>0>0)", 0, 2, "[true false]"},
		{"~(3(>0)3(>0))", 0, 2, "[true false]"},
		{"0(>0)", 0, 2, "[]"},   // rows that the path does not have
		{"0(>0>0…", 0, 2, "[]"}, // a path that was cut
	} {
		r, ok := parsePath(c.path)
		if !ok {
			t.Fatalf("%s does not parse", c.path)
		}
		if got := fmt.Sprint(r.beside(c.output, c.n)); got != c.want {
			t.Errorf("%s output %d: %s, want %s", c.path, c.output, got, c.want)
		}
	}
}
