package api

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
)

func (s *service) status(ctx context.Context, _ *none) (Status, error) { return s.Host.Status(ctx) }

func (s *service) doctor(ctx context.Context, _ *none) (List[Check], error) {
	checks, err := s.Host.Doctor(ctx)
	return listOf("check", checks), err
}

func (s *service) principal(ctx context.Context, _ *none) (Principal, error) {
	who := caller(ctx)
	p := Principal{ID: who.ID, Name: who.Name, Roles: who.Roles, Actions: []string{}, Policy: s.Browser.Policy(), Way: cmp.Or(who.Way, "none"), Until: at(who.Until), Session: who.Session, Owner: who.Owner}
	if p.Roles == nil {
		p.Roles = []string{}
	}
	for _, g := range s.Browser.PolicyIn(ctx).GrantsOf(who) {
		p.Grants = append(p.Grants, GrantInForce{ID: g.ID, Rule: g.Rule, Clear: all(g.Clear), Role: g.Role, Resources: all(g.Resources), Reason: g.Reason, Until: at(g.Until)})
	}
	for _, a := range who.Scope {
		p.Scope = append(p.Scope, string(a))
	}
	for _, r := range s.table {
		a := string(r.action)
		if r.action.Valid() && !slices.Contains(p.Actions, a) && s.Browser.DecideSomewhere(who, r.action).Allowed {
			p.Actions = append(p.Actions, a)
		}
	}
	return p, nil
}

func (s *service) agents(context.Context, *none) (List[Process], error) {
	return listOf("process", processes(s.Browser.Processes())), nil
}

func processes(of []browse.Process) []Process {
	out := make([]Process, 0, len(of))
	for _, p := range of {
		hooks := make([]Hook, 0, len(p.Hooks))
		for _, h := range p.Hooks {
			one := Hook{ID: h.ID, State: h.State, Class: h.Class, Fired: I64(h.Fired), Detail: h.Detail, Errors: I64(h.Errors)}
			if h.Nanos >= 0 {
				ns := I64(h.Nanos)
				one.NS = &ns
			}
			hooks = append(hooks, one)
		}
		c := p.Counters
		one := Process{
			Process: p.ID, Role: p.Role, Host: p.Host, PID: p.PID, Java: p.Java, Flink: p.Flink, Agent: p.Agent,
			Connected: p.Connected, LastSeen: at(p.LastSeen), Hooks: hooks, Off: p.Off, Reason: p.Reason,
			Counters: ProcessCounters{
				Errors: I64(c.Errors), LostEvents: I64(c.LostEvents), LostBytes: I64(c.LostBytes), QueuedBytes: I64(c.QueuedBytes), Spilled: I64(c.SpilledBytes),
				CPUNanos: I64(c.CPUNanos), Blocks: I64(c.Blocks), Events: I64(c.Events), Bytes: I64(c.Bytes),
			},
		}
		one.Policy = ProcessPolicy{p.Policy.Version, p.Policy.Tasks, p.Policy.Behind, p.Policy.Refused, p.Policy.Why}
		one.Governor = Governor{p.Governor.Step, p.Governor.Why, p.Governor.Text, p.Governor.CPU, I64(p.Governor.BytesPerSecond), I64(p.Governor.Memory)}
		l := p.LookBack
		one.LookBack = LookBack{I64(l.Blocks), I64(l.Memory), I64(l.Disk), at(l.From), I64(l.Sending), I64(l.SentBlocks), I64(l.SentBytes)}
		one.Spent = spentOf(p.Spent)
		if p.CPUShare >= 0 {
			one.CPUShare = &p.CPUShare
		}
		out = append(out, one)
	}
	return out
}

// spentOf lists what CPU time went into, most first.
func spentOf(of map[string]int64) []Spent {
	out := make([]Spent, 0, len(of))
	for name, ns := range of {
		out = append(out, Spent{strings.TrimSuffix(name, "_ns"), I64(ns)})
	}
	slices.SortFunc(out, func(a, b Spent) int { return cmp.Or(cmp.Compare(b.NS, a.NS), cmp.Compare(a.On, b.On)) })
	return out
}
