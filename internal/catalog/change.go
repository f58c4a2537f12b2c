package catalog

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

// Edit is what somebody wants said of an entity or a field: the values take the place of those before; none takes them away.
type Edit struct {
	Entity    ID
	Path      string
	Attribute Attribute
	Values    []string
	Reason    string
}

// Bounds of what people say.
const (
	mostValues    = 50
	mostValueText = 200
	mostDocText   = 64 << 10
	mostReason    = 1000
)

// check refuses what cannot be meant so, and makes plain what can.
func (e *Edit) check() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrInput, fmt.Sprintf(format, args...))
	}
	if e.Reason = strings.TrimSpace(e.Reason); e.Reason == "" || len(e.Reason) > mostReason {
		return wrong("a reason is wanted, of at most %d bytes", mostReason)
	}
	if !slices.Contains(Attributes, e.Attribute) {
		return wrong("there is no attribute %q: owners, tags, doc, contact, members", bounded(string(e.Attribute)))
	}
	if e.Path != "" && e.Attribute != Tags && e.Attribute != Doc {
		return wrong("of fields there are tags and doc alone")
	}
	if (e.Attribute == Members) != (e.Entity.Kind() == Team) && e.Attribute == Members {
		return wrong("a team alone has members")
	}
	most := mostValueText
	if e.Attribute == Doc {
		most = mostDocText
	}
	var values []string
	for _, v := range e.Values {
		if e.Attribute != Doc {
			v = strings.TrimSpace(v)
		}
		if len(v) > most {
			return wrong("a value has more than %d bytes", most)
		}
		if e.Attribute == Owners && ID(v).Kind() != Team && ID(v).Kind() != Person || e.Attribute == Members && ID(v).Kind() != Person || (e.Attribute == Owners || e.Attribute == Members) && nameOf(ID(v)) == "" {
			return wrong("owners are team:NAME or person:ID, and members person:ID")
		}
		if v != "" && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	if e.Values = values; len(values) > mostValues || (e.Attribute == Doc || e.Attribute == Contact) && len(values) > 1 {
		return wrong("there are too many values: one text as doc and contact, at most %d else", mostValues)
	}
	return nil
}

// Planned is an edit that may be made, and what it changes.
type Planned struct {
	Edit
	Before   []string
	Resource access.Resource // for the audit log
	May      bool            // the caller may make it; else they may propose it
}

// Plan checks an edit. A team or person that is not known yet may be described by who may write to it. Errors: ErrInput, ErrNotFound.
func (c *Catalog) Plan(s *Sight, e Edit) (p Planned, err error) {
	if err := e.check(); err != nil {
		return p, err
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := c.nodes[e.Entity]
	if n == nil && (e.Entity.Kind() == Team || e.Entity.Kind() == Person) && nameOf(e.Entity) != "" {
		n = &node{Entity: Entity{ID: e.Entity, Kind: e.Entity.Kind(), Name: nameOf(e.Entity)}}
		if !s.writes(n) {
			n = nil
		}
	} else if n != nil && !s.sees(n) {
		n = nil
	}
	if n == nil {
		return p, fmt.Errorf("%w: the catalog has no %s that you may see", ErrNotFound, bounded(string(e.Entity)))
	}
	if e.Path != "" && !slices.ContainsFunc(n.fields, func(f Field) bool { return f.Path == e.Path }) {
		return p, fmt.Errorf("%w: %s has no field of that path", ErrNotFound, n.Name)
	}
	_, resource := n.Resource()
	return Planned{Edit: e, Before: n.values(e.Path, e.Attribute), Resource: resource, May: s.writes(n)}, nil
}

// Set makes an edit. Whoever calls has planned it, and written it into the audit log. proposal is the id of the one that it was; empty = none.
func (c *Catalog) Set(ctx context.Context, who access.Principal, e Edit, proposal string) error {
	c.taking.Lock()
	defer c.taking.Unlock()
	return c.set(ctx, who.ID, who.Name, e, proposal, nil)
}

// set writes an edit, its history, and what more belongs to the same transaction. taking is held.
func (c *Catalog) set(ctx context.Context, by, name string, e Edit, proposal string, more func(*tables.Tx) error) error {
	now := c.Now().UTC()
	var made []Entity
	c.mu.RLock()
	var before []string
	if n := c.nodes[e.Entity]; n != nil {
		before = n.values(e.Path, e.Attribute)
	}
	for _, id := range append([]string{string(e.Entity)}, e.Values...) { // teams and people are there once somebody names them
		if k := ID(id).Kind(); (k == Team || k == Person) && c.nodes[ID(id)] == nil && (e.Attribute == Owners || e.Attribute == Members || id == string(e.Entity)) {
			made = append(made, Entity{ID: ID(id), Kind: k, Name: nameOf(ID(id)), First: now, Last: now, Facts: map[string]string{}})
		}
	}
	c.mu.RUnlock()
	m := Mark{Entity: e.Entity, Path: e.Path, Attribute: e.Attribute, Source: SourcePerson, Values: e.Values, By: by, At: now}
	err := c.change(ctx, func(tx *tables.Tx) error {
		for i := range made {
			if _, err := tx.Exec(ctx, putEntity, entityArgs(&made[i])...); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, putMark, markArgs(&m)...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, putChange, string(e.Entity), e.Path, string(e.Attribute), by, name, micros(now), e.Reason, list(before), list(e.Values), proposal); err != nil {
			return err
		}
		if more != nil {
			return more(tx)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("writing a change of the catalog: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range made {
		c.touch(c.of(x))
	}
	c.setMark(m)
	return nil
}

// Propose leaves an edit for an owner to decide about. Whoever calls has planned it.
func (c *Catalog) Propose(ctx context.Context, who access.Principal, e Edit) (Proposal, error) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // it never fails
	p := Proposal{
		ID: hex.EncodeToString(id[:]), Entity: e.Entity, Path: e.Path, Attribute: e.Attribute, Values: e.Values, By: who.ID, Name: who.Name, At: c.Now().UTC(), Reason: e.Reason, State: Pending,
	}
	c.taking.Lock()
	defer c.taking.Unlock()
	err := c.change(ctx, func(tx *tables.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO catalog_proposal (id, entity, path, attribute, value, by_id, by_name, at_us, reason, state, decided_by, decided_us, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, '')",
			p.ID, string(p.Entity), p.Path, string(p.Attribute), list(p.Values), p.By, p.Name, micros(p.At), p.Reason, string(p.State))
		return err
	})
	if err != nil {
		return p, fmt.Errorf("writing a proposal: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proposals[p.ID] = &p
	return p, nil
}

// Verdict is a proposal that waits, with what the caller may do about it.
type Verdict struct {
	Proposal
	Resource access.Resource
	Decide   bool // the caller may approve or refuse it
	Yours    bool // the caller made it, and may take it back
	Before   []string
}

// Proposals lists those that wait and whose entity the caller sees, the oldest first.
func (c *Catalog) Proposals(s *Sight) []Verdict {
	c.mu.RLock()
	defer c.mu.RUnlock()
	out := []Verdict{}
	for _, p := range c.proposals {
		if n := c.nodes[p.Entity]; n != nil && s.sees(n) {
			out = append(out, c.verdict(s, n, p))
		}
	}
	slices.SortFunc(out, func(a, b Verdict) int { return a.At.Compare(b.At) })
	return out
}

// verdict says who may decide: who may write by the access policy, or owns it; nobody about what they proposed themselves, but to take it back.
func (c *Catalog) verdict(s *Sight, n *node, p *Proposal) Verdict {
	yours := p.By == s.who.ID
	_, resource := n.Resource()
	return Verdict{Proposal: *p, Resource: resource, Yours: yours, Decide: !yours && (s.writes(n) || s.owns(n)), Before: n.values(p.Path, p.Attribute)}
}

// Proposal is one that waits. Errors: ErrNotFound.
func (c *Catalog) Proposal(s *Sight, id string) (Verdict, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	p := c.proposals[id]
	if p != nil {
		if n := c.nodes[p.Entity]; n != nil && s.sees(n) {
			return c.verdict(s, n, p), nil
		}
	}
	return Verdict{}, fmt.Errorf("%w: no proposal of that id waits: sightglass catalog proposals lists them", ErrNotFound)
}

// Decide ends a proposal: approved, it is made. Whoever calls has asked whether the caller may. Errors: ErrDecided.
func (c *Catalog) Decide(ctx context.Context, who access.Principal, id string, state ProposalState, why string) (Proposal, error) {
	c.taking.Lock()
	defer c.taking.Unlock()
	c.mu.RLock()
	held := c.proposals[id]
	c.mu.RUnlock()
	if held == nil {
		return Proposal{}, fmt.Errorf("%w: somebody was faster", ErrDecided)
	}
	p := *held
	p.State, p.DecidedBy, p.Decided, p.Why = state, who.ID, c.Now().UTC(), why
	decide := func(tx *tables.Tx) error {
		r, err := tx.Exec(ctx, "UPDATE catalog_proposal SET state = ?, decided_by = ?, decided_us = ?, why = ? WHERE id = ? AND state = 'pending'",
			string(state), p.DecidedBy, micros(p.Decided), why, id)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		if err == nil && n == 0 { // by another server
			err = fmt.Errorf("%w: somebody was faster", ErrDecided)
		}
		return err
	}
	var err error
	if state == Approved {
		e := Edit{Entity: p.Entity, Path: p.Path, Attribute: p.Attribute, Values: p.Values, Reason: p.Reason}
		err = c.set(ctx, p.By, p.Name, e, p.ID, decide)
	} else {
		err = c.change(ctx, decide)
	}
	if err != nil {
		return p, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.proposals, id)
	return p, nil
}
