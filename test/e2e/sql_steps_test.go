//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// gradeSums calls a function of a jar on what a sum is grouped by: behind the sum, whose task is replayed.
const gradeSums = "INSERT INTO graded SELECT grade(third), total + 1 FROM (SELECT MOD(n, 3) AS third, SUM(n) AS total FROM numbers GROUP BY MOD(n, 3))"

// wantGeneratedSteps steps through the code that Flink generates for a statement: line by line, into the function that it calls and back,
// its variables by their names, and beside it the operator and the statement.
func (r *rig) wantGeneratedSteps(t *testing.T, sessions string) {
	t.Helper()
	jar, err := r.buildLangJobs(t)
	if err != nil {
		t.Fatal(err)
	}
	r.trace(t, "graded")
	all := statements("graded", 60)
	submit(t, sessions, append(all[:2:2],
		"CREATE TEMPORARY FUNCTION grade AS 'e2e.languages.Grade' LANGUAGE JAVA USING JAR '"+jar+"'",
		"CREATE TEMPORARY TABLE graded (grade STRING, total BIGINT) WITH ('connector' = 'blackhole')",
		gradeSums))
	job := ""
	await(t, time.Minute, "graded is listed as finished", func(ctx context.Context) (bool, error) {
		jobs, err := r.ask.jobs(ctx)
		for _, j := range jobs {
			if j.Name == "graded" && strings.EqualFold(j.State, "FINISHED") {
				job = j.ID
			}
		}
		return job != "", err
	})
	r.awaitCapsules(t, job)
	rec := "/api/v1/recordings/" + job
	r.awaitVersions(t, rec, 2, 20)
	var h keyHistory
	if err := r.ask.get(t.Context(), rec+"/key?key=2&limit=70", &h); err != nil {
		t.Fatal(err)
	}
	if len(h.Items) != 20 {
		t.Fatalf("key 2 has %d invocations: %+v", len(h.Items), h)
	}
	x := begin(t, r.ask, job, h.Items[10].Position) // of number 32: the sum of 2, 5, … 32 is 187
	x.wantOrigin("GroupAggregate")
	x.breaks = []string{fmt.Sprintf("Grade.java:%d", r.lineOf(t, "src/main/java/e2e/languages/Grade.java", `String grade = rest == 0 ? "good" : "fair";`))}
	x.walk([]leg{{"c", `String grade = rest == 0 ? "good" : "fair";`, "Grade.eval < StreamExecCalc", "number=2;rest=2"}})
	// Out of it one stands in the generated code again, at the line that called it.
	x.look(words["o"])
	x.wantOrigin("Calc(select=[grade(")
	if class := x.at.Frames[0].Class; !strings.HasPrefix(class, "StreamExecCalc") || x.at.Frames[0].Path != class+".java" || x.at.Frames[0].Line == 0 {
		t.Errorf("generated code is %+v", x.at.Frames[0])
	}
	// By lines, both ways, with the variables of the code.
	here := x.at.Step
	x.look(words["p"])
	if !strings.Contains(x.line(), ".eval(") {
		t.Errorf("the line before is %q, want the call", x.line())
	}
	names := make(map[string]string)
	for _, v := range x.at.Frames[0].Locals {
		names[v.Name] = v.View.Text
	}
	if names["this"] == "" || names["in1"] == "" {
		t.Errorf("at %q there are %v", x.line(), names)
	}
	x.look(words["n"])
	if x.at.Step != here {
		t.Errorf("there and back leads to step %d, not %d", x.at.Step, here)
	}
	x.look(url.Values{"until": {"state"}, "back": {"true"}})
	x.wantOrigin("GroupAggregate")
	fmt.Printf("GENERATED flink %s: %s\n", r.version, x.line())
}

// wantOrigin wants generated code beside the operator and the statement that it came from.
func (x *tour) wantOrigin(description string) {
	x.t.Helper()
	s := &x.at.Source
	if s.From != "generated" || x.line() == "" {
		x.t.Errorf("%s is %s, line %d: %q", x.stack(), s.From, s.Line, x.line())
	}
	if !strings.Contains(s.SQL.Operator.Description.Text, description) {
		x.t.Errorf("beside %s stands %q, want %s", x.stack(), s.SQL.Operator.Description.Text, description)
	}
	if len(s.SQL.Statements) != 1 || strings.TrimSuffix(s.SQL.Statements[0].Source.Text, ";") != gradeSums {
		x.t.Errorf("beside %s stand %+v", x.stack(), s.SQL.Statements)
	}
}
