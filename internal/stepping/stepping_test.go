package stepping

import (
	"archive/zip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/common/types"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/replay"
)

func TestSameFile(t *testing.T) {
	m := &replay.Method{Class: "com.example.shop.Order$Item", Source: "Order.java"}
	for file, want := range map[string]bool{
		"Order.java": true, "shop/Order.java": true, "com/example/shop/Order.java": true, "/projects/shop/src/main/java/com/example/shop/Order.java": true,
		`C:\src\com\example\shop\Order.java`: true, "Orders.java": false, "other/Order.java": false, "/src/com/example/other/Order.java": false, "xOrder.java": false,
	} {
		if got := sameFile(file, m); got != want {
			t.Errorf("%s: %v", file, got)
		}
	}
	if p := PathOf(&replay.Method{Class: "a.b.C$1"}); p != "a/b/C.java" {
		t.Errorf("without a name of the file: %s", p)
	}
	if p := PathOf(&replay.Method{Class: "Top", Source: "Top.kt"}); p != "Top.kt" {
		t.Errorf("without a package: %s", p)
	}
}

func TestExpressions(t *testing.T) {
	vars := map[string]any{
		"order": map[string]any{"totalCents": int64(4000), "currency": "ISK", "items": []any{int64(1), int64(2)}}, "euros": nil, "line": int64(18),
	}
	for text, want := range map[string]string{
		"order.totalCents > 3999 && order.currency == 'ISK'": "true", "order.totalCents / 1000": "4", "euros == null": "true", "order.items": "[1,2]",
		"order.currency": `"ISK"`, "order.items.exists(i, i == 2)": "true", "{'a': order.items[1]}": `{"a":2}`,
	} {
		c, err := compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		v, _, err := c.program.ContextEval(context.Background(), vars)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := asText(v); strings.ReplaceAll(got, " ", "") != want || err != nil {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "order.", strings.Repeat("(", 200), strings.Repeat("1+", 3000) + "1"} {
		if _, err := compile(text); !errors.Is(err, ErrRequest) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	// What is not there is neither true nor false, and costs are bounded.
	for _, text := range []string{"nobody == 1", "order.nothing", "[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, [1,2,3,4,5,6,7,8,9,10].all(f, true))))))"} {
		c, err := compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if v, _, err := c.program.ContextEval(context.Background(), vars); err == nil && v == types.True {
			t.Errorf("%s: %v", text, v)
		}
	}
}

func TestGoalsAreChecked(t *testing.T) {
	w := &walker{Stepping: &Stepping{}}
	for _, c := range []Command{
		{Goal: "nothing"}, {Goal: GoalValue}, {Goal: GoalLine}, {Goal: GoalLine, Breaks: []Breakpoint{{File: "A.java"}}},
		{Goal: GoalLine, Breaks: []Breakpoint{{File: "A.java", Line: 1, Condition: "("}}}, {Goal: GoalWhere},
	} {
		if _, err := w.meets(c); !errors.Is(err, ErrRequest) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, g := range Goals() {
		if _, err := w.meets(Command{Goal: g, Of: "x", Where: "true", Breaks: []Breakpoint{{File: "A.java", Line: 1}}}); err != nil {
			t.Errorf("%s: %v", g, err)
		}
	}
}

func TestSpan(t *testing.T) {
	tr := &replay.Trace{
		Calls: []replay.Call{{Method: &replay.Method{HasLines: true}, Parent: -1}},
		Steps: []replay.Step{{Kind: replay.StepEnter}, {Kind: replay.StepLine, Notes: 1}, {Kind: replay.StepField, Notes: 2}, {Kind: replay.StepLine, Notes: 3}, {Kind: replay.StepExit, Notes: 4}},
	}
	if from, to := span(tr, 1); from != 1 || to != 3 {
		t.Errorf("a line made %d to %d", from, to)
	}
	if from, to := span(tr, 3); from != 3 || to != ^uint32(0) {
		t.Errorf("the last line made %d to %d", from, to)
	}
}

func TestOutputsAreCountedByElements(t *testing.T) {
	outputs := make([]browse.Event, 3)
	outputs[0].N, outputs[1].N = 1, 3
	for elements, want := range []int{0, 1, 1, 1, 2, 3, 3} {
		if got := sent(outputs, uint32(elements)); got != want {
			t.Errorf("%d elements are %d outputs, want %d", elements, got, want)
		}
	}
}

func TestLinesThatRan(t *testing.T) {
	own, other := &replay.Method{Class: "c.A$In", Source: "A.java"}, &replay.Method{Class: "c.B", Source: "B.java"}
	tr := &replay.Trace{
		Calls: []replay.Call{{Method: own, Parent: -1}, {Method: other, Parent: 0}},
		Steps: []replay.Step{
			{Kind: replay.StepEnter, Line: 3}, {Kind: replay.StepLine, Line: 9}, {Kind: replay.StepLine, Line: 7}, {Kind: replay.StepLine, Call: 1, Line: 5},
			{Kind: replay.StepLine, Line: 9}, {Kind: replay.StepLine, Line: 30, From: other}, {Kind: replay.StepExit, Line: 9},
		},
	}
	if got := ran(tr, "c/A.java"); !slices.Equal(got, []int{7, 9}) {
		t.Errorf("%v", got)
	}
	s := &Source{Ran: []int{7, 9, 11}}
	s.lay(map[int]int{7: 2, 9: 1, 10: 1})
	if !slices.Equal(s.Ran, []int{1, 2}) || len(s.Lines) != 2 || s.Lines[1] != 9 || s.Lines[2] != 7 {
		t.Errorf("in a decompiled text: %v %v", s.Ran, s.Lines)
	}
}

func TestSourcesAreFound(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("sources/c/A.java", "folder")
	jar, err := os.Create(filepath.Join(dir, "job-sources.jar"))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(jar)
	for _, name := range []string{"c/A.java", "c/B.java"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("jar")); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), jar.Close()); err != nil {
		t.Fatal(err)
	}
	s := &Sources{Dir: dir}
	for class, want := range map[string]string{"c.A": "folder", "c.A$In": "folder", "c.B": "jar", "c.C": "", "../../etc.A": ""} {
		from, _, text := s.find(&replay.Method{Class: class})
		if from != want || string(text) != want {
			t.Errorf("%s: %s %s", class, from, text)
		}
	}
	if d := s.decompile(t.Context(), []string{filepath.Join(dir, "jar-0.jar")}, "c.C"); d != nil {
		t.Error("something was decompiled by no decompiler")
	}
}

func TestLineMap(t *testing.T) {
	// Another field, then that of the decompiler: 16 → 13, 300 → 2.
	extra := []byte{0xfe, 0xca, 1, 0, 9, 0x46, 0x46, 9, 0, 1, 16, 0, 13, 0, 0x2c, 1, 2, 0}
	if m := lineMap(extra); len(m) != 2 || m[16] != 13 || m[300] != 2 {
		t.Errorf("%v", m)
	}
	for _, bad := range [][]byte{nil, {0x46}, {0x46, 0x46, 200, 0, 1}, {0x46, 0x46, 0, 0}, {0x46, 0x46, 5, 0, 2, 1, 0, 1, 0}} {
		if m := lineMap(bad); len(m) != 0 {
			t.Errorf("%v: %v", bad, m)
		}
	}
}

func TestJavaType(t *testing.T) {
	for d, want := range map[string]string{"I": "int", "[[J": "long[][]", "Lcom/example/Order;": "Order", "[Ljava/lang/String;": "String[]", "Lc/A$B;": "A$B", "": ""} {
		if got := javaType(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
}

func TestOutermostClasses(t *testing.T) {
	for class, want := range map[string]string{
		"com.example.Job": "com.example.Job", "com.example.Job$Inner$1": "com.example.Job", "com.example.Rules$": "com.example.Rules", "com.example.$Odd$1": "com.example.$Odd", "Top$": "Top", "": "",
	} {
		if got := outermost(class); got != want {
			t.Errorf("%s: %s, want %s", class, got, want)
		}
	}
}

func TestGeneratedClassesOfATask(t *testing.T) {
	of := func(name, vertex string, code ...[2]string) (o browse.PlannedOperator) {
		o.Operator.Name, o.Vertex = name, vertex
		o.Code = slices.Grow(o.Code, len(code))[:len(code)]
		for i, c := range code {
			o.Code[i].Class, o.Code[i].Hash, o.Code[i].HasText = c[0], c[1], c[1] != ""
		}
		return o
	}
	all := []browse.PlannedOperator{
		of("calc", "a", [2]string{"Key$0", "1"}, [2]string{"Calc$5", "2"}),
		of("aggregate", "b", [2]string{"Key$0", "3"}, [2]string{"Handler$9", "4"}, [2]string{"Lost$1", ""}),
		of("join", "c", [2]string{"Key$0", "5"}, [2]string{"Key$0", "6"}),
	}
	for _, c := range []struct{ class, vertex, name, hash string }{
		{"Key$0", "a", "calc", "1"}, {"Key$0", "b", "aggregate", "3"}, {"Handler$9$Inner", "b", "aggregate", "4"}, {"Handler$91", "b", "", ""},
		{"Key$0", "c", "", ""}, {"Lost$1", "b", "", ""}, {"Calc$5", "", "calc", "2"}, {"Key$0", "", "", ""}, {"Calc$5", "b", "", ""},
	} {
		o, hash := generatedFor(all, c.class, c.vertex)
		name := ""
		if o != nil {
			name = o.Operator.Name
		}
		if name != c.name || hash != c.hash {
			t.Errorf("%s in %q: %s %s, want %s %s", c.class, c.vertex, name, hash, c.name, c.hash)
		}
	}
}
