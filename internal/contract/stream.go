package contract

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of a stream.
const (
	mostFields = 2000
	mostChecks = 500
)

// stream reads one entry of schema.
func (r *reader) stream(p, whole part, contract map[string]part) {
	s := Stream{Name: p.text("name"), Topic: p.text("physicalName"), Description: p.text("description"), Line: p.line()}
	if s.Topic == "" {
		s.Topic = s.Name
	}
	if !topicName(s.Topic) {
		r.fail(p, "%q cannot be the name of a topic; physicalName gives it where it is not the name", s.Topic)
	}
	own := r.custom(p, "a stream", map[string]func(part){
		"sightglass.subject": nil, "sightglass.objective": nil, "sightglass.quarantine": nil, "sightglass.span": nil, "sightglass.lateness": nil, "sightglass.lateShare": nil,
		"sightglass.volume": nil, "sightglass.conformity": nil, "sightglass.deadLetters": nil,
	})
	or := func(name string) part {
		if x := own[name]; x.there() {
			return x
		}
		return contract[name]
	}
	s.Subject, s.Quarantine = or("sightglass.subject").value(), or("sightglass.quarantine").value()
	if s.Quarantine == s.Topic && s.Quarantine != "" {
		r.fail(or("sightglass.quarantine"), "the quarantine is another topic than the stream")
	}
	b := &builder{reader: r, s: &s, objective: DefaultObjective, span: DefaultSpan}
	if x := or("sightglass.objective"); x.there() {
		b.objective = r.objective(x)
	}
	if x := own["sightglass.span"]; x.there() {
		if d, ok := r.span(x, "", "a span"); ok {
			b.span = d
		}
	}
	if x := own["sightglass.conformity"]; x.value() != "off" {
		if x.there() && x.value() != "on" {
			r.fail(x, "sightglass.conformity is on or off")
		}
		b.add(p, Check{Kind: Conformity, Path: Path{Part: PartValue}}, "conformity", conformitySays(s.Subject))
	}
	for _, f := range p.at("properties").list() {
		b.field(f, Path{Part: PartValue}, 0)
	}
	b.keys(p)
	b.quality(p, Path{Part: PartValue}, "")
	b.volume(own["sightglass.volume"], p)
	b.lateness(own, p)
	b.promises(whole)
	b.house(whole)
	if len(s.Fields) > mostFields || len(s.Checks) > mostChecks {
		r.fail(p, "a stream has at most %d properties and %d checks", mostFields, mostChecks)
	}
	r.c.Streams = append(r.c.Streams, s)
	r.deadLetters(own["sightglass.deadLetters"], s.Topic, b.objective)
}

// deadLetters reads the topic that Confluent's rule executors put records into which fail a rule of their schema. It is a stream of its own.
func (r *reader) deadLetters(p part, topic string, objective float64) {
	if !p.there() {
		return
	}
	s := Stream{Name: p.value(), Topic: p.value(), DeadOf: topic, Line: p.line()}
	if s.Topic == topic || !topicName(s.Topic) {
		r.fail(p, "sightglass.deadLetters is the name of another topic, as the rule's action DLQ has it in dlq.topic")
		return
	}
	b := &builder{reader: r, s: &s, objective: objective}
	b.add(p, Check{Kind: DeadLetter}, "dead-letter", "no record of "+topic+" fails a rule of its schema")
	r.c.Streams = append(r.c.Streams, s)
}

func topicName(s string) bool {
	return s != "" && len(s) <= 249 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
}

func conformitySays(subject string) string {
	if subject == "" {
		return "records decode whole, by a schema that the registry knows where they name one"
	}
	return "records decode whole, by a schema of subject " + subject
}

func (r *reader) objective(p part) float64 {
	text, percent := strings.CutSuffix(p.value(), "%")
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if percent {
		f /= 100
	}
	if err != nil || f < 0.5 || f >= 1 {
		r.fail(p, "an objective is the share of records that are to be good, from 50%% to below 100%%, as 99.9%% or 0.999")
		return DefaultObjective
	}
	return f
}

// builder gathers the checks of one stream.
type builder struct {
	*reader
	s         *Stream
	objective float64
	span      time.Duration
	primary   []primary
	event     []Path // fields that hold event time
}

type primary struct {
	at       int
	path     Path
	position int
}

// add takes a check up. about names it within the stream: a check is the same from version to version by its id.
func (b *builder) add(p part, c Check, about, says string) *Check {
	c.ID = b.s.Topic + "/" + about
	for n := 2; b.ids[c.ID]; n++ {
		c.ID = fmt.Sprintf("%s/%s-%d", b.s.Topic, about, n)
	}
	b.ids[c.ID] = true
	c.Line, c.says = p.line(), says
	if c.Severity == "" {
		c.Severity = Error
	}
	if c.Objective == 0 {
		c.Objective = b.objective
	}
	b.s.Checks = append(b.s.Checks, c)
	return &b.s.Checks[len(b.s.Checks)-1]
}

// keys are the fields that are the primary key together.
func (b *builder) keys(p part) {
	if len(b.primary) == 0 {
		return
	}
	slices.SortStableFunc(b.primary, func(x, y primary) int { return x.position - y.position })
	c := Check{Kind: Unique, Within: b.span}
	var names []string
	for _, k := range b.primary {
		c.Paths = append(c.Paths, k.path)
		names = append(names, k.path.String())
	}
	b.add(p, c, "primary-key", fmt.Sprintf("%s occurs once within %s", strings.Join(names, " and "), words(b.span)))
}

func (b *builder) volume(x, p part) {
	switch x.value() {
	case "":
	case "learned":
		b.add(p, Check{Kind: Volume}, "volume", "as many records a minute come as at this hour of the week before")
	default:
		b.fail(x, "sightglass.volume is learned")
	}
}

// lateness is how far event time may be behind the newest one.
func (b *builder) lateness(own map[string]part, p part) {
	late, share := own["sightglass.lateness"], own["sightglass.lateShare"]
	if !late.there() {
		if share.there() {
			b.fail(share, "a share of late records wants sightglass.lateness, which says from when on one is late")
		}
		return
	}
	within, ok := b.reader.span(late, "", "lateness")
	if !ok {
		return
	}
	if len(b.event) != 1 {
		b.fail(late, "which property is the event time is not known: one of them has the custom property sightglass.eventTime: true")
		return
	}
	c := Check{Kind: Late, Path: b.event[0], Within: within}
	says := fmt.Sprintf("%s is at most %s behind the newest one of its partition", c.Path, words(within))
	if share.there() {
		text, percent := strings.CutSuffix(share.value(), "%")
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if !percent {
			f *= 100
		}
		if err != nil || f < 0 || f > 100 {
			b.fail(share, "a share of late records is from 0%% to 100%%")
			return
		}
		c.Limit = &Limit{Op: "mustBeLessOrEqualTo", A: f, Percent: true}
		says += fmt.Sprintf(", but for %s %% of the records of a minute", trimmed(f))
	}
	b.add(p, c, "late", says)
}

// house are what a contract owes its readers.
func (b *builder) house(p part) {
	b.add(p, Check{Kind: Ownership, Severity: Warning, Path: Path{Part: PartValue}}, "ownership", "somebody of the team owns the stream")
	b.add(p, Check{Kind: Support, Severity: Warning, Path: Path{Part: PartValue}}, "support", "there is a channel where its users are told")
}

func words(d time.Duration) string {
	switch {
	case d >= 48*time.Hour && d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

func trimmed(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
