package steering

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/policy"
)

func dir(path string) string { return filepath.Dir(path) }

// tellsLocked names what agents are told: the version, and how often changes for a while altered it.
func (s *Steering) tellsLocked() string {
	return fmt.Sprintf("%d.%d", s.mu.version.Number, s.mu.sequence)
}

// wire makes what agents are told: changes for a while, the newest first, then the policy's rules, then its level.
func (s *Steering) wire() ingest.Policy {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := ingest.Policy{Version: s.tellsLocked(), Rules: []ingest.PolicyRule{}, Secrets: s.mu.policy.Secrets}
	for _, r := range s.overlayLocked() {
		w.Rules = append(w.Rules, ingest.PolicyRule{Job: r.Job, Operator: r.Operator, Level: r.Level, Why: r.why})
	}
	for _, r := range s.mu.policy.Rules {
		wr := ingest.PolicyRule{Job: r.Job, Operator: r.Operator, Output: r.Output, Topic: r.Topic, Level: r.Level, Payload: r.Payload, LookBack: r.LookBack, Logs: r.Logs}
		if r.Sample != nil {
			wr.Sample = &ingest.Sample{Take: r.Sample.Take, Of: r.Sample.Of}
		}
		w.Rules = append(w.Rules, wr)
	}
	w.Rules = append(w.Rules, ingest.PolicyRule{Level: s.mu.policy.Level})
	if b := s.mu.policy.Budgets; b != (policy.Budgets{}) {
		w.Budgets = &ingest.Budgets{CPU: b.CPU, BytesPerSecond: b.BytesPerSecond, Memory: b.Memory}
	}
	for _, x := range s.mu.policy.Snapshots {
		w.Snapshots = append(w.Snapshots, ingest.SnapshotRule{Job: x.Job, Bytes: x.Bytes, EveryMS: uint64(x.Every / time.Millisecond)})
	}
	return w
}

// overlayRule is a rule that a change for a while puts before the others.
type overlayRule struct {
	policy.Rule
	change *Change
	why    string
}

// maxOverlay keeps what agents are told below what they take.
const maxOverlay = 150

// overlayLocked lists the rules of changes that hold: those of persons first, each the newest first.
func (s *Steering) overlayLocked() (rules []overlayRule) {
	for _, persons := range []bool{true, false} {
		for i := len(s.mu.changes) - 1; i >= 0; i-- {
			c := s.mu.changes[i]
			if (c.Trigger == "") != persons {
				continue
			}
			why := "trigger " + c.Trigger
			if persons {
				why = "said so by " + c.Who
			}
			for _, o := range c.Operators {
				if len(rules) < maxOverlay {
					rules = append(rules, overlayRule{policy.Rule{Job: c.Recording.String(), Operator: o.Operator, Level: o.To}, c, why})
				}
			}
		}
	}
	return rules
}
