package replay

import "testing"

// As kotlinc writes it for a class of 40 lines that calls an inline function of its own file and one of the library.
const kotlin = "SMAP\nJob.kt\nKotlin\n*S Kotlin\n*F\n+ 1 Job.kt\ncom/example/Job\n+ 2 _Collections.kt\nkotlin/collections/CollectionsKt___CollectionsKt\n" +
	"+ 3 Job.kt\ncom/example/JobKt\n*L\n1#1,40:1\n1549#2:41\n1620#2,3:42\n7#3,2:45,2\n*S KotlinDebug\n*F\n+ 1 Job.kt\ncom/example/Job\n*L\n12#1:41\n*E\n"

func TestLinesThatWerePutIn(t *testing.T) {
	m := &Method{Class: "com.example.Job", Name: "run", Source: "Job.kt", lines: parseSMAP(kotlin)}
	for _, c := range []struct {
		line, want int
		source     string // "" = the class's own
	}{
		{12, 12, ""}, {40, 40, ""}, {41, 1549, "_Collections.kt"}, {44, 1622, "_Collections.kt"}, {45, 7, ""}, {46, 7, ""}, {48, 8, ""}, {49, 49, ""}, {0, 0, ""},
	} {
		from, line := m.inlined(c.line)
		source := ""
		if from != nil {
			source = from.Source
		}
		if line != c.want || source != c.source {
			t.Errorf("line %d: %s:%d, want %s:%d", c.line, source, line, c.source, c.want)
		}
	}
	for _, bad := range []string{"", "SMAP", "SMAP\nA\nB\n*S B\n*L\nx#y,z:w\n1\n:\n", "SMAP\nA.kt\nKotlin\n*S Kotlin\n*F\n+ 1"} {
		m := &Method{Class: "A", Source: "A.kt", lines: parseSMAP(bad)}
		if from, line := m.inlined(5); from != nil || line != 5 {
			t.Errorf("%q: %v %d", bad, from, line)
		}
	}
}
