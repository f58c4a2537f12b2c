package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/folder"
)

// Target is a sink with what it takes.
type Target struct {
	Name    string // as the setting has it
	Entries bool   // every entry; otherwise heads alone
	Sink    Sink
}

// States of a target.
const (
	SinkOK      = "ok"
	SinkWaiting = "waiting" // nothing was sent yet
	SinkFailing = "failing"
)

// SinkState is how a target stands.
type SinkState struct {
	Name    string // without a query
	Entries bool
	State   string
	To      uint64 // the last entry that it has
	Last    time.Time
	Error   string
	Failed  uint64 // attempts since the start
}

// Bounds of what is sent at once, and of the wait after a failure.
const (
	pumpBatch = 200
	waitLeast = time.Second
	waitMost  = 5 * time.Minute
)

// pump brings one target up to date, again and again. What waits is kept nowhere but in the log: a target is behind by a position.
type pump struct {
	l    *Log
	t    Target
	file string // holds the position

	mu    sync.Mutex
	state SinkState
}

func (l *Log) newPump(t Target) (*pump, error) {
	takes := "heads"
	if t.Entries {
		takes = "entries"
	}
	id := sha256.Sum256([]byte(takes + " " + t.Name))
	p := &pump{l: l, t: t, file: l.path("audit-sink-" + hex.EncodeToString(id[:6]) + ".json"), state: SinkState{Name: sinkName(t.Name), Entries: t.Entries, State: SinkWaiting}}
	raw, err := os.ReadFile(p.file)
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	var at struct {
		Seq uint64 `json:"seq"`
	}
	if err == nil {
		err = json.Unmarshal(raw, &at)
	}
	if err != nil {
		return nil, fmt.Errorf("reading how far the audit log was sent: %w", err)
	}
	p.state.To = at.Seq
	return p, nil
}

// run sends until ctx ends.
func (p *pump) run(ctx context.Context) {
	wait := waitLeast
	for {
		p.l.mu.Lock()
		moved := p.l.moved
		p.l.mu.Unlock()
		err := p.once(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			wait = waitLeast
			select {
			case <-ctx.Done():
				return
			case <-moved:
			case <-time.After(headEvery):
			}
			// Entries come in bursts: a moment later there is more to send at once. Heads are seldom.
			p.rest(ctx, waitLeast)
			continue
		}
		p.fail(err)
		p.rest(ctx, wait)
		wait = min(2*wait, waitMost)
	}
}

func (p *pump) rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (p *pump) fail(err error) {
	p.mu.Lock()
	first := p.state.State != SinkFailing
	p.state.State, p.state.Error = SinkFailing, err.Error()
	p.state.Failed++
	name := p.state.Name
	p.mu.Unlock()
	if first {
		p.l.o.Log.Warn("the audit log is not taken elsewhere for now; it is tried again", "sink", name, "error", err)
	}
}

// errEnough ends a batch.
var errEnough = errors.New("enough for one batch")

// once sends what the target lacks.
func (p *pump) once(ctx context.Context) error {
	for {
		p.mu.Lock()
		after := p.state.To
		p.mu.Unlock()
		var events []CloudEvent
		var to uint64
		var err error
		if p.t.Entries {
			events, to, err = p.entries(ctx, after)
		} else {
			events, to, err = p.heads(after)
		}
		if err != nil || len(events) == 0 {
			return err
		}
		bound, cancel := context.WithTimeout(ctx, sendWithin)
		err = p.t.Sink.Send(bound, events)
		cancel()
		if err != nil {
			return err
		}
		if err := p.reached(to); err != nil {
			return err
		}
	}
}

// entries are the next ones that are on disk.
func (p *pump) entries(ctx context.Context, after uint64) (events []CloudEvent, to uint64, err error) {
	p.l.mu.Lock()
	synced := p.l.synced.Seq
	p.l.mu.Unlock()
	_, err = p.l.Entries(ctx, after, func(e *access.Entry) error {
		if e.Seq > synced || len(events) == pumpBatch {
			return errEnough
		}
		events, to = append(events, p.l.EventOf(e)), e.Seq
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return events, to, err
}

// heads are those that cover more than the target knows.
func (p *pump) heads(after uint64) (events []CloudEvent, to uint64, err error) {
	list, closeList, err := ReadHeads(p.l.path(HeadsFile), false)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer closeList()
	for len(events) < pumpBatch {
		h, ok, err := list.Next()
		if err != nil && !errors.Is(err, errTorn) {
			return nil, 0, err
		}
		if !ok {
			break
		}
		if h.Seq > after {
			events, to = append(events, p.l.headEvent(h)), h.Seq
		}
	}
	return events, to, nil
}

// reached writes down how far the target is.
func (p *pump) reached(seq uint64) error {
	if err := folder.WriteFile(p.file, fmt.Appendf(nil, "{\"seq\":%d}\n", seq)); err != nil {
		return fmt.Errorf("writing how far the audit log was sent: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.To, p.state.Last, p.state.State, p.state.Error = seq, p.l.o.Now(), SinkOK, ""
	return nil
}

// Sinks tells how the targets stand.
func (l *Log) Sinks() []SinkState {
	out := make([]SinkState, 0, len(l.pumps))
	for _, p := range l.pumps {
		p.mu.Lock()
		out = append(out, p.state)
		p.mu.Unlock()
	}
	return out
}
