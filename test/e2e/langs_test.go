//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// testLanguages records a job with a function in Kotlin, one in Scala and one in Java, replays each, and steps through what its compiler made
// of it: lines of the right file, names as they are written, into and out of closures.
func testLanguages(t *testing.T, r *rig) {
	jar, err := r.buildLangJobs(t)
	if err != nil {
		t.Fatal(err)
	}
	r.setPolicy(t, "level: flight\nrules:\n  - {job: languages, level: trace}\n")
	defer r.setPolicy(t, "level: flight\n")
	job := r.finished(t, jar, "e2e.languages.Languages", "400")
	r.awaitCapsules(t, job)
	t.Run("replayed", func(t *testing.T) {
		for _, op := range []string{"in-kotlin", "in-scala", "in-java"} {
			r.wantExact(t, job, op, map[string]any{"task": op, "subtask": 0}, true, false)
		}
	})
	t.Run("kotlin", func(t *testing.T) {
		found := r.emitted(t, job, "in-kotlin", fmt.Sprintf("^long page-1 11 %d$", kotlinSeconds(31)))
		x := begin(t, r.ask, job, found.position)
		x.breaks = []string{fmt.Sprintf("e2e/visits/Parts.kt:%d", r.lineOf(t, "src/main/kotlin/grading/Parts.kt", "checkCount(all, done)"))}
		x.walk(kotlinLegs())
		x.wantState("total", "visits: 11")
		if v := x.evaluate("weights.size() == 2 && after.visits == 11"); v != "true" {
			t.Errorf("an expression over Kotlin's variables is %s", v)
		}
	})
	t.Run("scala", func(t *testing.T) {
		found := r.emitted(t, job, "in-scala", `^high by (\d+) (page-\d) \d+$`)
		x := begin(t, r.ask, job, found.position)
		x.walk(scalaLegs(found.parts[1], found.parts[2]))
	})
	t.Run("java", func(t *testing.T) {
		found := r.emitted(t, job, "in-java", `^\d+ page-\d/high`)
		x := begin(t, r.ask, job, found.position)
		x.walk(javaLegs())
		x.wantState("ranked", "")
	})
	t.Run("decompiled", func(t *testing.T) { r.wantDecompiled(t, job) })
	fmt.Printf("LANGUAGES flink %s: Kotlin, Scala and Java stepped through\n", r.version)
}

// buildLangJobs builds the jobs, and lays their sources for the server: Kotlin's as a folder, whose folders are not those of packages, the
// others as a jar.
func (r *rig) buildLangJobs(t *testing.T) (jar string, err error) {
	t.Helper()
	project := filepath.Join(r.lab.Repository, "test", "e2e", "langjobs")
	if jar, err = r.lab.BuildJobs(t.Context(), project, r.version, "lang-jobs.jar"); err != nil {
		return "", err
	}
	for from, name := range map[string]string{
		filepath.Join(project, "src", "main", "kotlin"): "sources", strings.TrimSuffix(jar, ".jar") + "-sources.jar": "lang-jobs-sources.jar",
	} {
		if err := os.Symlink(from, filepath.Join(r.jars(), name)); err != nil && !os.IsExist(err) {
			return "", err
		}
	}
	return jar, nil
}

type emitted struct {
	position string
	parts    []string // of the pattern
}

// emitted finds an invocation that emitted a text like a pattern, in the middle of all.
func (r *rig) emitted(t *testing.T, job, op, pattern string) emitted {
	t.Helper()
	events, err := r.ask.events(t.Context(), job, op, "record")
	if err != nil {
		t.Fatal(err)
	}
	p := regexp.MustCompile(pattern)
	var all []emitted
	for _, e := range events {
		if e.View == nil {
			continue
		}
		if parts := p.FindStringSubmatch(e.View.Text); parts != nil {
			all = append(all, emitted{e.Position, parts})
		}
	}
	if len(all) == 0 {
		t.Fatalf("no record of %s, of %d, is like %s", op, len(events), pattern)
	}
	return all[len(all)/2]
}

// kotlinSeconds is what CountVisits counts of a page up to a number.
func kotlinSeconds(number int) int {
	sum := 0
	for n := number % 3; n <= number; n += 3 {
		sum += 2 * (10 + n%7)
	}
	return sum
}

// wantDecompiled takes the sources away: classes are decompiled then, and marked so.
func (r *rig) wantDecompiled(t *testing.T, job string) {
	for _, name := range []string{"sources", "lang-jobs-sources.jar"} {
		if err := os.Remove(filepath.Join(r.jars(), name)); err != nil {
			t.Fatal(err)
		}
	}
	vineflower, err := r.lab.InstallJar(t.Context(), "org.vineflower", "vineflower", "1.11.2")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(vineflower, filepath.Join(r.jars(), filepath.Base(vineflower))); err != nil {
		t.Fatal(err)
	}
	for op, want := range map[string]string{"in-kotlin": "visitOf", "in-scala": "split", "in-java": "new ArrayList"} {
		x := begin(t, r.ask, job, r.emitted(t, job, op, "^[^t]").position) // no timer
		for range 8 {
			if strings.HasSuffix(x.stack(), ".processElement") && strings.Contains(x.line(), want) {
				break
			}
			x.look(words["n"])
		}
		if x.at.Source.From != "decompiled" || !strings.Contains(x.line(), want) {
			t.Errorf("%s: %s at %q of %s, want decompiled code with %q", op, x.at.Source.From, x.line(), x.at.Source.Path, want)
		}
	}
}
