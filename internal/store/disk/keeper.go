package disk

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// keeper lets one at a time rewrite segments. Retention goes before compaction, which begins again later.
type keeper struct {
	busy   sync.Mutex
	urgent atomic.Int32 // who waits and goes first
}

// errStepAside ends a compaction because retention wants to remove something.
var errStepAside = errors.New("compaction steps aside")

// enter waits for the turn; the caller calls leave at its end.
func (k *keeper) enter(urgent bool) (leave func()) {
	if urgent {
		k.urgent.Add(1)
		defer k.urgent.Add(-1)
	}
	k.busy.Lock()
	return k.busy.Unlock
}

// pacer keeps background work within its share of one processor while blocks come in.
type pacer struct {
	s     *Store
	share float64 // 1 = no rest
	began time.Time
	seen  uint64 // bytes appended
	until time.Time
}

const (
	pacerSlice = 20 * time.Millisecond // of work before a rest
	quietAfter = time.Second           // without a block the share is not kept
)

func (p *pacer) pace(ctx context.Context) error {
	if p.s.keeper.urgent.Load() > 0 {
		return errStepAside
	}
	if p.share >= 1 {
		return ctx.Err()
	}
	now := time.Now()
	if p.began.IsZero() {
		p.began = now
	}
	worked := now.Sub(p.began)
	if worked < pacerSlice {
		return ctx.Err()
	}
	if n := p.s.appended.Load(); n != p.seen {
		p.seen, p.until = n, now.Add(quietAfter)
	}
	if now.Before(p.until) {
		rest := time.NewTimer(time.Duration(float64(worked) * (1/p.share - 1)))
		defer rest.Stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-rest.C:
		}
	}
	p.began = time.Now()
	return nil
}
