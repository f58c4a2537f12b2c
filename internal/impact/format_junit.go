package impact

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// The elements of JUnit's XML, as CI systems read it.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name      string      `xml:"name,attr"`
	Tests     int         `xml:"tests,attr"`
	Failures  int         `xml:"failures,attr"`
	Errors    int         `xml:"errors,attr"`
	Skipped   int         `xml:"skipped,attr"`
	Timestamp string      `xml:"timestamp,attr"`
	Cases     []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Time    string       `xml:"time,attr"`
	Failure *junitResult `xml:"failure"`
	Error   *junitResult `xml:"error"`
	Skipped *junitResult `xml:"skipped"`
	Out     string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// junit has a test case for each system: broken fails; maybe and unknown fail where they are over the budget, and are skipped otherwise.
func junit(r *Run, b Budget) (string, error) {
	c := r.Report.Counts()
	s := junitSuite{Name: r.Proposal.Title() + " on " + r.Report.Stream.String(), Timestamp: r.At.UTC().Format("2006-01-02T15:04:05")}
	for i := range r.Report.Systems {
		sys := &r.Report.Systems[i]
		one := junitCase{Class: "sightglass.impact." + sys.Role, Name: sys.Name + " (" + sys.Kind + ")", Time: "0"}
		if len(sys.Path) > 0 {
			one.Name += " through " + strings.Join(sys.Path, " → ")
		}
		res := &junitResult{Message: sys.Why, Type: string(sys.Verdict), Text: evidenceText(r.Report, sys)}
		switch {
		case sys.Verdict == Broken:
			one.Failure = res
			s.Failures++
		case sys.Verdict == Maybe && c.Maybe > b.Maybe, sys.Verdict == Unknown && c.Unknown > b.Unknown:
			one.Error = res
			s.Errors++
		case sys.Verdict != Safe:
			one.Skipped = res
			s.Skipped++
		default:
			one.Out = res.Text
		}
		s.Cases = append(s.Cases, one)
	}
	if r.Report.Hidden > 0 && c.Unknown > b.Unknown {
		s.Cases = append(s.Cases, junitCase{Class: "sightglass.impact.consumer", Name: fmt.Sprintf("%d that are not shown", r.Report.Hidden), Time: "0",
			Error: &junitResult{Message: "systems that whoever asked may not see count as unknown", Type: string(Unknown)}})
		s.Errors++
	}
	s.Tests = len(s.Cases)
	out, err := xml.MarshalIndent(junitSuites{Name: "sightglass check", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Suites: []junitSuite{s}}, "", "  ")
	return xml.Header + string(out) + "\n", err
}

func evidenceText(r *Report, s *System) string {
	var w strings.Builder
	for _, e := range s.Evidence {
		fmt.Fprintf(&w, "%s, %s: %s\n", e.Kind, sourceWords(&e), e.Detail)
	}
	if s.Records != nil {
		for _, p := range s.Records.First {
			fmt.Fprintf(&w, "record %s/%d@%d: %s\n", r.Stream.Topic, p.Partition, p.Offset, strings.TrimPrefix(p.Path+": "+p.Reason, ": "))
		}
	}
	return w.String()
}
