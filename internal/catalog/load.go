package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// list writes values for a column of text.
func list(values []string) string {
	if len(values) == 0 {
		return "[]"
	}
	b, _ := json.Marshal(values) // text always can
	return string(b)
}

func unlist(text string) (values []string) {
	_ = json.Unmarshal([]byte(text), &values) // what cannot be read is nothing
	return values
}

func facts(f map[string]string) string {
	if len(f) == 0 {
		return "{}"
	}
	b, _ := json.Marshal(f) // text always can
	return string(b)
}

func unfacts(text string) map[string]string {
	f := make(map[string]string)
	_ = json.Unmarshal([]byte(text), &f) // what cannot be read is nothing
	return f
}

// each reads the rows of a question.
func (c *Catalog) each(ctx context.Context, query string, args []any, row func(*sql.Rows) error) error {
	rows, err := c.DB.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("reading the catalog: %w", err)
	}
	for rows.Next() {
		if err := row(rows); err != nil {
			return errors.Join(fmt.Errorf("reading the catalog: %w", err), rows.Close())
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return fmt.Errorf("reading the catalog: %w", err)
	}
	return nil
}

// load reads all tables but history and events, and puts them in place of what is held.
func (c *Catalog) load(ctx context.Context) error {
	n := &Catalog{Options: c.Options, nodes: make(map[ID]*node), children: make(map[ID][]ID), named: make(map[string][]ID), proposals: make(map[string]*Proposal)}
	if err := c.DB.QueryRow(ctx, "SELECT n FROM catalog_state WHERE name = 'revision'").Scan(&n.revision); err != nil {
		return fmt.Errorf("reading the catalog: %w", err)
	}
	for _, read := range []func(context.Context) error{n.loadEntities, n.loadFields, n.loadEdges, n.loadFlows, n.loadMarks, n.loadProposals} {
		if err := read(ctx); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes, c.children, c.named, c.proposals, c.revision = n.nodes, n.children, n.named, n.proposals, n.revision
	c.ordered, c.index, c.stale, c.marked, c.tagged = nil, nil, false, 1, nil
	return nil
}

func (c *Catalog) loadEntities(ctx context.Context) error {
	return c.each(ctx, "SELECT id, kind, name, cluster, parent, facts, first_us, last_us FROM catalog_entity", nil, func(r *sql.Rows) error {
		var e Entity
		var about string
		var first, last int64
		if err := r.Scan(&e.ID, &e.Kind, &e.Name, &e.Cluster, &e.Parent, &about, &first, &last); err != nil {
			return err
		}
		e.Facts, e.First, e.Last = unfacts(about), moment(first), moment(last)
		c.of(e).written = e.Last
		return nil
	})
}

func (c *Catalog) loadFields(ctx context.Context) error {
	words := make(map[string]string) // one copy of each: fields of many streams are called alike
	word := func(s string) string {
		if w, ok := words[s]; ok {
			return w
		}
		words[s] = s
		return s
	}
	err := c.each(ctx, "SELECT stream, part, path, origin, type, optional, doc, tags, rule FROM catalog_field ORDER BY stream, part, origin, place", nil, func(r *sql.Rows) error {
		var f Field
		var stream ID
		var tags string
		var optional int64
		if err := r.Scan(&stream, &f.Part, &f.Path, &f.Origin, &f.Type, &optional, &f.Doc, &tags, &f.Rule); err != nil {
			return err
		}
		f.Part, f.Path, f.Origin, f.Type = Part(word(string(f.Part))), word(f.Path), word(f.Origin), word(f.Type)
		f.Optional = optional != 0
		if tags != "[]" {
			f.Tags = unlist(tags)
		}
		if n := c.nodes[stream]; n != nil {
			n.fields = append(n.fields, f)
		}
		return nil
	})
	return err
}

func (c *Catalog) loadEdges(ctx context.Context) error {
	return c.each(ctx, "SELECT stream, system, direction, evidence, known, paths, detail, reader, first_us, last_us FROM catalog_edge", nil, func(r *sql.Rows) error {
		var e Edge
		var known, first, last int64
		var paths string
		if err := r.Scan(&e.Stream, &e.System, &e.Direction, &e.Evidence, &known, &paths, &e.Detail, &e.Reader, &first, &last); err != nil {
			return err
		}
		e.Known, e.Paths, e.First, e.Last = known != 0, unlist(paths), moment(first), moment(last)
		c.addEdge(&kept[Edge]{e, e.Last})
		return nil
	})
}

// addEdge puts an edge at both of its ends. mu is held for writing.
func (c *Catalog) addEdge(k *kept[Edge]) {
	for _, id := range []ID{k.row.Stream, k.row.System} {
		if n := c.nodes[id]; n != nil {
			n.edges = append(n.edges, k)
		}
	}
}

func (c *Catalog) loadFlows(ctx context.Context) error {
	return c.each(ctx, "SELECT from_stream, from_path, to_stream, to_path, via, evidence, how, first_us, last_us FROM catalog_flow", nil, func(r *sql.Rows) error {
		var f Flow
		var first, last int64
		if err := r.Scan(&f.From, &f.FromPath, &f.To, &f.ToPath, &f.Via, &f.Evidence, &f.How, &first, &last); err != nil {
			return err
		}
		f.First, f.Last = moment(first), moment(last)
		c.addFlow(&kept[Flow]{f, f.Last})
		return nil
	})
}

// addFlow puts a flow at both of its ends. mu is held for writing.
func (c *Catalog) addFlow(k *kept[Flow]) {
	if n := c.nodes[k.row.From]; n != nil {
		n.flows = append(n.flows, k)
	}
	if n := c.nodes[k.row.To]; n != nil && k.row.To != k.row.From {
		n.flows = append(n.flows, k)
	}
}

func (c *Catalog) loadMarks(ctx context.Context) error {
	return c.each(ctx, "SELECT entity, path, attribute, source, value, by_id, at_us FROM catalog_mark", nil, func(r *sql.Rows) error {
		var m Mark
		var value string
		var at int64
		if err := r.Scan(&m.Entity, &m.Path, &m.Attribute, &m.Source, &value, &m.By, &at); err != nil {
			return err
		}
		m.Values, m.At = unlist(value), moment(at)
		if n := c.nodes[m.Entity]; n != nil {
			n.marks = append(n.marks, m)
		}
		return nil
	})
}

const proposalColumns = "SELECT id, entity, path, attribute, value, by_id, by_name, at_us, reason, state, decided_by, decided_us, why FROM catalog_proposal"

func scanProposal(r interface{ Scan(...any) error }) (p Proposal, err error) {
	var value string
	var at, decided int64
	err = r.Scan(&p.ID, &p.Entity, &p.Path, &p.Attribute, &value, &p.By, &p.Name, &at, &p.Reason, &p.State, &p.DecidedBy, &decided, &p.Why)
	p.Values, p.At, p.Decided = unlist(value), moment(at), moment(decided)
	return p, err
}

func (c *Catalog) loadProposals(ctx context.Context) error {
	return c.each(ctx, proposalColumns+" WHERE state = 'pending'", nil, func(r *sql.Rows) error {
		p, err := scanProposal(r)
		c.proposals[p.ID] = &p
		return err
	})
}

// textOf is what searches look through: lines of the name, owners, tags, doc and other words, then one for each field. A unit separator is
// between the parts of a line.
func textOf(n *node) string {
	var owners, tags, docs []string
	of := make(map[string][]string) // what people said of fields
	for _, m := range n.marks {
		switch {
		case m.Path != "":
			of[m.Path] = append(of[m.Path], m.Values...)
		case m.Attribute == Owners:
			owners = append(owners, m.Values...)
		case m.Attribute == Tags:
			tags = append(tags, m.Values...)
		case m.Attribute == Doc:
			docs = append(docs, m.Values...)
		}
	}
	var b strings.Builder
	line := func(parts ...string) {
		for i, p := range parts {
			if i > 0 {
				b.WriteByte(separator)
			}
			b.WriteString(strings.ReplaceAll(p, "\n", " "))
		}
		b.WriteByte('\n')
	}
	line(n.Name)
	line(owners...)
	line(tags...)
	line(docs...)
	line(n.Cluster, n.Facts["subject"], n.Facts["class"], n.Facts["hash"], n.Facts["commit"])
	seen := make(map[string]bool)
	for _, f := range n.fields {
		if seen[f.Path] {
			continue
		}
		seen[f.Path] = true
		said := slices.Concat(f.Tags, of[f.Path])
		line(append([]string{f.Path, f.Doc}, said...)...)
	}
	return strings.ToLower(b.String())
}

const separator = '\x1f'
