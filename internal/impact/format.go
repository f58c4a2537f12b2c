package impact

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Format is a form in which a report leaves.
type Format string

// The formats.
const (
	Text     Format = "text"
	JSON     Format = "json"
	Markdown Format = "markdown" // a comment of a pull request
	JUnit    Format = "junit"    // one test case for each system
	SARIF    Format = "sarif"    // 2.1.0
)

// Formats are all of them.
var Formats = []Format{Text, JSON, Markdown, JUnit, SARIF}

// MediaType is what a format is called on the web.
func (f Format) MediaType() string {
	return map[Format]string{Text: "text/plain", JSON: "application/json", Markdown: "text/markdown", JUnit: "application/xml", SARIF: "application/sarif+json"}[f]
}

// Budget is how many systems may be unknown or maybe before a report counts as bad.
type Budget struct{ Unknown, Maybe int }

// Over tells whether a report breaks somebody, or is beyond a budget.
func (b Budget) Over(c Counts) (broken, over bool) {
	return c.Broken > 0, c.Unknown > b.Unknown || c.Maybe > b.Maybe
}

// Render writes a run's report in a format. base is the address of the server's pages, without a slash at its end; empty: reports have no links. The run
// has a report.
func Render(r *Run, f Format, base string, b Budget) (string, error) {
	if r.Report == nil {
		return "", fmt.Errorf("%w yet: it is %s", ErrNotFound, r.State)
	}
	switch f {
	case JSON:
		out, err := json.MarshalIndent(struct {
			ID       string   `json:"id"`
			Title    string   `json:"title"`
			Counts   Counts   `json:"counts"`
			Proposal Proposal `json:"proposal"`
			*Report
			Outcome *Outcome `json:"outcome,omitempty"`
		}{r.ID, r.Proposal.Title(), r.Report.Counts(), r.Proposal, r.Report, r.Outcome}, "", "  ")
		return string(out) + "\n", err
	case Markdown:
		return markdown(r, base, b), nil
	case JUnit:
		return junit(r, b)
	case SARIF:
		return sarif(r, base)
	case Text:
		return plainText(r, base, b), nil
	}
	return "", fmt.Errorf("%w: the format is one of %v", ErrProposal, Formats)
}

// page is the address of the report's own page.
func page(r *Run, base string) string {
	if base == "" {
		return ""
	}
	return base + "/impact/" + url.PathEscape(r.ID)
}

// recordPage is the address of the page that shows a record.
func recordPage(s Stream, p *Place, base string) string {
	if base == "" {
		return ""
	}
	return base + "/t/" + url.PathEscape(s.Cluster) + "/" + url.PathEscape(s.Topic) + "?from=" + strconv.FormatInt(p.Offset, 10) + "&order=asc&parts=" + strconv.Itoa(int(p.Partition))
}

// summary is the report in one line.
func summary(c Counts) string {
	return fmt.Sprintf("%d broken, %d maybe, %d unknown, %d safe", c.Broken, c.Maybe, c.Unknown, c.Safe)
}

// outcomeWords says what a budget makes of counts.
func outcomeWords(c Counts, b Budget) string {
	broken, over := b.Over(c)
	switch {
	case broken:
		return "breaks readers"
	case over:
		return fmt.Sprintf("not shown to be safe (allowed: %d maybe, %d unknown)", b.Maybe, b.Unknown)
	}
	return "safe"
}

func plainText(r *Run, base string, b Budget) string {
	var w strings.Builder
	c := r.Report.Counts()
	fmt.Fprintf(&w, "%s on %s: %s: %s\n", r.Proposal.Title(), r.Report.Stream, outcomeWords(c, b), summary(c))
	if v := r.Report.Registry; v != nil {
		fmt.Fprintf(&w, "registry: %s, %s, %s\n", v.Subject, v.Level, compatibleWord(v.Compatible))
		for _, m := range v.Messages {
			fmt.Fprintf(&w, "  %s\n", m)
		}
	}
	section(&w, "changes", len(r.Report.Changes))
	for _, change := range r.Report.Changes {
		fmt.Fprintf(&w, "  %s\n", change.Text)
	}
	for _, v := range Verdicts {
		for i := range r.Report.Systems {
			s := &r.Report.Systems[i]
			if s.Verdict != v {
				continue
			}
			fmt.Fprintf(&w, "\n%-8s %s (%s%s)\n", v, s.Name, s.Kind, ownersWords(s.Owners))
			fmt.Fprintf(&w, "  %s\n", s.Why)
			for _, e := range s.Evidence {
				fmt.Fprintf(&w, "  - %s, %s: %s\n", e.Kind, sourceWords(&e), e.Detail)
			}
			if s.Records != nil {
				for _, p := range s.Records.First {
					fmt.Fprintf(&w, "  - record %s/%d@%d: %s\n", r.Report.Stream.Topic, p.Partition, p.Offset, strings.TrimPrefix(p.Path+": "+p.Reason, ": "))
				}
			}
		}
	}
	section(&w, "to do", len(r.Report.Plan))
	for _, s := range r.Report.Plan {
		fmt.Fprintf(&w, "  %s %s\n", s.Who, s.Text)
	}
	section(&w, "notes", len(r.Report.Notes))
	for _, n := range r.Report.Notes {
		fmt.Fprintf(&w, "  %s\n", n)
	}
	if r.Outcome != nil {
		section(&w, r.Outcome.title(), 1)
		for i := range r.Outcome.Systems {
			fmt.Fprintf(&w, "  %s\n", r.Outcome.Systems[i].words())
		}
	}
	if p := page(r, base); p != "" {
		fmt.Fprintf(&w, "\n%s\n", p)
	}
	return w.String()
}

func section(w *strings.Builder, name string, n int) {
	if n > 0 {
		fmt.Fprintf(w, "\n%s\n", name)
	}
}

func compatibleWord(is bool) string {
	if is {
		return "compatible"
	}
	return "not compatible"
}

func ownersWords(owners []string) string {
	if len(owners) == 0 {
		return ", no owner is known"
	}
	return ", " + strings.Join(owners, ", ")
}

func sourceWords(e *Evidence) string {
	words := e.Source
	if !e.At.IsZero() {
		words = strings.TrimPrefix(words+", "+e.At.UTC().Format("2006-01-02 15:04Z"), ", ")
	}
	return words
}

// worst are the systems of some verdicts.
func worst(r *Report, verdicts ...Verdict) (out []*System) {
	for _, v := range verdicts {
		for i := range r.Systems {
			if r.Systems[i].Verdict == v {
				out = append(out, &r.Systems[i])
			}
		}
	}
	return slices.Clip(out)
}
