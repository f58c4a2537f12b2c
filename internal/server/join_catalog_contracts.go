package server

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/contract"
)

// catalogContracts is catalog.Contracts, and catalog.Health, over the contracts in force and their checks.
type catalogContracts struct{ server *Server }

// Declared is that of catalog.Contracts: one for each stream of a contract, and one for each topic that its owner reads.
func (c *catalogContracts) Declared(ctx context.Context) (out []catalog.Declared, _ error) {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	all, err := c.server.checks.Contracts(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		k, err := contract.Read(all[i].Text)
		if err != nil { // it was read by another version of the program, and the checks say so
			continue
		}
		d := catalog.Declared{ID: k.ID, Version: k.Version, Status: k.Status, Owners: ownersOf(k), Contact: contactOf(k), At: all[i].At}
		for _, p := range c.server.checks.Places(k) {
			at := slices.IndexFunc(k.Streams, func(s contract.Stream) bool { return s.Topic == p.Topic })
			x := d
			x.Cluster, x.Topic, x.Doc, x.Fields = p.Cluster, p.Topic, cmp.Or(k.Streams[at].Description, k.Description), declaredFields(&k.Streams[at])
			out = append(out, x)
		}
		out = append(out, c.reads(k, &d)...)
	}
	return out, nil
}

// reads is what a contract's owner says that it reads. A topic without a path is all of it: it may be any field.
func (c *catalogContracts) reads(k *contract.Contract, d *catalog.Declared) (out []catalog.Declared) {
	for _, cluster := range c.server.checks.Holds(k) {
		of := map[string]int{}
		for _, u := range k.Reads {
			at, known := of[u.Topic]
			if !known {
				x := *d
				x.Cluster, x.Topic, x.Consumer, x.Reads = cluster, u.Topic, cmp.Or(k.Name, k.ID), []string{}
				if by := slices.IndexFunc(k.Readers, func(b contract.ReadBy) bool { return b.Topic == u.Topic }); by >= 0 {
					x.Reader = k.Readers[by].Schema
				}
				at, of[u.Topic] = len(out), len(out)
				out = append(out, x)
			}
			if u.Path == "" {
				out[at].Reads = nil
			} else if out[at].Reads != nil {
				out[at].Reads = append(out[at].Reads, u.Path)
			}
		}
	}
	return out
}

// ownersOf are the team and its members, as ids of the catalog.
func ownersOf(k *contract.Contract) (out []string) {
	if k.Team != "" {
		out = append(out, string(catalog.IDOf(catalog.Team, k.Team)))
	}
	for _, o := range k.Owners {
		if o.Username != "" {
			out = append(out, string(catalog.IDOf(catalog.Person, o.Username)))
		}
	}
	return out
}

// contactOf is where to call for help: channels for notifications where there are some, else all.
func contactOf(k *contract.Contract) string {
	list := slices.DeleteFunc(slices.Clone(k.Support), func(c contract.Channel) bool { return c.Scope != "notifications" })
	if len(list) == 0 {
		list = k.Support
	}
	var out []string
	for _, c := range list {
		out = append(out, strings.TrimSpace(c.Tool+" "+cmp.Or(c.Channel, c.URL)))
	}
	return strings.Join(out, ", ")
}

// declaredFields are those of values and keys, each with what checks demand of it in one line.
func declaredFields(s *contract.Stream) (out []catalog.Field) {
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Path.Part == contract.PartHeaders {
			continue
		}
		x := catalog.Field{
			Part: catalog.Part(f.Path.Part), Path: strings.ReplaceAll(f.Path.Steps, "."+contract.Each, contract.Each), Type: cmp.Or(f.PhysicalType, f.LogicalType), Optional: !f.Required, Doc: f.Description,
		}
		if f.Classification != "" {
			x.Tags = []string{f.Classification}
		}
		var rules []string
		for j := range s.Checks {
			if c := &s.Checks[j]; c.Kind.PerRecord() && c.Path == f.Path && c.Kind != contract.Conformity {
				rules = append(rules, c.Says())
			}
		}
		x.Rule = strings.Join(rules, "; ")
		out = append(out, x)
	}
	return out
}

// healthWithin bounds how long a page waits for the state of checks.
const healthWithin = 3 * time.Second

// Health is that of catalog.Health: how each check of a stream, or of a contract, stands.
func (c *catalogContracts) Health(ctx context.Context, e *catalog.Entity) (out []catalog.HealthNote, _ error) {
	if e.Kind != catalog.Stream && e.Kind != catalog.Contract {
		return nil, nil
	}
	within, stop := context.WithTimeout(ctx, healthWithin)
	defer stop()
	all, err := c.server.checks.Contracts(within)
	for i := 0; err == nil && i < len(all); i++ {
		if e.Kind == catalog.Contract && all[i].Contract != e.Name {
			continue
		}
		k, bad := contract.Read(all[i].Text)
		if bad != nil || e.Kind == catalog.Stream && !slices.ContainsFunc(c.server.checks.Places(k), func(p checks.Place) bool { return p.Cluster == e.Cluster && p.Topic == e.Name }) {
			continue
		}
		var states []checks.State
		if states, err = c.server.checks.Checks(within, k.ID); err != nil {
			break
		}
		for j := range states {
			if x := &states[j]; e.Kind == catalog.Contract || x.Cluster == e.Cluster && x.Topic == e.Name {
				out = append(out, c.note(x))
			}
		}
	}
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		return append(out, catalog.HealthNote{Name: "contracts", State: "unknown", Text: "the state of checks could not be read in time"}), nil
	}
	return out, err
}

func (c *catalogContracts) note(x *checks.State) catalog.HealthNote {
	n := catalog.HealthNote{Name: x.ID, State: "unknown", Text: x.Says, Link: contractPage(x.Contract), At: c.server.now()}
	switch x.State {
	case checks.StateOK, checks.StatePartial: // of what was looked at
		n.State = "ok"
	case checks.StateViolated:
		n.State = "broken"
	case checks.StateLearning:
		n.State = "learning"
	case checks.StateWaiting:
		n.Text += ": nothing came yet"
	}
	if x.Detail != "" {
		n.Text += ": " + x.Detail
	}
	return n
}
