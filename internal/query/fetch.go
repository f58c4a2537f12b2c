package query

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/sightglass/sightglass/internal/store"
)

// mostFetched bounds the blocks that are decoded side by side before the first row of a window is given.
const mostFetched = 256

// decoded is a block that was decoded before its turn.
type decoded struct {
	done bool
	f    *frame
	err  error
}

// fetch decodes the blocks that begin before the window does, most of them at most, on all processors: each may hold the first row, so
// all are needed before it is known.
func (m *merge) fetch(ctx context.Context, most int) {
	n := 0
	for n < min(len(m.pending), most) && m.early(m.pending[n]) {
		n++
	}
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers < 2 {
		return
	}
	list, ready := m.pending[:n], make([]decoded, n)
	var group sync.WaitGroup
	var next atomic.Int64
	for range workers {
		group.Go(func() {
			for i := next.Add(1) - 1; int(i) < n && ctx.Err() == nil; i = next.Add(1) - 1 {
				f, err := m.view.engine.frames.columns(ctx, m.view.snap, list[i])
				ready[i] = decoded{true, f, err}
			}
		})
	}
	group.Wait()
	m.ready = ready
}

// early tells whether the order meets the block before any row of the window.
func (m *merge) early(ref store.Ref) bool {
	if m.desc {
		return Wall(ref.Header.WallMax) >= m.to-1
	}
	return Wall(ref.Header.WallMin) <= m.from
}

// columns are those of the first pending block.
func (m *merge) columns(ctx context.Context, ref store.Ref) (*frame, error) {
	if len(m.ready) == 0 {
		return m.view.columns(ctx, ref)
	}
	d := m.ready[0]
	if m.ready = m.ready[1:]; !d.done {
		return m.view.columns(ctx, ref)
	}
	if d.err != nil && unreadable(d.err) {
		m.view.rot(ref.Header)
	}
	return d.f, d.err
}
