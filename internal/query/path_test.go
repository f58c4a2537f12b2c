package query

import (
	"fmt"
	"strings"
	"testing"
)

func TestPathsAreReadAsTheRecorderWritesThem(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"0()", "record: 0<-1 0/0/0"},
		{"0(1(2(>0>0)))", "record: 0<-1 1/0/0, 1<-0 1/0/0, 2<-1 0/2/0"},
		{"0w(1())", "control: 0<-1 1/0/0, 1<-0 0/0/0"},
		{"~()", "none:"},
		{"~(3(!)4(!))", "none: 3<--1 0/0/1, 4<--1 0/0/1"},
		{"1(2(!!)3(>1))", "record: 1<-1 2/0/0, 2<-0 0/0/2, 3<-0 0/1/0"},
		{"0(>01(!))", "record: 0<-1 1/1/0, 1<-0 0/0/1"},  // output 0, then operator 1
		{"0(>112())", "record: 0<-1 1/1/0, 12<-0 0/0/0"}, // the shortest output
		{"0(>105())", "record: 0<-1 1/1/0, 5<-0 0/0/0"},  // operator 05 does not exist
		{"0(>10>11)", "record: 0<-1 0/2/0"},
		{"0(1(>0…", "cut record: 0<-1 1/0/0, 1<-0 0/1/0"},
		{"0(1(>…", "cut record: 0<-1 1/0/0, 1<-0 0/0/0"},
		{"0(1…", "cut record: 0<-1 0/0/0"},
		{"0(…", "cut record: 0<-1 0/0/0"},
		{"0(>1,2(>0))", "record: 0<-1 1/1/0, 2<-0 0/1/0"}, {"0(>12,3()>4)", "record: 0<-1 1/2/0, 3<-0 0/0/0"}, {"0(,1())", "bad"},
		{"", "bad"}, {"(", "bad"}, {"0", "bad"}, {"0(", "bad"}, {"0)", "bad"}, {"0())", "bad"}, {"0()1()", "bad"}, {"0(>)", "bad"},
		{"0(x)", "bad"}, {"w()", "bad"}, {"0(1)", "bad"}, {"9999999()", "bad"},
	} {
		want := strings.ReplaceAll(c.want, "0<-1 ", "0<--1 ")
		if strings.HasPrefix(c.text, "1") {
			want = strings.Replace(want, "record: 1<-1", "record: 1<--1", 1)
		}
		if got := printRoute(c.text); got != want {
			t.Errorf("%s: %s, want %s", c.text, got, want)
		}
	}
}

// printRoute shows each visit as operator<-parent passed/emitted/written.
func printRoute(text string) string {
	r, ok := parsePath(text)
	if !ok {
		return "bad"
	}
	var b strings.Builder
	if r.cut {
		b.WriteString("cut ")
	}
	b.WriteString([]string{"none:", "record:", "control:"}[r.root])
	for i, v := range r.visits {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %d<-%d %d/%d/%d", v.operator, v.parent, v.passed, v.emitted, v.written)
	}
	return b.String()
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"0(1(2(>0>0)))", "0w()", "~(1(!))", "0(>01(!))", "0(1(>0…", strings.Repeat("1(", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := parsePath(s)
		if !ok {
			return
		}
		emits, writes := 0, 0
		for i, v := range r.visits {
			if v.parent >= i || v.parent < -1 {
				t.Fatalf("visit %d of %q has parent %d", i, s, v.parent)
			}
			emits, writes = emits+v.emitted, writes+v.written
		}
		if r.root != rootNone && (emits != r.emits || writes != r.writes) {
			t.Fatalf("%q: %d and %d of visits, %d and %d in all", s, emits, writes, r.emits, r.writes)
		}
	})
}
