package ingest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/wire"
)

// Errors that callers decide on.
var (
	ErrNoAgent = errors.New("no agent of this process is connected")
	ErrFailed  = errors.New("the agent could not do it")
)

// Command is what an agent can be told.
type Command string

// The commands.
const (
	CommandStop   Command = "stop" // the kill switch: all hooks fall silent until start
	CommandStart  Command = "start"
	CommandPolicy Command = "policy" // with a policy

	commandLookBack Command = "lookback" // with recordings
)

// Policy says what agents record, spec/wire.md.
type (
	Policy     = wire.Policy
	PolicyRule = wire.PolicyRule
	// SnapshotRule says what is copied of a job's checkpoints.
	SnapshotRule = wire.SnapshotRule
	Sample       = wire.Sample
	Budgets      = wire.Budgets
)

// StartPolicy sets what agents that come from now on are told.
func (s *Server) StartPolicy(p Policy) { s.policy.Store(&p) }

// SetPolicy tells all agents what to record from now on, those that are connected at once and others when they come. It waits
// for the answers; what it returns joins the failures, each with its process. A process that is gone is none.
func (s *Server) SetPolicy(ctx context.Context, p Policy) error {
	s.policy.Store(&p)
	return s.controlAll(ctx, wire.Control{Command: string(CommandPolicy), Policy: &p})
}

// SendLookBack has all agents send what they keep of recordings, and waits for the answers; the blocks come later.
func (s *Server) SendLookBack(ctx context.Context, recordings ...event.RecordingID) error {
	var ids []string
	for _, r := range recordings {
		ids = append(ids, r.String())
	}
	return s.controlAll(ctx, wire.Control{Command: string(commandLookBack), Recordings: ids})
}

func (s *Server) controlAll(ctx context.Context, command wire.Control) error {
	s.mu.Lock()
	processes := slices.Collect(maps.Keys(s.mu.processes))
	s.mu.Unlock()
	errs := make([]error, len(processes))
	var group sync.WaitGroup
	for i, id := range processes {
		group.Go(func() {
			own := command
			if err := s.control(ctx, id, &own); !errors.Is(err, ErrNoAgent) {
				errs[i] = err
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// remindEvery is how often an agent that follows another policy is told of this one; it reports every 5 s.
const remindEvery = 2 * time.Second

// remind tells an agent of the policy once more when it follows another one and did not refuse this one: it may have said
// HELLO while the policy changed.
func (c *connection) remind(m *wire.Status) error {
	p := c.server.policy.Load()
	now := c.server.opt.Now()
	if p == nil || m.Policy.Version == "" || m.Policy.Version == p.Version || m.Policy.Refused == p.Version || now.Sub(c.reminded) < remindEvery {
		return nil
	}
	c.reminded = now
	return c.out.send(&wire.Control{ID: "policy " + p.Version, Command: string(CommandPolicy), Policy: p})
}

// Control tells the agent of a process to do something and waits until it says that it did. ErrNoAgent, ErrFailed.
func (s *Server) Control(ctx context.Context, process string, command Command) error {
	return s.control(ctx, process, &wire.Control{Command: string(command)})
}

func (s *Server) control(ctx context.Context, process string, command *wire.Control) error {
	s.mu.Lock()
	p := s.mu.processes[process]
	s.mu.Unlock()
	if p == nil {
		return fmt.Errorf("process %s: %w", process, ErrNoAgent)
	}
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails
	id := hex.EncodeToString(raw[:])
	answer := make(chan *wire.Done, 1)
	p.mu.Lock()
	c := p.mu.conn
	if c != nil {
		p.mu.waiting[id] = answer
	}
	p.mu.Unlock()
	if c == nil {
		return fmt.Errorf("process %s: %w", process, ErrNoAgent)
	}
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.mu.waiting, id)
	}()
	command.ID = id
	if err := c.out.send(command); err != nil {
		return fmt.Errorf("process %s: %w", process, errors.Join(ErrNoAgent, err))
	}
	select {
	case done := <-answer:
		switch {
		case done == nil:
			return fmt.Errorf("process %s: %w: the connection ended", process, ErrNoAgent)
		case !done.OK:
			return fmt.Errorf("process %s: %w: %s", process, ErrFailed, clip(done.Error))
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// done gives an answer to who waits for it.
func (p *process) done(m *wire.Done) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.mu.waiting[m.ID]; c != nil {
		delete(p.mu.waiting, m.ID)
		c <- m
	}
}
