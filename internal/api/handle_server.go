package api

import (
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/browse"
)

func (s *service) status(ctx context.Context, _ *none) (Status, error) { return s.Host.Status(ctx) }

func (s *service) doctor(ctx context.Context, _ *none) (List[Check], error) {
	checks, err := s.Host.Doctor(ctx)
	return listOf("check", checks), err
}

func (s *service) principal(ctx context.Context, _ *none) (Principal, error) {
	who := caller(ctx)
	p := Principal{ID: who.ID, Name: who.Name, Roles: who.Roles, Actions: []string{}, Policy: s.Browser.Policy()}
	for _, r := range s.table {
		a := string(r.action)
		if r.action != anyone && !slices.Contains(p.Actions, a) && s.Browser.Decide(who, r.action, browse.Everything().Resource).Allowed {
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
			hooks = append(hooks, Hook{ID: h.ID, State: h.State, Class: h.Class, Fired: I64(h.Fired), Detail: h.Detail})
		}
		c := p.Counters
		one := Process{
			Process: p.ID, Role: p.Role, Host: p.Host, PID: p.PID, Java: p.Java, Flink: p.Flink, Agent: p.Agent,
			Connected: p.Connected, LastSeen: at(p.LastSeen), Hooks: hooks, Off: p.Off, Reason: p.Reason,
			Counters: ProcessCounters{
				Errors: I64(c.Errors), LostEvents: I64(c.LostEvents), LostBytes: I64(c.LostBytes), QueuedBytes: I64(c.QueuedBytes),
				CPUNanos: I64(c.CPUNanos), Blocks: I64(c.Blocks), Events: I64(c.Events), Bytes: I64(c.Bytes),
			},
		}
		if p.CPUShare >= 0 {
			one.CPUShare = &p.CPUShare
		}
		out = append(out, one)
	}
	return out
}
