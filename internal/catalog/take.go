package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/tables"
)

// Batch is what a source has seen.
type Batch struct {
	Entities []Entity
	Fields   []FieldSet
	Edges    []Edge
	Flows    []Flow
	Marks    []Mark
}

// FieldSet is all fields that one origin has of a stream. What it had before and has no more is gone.
type FieldSet struct {
	Stream ID
	Origin string
	Fields []Field
}

// writeEvery is how much newer the last sight of something must be for the tables to be told: what goes on for ever is not written every time.
const writeEvery = time.Minute

// mostRows are written in one transaction, so that others come in between.
const mostRows = 4000

// step is a row that has to be written, and what is done to what is held once it is.
type step struct {
	query string
	args  []any
	apply func()
	reads *Edge // of a system that was not known to read the stream; nil: it is none
}

// Take takes a batch in. Evidence that is missing in it takes nothing away.
func (c *Catalog) Take(ctx context.Context, b Batch) error {
	c.taking.Lock()
	defer c.taking.Unlock()
	return c.take(ctx, b)
}

func (c *Catalog) take(ctx context.Context, b Batch) error {
	steps := c.plan(b)
	for len(steps) > 0 {
		n := min(len(steps), mostRows)
		part := steps[:n]
		steps = steps[n:]
		if err := c.write(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// write writes the rows of steps, and applies them when they are written. Those without a row are applied alone.
func (c *Catalog) write(ctx context.Context, steps []step) error {
	if slices.ContainsFunc(steps, func(s step) bool { return s.query != "" }) {
		err := c.change(ctx, func(tx *tables.Tx) error {
			for _, s := range steps {
				if s.query == "" {
					continue
				}
				if _, err := tx.Exec(ctx, s.query, s.args...); err != nil {
					return err
				}
			}
			return c.tellReaders(ctx, tx, steps)
		})
		if err != nil {
			return fmt.Errorf("writing the catalog: %w", err)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range steps {
		if s.apply != nil {
			s.apply()
		}
	}
	return nil
}

// change is a transaction that makes a new revision of the tables.
func (c *Catalog) change(ctx context.Context, do func(*tables.Tx) error) error {
	var now int64
	err := c.DB.Do(ctx, func(tx *tables.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE catalog_state SET n = n + 1 WHERE name = 'revision'"); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, "SELECT n FROM catalog_state WHERE name = 'revision'").Scan(&now); err != nil {
			return err
		}
		return do(tx)
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stale = c.stale || now != c.revision+1
	c.revision = now
	return nil
}

// plan says what of a batch is new. taking is held: nobody else changes what is held meanwhile.
func (c *Catalog) plan(b Batch) (steps []step) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, e := range b.Entities {
		steps = c.planEntity(steps, e)
	}
	for _, set := range b.Fields {
		steps = c.planFields(steps, set)
	}
	for _, e := range b.Edges {
		steps = c.planEdge(steps, e)
	}
	for _, f := range b.Flows {
		steps = c.planFlow(steps, f)
	}
	for _, m := range b.Marks {
		steps = c.planMark(steps, m)
	}
	return steps
}

const putEntity = "INSERT INTO catalog_entity (id, kind, name, cluster, parent, facts, first_us, last_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?) " +
	"ON CONFLICT (id) DO UPDATE SET facts = excluded.facts, first_us = excluded.first_us, last_us = excluded.last_us"

func (c *Catalog) planEntity(steps []step, e Entity) []step {
	old := c.nodes[e.ID]
	if old == nil {
		if e.Facts == nil {
			e.Facts = map[string]string{}
		}
		return append(steps, step{query: putEntity, args: entityArgs(&e), apply: func() {
			if n := c.nodes[e.ID]; n != nil { // twice in one batch
				c.refresh(n, e)
				return
			}
			n := c.of(e)
			n.written = e.Last
			c.touch(n)
		}})
	}
	next := merged(old.Entity, e)
	same := maps.Equal(next.Facts, old.Facts) && next.First.Equal(old.First)
	if same && next.Last.Sub(old.written) < writeEvery {
		if next.Last.Equal(old.Last) {
			return steps
		}
		return append(steps, step{apply: func() { old.Last = next.Last }})
	}
	return append(steps, step{query: putEntity, args: entityArgs(&next), apply: func() { c.refresh(old, e); old.written = next.Last }})
}

// refresh merges what was seen into a node. mu is held for writing.
func (c *Catalog) refresh(n *node, e Entity) {
	n.Entity = merged(n.Entity, e)
	c.touch(n)
}

func entityArgs(e *Entity) []any {
	return []any{string(e.ID), string(e.Kind), e.Name, e.Cluster, string(e.Parent), facts(e.Facts), micros(e.First), micros(e.Last)}
}

// merged is what is known of an entity with what was seen of it now.
func merged(old, now Entity) Entity {
	next := old
	next.Facts = maps.Clone(old.Facts)
	if next.Facts == nil {
		next.Facts = map[string]string{}
	}
	if now.Last.IsZero() || !now.Last.Before(old.Last) { // what is older does not say how it is
		maps.Copy(next.Facts, now.Facts)
	} else {
		for k, v := range now.Facts {
			if _, ok := next.Facts[k]; !ok {
				next.Facts[k] = v
			}
		}
	}
	next.First, next.Last = earlier(old.First, now.First), later(old.Last, now.Last)
	return next
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

const putEdge = "INSERT INTO catalog_edge (stream, system, direction, evidence, known, paths, detail, reader, first_us, last_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) " +
	"ON CONFLICT (stream, system, direction, evidence) DO UPDATE SET known = excluded.known, paths = excluded.paths, detail = excluded.detail, reader = excluded.reader, " +
	"first_us = excluded.first_us, last_us = excluded.last_us"

func (c *Catalog) planEdge(steps []step, e Edge) []step {
	put := func(next Edge, apply func()) step {
		known := int64(0)
		if next.Known {
			known = 1
		}
		return step{query: putEdge, args: []any{string(next.Stream), string(next.System), string(next.Direction), string(next.Evidence), known, list(next.Paths), next.Detail, next.Reader,
			micros(next.First), micros(next.Last)}, apply: apply}
	}
	find := func() *kept[Edge] {
		n := c.nodes[e.Stream]
		if n == nil {
			return nil
		}
		for _, k := range n.edges {
			if k.row.Stream == e.Stream && k.row.System == e.System && k.row.Direction == e.Direction && k.row.Evidence == e.Evidence {
				return k
			}
		}
		return nil
	}
	old := find()
	if old == nil {
		fresh := put(e, func() {
			if k := find(); k != nil { // twice in one batch
				k.row = mergedEdge(k.row, e)
				return
			}
			c.addEdge(&kept[Edge]{e, e.Last})
		})
		if c.begins(&e) {
			fresh.reads = &e
		}
		return append(steps, fresh)
	}
	next := mergedEdge(old.row, e)
	same := next.Known == old.row.Known && slices.Equal(next.Paths, old.row.Paths) && next.Reader == old.row.Reader && next.First.Equal(old.row.First)
	if same && next.Last.Sub(old.written) < writeEvery {
		return append(steps, step{apply: func() { old.row.Last, old.row.Detail = next.Last, next.Detail }})
	}
	return append(steps, put(next, func() { old.row, old.written = next, next.Last }))
}

func mergedEdge(old, now Edge) Edge {
	next := old
	if !now.Last.Before(old.Last) {
		next.Known, next.Paths, next.Detail, next.Reader = now.Known, now.Paths, now.Detail, now.Reader
	}
	next.First, next.Last = earlier(old.First, now.First), later(old.Last, now.Last)
	return next
}

const putFlow = "INSERT INTO catalog_flow (from_stream, from_path, to_stream, to_path, via, evidence, how, first_us, last_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) " +
	"ON CONFLICT (from_stream, from_path, to_stream, to_path, via, evidence) DO UPDATE SET how = excluded.how, first_us = excluded.first_us, last_us = excluded.last_us"

func (c *Catalog) planFlow(steps []step, f Flow) []step {
	put := func(next Flow, apply func()) step {
		return step{query: putFlow, args: []any{string(next.From), next.FromPath, string(next.To), next.ToPath, string(next.Via), string(next.Evidence), next.How, micros(next.First), micros(next.Last)}, apply: apply}
	}
	find := func() *kept[Flow] {
		n := c.nodes[f.From]
		if n == nil {
			return nil
		}
		for _, k := range n.flows {
			r := &k.row
			if r.From == f.From && r.FromPath == f.FromPath && r.To == f.To && r.ToPath == f.ToPath && r.Via == f.Via && r.Evidence == f.Evidence {
				return k
			}
		}
		return nil
	}
	old := find()
	if old == nil {
		return append(steps, put(f, func() {
			if find() == nil {
				c.addFlow(&kept[Flow]{f, f.Last})
			}
		}))
	}
	next := old.row
	next.How, next.First, next.Last = f.How, earlier(old.row.First, f.First), later(old.row.Last, f.Last)
	if next.How == old.row.How && next.Last.Sub(old.written) < writeEvery {
		return append(steps, step{apply: func() { old.row.Last = next.Last }})
	}
	return append(steps, put(next, func() { old.row, old.written = next, next.Last }))
}

const putMark = "INSERT INTO catalog_mark (entity, path, attribute, source, value, by_id, at_us) VALUES (?, ?, ?, ?, ?, ?, ?) " +
	"ON CONFLICT (entity, path, attribute, source) DO UPDATE SET value = excluded.value, by_id = excluded.by_id, at_us = excluded.at_us"

func markArgs(m *Mark) []any {
	return []any{string(m.Entity), m.Path, string(m.Attribute), m.Source, list(m.Values), m.By, micros(m.At)}
}

func (c *Catalog) planMark(steps []step, m Mark) []step {
	if n := c.nodes[m.Entity]; n != nil {
		for _, old := range n.marks {
			if old.Path == m.Path && old.Attribute == m.Attribute && old.Source == m.Source && slices.Equal(old.Values, m.Values) {
				return steps
			}
		}
	}
	return append(steps, step{query: putMark, args: markArgs(&m), apply: func() { c.setMark(m) }})
}

// setMark puts a mark in place of that of the same source. mu is held for writing.
func (c *Catalog) setMark(m Mark) {
	n := c.nodes[m.Entity]
	if n == nil {
		return
	}
	c.retag(n)
	for i, old := range n.marks {
		if old.Path == m.Path && old.Attribute == m.Attribute && old.Source == m.Source {
			n.marks[i] = m
			return
		}
	}
	n.marks = append(n.marks, m)
}
