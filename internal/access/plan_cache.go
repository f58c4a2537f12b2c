package access

import (
	"strings"
	"sync"
)

// mostPlans of a policy are kept; then all are made anew.
const mostPlans = 10_000

type planKey struct {
	what   Subject
	lifted string
	guess  bool
}

// plans are those of a policy that were asked for. Safe for concurrent use.
type plans struct {
	mu   sync.RWMutex
	made map[planKey]*plan
}

func (c *plans) of(m *masking, what Subject, lifted []string, guess bool) *plan {
	k := planKey{what, strings.Join(lifted, "\x00"), guess}
	c.mu.RLock()
	p := c.made[k]
	c.mu.RUnlock()
	if p != nil {
		return p
	}
	clear := make(map[string]bool, len(lifted))
	for _, class := range lifted {
		clear[class] = true
	}
	p = m.plan(what, clear, guess)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.made) >= mostPlans {
		c.made = make(map[planKey]*plan)
	}
	c.made[k] = p
	return p
}
