package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sightglass/sightglass/internal/access"
)

// ErrEvent: an event cannot be told as it is; the room that made it has a mistake.
var ErrEvent = errors.New("no event that can be told")

// Type says what happened. In CloudEvents it stands between io.sightglass. and .v1.
type Type string

// The types.
const (
	SchemaRegistered Type = "schema.registered"
	SchemaDeleted    Type = "schema.deleted"
	ConfigChanged    Type = "config.changed"
	ImpactRequested  Type = "impact.requested"
	ImpactAcked      Type = "impact.acked"
	ContractViolated Type = "contract.violated"
	// ContractRecovered ends the group of the violation; it has the violation's group key.
	ContractRecovered Type = "contract.recovered"
	DriftDetected     Type = "drift.detected"
	ConsumerAppeared  Type = "consumer.appeared"
	// Tested is sent when somebody tries a subscription, and at no other time.
	Tested Type = "notification.test"
)

// Types are those that something can be subscribed by.
var Types = []Type{
	SchemaRegistered, SchemaDeleted, ConfigChanged, ImpactRequested, ImpactAcked, ContractViolated, ContractRecovered, DriftDetected, ConsumerAppeared,
}

// Full is the type as CloudEvents have it.
func (t Type) Full() string { return "io.sightglass." + string(t) + ".v1" }

// Severity orders events. The zero Severity is Info.
type Severity int

// The severities.
const (
	Info Severity = iota
	Warning
	Critical
)

var severities = [...]string{"info", "warning", "critical"}

// String is the severity's name.
func (s Severity) String() string {
	if s < Info || s > Critical {
		return "unknown"
	}
	return severities[s]
}

// SeverityOf is the severity of a name; false: there is none. The empty name is Info.
func SeverityOf(name string) (Severity, bool) {
	if name == "" {
		return Info, true
	}
	i := slices.Index(severities[:], name)
	return Severity(max(i, 0)), i >= 0
}

// Event is something that happened. Type, Resource, and Action where Resource is no topic and no job, are required.
type Event struct {
	ID       string    `json:"id"` // the same change has the same id, and is told once; empty: one is made
	Type     Type      `json:"type"`
	Time     time.Time `json:"time"` // zero: now
	Severity Severity  `json:"severity"`

	// What it is about. Everything may be empty; what is there can be subscribed by.
	Cluster  string `json:"cluster,omitempty"`
	Topic    string `json:"topic,omitempty"`
	Path     string `json:"path,omitempty"` // of a field of the topic's values
	Job      string `json:"job,omitempty"`
	Subject  string `json:"subject,omitempty"` // of the schema registry
	Contract string `json:"contract,omitempty"`

	// Group joins what repeats about one Resource: contract/ID/rule/NAME, say. Empty: it is alone.
	Group string `json:"group,omitempty"`
	// Link is a path in the web UI, as /t/prod/orders.
	Link string `json:"link,omitempty"`
	// Resource is what one has to be permitted to see to be told, by Action: topic:list for topics and job:view for jobs where it is empty.
	Resource access.Resource `json:"resource"`
	Action   access.Action   `json:"action"`

	Facts Facts `json:"facts"`
}

// Facts are what is known of an event: names, places and counts. There is no field for a value, nor for text that somebody wrote.
type Facts struct {
	Check    string           `json:"check,omitempty"` // the rule that is broken
	Version  string           `json:"version,omitempty"`
	Producer string           `json:"producer,omitempty"`
	Program  string           `json:"program,omitempty"` // version of the job's jar
	Team     string           `json:"team,omitempty"`
	Verdict  string           `json:"verdict,omitempty"`
	First    *Place           `json:"first,omitempty"` // the first record that it is about
	Last     *Place           `json:"last,omitempty"`
	Records  int64            `json:"records,omitempty"` // that it is about
	Counts   map[string]int64 `json:"counts,omitempty"`
}

// Place is where a record lies.
type Place struct {
	Partition int32 `json:"partition"`
	Offset    int64 `json:"offset"`
}

// Bounds of an event.
const (
	maxName   = 512
	maxCounts = 50
)

// About is the event's subject: topic#path, or the next best name.
func (e *Event) About() string {
	switch {
	case e.Topic != "" && e.Path != "":
		return e.Topic + "#" + e.Path
	case e.Topic != "":
		return e.Topic
	case e.Contract != "":
		return e.Contract
	case e.Subject != "":
		return e.Subject
	}
	return e.Job
}

// complete fills in what may be left out, and refuses what cannot be told. Names are cut at maxName characters and control characters in them
// become blanks: they stand in headers and mails.
func (e *Event) complete(now time.Time, id string) error {
	if !slices.Contains(Types, e.Type) && e.Type != Tested {
		return fmt.Errorf("%w: its type %q does not exist", ErrEvent, bounded(string(e.Type)))
	}
	if e.Severity < Info || e.Severity > Critical {
		return fmt.Errorf("%w: its severity is none of info, warning, critical", ErrEvent)
	}
	if e.Link != "" && (!strings.HasPrefix(e.Link, "/") || strings.HasPrefix(e.Link, "//") || strings.ContainsFunc(e.Link, unprintable) || strings.Contains(e.Link, `\`)) {
		return fmt.Errorf("%w: its link is no path", ErrEvent)
	}
	if len(e.Facts.Counts) > maxCounts {
		return fmt.Errorf("%w: it has more than %d counts", ErrEvent, maxCounts)
	}
	if e.Action == "" {
		switch r := string(e.Resource); {
		case strings.HasPrefix(r, "cluster/") && strings.Contains(r, "/topic/"):
			e.Action = access.TopicList
		case strings.HasPrefix(r, "flink/"):
			e.Action = access.JobView
		}
	}
	if e.Resource == "" || !e.Action.Valid() {
		return fmt.Errorf("%w: it does not say who may see it", ErrEvent)
	}
	if e.ID == "" {
		e.ID = id
	}
	if e.Time.IsZero() {
		e.Time = now
	}
	e.Time = e.Time.UTC().Truncate(time.Microsecond)
	for _, name := range []*string{
		&e.ID, &e.Cluster, &e.Topic, &e.Path, &e.Job, &e.Subject, &e.Contract, &e.Group,
		&e.Facts.Check, &e.Facts.Version, &e.Facts.Producer, &e.Facts.Program, &e.Facts.Team, &e.Facts.Verdict,
	} {
		*name = bounded(*name)
	}
	if counts := e.Facts.Counts; counts != nil {
		e.Facts.Counts = make(map[string]int64, len(counts))
		for name, n := range counts {
			e.Facts.Counts[bounded(name)] = n
		}
	}
	return nil
}

// unprintable are characters that no name needs and that a header, a terminal or a reader could be fooled by.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029'
}

// printable is text on one line, with blanks in place of what cannot be printed.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unprintable(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

func bounded(name string) string {
	name = printable(name)
	if runes := []rune(name); len(runes) > maxName {
		return string(runes[:maxName-1]) + "…"
	}
	return name
}
