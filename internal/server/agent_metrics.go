package server

import (
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/ingest"
)

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func agentSpent(x *scrape) (out []sample) {
	for _, a := range x.agents {
		if !a.Connected {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(a.Spent)) {
			out = append(out, sample{labels("host", a.Host, "process", a.Process, "on", strings.TrimSuffix(name, "_ns")), float64(a.Spent[name]) / 1e9})
		}
	}
	return out
}

func policyBehind(x *scrape) (out []sample) {
	for _, a := range x.agents {
		if a.Connected {
			out = append(out, sample{labels("host", a.Host, "process", a.Process), truth(a.Policy.Version != x.policy.Told)})
		}
	}
	return out
}

func levelChanges(x *scrape) []sample {
	n := map[bool]float64{}
	for _, c := range x.policy.Changes {
		n[c.Trigger != ""]++
	}
	return []sample{{labels("by", "person"), n[false]}, {labels("by", "trigger"), n[true]}}
}

// hookSum is one hook of an agent: an id may stand in several classes.
type hookSum struct {
	id     string
	fired  uint64
	nanos  int64 // negative = not measured
	errors uint64
}

// sumHooks joins an agent's hooks by id, in order. How often one fired is the most that a class says: for those that are counted
// together each says all.
func sumHooks(hooks []ingest.Hook) []hookSum {
	byID := map[string]*hookSum{}
	for _, h := range hooks {
		s := byID[h.ID]
		if s == nil {
			s = &hookSum{id: h.ID, nanos: -1}
			byID[h.ID] = s
		}
		s.fired, s.errors = max(s.fired, h.Fired), max(s.errors, h.Errors)
		if h.NS != nil {
			s.nanos = max(s.nanos, *h.NS)
		}
	}
	out := make([]hookSum, 0, len(byID))
	for _, id := range slices.Sorted(maps.Keys(byID)) {
		out = append(out, *byID[id])
	}
	return out
}

func perHook(value func(hookSum) (float64, bool)) func(*scrape) []sample {
	return func(x *scrape) (out []sample) {
		for _, a := range x.agents {
			if !a.Connected {
				continue
			}
			for _, h := range sumHooks(a.Hooks) {
				if v, known := value(h); known {
					out = append(out, sample{labels("host", a.Host, "process", a.Process, "hook", h.id), v})
				}
			}
		}
		return out
	}
}
