package registry

import (
	"sync"
	"time"
)

// cache keeps what was looked up last, at least half of most entries. Safe for concurrent use.
type cache[K comparable, V any] struct {
	most int
	keep time.Duration // 0 = for ever

	mu         sync.RWMutex
	young, old map[K]kept[V] // guarded by mu; what is used in old moves to young, and a full young becomes old
	forgotten  int           // guarded by mu
}

type kept[V any] struct {
	value V
	until time.Time
}

func newCache[K comparable, V any](most int, keep time.Duration) *cache[K, V] {
	return &cache[K, V]{most: most, keep: keep, young: map[K]kept[V]{}}
}

func (c *cache[K, V]) get(k K) (V, bool) {
	c.mu.RLock()
	age := c.forgotten
	e, ok := c.young[k]
	aged := false
	if !ok {
		e, aged = c.old[k]
	}
	c.mu.RUnlock()
	if !ok && !aged || !e.until.IsZero() && time.Now().After(e.until) {
		var none V
		return none, false
	}
	if aged {
		c.putOf(age, k, e.value)
	}
	return e.value, true
}

// age changes whenever something was forgotten: what was looked up before may not be kept after it.
func (c *cache[K, V]) age() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.forgotten
}

// putOf keeps what was looked up at an age, unless something was forgotten since.
func (c *cache[K, V]) putOf(age int, k K, v V) {
	e := kept[V]{value: v}
	if c.keep > 0 {
		e.until = time.Now().Add(c.keep)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if age != c.forgotten {
		return
	}
	if len(c.young) >= c.most/2 {
		c.old, c.young = c.young, make(map[K]kept[V])
	}
	c.young[k] = e
}

func (c *cache[K, V]) forgetAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgotten++
	c.young, c.old = map[K]kept[V]{}, nil
}
