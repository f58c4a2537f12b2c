//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// lineOf is where a line stands in a file of the jobs.
func (r *rig) lineOf(t *testing.T, file, line string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.lab.Repository, "test", "e2e", "langjobs", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range strings.Split(string(text), "\n") {
		if strings.TrimSpace(l) == line {
			return i + 1
		}
	}
	t.Fatalf("%s has no line %q", file, line)
	return 0
}

// kotlinLegs go through the visit with number 31.
func kotlinLegs() []leg {
	const own = "CountVisits.processElement"
	visit := `{page: "page-1", number: 31, seconds: 13}`
	before := fmt.Sprintf(`{page: "page-1", visits: 10, seconds: %d}`, kotlinSeconds(28))
	after := fmt.Sprintf(`{page: "page-1", visits: 11, seconds: %d}`, kotlinSeconds(31))
	return []leg{
		{"", ".keyBy(n -> n % 3)", "Languages.lambda$main", "n=31"},
		{"n", "val visit = visitOf(number)", own, "number=31"},
		{"s", "fun visitOf(number: Long, seconds: Int = 10 + (number % 7).toInt()): Visit =", "VisitsKt.visitOf$default < " + own, "number=31"},
		{"s", `Visit("page-${number % 3}", number, seconds)`, "VisitsKt.visitOf < VisitsKt.visitOf$default < " + own, "number=31;seconds=13"},
		{"o", "val before = total.value() ?: Total(visit.page)", own, "visit=" + visit},
		{"n", "val weights = visit.parts().map { part -> part * 2 }", own, "before=" + before},
		{"s", "val half = seconds / 2", "PartsKt.parts < " + own, "this=" + visit},
		{"n", "return listOf(half, seconds - half)", "PartsKt.parts < " + own, "half=6"},
		// What the library puts around the block is passed over.
		{"s", "val weights = visit.parts().map { part -> part * 2 }", own + "$lambda < " + own, "part=6;visit=" + visit},
		{"s", "val weights = visit.parts().map { part -> part * 2 }", own + "$lambda < " + own, "part=7"},
		{"o", "val weights = visit.parts().map { part -> part * 2 }", own, "-part"},
		{"n", "var seconds = 0L", own, "weights=[12, 14]"},
		{"n", "eachOf(weights) { weight ->", own, "seconds=0"},
		// Over the inline function with all that is in it, and back over it.
		{"n", "val kind = when {", own, "seconds=26;-weight;-done"},
		{"p", "eachOf(weights) { weight ->", own, "seconds=0"},
		{"s", "var done = 0", "PartsKt.eachOf < " + own, "all=[12, 14];-visit"},
		{"n", "for (one in all) {", "PartsKt.eachOf < " + own, "done=0"},
		{"n", "block(one)", "PartsKt.eachOf < " + own, "one=12"},
		{"s", "seconds += weight", own + "$lambda < PartsKt.eachOf < " + own, "weight=12;seconds=0;-done;visit=" + visit},
		{"o n", "done++", "PartsKt.eachOf < " + own, "done=0;one=12"},
		{"c", "checkCount(all, done)", "PartsKt.eachOf < " + own, "done=2"},
		{"s", "val left = all.size - done", "PartsKt.checkCount < PartsKt.eachOf < " + own, "done=2;all=[12, 14]"},
		{"sb", "checkCount(all, done)", "PartsKt.eachOf < " + own, "done=2"},
		{"s n", "check(left == 0)", "PartsKt.checkCount < PartsKt.eachOf < " + own, "left=0"},
		{"ob", "checkCount(all, done)", "PartsKt.eachOf < " + own, "done=2"},
		{"o", "val kind = when {", own, "seconds=26"},
		{"n", `number % 5 == 0L -> "fifth"`, own, ""},
		{"n", `visit.seconds > 12 -> "long"`, own, ""},
		{"n", "val kind = when {", own, "-kind"},
		{"n", "val later: (Long) -> Long = { more ->", own, "kind=long"},
		{"n", "val after = before.copy(visits = before.visits + 1, seconds = later(seconds))", own, ""},
		{"s", "before.seconds + more", own + "$lambda$2 < " + own, "more=26;before=" + before},
		{"sb", "val after = before.copy(visits = before.visits + 1, seconds = later(seconds))", own, ""},
		{"n", "total.update(after)", own, "after=" + after},
		{"n", "context.timerService().registerEventTimeTimer(context.timestamp() + 1000)", own, ""},
		{"n", `out.collect("$kind ${after.page} ${after.visits} ${after.seconds}")`, own, ""},
	}
}

// scalaLegs go through a reading that is higher than the one before it by so much.
func scalaLegs(by, page string) []leg {
	const own = "JudgeReadings.processElement"
	const kept = "Reading(page, rest.map(word => word.toLong).sum)"
	return []leg{
		{"", `.keyBy(text -> text.split(" ")[1])`, "Languages.lambda$main", ""},
		{"n", `val words = text.split(" ").toList`, own, ""},
		{"n", "val reading = words match {", own, `words^=["`},
		{"n", `case "timer" :: page :: _ =>`, own, ""},
		{"n n", "case _ :: page :: rest =>", own, "-page"},
		{"n", kept, own, "page=" + page},
		{"s", kept, "JudgeReadings.$anonfun$processElement$1 < " + own, ""},
		{"sb", kept, own, "page=" + page},
		{"s s s", "case class Reading(sensor: String, value: Long)", "Reading.<init> < " + own, "sensor=" + page},
		{"o", "val before = Option(last.value())", own, ""},
		// Reads of properties are no calls.
		{"s", "val verdict = before match {", own, ""},
		{"s", "case Some(Reading(_, value)) if reading.value - value > Rules.Limit =>", own, "-value"},
		{"s", "High(reading.value - value)", own, ""},
		{"s", "case class High(by: Long) extends Verdict", "High.<init> < " + own, "by=" + by},
		{"o", "val name = Rules.Names.of(verdict)", own, "verdict={by: " + by + "}"},
		{"s", "def of(verdict: Verdict): String = verdict match {", "Rules$Names$.of < " + own, "verdict={by: " + by + "}"},
		{"n", "case High(by) =>", "Rules$Names$.of < " + own, "-by"},
		{"n", `"high by " + by`, "Rules$Names$.of < " + own, "by=" + by},
		{"o", "last.update(reading)", own, "name=high by " + by},
		{"n", "before.foreach { was =>", own, ""},
		{"s", "val grown = reading.value - was.value", "JudgeReadings.$anonfun$processElement$2 < " + own, "name=high by " + by},
		{"n", `out.collect(s"$name ${reading.sensor} $grown")`, "JudgeReadings.$anonfun$processElement$2 < " + own, "grown=" + by},
		{"ob", "before.foreach { was =>", own, "-grown"},
		{"p p", "val name = Rules.Names.of(verdict)", own, "-name"},
	}
}

// javaLegs go through a ranking of five words, the first of which are high and by.
func javaLegs() []leg {
	const own = "RankTexts.processElement"
	return []leg{
		{"", `.keyBy(text -> text.split(" ")[0])`, "Languages.lambda$main", ""},
		{"n", `List<String> words = new ArrayList<>(List.of(text.split(" ")));`, own, "text^=high by "},
		{"n", "int least = words.size();", own, `words^=["high", "by", `},
		{"n", "ToIntFunction<String> weight =", own, "least=5"},
		{"n", "words.sort(", own, ""},
		{"s", "new Comparator<String>() {", "RankTexts$1.<init> < " + own, ""},
		{"s", "int by = weight.applyAsInt(b) - weight.applyAsInt(a);", "RankTexts$1.compare < " + own, "a=by;b=high"},
		{"s", "int letters = word.length();", "RankTexts.lambda$processElement$0 < RankTexts$1.compare < " + own, "word=high;least=5"},
		{"n", "return letters * least;", "RankTexts.lambda$processElement$0 < RankTexts$1.compare < " + own, "letters=4"},
		{"o", "return by == 0 ? a.compareTo(b) : by;", "RankTexts$1.compare < " + own, "by=10"},
		{"o", "Long before = ranked.value();", own, "-by"},
		{"p", "words.sort(", own, "least=5"},
		{"n n", "Count count = new Count(before == null ? 0 : before);", own, ""},
		{"s", "Count(long value) {", "RankTexts$Count.<init> < " + own, ""},
		{"o", "ranked.update(count.next());", own, ""},
		{"s", "value++;", "RankTexts$Count.next < " + own, "this^={value: "},
		{"n", "return RankTexts.this.ranked == null ? -1 : value;", "RankTexts$Count.next < " + own, ""},
		{"o", `out.collect(count.value + " " + new Line().join());`, own, ""},
		{"s", "class Line {", "RankTexts$1Line.<init> < " + own, ""},
		{"s s", "for (String word : words) {", "RankTexts$1Line.join < " + own, ""},
		{"n", "made.append(word).append('/');", "RankTexts$1Line.join < " + own, "word^=page-"},
		{"ob", `out.collect(count.value + " " + new Line().join());`, own, "-word"},
	}
}
