package notify

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Summary says in one sentence what happened.
func Summary(e *Event) string { return summary(e, Opened) }

func summary(e *Event, phase Phase) string {
	about := e.About()
	if e.Cluster != "" && e.Topic != "" {
		about = e.Cluster + "/" + about
	}
	var b strings.Builder
	switch phase {
	case Reminder:
		b.WriteString("still open: ")
	case Raised:
		b.WriteString("worse: ")
	}
	contract := "the contract"
	if e.Contract != "" {
		contract += " " + e.Contract
	}
	switch e.Type {
	case SchemaRegistered:
		fmt.Fprintf(&b, "a schema was registered for %s", cmp.Or(e.Subject, about))
	case SchemaDeleted:
		fmt.Fprintf(&b, "a schema of %s was deleted", cmp.Or(e.Subject, about))
	case ConfigChanged:
		fmt.Fprintf(&b, "settings of %s were changed", cmp.Or(e.Subject, about))
	case ImpactRequested:
		fmt.Fprintf(&b, "a change of %s is planned", about)
	case ImpactAcked:
		fmt.Fprintf(&b, "somebody answered to a planned change of %s", about)
	case ContractViolated:
		fmt.Fprintf(&b, "%s is broken on %s", contract, about)
	case ContractRecovered:
		fmt.Fprintf(&b, "%s holds again on %s", contract, about)
	case DriftDetected:
		fmt.Fprintf(&b, "records of %s have another shape than before", about)
	case ConsumerAppeared:
		fmt.Fprintf(&b, "somebody new reads %s", about)
	case Tested:
		b.WriteString("a test of a subscription; nothing has happened")
	}
	var facts []string
	add := func(name, value string) {
		if value != "" {
			facts = append(facts, name+" "+value)
		}
	}
	f := &e.Facts
	add("rule", f.Check)
	add("version", f.Version)
	if e.Job != "" && e.Job != about {
		add("job", e.Job)
	}
	add("producer", f.Producer)
	if program := f.Program; len(program) == 64 { // a whole SHA-256, which the event has
		add("program", program[:12])
	} else {
		add("program", program)
	}
	add("team", f.Team)
	add("verdict", f.Verdict)
	if f.Records > 0 {
		add("records", fmt.Sprint(f.Records))
	}
	if f.First != nil {
		add("first", fmt.Sprintf("%d@%d", f.First.Partition, f.First.Offset))
	}
	if f.Last != nil {
		add("last", fmt.Sprintf("%d@%d", f.Last.Partition, f.Last.Offset))
	}
	if len(facts) > 0 {
		b.WriteString(": " + strings.Join(facts, ", "))
	}
	return b.String()
}

// repeated says how often it happened beside the first time.
func repeated(count int64, since time.Time, phase Phase) string {
	switch {
	case phase == Over && count > 0:
		return fmt.Sprintf("after %d since %s", count, moment(since))
	case count > 1:
		return fmt.Sprintf("and %d more since %s", count-1, moment(since))
	}
	return ""
}

// moment is a time for people; they may be anywhere.
func moment(t time.Time) string { return t.UTC().Format("15:04 UTC on 2 January") }
