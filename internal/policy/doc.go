// Package policy reads what people want recorded: rules by job and operator, samples, triggers, budgets, secrets. It checks a
// text with every mistake named by its line, and decides what holds for an operator. It knows no files, no agents and no clock.
//
// docs/operations/policy.md describes the text. What agents are told of it is spec/wire.md.
package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Policy is a policy that was read.
type Policy struct {
	Level    string // of operators that no rule names; empty = the server's setting
	Rules    []Rule
	Triggers []Trigger
	Budgets  Budgets
	Retain   []Retain
	Secrets  []string // globs of names of settings

	Snapshots []Snapshots
}

// Rule says something of some operators. Each thing is decided by the first rule that fits an operator and says it.
type Rule struct {
	Line     int
	Job      string // globs; empty = all
	Operator string
	Output   string // tag of a side output, or main: the rule says payload alone
	Topic    string // the rule says payload alone
	Level    string
	Payload  string
	Sample   *Sample
	LookBack *bool
	Logs     string
}

// Sample takes the keys of so many of so many parts.
type Sample struct{ Take, Of uint64 }

// On is what a trigger waits for.
type On string

// What a trigger can wait for.
const (
	OnDrop              On = "drop"
	OnException         On = "exception"
	OnCheckpointFailure On = "checkpoint-failure"
	OnMatch             On = "match" // an event for which When holds
)

// Trigger raises the level of operators for a while when something happens in a job.
type Trigger struct {
	Line     int
	Name     string
	On       On
	Job      string // where it must happen; globs, empty = anywhere
	Operator string
	When     string // CEL over the event
	Raise    Raise
	LookBack bool // what agents kept is sent
	For      time.Duration
}

// Raise is what a trigger makes of levels: none of them lower.
type Raise struct {
	Operator string // glob; empty = all of the job
	Level    string
}

// Budgets bound what recording costs one process; 0 = not bounded.
type Budgets struct {
	CPU            float64 // share of a core
	BytesPerSecond uint64
	Memory         uint64
}

// Levels from the least on.
var Levels = []string{"positions", "flight", "trace"}

// Rank is a level's place among Levels; -1 = it is none.
func Rank(level string) int {
	for i, l := range Levels {
		if l == level {
			return i
		}
	}
	return -1
}

// Warnings names what a policy says and people may not mean.
func (p *Policy) Warnings() (out []string) {
	for i := range p.Rules {
		for k := range p.Rules[:i] {
			if a, b := &p.Rules[k], &p.Rules[i]; covers(a, b) {
				out = append(out, fmt.Sprintf("line %d says nothing new: line %d decides all that it is about", b.Line, a.Line))
				break
			}
		}
	}
	for _, r := range p.Rules {
		if r.Sample != nil && r.Job == "" && r.Operator != "" {
			out = append(out, fmt.Sprintf("line %d samples one operator: journeys are whole where a sample holds for all of a job", r.Line))
		}
	}
	return out
}

// covers tells whether a decides, in front of b, everything that b says.
func covers(a, b *Rule) bool {
	return (a.Job == "" || a.Job == "*" || a.Job == b.Job) && (a.Operator == "" || a.Operator == "*" || a.Operator == b.Operator) &&
		a.Output == b.Output && a.Topic == b.Topic &&
		(b.Level == "" || a.Level != "") && (b.Payload == "" || a.Payload != "") && (b.Sample == nil || a.Sample != nil) &&
		(b.LookBack == nil || a.LookBack != nil) && (b.Logs == "" || a.Logs != "")
}

// Decided is what holds for one operator, and which rule says so (its place in Rules; -1 = none).
type Decided struct {
	Level        string
	LevelRule    int
	Payload      string
	PayloadRule  int
	Sample       *Sample
	SampleRule   int
	LookBack     bool
	LookBackRule int
	Logs         string
	LogsRule     int
}

// Decide says what holds for an operator; job is every name of its job.
func (p *Policy) Decide(job []string, operator string) Decided {
	d := Decided{Level: p.Level, Payload: "full", Logs: "info", LevelRule: -1, PayloadRule: -1, SampleRule: -1, LookBackRule: -1, LogsRule: -1}
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.Topic != "" || r.Output != "" || !r.Fits(job, operator) {
			continue
		}
		if r.Level != "" && d.LevelRule < 0 {
			d.Level, d.LevelRule = r.Level, i
		}
		if r.Payload != "" && d.PayloadRule < 0 {
			d.Payload, d.PayloadRule = r.Payload, i
		}
		if r.Sample != nil && d.SampleRule < 0 {
			d.Sample, d.SampleRule = r.Sample, i
		}
		if r.LookBack != nil && d.LookBackRule < 0 {
			d.LookBack, d.LookBackRule = *r.LookBack, i
		}
		if r.Logs != "" && d.LogsRule < 0 {
			d.Logs, d.LogsRule = r.Logs, i
		}
	}
	return d
}

// TopicPayload is what may be kept of the records of a topic, as far as a rule about topics says: full, hashed or none.
func (p *Policy) TopicPayload(job []string, topic string) string {
	for i := range p.Rules {
		if r := &p.Rules[i]; r.Topic != "" && r.Payload != "" && Match(r.Topic, topic) && r.Fits(job, r.Operator) {
			return r.Payload
		}
	}
	return "full"
}

// Fits tells whether the rule is about an operator.
func (r *Rule) Fits(job []string, operator string) bool {
	return fits(r.Job, r.Operator, job, operator)
}

// Fits tells whether the trigger is about what happens at an operator.
func (t *Trigger) Fits(job []string, operator string) bool {
	return fits(t.Job, t.Operator, job, operator)
}

func fits(jobGlob, operatorGlob string, job []string, operator string) bool {
	any := jobGlob == ""
	for _, name := range job {
		any = any || Match(jobGlob, name)
	}
	return any && (operatorGlob == "" || Match(operatorGlob, operator) || Match(operatorGlob, event.Slug(operator)))
}

// Match tells whether text fits a glob, in which * stands for anything.
func Match(glob, text string) bool {
	first, rest, more := strings.Cut(glob, "*")
	if !more {
		return glob == text
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, last)
}
