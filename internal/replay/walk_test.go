package replay

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// The traces are of the demo's jobs: convert-*.trace of "convert to euro", subtask 3, attempt 1, to its exception; drop-*.trace of
// "drop duplicates". a and b are two replays that were stopped at other places.

func readTrace(t testing.TB, name string) []*Trace {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "traces", name+".trace"))
	if err != nil {
		t.Fatal(err)
	}
	traces, err := new(traceReader).read(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return traces
}

// held is a session that has traced all of a file, and starts no process.
func held(t testing.TB, name string) (*Session, uint64, uint64) {
	t.Helper()
	traces := readTrace(t, name)
	s := OpenSession(Options{Store: memory.New()}, event.RecordingID{}, 1)
	first, last := traces[0].Invocation, traces[0].Invocation
	for _, x := range traces {
		first, last = min(first, x.Invocation), max(last, x.Invocation)
	}
	s.keep(stretch{first: 1, last: last}, traces) // nothing of the job ran before
	s.run = ended(last)
	return s, first, last
}

// ended is a replay that came to its end.
func ended(last uint64) *running {
	r := &running{ended: make(chan struct{}), taskRun: taskRun{at: last + 1}}
	r.last.How = "the recording ends"
	return r
}

func tree(b *strings.Builder, n *event.Node) {
	fmt.Fprintf(b, "%s:%s:%d=%s%s(", n.Name, n.Type, n.Kind, n.Value.Text(), n.Reason)
	for i := range n.Items {
		tree(b, &n.Items[i])
	}
	b.WriteByte(')')
}

// visible is all that can be seen at a place.
func visible(t *Trace, step int) string {
	var b strings.Builder
	key := sealed.Take()
	if step < 0 {
		return "nothing"
	}
	s := &t.Steps[step]
	fmt.Fprintf(&b, "%s %d notes %d void %v\n", s.Kind, s.Line, s.Notes, s.Void)
	if n := s.Value.Open(key); n != nil {
		tree(&b, n)
	}
	for _, f := range t.Frames(step) {
		fmt.Fprintf(&b, "%s.%s%s:%d %s\n", f.Method.Class, f.Method.Name, f.Method.Descriptor, f.Line, f.Method.Source)
		for _, v := range f.Locals {
			fmt.Fprintf(&b, "  %s %s %v ", v.Name, v.Type, v.Changed)
			tree(&b, v.Value.Open(key))
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// TestWalks goes randomly forwards and back, and looks whether a place is the same each time one comes to it, in both replays.
func TestWalks(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"convert", "drop"} {
		places := make(map[Place]string)
		landed := 0
		for _, split := range []string{"a", "b"} {
			s, first, last := held(t, name+"-"+split)
			for seed := range uint64(500) {
				r := rand.New(rand.NewPCG(seed, 7))
				at := Place{Invocation: first + r.Uint64N(last-first+1)}
				x, err := s.Trace(ctx, at.Invocation)
				if err != nil {
					t.Fatal(err)
				}
				at.Step = x.First()
				for range 40 {
					move := []Move{MoveOver, MoveIn, MoveOut, MoveRecord}[r.IntN(4)]
					back := r.IntN(2) == 0
					w, err := s.Move(ctx, at, move, back)
					if err != nil {
						t.Fatal(err)
					}
					if !w.Found {
						continue
					}
					if after(w.Place, at) == back || w.Place == at {
						t.Fatalf("%s seed %d: %s back %v from %v to %v", name, seed, move, back, at, w.Place)
					}
					old, err := s.Trace(ctx, at.Invocation)
					if err != nil {
						t.Fatal(err)
					}
					fits(t, old, at, w, move)
					now := visible(w.Trace, w.Step)
					if before, ok := places[w.Place]; ok && before != now {
						t.Fatalf("%s seed %d: at %v\n%s\nand before\n%s", name, seed, w.Place, now, before)
					}
					places[w.Place] = now
					at = w.Place
					landed++
				}
			}
		}
		if landed < 10_000 || len(places) < 100 {
			t.Errorf("%s: %d landings at %d places: too few to say much", name, landed, len(places))
		}
	}
}

func after(a, b Place) bool {
	return a.Invocation > b.Invocation || a.Invocation == b.Invocation && a.Step > b.Step
}

// fits holds that a move over does not go into a call that the one at hand makes, and that a move out leaves it.
func fits(t *testing.T, old *Trace, from Place, w Walk, m Move) {
	t.Helper()
	if w.Invocation != from.Invocation || from.Step < 0 {
		return
	}
	call, to := old.Steps[from.Step].Call, old.Steps[w.Step].Call
	switch {
	case m == MoveOver && to != call && old.around(call, to):
		t.Fatalf("over went into a call: %v to %v", from, w.Place)
	case m == MoveOut && to == call:
		t.Fatalf("out stayed: %v to %v", from, w.Place)
	}
}

// TestBackAgain holds that a step into and one back are where one was.
func TestBackAgain(t *testing.T) {
	ctx := context.Background()
	s, first, last := held(t, "convert-a")
	n := 0
	for inv := first; inv < last; inv++ {
		x, err := s.Trace(ctx, inv)
		if err != nil {
			t.Fatal(err)
		}
		for step := range x.Steps {
			if !x.Stop(step) {
				continue
			}
			at := Place{inv, step}
			on, err := s.Move(ctx, at, MoveIn, false)
			if err != nil || !on.Found {
				t.Fatal(at, on, err)
			}
			if on.Invocation != inv {
				continue // back is to the outermost call of an invocation
			}
			back, err := s.Move(ctx, on.Place, MoveIn, true)
			if err != nil || back.Place != at {
				t.Fatalf("from %v to %v and back to %v, %v", at, on.Place, back.Place, err)
			}
			n++
		}
	}
	if n < 50 {
		t.Errorf("only %d steps", n)
	}
}

// TestTheException is the demo's: an order in a currency that has no rate.
func TestTheException(t *testing.T) {
	traces := readTrace(t, "convert-a")
	last := traces[len(traces)-1]
	if last.Invocation != 34 {
		t.Fatalf("the last invocation is %d", last.Invocation)
	}
	var lines []int
	for _, s := range last.Steps {
		if s.Kind == StepLine {
			lines = append(lines, s.Line)
		}
	}
	if fmt.Sprint(lines) != "[16 17 18]" {
		t.Errorf("lines %v", lines)
	}
	end := last.Steps[len(last.Steps)-1]
	var b strings.Builder
	tree(&b, end.Value.Open(sealed.Take()))
	if end.Kind != StepThrown || !strings.Contains(b.String(), "no exchange rate for ISK") {
		t.Errorf("%s %s", end.Kind, b.String())
	}
	f := last.Frames(len(last.Steps) - 1)
	if len(f) != 1 || f[0].Line != 18 || f[0].Method.Source != "ConvertToEuro.java" {
		t.Errorf("%+v", f)
	}
	names := map[string]bool{}
	for _, v := range f[0].Locals {
		names[v.Name] = v.Changed
	}
	if changed, ok := names["euros"]; !ok || changed {
		t.Errorf("euros is there since the line before, and did not change: %v", names)
	}
}

// TestLoop holds that a variable of a loop changes with each turn, and is gone behind it.
func TestLoop(t *testing.T) {
	for _, x := range readTrace(t, "convert-a") {
		turns, known := 0, false
		for i := range x.Steps {
			s := &x.Steps[i]
			if s.Kind != StepLine || x.Calls[s.Call].Method.Name != "processElement" {
				continue
			}
			known = false
			for _, v := range s.Locals {
				if v.Name == "item" {
					known = true
					if v.Changed {
						turns++
					}
				}
			}
			if s.Line == 24 && known {
				t.Fatalf("invocation %d: item is there behind the loop", x.Invocation)
			}
		}
		if turns > 1 {
			return
		}
	}
	t.Error("no loop of more than one turn")
}

// Elements that left the task are counted for each invocation; one that goes on behind another says its number again.
func TestTraceCountsWhatLeft(t *testing.T) {
	b := []byte("SGT1")
	for _, s := range []string{"c.A", "m", "()V", "A.java", ""} {
		b = append(append(b, traceString, byte(len(s))), s...)
	}
	b = append(b, traceMethod, 0, 0, 1, 2, 3, 4, 1, 0)
	line := func(n byte) { b = append(b, traceLine, 0, 0, n, 0) }
	b = append(b, traceInvocation, 7)
	line(1)
	b = append(b, traceSent, 2)
	line(2)
	b = append(b, traceInvocation, 8)
	line(3)
	b = append(b, traceInvocation, 7, traceSent, 3)
	line(4)
	b = append(b, traceEnd, 7, 8)
	traces, err := new(traceReader).read(b)
	if err != nil || len(traces) != 2 {
		t.Fatalf("%d traces, %v", len(traces), err)
	}
	var got []string
	for _, x := range traces {
		for _, s := range x.Steps {
			if s.Kind == StepLine {
				got = append(got, fmt.Sprintf("%d:%d after %d", x.Invocation, s.Line, s.Sent))
			}
		}
	}
	if want := "7:1 after 0, 7:2 after 2, 7:4 after 3, 8:3 after 0"; strings.Join(got, ", ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	if _, err := new(traceReader).read([]byte("SGT1\x0b\x01")); err == nil {
		t.Error("elements of no invocation were read")
	}
}

func TestReadTraceRefusesWhatIsNone(t *testing.T) {
	b, err := os.ReadFile("testdata/traces/convert-a.trace")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, []byte("SGT2"), append([]byte("SGT1"), 99), b[:len(b)/2], bytes.Replace(b, []byte("SGT1"), []byte("SGT1\x04"), 1)} {
		if _, err := new(traceReader).read(bad); err == nil {
			t.Errorf("%d bytes were read", len(bad))
		}
	}
}

func FuzzReadTrace(f *testing.F) {
	for _, name := range []string{"convert-a", "drop-a"} {
		b, err := os.ReadFile(filepath.Join("testdata", "traces", name+".trace"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 4096)])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		traces, err := new(traceReader).read(b)
		if err != nil {
			return
		}
		for _, x := range traces {
			for i := range x.Steps {
				_ = visible(x, i)
				for _, m := range []Move{MoveIn, MoveOver, MoveOut} {
					x.move(m, i, 1)
					x.move(m, i, -1)
				}
			}
		}
	})
}

// TestReadTraceOfAnything reads traces with a few bytes changed: they are refused, or can be looked at and walked through.
func TestReadTraceOfAnything(t *testing.T) {
	whole, err := os.ReadFile("testdata/traces/convert-a.trace")
	if err != nil {
		t.Fatal(err)
	}
	r, read := rand.New(rand.NewPCG(1, 2)), 0
	for range 3000 {
		b := append([]byte(nil), whole[:4096]...)
		for range 1 + r.IntN(5) {
			b[4+r.IntN(len(b)-4)] = byte(r.IntN(256))
		}
		traces, err := new(traceReader).read(b[:4+r.IntN(len(b)-4)])
		if err != nil {
			continue
		}
		read++
		for _, x := range traces {
			for i := range x.Steps {
				_ = visible(x, i)
				for _, m := range []Move{MoveIn, MoveOver, MoveOut} {
					x.move(m, i, 1)
					x.move(m, i, -1)
				}
			}
		}
	}
	if read == 0 {
		t.Error("none was read: the test looks at nothing")
	}
}
