package server

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// shareOver is the stretch over which the agents' share of a core is taken; agents report every 5 s.
const shareOver = 30 * time.Second

// rememberFor is how long a process that went away stays in the list.
const rememberFor = 7 * 24 * time.Hour

// fleet shows the write side's processes to the read side, and remembers those of before a restart.
type fleet struct {
	ingest *ingest.Server
	meta   *meta.DB
	now    func() time.Time
	mu     sync.Mutex
	cpu    map[string][]cpuSample    // by process, oldest first
	before map[string]browse.Process // seen by an earlier run of the server
}

type cpuSample struct {
	at    time.Time
	nanos uint64
}

// newFleet remembers the processes of before; the caller sets ingest, whose options want closedBefore.
func newFleet(ctx context.Context, db *meta.DB, now func() time.Time) (*fleet, error) {
	f := &fleet{meta: db, now: now, cpu: map[string][]cpuSample{}, before: map[string]browse.Process{}}
	known, err := db.Processes(ctx, now().Add(-rememberFor))
	if err != nil {
		return nil, fmt.Errorf("reading the processes of before: %w", err)
	}
	for _, k := range known {
		var p browse.Process
		if json.Unmarshal(k.Status, &p) != nil {
			continue // of another version; it reports itself again
		}
		p.Connected, p.CPUShare = false, -1
		f.before[p.ID] = p
	}
	return f, nil
}

// closedBefore tells whether an earlier run of the server saw the process end in order.
func (f *fleet) closedBefore(process string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.before[process].Closed
}

// save writes down what is known of all processes.
func (f *fleet) save(ctx context.Context) error {
	if err := f.meta.ForgetProcesses(ctx, f.now().Add(-rememberFor)); err != nil {
		return fmt.Errorf("forgetting old processes: %w", err)
	}
	var list []meta.Process
	for _, p := range f.Processes() {
		status, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("writing down process %s: %w", p.ID, err)
		}
		list = append(list, meta.Process{ID: p.ID, Seen: p.LastSeen, Status: status})
	}
	if err := f.meta.SaveProcesses(ctx, list); err != nil {
		return fmt.Errorf("writing down the processes: %w", err)
	}
	return nil
}

// sample notes what the agents say of their processor time.
func (f *fleet) sample() {
	agents, now := f.ingest.Agents(), f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range agents {
		old := f.cpu[a.Process]
		if !a.Connected {
			delete(f.cpu, a.Process)
			continue
		}
		if n := len(old); n > 0 && old[n-1].nanos == a.Counters.CPUNS {
			continue // nothing reported since
		}
		for len(old) > 2 && now.Sub(old[1].at) > shareOver {
			old = old[1:]
		}
		f.cpu[a.Process] = append(old, cpuSample{now, a.Counters.CPUNS})
	}
}

// share is the agent's share of a core; negative = not known yet.
func (f *fleet) share(process string) float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	samples := f.cpu[process]
	if len(samples) < 2 {
		return -1
	}
	first, last := samples[0], samples[len(samples)-1]
	if took := last.at.Sub(first.at); took > 0 && last.nanos >= first.nanos {
		return float64(last.nanos-first.nanos) / float64(took)
	}
	return -1
}

// Processes is browse.Fleet.
func (f *fleet) Processes() []browse.Process {
	agents := f.ingest.Agents()
	f.mu.Lock()
	before := maps.Clone(f.before)
	f.mu.Unlock()
	out := make([]browse.Process, 0, len(agents)+len(before))
	for _, a := range agents {
		p := browse.Process{
			ID: a.Process, Role: a.Role, Host: a.Host, PID: int(a.PID), Java: a.Java, Flink: a.Flink, Agent: a.Agent,
			Connected: a.Connected, Closed: a.Closed, LastSeen: a.LastSeen, Off: a.Off, Reason: a.Reason, CPUShare: f.share(a.Process),
			Counters: browse.Counters{
				Errors: int64(a.Counters.Errors), LostEvents: int64(a.Counters.LostEvents), LostBytes: int64(a.Counters.LostBytes),
				QueuedBytes: int64(a.Counters.QueuedBytes), SpilledBytes: int64(a.Counters.Spilled), CPUNanos: int64(a.Counters.CPUNS),
				Blocks: int64(a.Counters.Blocks), Events: int64(a.Counters.Events), Bytes: int64(a.Counters.Bytes),
			},
		}
		p.Policy = browse.ProcessPolicy(a.Policy)
		g, l := a.Governor, a.LookBack
		p.Governor = browse.Governor{Step: g.Step, Why: g.Why, Text: g.Text, CPU: float64(g.CPUPPM) / 1e6, BytesPerSecond: g.BytesPerSecond, Memory: g.Memory}
		p.LookBack = browse.LookBack{
			Blocks: int64(l.Blocks), Memory: int64(l.Memory), Disk: int64(l.Disk), Sending: int64(l.Sending), SentBlocks: int64(l.SentBlocks), SentBytes: int64(l.SentBytes),
		}
		if l.FromUS > 0 {
			p.LookBack.From = time.UnixMicro(l.FromUS)
		}
		p.Spent = make(map[string]int64, len(a.Spent))
		for name, ns := range a.Spent {
			p.Spent[name] = int64(ns)
		}
		for _, h := range a.Hooks {
			one := browse.Hook{ID: h.ID, State: h.State, Class: h.Class, Detail: h.Detail, Fired: int64(h.Fired), Nanos: -1, Errors: int64(h.Errors)}
			if h.NS != nil {
				one.Nanos = *h.NS
			}
			p.Hooks = append(p.Hooks, one)
		}
		out = append(out, p)
		delete(before, a.Process)
	}
	return append(out, slices.SortedFunc(maps.Values(before), func(a, b browse.Process) int {
		return strings.Compare(a.Host+a.ID, b.Host+b.ID)
	})...)
}
