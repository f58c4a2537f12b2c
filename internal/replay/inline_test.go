package replay

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// traceText writes a trace as the replayer does.
type traceText struct {
	b     []byte
	names map[string]uint64
}

func (w *traceText) number(n uint64) { w.b = binary.AppendUvarint(w.b, n) }

func (w *traceText) text(s string) {
	w.number(uint64(len(s)))
	w.b = append(w.b, s...)
}

// name is the number of a string, which is told before the record that says it.
func (w *traceText) name(s string) uint64 {
	n, ok := w.names[s]
	if !ok {
		n = uint64(len(w.names))
		w.names[s] = n
		w.b = append(w.b, traceString)
		w.text(s)
	}
	return n
}

func (w *traceText) method(id uint64, class, name, source, debug string, variables []string) {
	words := []string{class, name, "()V", source, debug}
	for _, v := range variables {
		words = append(words, v, "I")
	}
	w.name("int")
	var numbers []uint64
	for _, s := range words {
		numbers = append(numbers, w.name(s))
	}
	w.b = append(w.b, traceMethod)
	w.number(id)
	for _, n := range numbers[:5] {
		w.number(n)
	}
	w.b = append(w.b, 1)
	w.number(uint64(len(variables)))
	for _, n := range numbers[5:] {
		w.number(n)
	}
}

func (w *traceText) step(kind byte, method uint64) {
	w.b = append(w.b, kind)
	w.number(method)
	w.number(0)
}

// line tells a line with variables by their numbers, all of them new: each is an int of its own number and what it is raised by.
func (w *traceText) line(method uint64, line int, variables []int, by int) {
	kind := w.names["int"]
	w.step(traceLine, method)
	w.number(uint64(line))
	w.b = append(w.b, byte(len(variables)))
	for _, v := range variables {
		w.number(uint64(v))
		w.b = append(w.b, 1, nodeScalar)
		w.number(kind)
		w.text(fmt.Sprint(v + by))
	}
}

// What kotlinc 2.2 makes of processElement in test/e2e/langjobs: its variables by slots, and where their lines are from.
const countVisits = "SMAP\nVisits.kt\nKotlin\n*S Kotlin\n*F\n+ 1 Visits.kt\ne2e/visits/CountVisits\n+ 2 _Collections.kt\nkotlin/collections/CollectionsKt___CollectionsKt\n" +
	"+ 3 Parts.kt\ne2e/visits/PartsKt\n*L\n1#1,57:1\n1563#2:58\n1634#2,3:59\n11#3,12:62\n*S KotlinDebug\n*F\n+ 1 Visits.kt\ne2e/visits/CountVisits\n*L\n33#1:58\n33#1:59,3\n35#1:62,12\n*E\n"

var countVariables = []string{
	"this", "visit", "weights", "$this$map$iv", "$i$f$map", "$this$mapTo$iv$iv", "$i$f$mapTo", "part", "$i$a$-map-CountVisits$processElement$weights$1",
	"all$iv", "$i$f$eachOf", "done$iv", "all$iv$iv", "one$iv", "weight", "$i$a$-eachOf-CountVisits$processElement$1", "$i$f$checkCount", "left$iv$iv", "seconds", "$captured",
}

func glimpse(t *Trace, i int) string {
	var b strings.Builder
	for n, f := range t.Frames(i) {
		if n > 0 {
			b.WriteString(" < ")
		}
		fmt.Fprintf(&b, "%s:%d@%s", f.Method.Name, f.Line, f.Method.Source)
	}
	for _, v := range t.Steps[i].Locals {
		b.WriteString(" " + v.Name)
	}
	return b.String()
}

// TestInlineFunctionsAreCalls goes through a method into which a block, a function of another file and one within that were put.
func TestInlineFunctionsAreCalls(t *testing.T) {
	w := &traceText{b: []byte(traceHello), names: make(map[string]uint64)}
	w.method(0, "e2e.visits.CountVisits", "processElement", "Visits.kt", countVisits, countVariables)
	w.method(1, "e2e.visits.PartsKt", "checkCount", "Parts.kt", "", []string{"all", "$i$f$checkCount", "left"})
	w.b = append(w.b, traceInvocation, 7)
	w.step(traceEnter, 0)
	own := []int{0, 1}
	for _, l := range []struct {
		line int
		more []int
	}{
		{33, nil}, {58, []int{3, 4}}, {59, []int{3, 4, 5, 6}}, {33, []int{3, 4, 5, 6, 7, 8}}, {61, []int{3, 4, 5, 6}}, {33, []int{3, 4, 5, 6, 7, 8}}, {34, []int{2}},
		{35, []int{2, 18, 19}}, {62, []int{2, 9, 10, 18}}, {64, []int{2, 9, 10, 11, 18}}, {36, []int{2, 9, 10, 11, 13, 14, 15, 18}},
		{71, []int{2, 9, 10, 11, 12, 16, 18}}, {72, []int{2, 9, 10, 11, 12, 16, 17, 18}}, {68, []int{2, 9, 10, 11, 18}}, {38, []int{2, 18}},
	} {
		w.line(0, l.line, append(slices.Clone(own), l.more...), 0)
	}
	w.step(traceEnter, 1)
	w.line(1, 20, []int{0, 1}, 0)
	w.line(1, 21, []int{0, 1, 2}, 0)
	w.step(traceExit, 1)
	w.b = append(w.b, 0)
	w.step(traceExit, 0)
	w.b = append(w.b, 0)
	traces, err := new(traceReader).read(w.b)
	if err != nil || len(traces) != 1 {
		t.Fatalf("%d traces, %v", len(traces), err)
	}
	x := traces[0]
	var got []string
	for i := range x.Steps {
		if x.Stop(i) {
			got = append(got, glimpse(x, i))
		}
	}
	const around = " < processElement:35@Visits.kt"
	want := []string{
		"processElement:33@Visits.kt this visit",
		// What Kotlin's library puts around the block is passed over.
		"processElement$lambda:33@Visits.kt < processElement:33@Visits.kt this visit part",
		"processElement$lambda:33@Visits.kt < processElement:33@Visits.kt this visit part",
		"processElement:34@Visits.kt this visit weights",
		"processElement:35@Visits.kt this visit weights seconds captured",
		"eachOf:11@Parts.kt" + around + " all",
		"eachOf:13@Parts.kt" + around + " all done",
		"processElement$lambda:36@Visits.kt < eachOf:13@Parts.kt" + around + " this visit weights weight seconds",
		"checkCount:20@Parts.kt < eachOf:13@Parts.kt" + around + " all",
		"checkCount:21@Parts.kt < eachOf:13@Parts.kt" + around + " all left",
		"eachOf:17@Parts.kt" + around + " all done",
		"processElement:38@Visits.kt this visit weights seconds",
		// The function itself, as Java calls it.
		"checkCount:20@Parts.kt < processElement:38@Visits.kt all",
		"checkCount:21@Parts.kt < processElement:38@Visits.kt all left",
	}
	if !slices.Equal(got, want) {
		t.Errorf("seen:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// Over the block, into the function and its block, out of both.
	lines := func(from int, moves ...Move) (out []string) {
		for _, m := range moves {
			if from = x.move(m, from, 1); from < 0 {
				return append(out, "none")
			}
			f := x.Frames(from)[0]
			out = append(out, fmt.Sprintf("%s:%d", f.Method.Name, f.Line))
		}
		return out
	}
	first := x.First()
	if got := lines(first, MoveOver, MoveOver, MoveOver); !slices.Equal(got, []string{"processElement:34", "processElement:35", "processElement:38"}) {
		t.Errorf("over: %v", got)
	}
	if got := lines(first, MoveOver, MoveOver, MoveIn, MoveOver, MoveIn, MoveOut, MoveOut); !slices.Equal(got,
		[]string{"processElement:34", "processElement:35", "eachOf:11", "eachOf:13", "processElement$lambda:36", "eachOf:17", "processElement:38"}) {
		t.Errorf("in and out: %v", got)
	}
}

// TestChangesInLibrariesAreShownBehindThem: a block of Kotlin's forEach changes a variable; the line that runs next is the library's.
func TestChangesInLibrariesAreShownBehindThem(t *testing.T) {
	w := &traceText{b: []byte(traceHello), names: make(map[string]uint64)}
	w.method(0, "e2e.visits.CountVisits", "processElement", "Visits.kt", countVisits, countVariables)
	w.b = append(w.b, traceInvocation, 7)
	w.step(traceEnter, 0)
	w.line(0, 33, []int{0, 18}, 0)
	w.line(0, 58, []int{0, 3, 4, 18}, 1)
	w.step(traceLine, 0)
	w.number(34)
	w.b = append(w.b, 2, 0, 0, 18, 0) // as they were
	traces, err := new(traceReader).read(w.b)
	if err != nil {
		t.Fatal(err)
	}
	x := traces[0]
	last := x.Steps[x.Last()]
	if last.Line != 34 || len(last.Locals) != 2 || last.Locals[1].Name != "seconds" || !last.Locals[1].Changed {
		t.Errorf("behind it: %+v", last)
	}
}

func TestNamesOfVariables(t *testing.T) {
	for _, c := range []struct{ source, method, names, want string }{
		{"A.kt", "parts", "$this$parts half", "this half"},
		{"A.kt", "parts", "this $this$parts", "this this@parts"},
		{"A.kt", "run$lambda$0", "$before more", "before more"},
		{"A.kt", "run$lambda$0", "$before before", "$before before"},
		{"A.kt", "run", "this this_$iv $this$map$iv x$iv", "this this this@map x"},
		{"A.scala", "$anonfun$run$1", "$this reading$1 x$1", "this reading x$1"},
		{"A.scala", "$anonfun$run$1", "was$1 was", "was$1 was"},
		{"A.scala", "run", "x$2 a$1", "x$2 a$1"},
		{"A.java", "run", "this $this$a a$iv b$1", "this $this$a a$iv b$1"},
	} {
		m := &Method{Source: c.source, Name: c.method, names: strings.Fields(c.names)}
		m.label()
		var got []string
		for _, l := range m.labels {
			got = append(got, l.name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s %s: %v, want %s", c.source, c.names, got, c.want)
		}
	}
	for descriptor, want := range map[string]string{
		"Lkotlin/jvm/internal/Ref$LongRef;": "J true", "Lscala/runtime/IntRef;": "I true", "Lscala/runtime/VolatileObjectRef;": " true", "Le2e/Ref;": " false", "J": " false",
	} {
		if of, ok := boxed(descriptor); fmt.Sprint(of, " ", ok) != want {
			t.Errorf("%s: %q %t", descriptor, of, ok)
		}
	}
}
