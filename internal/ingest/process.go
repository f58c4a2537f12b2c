package ingest

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/wire"
)

// What agents say of themselves, for those who may not import wire.
type (
	// Hook is the state of one hook of an agent.
	Hook = wire.Hook
	// AgentCounters are what an agent counts of itself.
	AgentCounters = wire.Counters
	// PolicyStatus is what an agent made of the policy.
	PolicyStatus = wire.PolicyStatus
	// GovernorStatus is how an agent stands to its budgets.
	GovernorStatus = wire.GovernorStatus
	// LookBackStatus is what an agent keeps and does not send.
	LookBackStatus = wire.LookBackStatus
)

// AgentStatus is what is known of one process with an agent.
type AgentStatus struct {
	Process   string // UUID, 32 hex digits
	Role      string // taskmanager, jobmanager, other
	Host      string
	PID       int64
	Java      string
	Flink     string
	Agent     string
	Remote    string    // address of its last connection
	Started   time.Time // of the agent, by its own clock
	Connected bool
	Since     time.Time // it connected or was disconnected
	LastSeen  time.Time // a frame came
	Closed    bool      // its last connection ended in order
	Lost      bool      // it went without a word and did not come back

	Hooks    []Hook
	Counters AgentCounters
	Off      bool
	Reason   string // why it is off, or, when it is not, why no task is recorded

	Policy   PolicyStatus
	Governor GovernorStatus
	LookBack LookBackStatus
	Spent    map[string]uint64 // CPU time: by thread of the agent, and an estimate of hooks, ns

	ClockKnown    bool
	ClockOffsetUS int64 // its clock minus ours
	ClockErrorUS  int64 // the most that the offset can be wrong

	Blocks, Events, Bytes uint64 // that it sent and the store took, since the server's start
}

// process is a JVM with an agent, connected or not.
type process struct {
	id  string
	key event.Key

	mu struct {
		sync.Mutex
		hello    *wire.Hello // of the last connection; replaced, never changed
		remote   string
		conn     *connection
		since    time.Time
		lastSeen time.Time
		closed   bool
		lost     bool // gaps were stored for all its attempts
		report   wire.Status
		clock    clock
		attempts map[attemptID]*attempt
		waiting  map[string]chan *wire.Done // by id of the CONTROL
		blocks   uint64
		events   uint64
		bytes    uint64
	}
}

func (p *process) connection() *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mu.conn
}

func (p *process) seen(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.lastSeen = now
}

func (p *process) saidClose() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mu.closed
}

func (p *process) pong(m *wire.Pong, nowUS int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.clock.add(m, nowUS)
}

// maxSpent bounds the entries of what an agent says it spent.
const maxSpent = 64

func (p *process) status(m *wire.Status) {
	m.Hooks, m.Reason = clipHooks(m.Hooks), clip(m.Reason)
	for _, s := range []*string{&m.Policy.Version, &m.Policy.Refused, &m.Policy.Why, &m.Governor.Why, &m.Governor.Text} {
		*s = clip(*s)
	}
	if len(m.Spent) > maxSpent {
		m.Spent = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.report = *m
}

// Agents lists the processes that were connected since the server's start: connected ones first, then by host and pid.
func (s *Server) Agents() []AgentStatus {
	s.mu.Lock()
	list := make([]AgentStatus, 0, len(s.mu.processes))
	for _, p := range s.mu.processes {
		list = append(list, p.describe())
	}
	s.mu.Unlock()
	slices.SortFunc(list, func(a, b AgentStatus) int {
		if a.Connected != b.Connected {
			if a.Connected {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.PID, b.PID), cmp.Compare(a.Process, b.Process))
	})
	return list
}

func (p *process) describe() AgentStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.mu.hello
	a := AgentStatus{
		Process: p.id, Role: h.Role, Host: h.Host, PID: h.PID, Java: h.Java, Flink: h.Flink, Agent: h.Agent, Remote: p.mu.remote,
		Started: time.UnixMicro(h.StartedUS), Connected: p.mu.conn != nil, Since: p.mu.since, LastSeen: p.mu.lastSeen,
		Closed: p.mu.closed, Lost: p.mu.lost,
		Hooks: slices.Clone(p.mu.report.Hooks), Counters: p.mu.report.Counters, Off: p.mu.report.Off, Reason: p.mu.report.Reason,
		Policy: p.mu.report.Policy, Governor: p.mu.report.Governor, LookBack: p.mu.report.LookBack, Spent: maps.Clone(p.mu.report.Spent),
		Blocks: p.mu.blocks, Events: p.mu.events, Bytes: p.mu.bytes,
	}
	a.ClockOffsetUS, a.ClockErrorUS, a.ClockKnown = p.mu.clock.best()
	return a
}
