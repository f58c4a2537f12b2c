package impact

import (
	"encoding/json"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

var rewrite = flag.Bool("rewrite", false, "write the expected reports anew")

// shown is a run with everything that reports have.
func shown(t *testing.T) *Run {
	t.Helper()
	p := newPlanted()
	text := "{\"type\":\"record\",\"name\":\"Order\",\"fields\":[\n {\"name\":\"id\",\"type\":\"string\"},\n {\"name\":\"amount\",\"type\":\"int\"},\n {\"name\":\"note\",\"type\":\"string\"}]}"
	p.latest["orders-value"] = &Registered{Subject: "orders-value", Version: 3, Language: language.Avro, Text: text}
	billing := by(reads("billing", time.Hour, true, "amount"), text)
	billing.Owners, billing.Link = []string{"team:billing"}, "/jobs/billing"
	odd := reads("a | b `<script>`", time.Hour, true, "amount")
	p.users[orders] = []User{billing, odd, by(reads("ids", 0, true, "id"), schemaText(field{"id", "string", false})), reads("blind", 2*time.Hour, false), by(reads("old", 9*day, true, "amount"), text)}
	p.outputs["shop/orders group:billing"] = []Output{{To: Stream{"shop", "invoices"}, Known: true, Pairs: []Pair{{"amount", "sum"}}}}
	p.users[Stream{"shop", "invoices"}] = []User{reads("ledger", time.Hour, true, "sum")}
	p.records["orders"] = map[string]browse.ConvertedFor{"group:billing": {
		Converted: 17, Failed: 3, First: []browse.ConvertedPlace{{Partition: 2, Offset: 40, Path: "amount", Reason: "string is written where int is read"}},
		Reasons: []browse.ConvertedReason{{Path: "amount", Reason: "string is written where int is read", Failed: true, Records: 3}},
	}}
	of := Proposal{Kind: OfSchema, Subject: "orders-value", Schema: strings.Replace(text, `"amount","type":"int"`, `"amount","type":"string"`, 1), File: "schemas/order value.avsc"}
	return &Run{ID: "0123456789abcdef", At: noon, Ended: noon.Add(time.Second), By: ann.ID, Name: ann.Name, State: Done, Proposal: of, Stream: orders, Report: report(t, p, of)}
}

// What CI systems and people get stays as it is, unless somebody looks at the difference.
func TestReportsAreAsExpected(t *testing.T) {
	r := shown(t)
	for f, name := range map[Format]string{Text: "report.txt", JSON: "report.json", Markdown: "report.md", JUnit: "report.xml", SARIF: "report.sarif"} {
		got, err := Render(r, f, "https://sightglass.example", Budget{Unknown: 2})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name)
		if *rewrite {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("%s is other than expected (%v); go test ./internal/impact -run Expected -rewrite writes it anew:\n%s", file, err, got)
		}
	}
}

// The members that the standard requires are there, with the values that it allows: section numbers are those of SARIF 2.1.0.
func TestSARIFHasWhatTheStandardRequires(t *testing.T) {
	text, err := Render(shown(t), SARIF, "", Budget{})
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct{ ID string }
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Kind      string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || len(log.Runs) != 1 || log.Runs[0].Tool.Driver.Name == "" || len(log.Runs[0].Results) == 0 { // 3.13, 3.14, 3.19
		t.Fatalf("%s", text)
	}
	for _, r := range log.Runs[0].Results { // 3.27
		rules := log.Runs[0].Tool.Driver.Rules
		if r.Message.Text == "" || r.Kind != "fail" || r.Level != "error" && r.Level != "warning" || r.RuleIndex >= len(rules) || rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("%+v", r)
		}
		at := r.Locations[0].PhysicalLocation
		if at.ArtifactLocation.URI != "schemas/order%20value.avsc" || at.Region.StartLine != 1 && at.Region.StartLine != 3 {
			t.Errorf("%+v", at)
		}
	}
	if r := log.Runs[0].Results[0]; r.Locations[0].PhysicalLocation.Region.StartLine != 3 || !strings.Contains(r.Message.Text, "billing") {
		t.Errorf("the reader that breaks is not shown at the field that breaks it: %+v", r)
	}
}

func TestJUnitHasACaseForEachSystem(t *testing.T) {
	r := shown(t)
	text, err := Render(r, JUnit, "", Budget{Unknown: 0, Maybe: 5})
	if err != nil {
		t.Fatal(err)
	}
	var out junitSuites
	if err := xml.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	if out.Tests != len(r.Report.Systems) || out.Failures != 1 || out.Errors != 2 || out.Suites[0].Skipped != 2 {
		t.Errorf("%d tests, %d failures, %d errors, %d skipped", out.Tests, out.Failures, out.Errors, out.Suites[0].Skipped)
	}
}

// Names that systems chose do not become markup of a comment.
func TestNamesAreNoMarkup(t *testing.T) {
	text, err := Render(shown(t), Markdown, "", Budget{})
	if err != nil || regexp.MustCompile(`[^\\]<script`).MatchString(text) || strings.Contains(text, "a | b") {
		t.Errorf("%v\n%s", err, text)
	}
	for _, name := range []string{"/etc/x", "../x", "-", ""} {
		if fileURI(name) != "" {
			t.Errorf("%q is a file of the repository", name)
		}
	}
}
