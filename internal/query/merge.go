package query

import (
	"cmp"
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/store"
)

// merge puts the selected rows of some blocks in order. A block is decoded when the order reaches the time where it begins,
// so the blocks in memory are those that overlap one moment.
type merge struct {
	view    *view
	sel     *selection
	desc    bool
	from    Wall // rows in [from, to)
	to      Wall
	behind  *rowKey // rows behind this one only, in direction
	pending []store.Ref
	ready   []decoded    // of the first of pending
	open    []*openBlock // heap, the next row's block first
	explain *Explain
}

// openBlock is a decoded block, or one that could not be: f is nil then, and err says why.
type openBlock struct {
	ref     store.Ref
	f       *frame
	err     error
	rows    []rowKey // selected, in direction: the next of them
	payload *frame
	index   int // of the attempt's chain that is wanted
	next    int // row of the block that was not looked at yet, in direction; only of a block in order
	left    int // how many of these
}

// fewRows is how many rows of a block are looked at together: a page needs few of each.
const fewRows = 32

// refill looks for the next selected rows of a block in order; none are left when rows is empty afterwards.
func (m *merge) refill(b *openBlock) {
	b.rows = b.rows[:0]
	for b.left > 0 && len(b.rows) == 0 {
		for n := min(b.left, fewRows); n > 0; n-- {
			m.look(b, b.next)
			if b.left--; m.desc {
				b.next--
			} else {
				b.next++
			}
		}
	}
}

// look adds a row of b when it is selected.
func (m *merge) look(b *openBlock, row int) {
	m.explain.Rows++
	if w := b.f.wall(row); w < m.from || w >= m.to {
		return
	}
	if k := b.f.key(row); m.holds(k) && m.sel.wantsRow(b.f, row, b.index) {
		m.explain.Selected++
		b.rows = append(b.rows, k)
	}
}

func (m *merge) before(a, b rowKey) bool {
	if m.desc {
		return a.compare(b) > 0
	}
	return a.compare(b) < 0
}

// start sorts the blocks by where the order meets them.
func (m *merge) start(refs []store.Ref) {
	slices.SortFunc(refs, func(a, b store.Ref) int {
		if m.desc {
			return cmp.Compare(b.Header.WallMax, a.Header.WallMax)
		}
		return cmp.Compare(a.Header.WallMin, b.Header.WallMin)
	})
	m.pending = refs
}

// edge is where the order meets the first pending block.
func (m *merge) edge() Wall {
	if m.desc {
		return Wall(m.pending[0].Header.WallMax)
	}
	return Wall(m.pending[0].Header.WallMin)
}

// due tells whether the first pending block may hold a row before the next one of the open blocks.
func (m *merge) due() bool {
	if len(m.pending) == 0 {
		return false
	}
	if len(m.open) == 0 {
		return true
	}
	if next := m.open[0].rows[0].wall; m.desc {
		return m.edge() >= next
	} else {
		return m.edge() <= next
	}
}

// position is a place in the order before which all rows were given out, last being the last of them.
func (m *merge) position(last *rowKey) rowKey {
	var at rowKey
	switch {
	case len(m.pending) > 0:
		at = firstAt(m.edge())
		if m.desc {
			at.wall++
		}
	case len(m.open) > 0:
		at = firstAt(m.open[0].rows[0].wall)
		if m.desc {
			at.wall++
		}
	}
	if last != nil && m.before(at, *last) {
		return *last
	}
	return at
}

// next returns the block whose rows[0] is next in order and stays so until advance; nil at the end.
func (m *merge) next(ctx context.Context) (*openBlock, error) {
	for m.due() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := m.decode(ctx, m.pending[0]); err != nil {
			return nil, err
		}
		m.pending = m.pending[1:]
	}
	if len(m.open) == 0 {
		return nil, nil
	}
	return m.open[0], nil
}

func (m *merge) decode(ctx context.Context, ref store.Ref) error {
	m.explain.Decoded++
	f, err := m.columns(ctx, ref)
	if err != nil {
		if !unreadable(err) {
			return err
		}
		if k := unreadableKey(ref.Header); m.holds(k) {
			m.push(&openBlock{ref: ref, err: err, rows: []rowKey{k}})
		}
		return nil
	}
	index, _ := m.sel.attempt(ref.Header.Attempt)
	b := &openBlock{ref: ref, f: f, index: index}
	if f.ordered() && m.sel.keys == nil { // keys are looked up for all rows of a block at once
		if b.left = f.rows(); m.desc {
			b.next = b.left - 1
		}
		m.refill(b)
	} else {
		for row := range f.rows() {
			m.look(b, row)
		}
		order := rowKey.compare
		if m.desc {
			order = func(a, b rowKey) int { return b.compare(a) }
		}
		slices.SortFunc(b.rows, order)
	}
	if m.sel.keys != nil {
		all := len(b.rows)
		if b.rows, err = m.view.ofKeys(ctx, ref, f, b.rows, m.sel.keys); err != nil {
			return err
		}
		m.explain.Selected -= all - len(b.rows)
	}
	if len(b.rows) == 0 {
		return nil
	}
	m.push(b)
	return nil
}

// holds tells whether the row is inside the merge's bounds. The row at behind itself counts as inside: a run may have more
// invocations to give.
func (m *merge) holds(k rowKey) bool {
	if k.wall < m.from || k.wall >= m.to {
		return false
	}
	if m.behind == nil {
		return true
	}
	at := *m.behind
	at.sub = 0
	return !m.before(k, at)
}

// advance leaves the row that next gave.
func (m *merge) advance() {
	b := m.open[0]
	if b.rows = b.rows[1:]; len(b.rows) == 0 && b.left > 0 {
		m.refill(b)
	}
	if len(b.rows) > 0 {
		m.down(0)
		return
	}
	last := len(m.open) - 1
	m.open[0] = m.open[last]
	m.open[last] = nil
	m.open = m.open[:last]
	if last > 0 {
		m.down(0)
	}
}

func (m *merge) push(b *openBlock) {
	m.open = append(m.open, b)
	for i := len(m.open) - 1; i > 0; {
		parent := (i - 1) / 2
		if !m.less(i, parent) {
			return
		}
		m.open[i], m.open[parent] = m.open[parent], m.open[i]
		i = parent
	}
}

func (m *merge) less(i, j int) bool { return m.before(m.open[i].rows[0], m.open[j].rows[0]) }

func (m *merge) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(m.open) {
			return
		}
		if child+1 < len(m.open) && m.less(child+1, child) {
			child++
		}
		if !m.less(child, i) {
			return
		}
		m.open[i], m.open[child] = m.open[child], m.open[i]
		i = child
	}
}
