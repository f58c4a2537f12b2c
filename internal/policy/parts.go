package policy

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// defaultFor is how long a trigger raises levels.
const defaultFor = 10 * time.Minute

// maxFor is how long it may.
const maxFor = 24 * time.Hour

func (r *reader) rule(n *yaml.Node) Rule {
	x := Rule{Line: n.Line}
	r.Members(n, "a rule", map[string]func(*yaml.Node){
		"job":      func(n *yaml.Node) { x.Job = r.Glob(n) },
		"operator": func(n *yaml.Node) { x.Operator = r.Glob(n) },
		"output":   func(n *yaml.Node) { x.Output = r.Glob(n) },
		"topic":    func(n *yaml.Node) { x.Topic = r.Glob(n) },
		"level":    func(n *yaml.Node) { x.Level = r.Word(n, Levels...) },
		"payload":  func(n *yaml.Node) { x.Payload = r.Word(n, "full", "hashed", "none") },
		"logs":     func(n *yaml.Node) { x.Logs = r.Word(n, "off", "error", "warn", "info", "debug", "trace") },
		"sample":   func(n *yaml.Node) { x.Sample = r.sample(n) },
		"lookback": func(n *yaml.Node) { v := r.Truth(n); x.LookBack = &v },
	})
	more := x.Level != "" || x.Logs != "" || x.Sample != nil || x.LookBack != nil
	switch {
	case (x.Topic != "" || x.Output != "") && (more || x.Payload == ""):
		r.Fail(n, "a rule with topic or output says payload, and nothing else")
	case x.Topic != "" && (x.Output != "" || x.Operator != ""):
		r.Fail(n, "a rule with topic holds for all operators: take operator and output out")
	case !more && x.Payload == "" && document.Follow(n).Kind == yaml.MappingNode:
		r.Fail(n, "this rule says nothing: give it level, payload, sample, lookback or logs")
	}
	return x
}

func (r *reader) sample(n *yaml.Node) *Sample {
	s := &Sample{}
	r.Members(n, "a sample", map[string]func(*yaml.Node){
		"take": func(n *yaml.Node) { s.Take = r.count(n) },
		"of":   func(n *yaml.Node) { s.Of = r.count(n) },
	})
	switch {
	case document.Follow(n).Kind != yaml.MappingNode:
	case s.Take == 0 || s.Of == 0:
		r.Fail(n, "a sample has take and of, as in {take: 1, of: 50}")
	case s.Take > s.Of:
		r.Fail(n, "a sample cannot take %d of %d", s.Take, s.Of)
	}
	return s
}

func (r *reader) count(n *yaml.Node) uint64 {
	v, err := strconv.ParseUint(r.Text(n), 10, 32)
	if err != nil || v == 0 {
		r.Fail(n, "%q is no whole number above 0", document.Follow(n).Value)
	}
	return v
}

func (r *reader) trigger(n *yaml.Node) Trigger {
	t := Trigger{Line: n.Line, For: defaultFor, LookBack: true, Raise: Raise{Level: "trace"}}
	on := false
	r.Members(n, "a trigger", map[string]func(*yaml.Node){
		"name": func(n *yaml.Node) {
			if t.Name = r.Text(n); len(t.Name) > maxName {
				r.Fail(n, "a name has at most %d characters", maxName)
			}
		},
		"on": func(n *yaml.Node) {
			on = true
			t.On = On(r.Word(n, string(OnDrop), string(OnException), string(OnCheckpointFailure), string(OnMatch)))
		},
		"job":      func(n *yaml.Node) { t.Job = r.Glob(n) },
		"operator": func(n *yaml.Node) { t.Operator = r.Glob(n) },
		"when": func(n *yaml.Node) {
			t.When = r.Text(n)
			if r.checks.Filter != nil && t.When != "" {
				if err := r.checks.Filter(t.When); err != nil {
					r.Fail(n, "when cannot be understood: %v", err)
				}
			}
		},
		"raise": func(n *yaml.Node) {
			r.Members(n, "raise", map[string]func(*yaml.Node){
				"operator": func(n *yaml.Node) { t.Raise.Operator = r.Glob(n) },
				"level":    func(n *yaml.Node) { t.Raise.Level = r.Word(n, Levels...) },
			})
		},
		"lookback": func(n *yaml.Node) { t.LookBack = r.Truth(n) },
		"for":      func(n *yaml.Node) { t.For = r.duration(n, time.Second, maxFor) },
	})
	switch {
	case document.Follow(n).Kind != yaml.MappingNode:
	case !on:
		r.Fail(n, "a trigger says what it waits for: on: drop, exception, checkpoint-failure or match")
	case t.On == OnMatch && t.When == "":
		r.Fail(n, "a trigger on match says when it matches, as in when: op == \"dedup\" && value.amount > 1000")
	}
	if t.Name == "" {
		t.Name = string(t.On)
	}
	return t
}

func (r *reader) duration(n *yaml.Node, low, high time.Duration) time.Duration {
	d, err := time.ParseDuration(r.Text(n))
	if err != nil || d < low || d > high {
		r.Fail(n, "%q is no time from %s to %s, as 30s or 10m", document.Follow(n).Value, low, high)
	}
	return d
}

func (r *reader) budgets(n *yaml.Node) (b Budgets) {
	r.Members(n, "budgets", map[string]func(*yaml.Node){
		"cpu":    func(n *yaml.Node) { b.CPU = r.share(n) },
		"bytes":  func(n *yaml.Node) { b.BytesPerSecond = r.size(n, "/s") },
		"memory": func(n *yaml.Node) { b.Memory = r.size(n, "") },
	})
	return b
}

// share reads 5% or 0.05, of one core.
func (r *reader) share(n *yaml.Node) float64 {
	s := r.Text(n)
	number, percent := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v > 0) || v > 64 {
		r.Fail(n, "%q is no share of a core, as 5%%", s)
		return 0
	}
	return v
}

func (r *reader) size(n *yaml.Node, suffix string) uint64 {
	s := r.Text(n)
	text := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), suffix))
	unit := uint64(1)
	for name, u := range map[string]uint64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if t, ok := strings.CutSuffix(text, name); ok {
			text, unit = strings.TrimSpace(t), u
			break
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v > 0) || v*float64(unit) > 1<<50 {
		r.Fail(n, "%q is no size above 0, as 4MiB%s", s, suffix)
		return 0
	}
	return uint64(v * float64(unit))
}
