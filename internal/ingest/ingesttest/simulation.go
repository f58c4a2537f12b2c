package ingesttest

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// Options of a generated recording. The zero value of each means the default.
type Options struct {
	Seed    uint64
	Orders  int         // default 1,000
	StartUS int64       // wall clock of the first order; default 2026-01-05 08:00 UTC
	StepUS  int64       // between orders; default 500
	Codec   block.Codec // default none
	Ended   bool        // tasks and jobs end; default: both run on
	Gap     bool        // one stretch of a lane is reported as lost
	Traced  bool        // the operators dedup and window are recorded at level trace
}

// Output takes what agents would send, in the order in which they would.
type Output struct {
	Define func(event.Definition) error
	Block  func(p Process, raw []byte) error
}

// Process is one of the JVMs that run the jobs.
type Process struct {
	ID   [16]byte
	Role string // jobmanager or taskmanager
	Host string
	PID  int
	Key  event.Key
}

// process is the index of one of simulation.processes.
type process int

const (
	jobManager process = iota
	taskManager1
	taskManager2
)

// Processes are the JVMs of every generated recording with the seed.
func Processes(seed uint64) []Process {
	list := make([]Process, 3)
	for i := range list {
		p := Process{ID: id16(seed, "process", i), Role: "taskmanager", Host: fmt.Sprintf("worker-%d", i), PID: 4000 + i}
		if process(i) == jobManager {
			p.Role, p.Host = "jobmanager", "master"
		}
		p.Key = event.ProcessKey(p.ID)
		list[i] = p
	}
	return list
}

// Generate plays both jobs. The same options give the same bytes. It stops at the first error of out.
func Generate(opt Options, out Output) (*Truth, error) {
	if opt.Orders == 0 {
		opt.Orders = 1000
	}
	if opt.StartUS == 0 {
		opt.StartUS = 1_767_600_000_000_000
	}
	if opt.StepUS == 0 {
		opt.StepUS = 500
	}
	s := &simulation{
		opt: opt, out: out, rand: rand.New(rand.NewPCG(opt.Seed, 1)), now: opt.StartUS,
		processes: Processes(opt.Seed), defined: make(map[event.DefinitionID]bool), paths: make(map[string]event.DefinitionID),
		truth: new(Truth),
	}
	s.play()
	return s.truth, s.err
}

// simulation is the world: a clock, two jobs, and where what they record goes.
type simulation struct {
	opt       Options
	out       Output
	rand      *rand.Rand
	now       int64 // µs
	processes []Process
	truth     *Truth
	err       error

	defined map[event.DefinitionID]bool
	paths   map[string]event.DefinitionID
	queue   []func() // deliveries that wait for the running invocation to end
	tasks   []*task

	kafka kafka

	counting func(*lane, *block.Row) // sees each row; may be nil
	placing  func(*lane, *block.Row) // sees each row of a block; may be nil
	captured func(RowsOfBlock)       // gets what each block was made of; may be nil
}

// kafka holds the next offset of each partition of the topics.
type kafka struct {
	orders [4]int64
	totals [2]int64
	alerts int64
}

// after queues what a sent element causes; drain runs it.
func (s *simulation) after(run func()) { s.queue = append(s.queue, run) }

func (s *simulation) drain() {
	for len(s.queue) > 0 {
		run := s.queue[0]
		s.queue = s.queue[1:]
		run()
	}
}

func (s *simulation) define(kind event.DefinitionKind, body []byte) event.DefinitionID {
	d := event.NewDefinition(kind, body)
	if !s.defined[d.ID] {
		s.defined[d.ID] = true
		if err := s.out.Define(d); err != nil && s.err == nil {
			s.err = fmt.Errorf("giving out a definition: %w", err)
		}
	}
	return d.ID
}

func (s *simulation) path(p string) event.DefinitionID {
	id, ok := s.paths[p]
	if !ok {
		id = s.define(event.DefPath, mustJSON(event.PathDef{P: p}))
		s.paths[p] = id
	}
	return id
}

func (s *simulation) split(topic string, partition int32) event.DefinitionID {
	return s.define(event.DefSplit, mustJSON(event.SplitDef{
		Kind: "kafka", Topic: topic, Partition: partition, ID: fmt.Sprintf("%s-%d", topic, partition), Cluster: "kafka:9092",
	}))
}

func (s *simulation) emit(p process, raw []byte) {
	if s.err != nil {
		return
	}
	if err := s.out.Block(s.processes[p], raw); err != nil {
		s.err = fmt.Errorf("giving out a block: %w", err)
	}
}

// id16 makes an id that depends on the seed and what it is for.
func id16(seed uint64, what string, n ...int) (id [16]byte) {
	sum := sha256.Sum256(fmt.Append(nil, seed, what, n))
	copy(id[:], sum[:])
	return id
}
