package policy

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// defaultFor is how long a trigger raises levels.
const defaultFor = 10 * time.Minute

// maxFor is how long it may.
const maxFor = 24 * time.Hour

func (r *reader) rule(n *yaml.Node) Rule {
	x := Rule{Line: n.Line}
	r.members(n, "a rule", map[string]func(*yaml.Node){
		"job":      func(n *yaml.Node) { x.Job = r.glob(n) },
		"operator": func(n *yaml.Node) { x.Operator = r.glob(n) },
		"output":   func(n *yaml.Node) { x.Output = r.glob(n) },
		"topic":    func(n *yaml.Node) { x.Topic = r.glob(n) },
		"level":    func(n *yaml.Node) { x.Level = r.word(n, Levels...) },
		"payload":  func(n *yaml.Node) { x.Payload = r.word(n, "full", "hashed", "none") },
		"logs":     func(n *yaml.Node) { x.Logs = r.word(n, "off", "error", "warn", "info", "debug", "trace") },
		"sample":   func(n *yaml.Node) { x.Sample = r.sample(n) },
		"lookback": func(n *yaml.Node) { v := r.truth(n); x.LookBack = &v },
	})
	more := x.Level != "" || x.Logs != "" || x.Sample != nil || x.LookBack != nil
	switch {
	case (x.Topic != "" || x.Output != "") && (more || x.Payload == ""):
		r.fail(n, "a rule with topic or output says payload, and nothing else")
	case x.Topic != "" && (x.Output != "" || x.Operator != ""):
		r.fail(n, "a rule with topic holds for all operators: take operator and output out")
	case !more && x.Payload == "" && follow(n).Kind == yaml.MappingNode:
		r.fail(n, "this rule says nothing: give it level, payload, sample, lookback or logs")
	}
	return x
}

func (r *reader) sample(n *yaml.Node) *Sample {
	s := &Sample{}
	r.members(n, "a sample", map[string]func(*yaml.Node){
		"take": func(n *yaml.Node) { s.Take = r.count(n) },
		"of":   func(n *yaml.Node) { s.Of = r.count(n) },
	})
	switch {
	case follow(n).Kind != yaml.MappingNode:
	case s.Take == 0 || s.Of == 0:
		r.fail(n, "a sample has take and of, as in {take: 1, of: 50}")
	case s.Take > s.Of:
		r.fail(n, "a sample cannot take %d of %d", s.Take, s.Of)
	}
	return s
}

func (r *reader) count(n *yaml.Node) uint64 {
	v, err := strconv.ParseUint(r.text(n), 10, 32)
	if err != nil || v == 0 {
		r.fail(n, "%q is no whole number above 0", follow(n).Value)
	}
	return v
}

func (r *reader) trigger(n *yaml.Node) Trigger {
	t := Trigger{Line: n.Line, For: defaultFor, LookBack: true, Raise: Raise{Level: "trace"}}
	on := false
	r.members(n, "a trigger", map[string]func(*yaml.Node){
		"name": func(n *yaml.Node) {
			if t.Name = r.text(n); len(t.Name) > maxName {
				r.fail(n, "a name has at most %d characters", maxName)
			}
		},
		"on": func(n *yaml.Node) {
			on = true
			t.On = On(r.word(n, string(OnDrop), string(OnException), string(OnCheckpointFailure), string(OnMatch)))
		},
		"job":      func(n *yaml.Node) { t.Job = r.glob(n) },
		"operator": func(n *yaml.Node) { t.Operator = r.glob(n) },
		"when": func(n *yaml.Node) {
			t.When = r.text(n)
			if r.checks.Filter != nil && t.When != "" {
				if err := r.checks.Filter(t.When); err != nil {
					r.fail(n, "when cannot be understood: %v", err)
				}
			}
		},
		"raise": func(n *yaml.Node) {
			r.members(n, "raise", map[string]func(*yaml.Node){
				"operator": func(n *yaml.Node) { t.Raise.Operator = r.glob(n) },
				"level":    func(n *yaml.Node) { t.Raise.Level = r.word(n, Levels...) },
			})
		},
		"lookback": func(n *yaml.Node) { t.LookBack = r.truth(n) },
		"for":      func(n *yaml.Node) { t.For = r.duration(n, time.Second, maxFor) },
	})
	switch {
	case follow(n).Kind != yaml.MappingNode:
	case !on:
		r.fail(n, "a trigger says what it waits for: on: drop, exception, checkpoint-failure or match")
	case t.On == OnMatch && t.When == "":
		r.fail(n, "a trigger on match says when it matches, as in when: op == \"dedup\" && value.amount > 1000")
	}
	if t.Name == "" {
		t.Name = string(t.On)
	}
	return t
}

func (r *reader) duration(n *yaml.Node, low, high time.Duration) time.Duration {
	d, err := time.ParseDuration(r.text(n))
	if err != nil || d < low || d > high {
		r.fail(n, "%q is no time from %s to %s, as 30s or 10m", follow(n).Value, low, high)
	}
	return d
}

func (r *reader) budgets(n *yaml.Node) (b Budgets) {
	r.members(n, "budgets", map[string]func(*yaml.Node){
		"cpu":    func(n *yaml.Node) { b.CPU = r.share(n) },
		"bytes":  func(n *yaml.Node) { b.BytesPerSecond = r.size(n, "/s") },
		"memory": func(n *yaml.Node) { b.Memory = r.size(n, "") },
	})
	return b
}

// share reads 5% or 0.05, of one core.
func (r *reader) share(n *yaml.Node) float64 {
	s := r.text(n)
	number, percent := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v > 0) || v > 64 {
		r.fail(n, "%q is no share of a core, as 5%%", s)
		return 0
	}
	return v
}

func (r *reader) size(n *yaml.Node, suffix string) uint64 {
	s := r.text(n)
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
		r.fail(n, "%q is no size above 0, as 4MiB%s", s, suffix)
		return 0
	}
	return uint64(v * float64(unit))
}
