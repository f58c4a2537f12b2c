package replay

import (
	"fmt"
	"hash/maphash"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// TestOutputsArePairedByWhatWasFed: outputs are written as invocation, place and value, as 3/0x.
func TestOutputsArePairedByWhatWasFed(t *testing.T) {
	parse := func(text string) *listed {
		var l listed
		for _, w := range strings.Fields(text) {
			var o Output
			var value string
			if _, err := fmt.Sscanf(w, "%d/%1d%s", &o.Invocation, &o.Subpartition, &value); err != nil {
				t.Fatalf("%s: %v", w, err)
			}
			o.Kind, o.Value = event.KindRecord, event.NewPayload([]byte(value))
			l = append(l, o)
		}
		return &l
	}
	for _, x := range []struct{ name, first, second, want string }{
		{"equal", "1/0a 2/0b", "1/0a 2/0b", "2 equal"},
		{"one altered", "1/0a 2/0b 3/0c", "1/0a 2/0x 3/0c", "2 equal, altered 2 2"},
		{"one removed moves none", "1/0a 2/0b 3/0b", "1/0a 3/0b", "2 equal, missing 2"},
		{"one added", "1/0a 3/0c", "1/0a 2/0b 3/0c", "2 equal, added 2"},
		{"to another place", "1/0a", "1/1a", "0 equal, added 1, missing 1"},
		{"in another order", "1/0a 1/0b", "1/0b 1/0a", "2 equal"},
		{"two of the same", "1/0a 1/0a", "1/0a", "1 equal, missing 1"},
		// 4 is the watermark by which the timers 5 and 6 fire: one that does not moves the other's number.
		{"a timer less", "4/0w 5/0x 6/0y 7/0e", "4/0w 5/0y 7/0e", "3 equal, missing 5"},
		{"a timer more", "4/0w 5/0x 6/0y 7/0e", "4/0w 5/0n 6/0x 7/0y 7/0e", "4 equal, added 5"},
		{"a timer more moves others far", "4/0w 5/0x 6/0y 7/0e 8/0f", "4/0w 5/0n 6/0m 7/0x 7/0e 8/0y 8/0f", "5 equal, added 5, added 6"},
		{"the last of several groups", "1/0a 9/0z", "1/0a", "1 equal, missing 9"},
	} {
		p := &pairing{d: new(Differences), seed: maphash.MakeSeed(), timers: []span{{5, 6}}}
		if err := p.pair(t.Context(), parse(x.first), parse(x.second)); err != nil {
			t.Fatal(err)
		}
		got := []string{fmt.Sprint(p.d.Outputs.Equal, " equal")}
		for _, d := range p.d.Of {
			w := d.Kind
			for _, o := range []*OutputPlace{d.First, d.Second} {
				if o != nil {
					w += fmt.Sprint(" ", o.Invocation)
				}
			}
			got = append(got, w)
		}
		if g := strings.Join(got, ", "); g != x.want {
			t.Errorf("%s: %s, want %s", x.name, g, x.want)
		}
		if n := p.d.Outputs.Differ(); n != uint64(len(p.d.Of)) {
			t.Errorf("%s: %d are counted, %d kept", x.name, n, len(p.d.Of))
		}
	}
}

// TestStateIsComparedAsItWasLeft: accesses are written as key=value or key=value<before; - is nothing.
func TestStateIsComparedAsItWasLeft(t *testing.T) {
	const attempt = event.Key(1)
	r := newRecorded(t)
	state := r.define(event.DefState, event.StateDef{Name: "s", Kind: "value"})
	left := func(text string) map[uint64]*entry {
		r := newRecorded(t)
		r.block(attempt, event.LaneState, func(b *block.Builder) {
			for i, w := range strings.Fields(text) {
				key, rest, _ := strings.Cut(w, "=")
				value, before, _ := strings.Cut(rest, "<")
				row := block.Row{Kind: event.KindStateWritten, Inv: uint64(i + 1), State: state, Key: []byte(key), Value: []byte(value), What: 2}
				if before != "" {
					row.Before = []byte(before)
				}
				if value == "-" {
					row.Kind, row.Value = event.KindStateCleared, nil
				}
				if add, found := strings.CutPrefix(value, "+"); found {
					row.What, row.Value = callAdd, []byte(add)
				}
				b.Add(row)
			}
		})
		snap, err := r.store.Snapshot(t.Context(), r.rec)
		if err != nil {
			t.Fatal(err)
		}
		defer snap.Close()
		all, ok, err := entries(t.Context(), snap, attempt, seed)
		if err != nil || !ok {
			t.Fatal(err, ok)
		}
		return all
	}
	for _, x := range []struct{ name, first, second, want string }{
		{"equal", "a=1 b=2", "a=1 b=2", "2 equal"},
		{"by another way", "a=1 a=2<1", "a=2", "1 equal"},
		{"altered", "a=1 b=2", "a=1 b=3", "1 equal, altered 1"},
		{"not written by the second", "a=1 b=2", "a=1", "1 equal, missing 1"},
		{"written by the second alone", "a=1", "a=1 b=2", "1 equal, added 1"},
		{"cleared by the second", "a=1", "a=1 a=-<1", "0 equal, missing 1"},
		{"cleared by the first", "a=1 a=-<1", "a=1", "0 equal, added 1"},
		{"made and cleared again is as untouched", "a=1 a=-<1", "", "1 equal"},
		{"what was there before is cleared by the second alone", "", "a=-<1", "0 equal, missing 1"},
		{"what was there before is cleared by the first alone", "a=-<1", "", "0 equal, added 1"},
		{"lists of the same", "a=+1 a=+2", "a=+1 a=+2", "1 equal"},
		{"lists in another order", "a=+1 a=+2", "a=+2 a=+1", "0 equal, altered 1"},
	} {
		d := new(Differences)
		d.entries(left(x.first), left(x.second))
		got := fmt.Sprint(d.State.Equal, " equal")
		for _, c := range []struct {
			kind string
			n    uint64
		}{{Altered, d.State.Altered}, {Added, d.State.Added}, {Missing, d.State.Missing}} {
			if c.n > 0 {
				got += fmt.Sprintf(", %s %d", c.kind, c.n)
			}
		}
		if got != x.want {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}

var seed = maphash.MakeSeed()

func TestWhereTheCodeParted(t *testing.T) {
	method := func(name string) *Method {
		return &Method{Class: "C", Name: name, Source: "C.java", HasLines: true}
	}
	// Lines, * begins another method; a number behind a colon is the value of x.
	trace := func(text string) *Trace {
		s := newStack(7)
		m := method("m")
		s.push(m)
		call := 0
		for _, w := range strings.Fields(text) {
			if name, found := strings.CutPrefix(w, "*"); found {
				call = s.push(method(name))
				s.add(Step{Kind: StepEnter, Call: call})
				continue
			}
			var line, value int
			n, _ := fmt.Sscanf(w, "%d:%d", &line, &value)
			step := Step{Kind: StepLine, Call: call, Line: line}
			if n == 2 {
				step.Locals = []Variable{{Name: "x", Value: event.NewTree(event.Node{Kind: event.NodeScalar, Value: event.IntValue(int64(value))}, event.TreeInfo{})}}
			}
			s.add(step)
		}
		return s.trace
	}
	for _, x := range []struct{ name, first, second, want string }{
		{"the same", "10 11 12", "10 11 12", "the same lines"},
		{"lines above the method moved it", "10 11 12", "15 16 17", "the same lines"},
		{"nothing of the job's", "", "", "no code of the job"},
		{"another branch", "10 11 12", "10 11 14", "m:12 m:14 before m:11"},
		{"another value", "10:1 11:1 12:1", "10:1 11:2 12:2", "m:11 m:11 before m:10 x"},
		{"another call", "10 *a 20", "10 *b 30", "a:0 b:0 before m:10"},
		{"less", "10 11", "10", "m:11 nil before m:10"},
	} {
		p := partedTraces(trace(x.first), trace(x.second))
		place := func(c *CodePlace) string {
			if c == nil {
				return "nil"
			}
			return fmt.Sprintf("%s:%d", c.Method, c.Line)
		}
		got := p.Note
		if p.Note == "" {
			got = strings.TrimSpace(place(p.First) + " " + place(p.Second) + " before " + place(p.Before) + " " + strings.Join(p.Variables, " "))
		}
		if x.want != got && (p.Note == "" || !strings.Contains(p.Note, x.want)) {
			t.Errorf("%s: %s, want %s", x.name, got, x.want)
		}
	}
}
