package replay

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Sender is a replay that has what a task took in, where the recording itself has no bytes of it: of a task that sent it.
type Sender struct {
	Attempt    event.Key `json:"-"`
	Key        string    `json:"attempt_key"`
	Job        string    `json:"job"`
	Task       string    `json:"task"`
	Operator   string    `json:"operator"` // slug of the head of the chain
	Subtask    int       `json:"subtask"`
	Number     int       `json:"attempt"`
	Checkpoint uint64    `json:"checkpoint,omitempty"` // that it begins behind; 0 = its beginning
	To         uint64    `json:"to,omitempty"`         // invocation that it ends with; 0 = its end
	Replay     string    `json:"replay,omitempty"`     // id of one that is over; empty: it has to run
	Verdict    string    `json:"verdict,omitempty"`
}

func (s *Sender) String() string { return fmt.Sprintf("%s.%d.%d", s.Operator, s.Subtask, s.Number) }

// Bounds of what is planned for one replay.
const (
	maxSenders   = 64              // replays that run for another one
	lookAtSender = 5 * time.Second // at the recording of each
)

// upstream plans which tasks have to run again before one can, back to the sources.
type upstream struct {
	plan    func(context.Context, *planning) (*Plan, error) // of one task
	s       store.Store
	snap    store.Snapshot
	dict    *dictionary
	root    planning
	nodes   map[event.Key]*sending
	refused map[event.Key]string // why a sender is not replayed
}

// sending is a task that has to run again.
type sending struct {
	Sender
	wanted map[event.Element]*numbers // of what it sent
	needs  []event.Key                // senders that have to run before it
	plan   *Plan
}

// planUpstream plans a replay and those that have to run before it.
func (m *Machine) planUpstream(ctx context.Context, s store.Store, root planning) (*Plan, map[event.RecordingID]bool, error) {
	snap, err := s.Snapshot(ctx, root.rec)
	if err != nil {
		return nil, nil, err
	}
	defer snap.Close()
	u := &upstream{
		plan: func(ctx context.Context, w *planning) (*Plan, error) { return m.plan(ctx, s, w) },
		s:    s, snap: snap, dict: newDictionary(s, root.rec), root: root, refused: make(map[event.Key]string),
	}
	return u.all(ctx)
}

// all plans all of it, without those that cannot run. used are the derived recordings that something comes from.
func (u *upstream) all(ctx context.Context) (p *Plan, used map[event.RecordingID]bool, err error) {
	for p == nil && err == nil {
		p, used, err = u.pass(ctx)
	}
	return p, used, err
}

// pass is all; nil: once more, since a sender turned out not to be replayable.
func (u *upstream) pass(ctx context.Context) (*Plan, map[event.RecordingID]bool, error) {
	u.nodes = make(map[event.Key]*sending)
	used := make(map[event.RecordingID]bool)
	root := u.root
	root.wants = newWants(u.refuses)
	p, err := u.plan(ctx, &root)
	if err != nil || p.Stopped() {
		return p, used, err
	}
	maps.Copy(used, root.used)
	needs, open := u.take(root.wants, root.cut)
	for len(open) > 0 {
		x := u.nodes[open[0]]
		open = open[1:]
		w, err := u.one(ctx, x)
		if err != nil {
			return nil, nil, err
		}
		if x.plan.Stopped() {
			u.refused[x.Attempt] = fmt.Sprintf("%s, which sent it, cannot run again: %s", x.String(), x.plan.why())
			return nil, nil, nil
		}
		maps.Copy(used, w.used)
		var more []event.Key
		x.needs, more = u.take(w.wants, w.cut)
		open = append(open, more...)
	}
	for _, x := range u.order(needs) {
		p.Senders = append(p.Senders, x.Sender)
		for _, f := range x.plan.Findings {
			switch f.About {
			case AboutInputs, AboutRecording, AboutState, AboutSecrets:
				p.warn(f.About, f.Do, "%s, which has to run again first: %s", x.String(), f.Text)
			}
		}
	}
	return p, used, nil
}

// one plans the replay of a sender.
func (u *upstream) one(ctx context.Context, x *sending) (w planning, err error) {
	checkpoint, to, err := u.place(ctx, x)
	if err != nil {
		return w, err
	}
	x.To = to
	places := []uint64{checkpoint}
	if checkpoint > 0 && slices.ContainsFunc(u.dict.attempts[x.Attempt].Chain, func(o event.ChainOperatorDef) bool { return o.Kind == "source" }) {
		places = []uint64{0, checkpoint} // watermarks of its splits come out as they were from its beginning only
	}
	for _, x.Checkpoint = range places {
		w = planning{
			rec: u.root.rec, attempt: x.Attempt, checkpoint: x.Checkpoint, to: x.To, whole: true, look: lookAtSender,
			derived: u.root.derived, topics: u.root.topics, wants: newWants(u.refuses),
		}
		if x.plan, err = u.plan(ctx, &w); err != nil || !x.plan.Stopped() {
			break
		}
	}
	return w, err
}

// refuses says why a sender is not replayed. tail: the recording has nothing of the channel from there on.
func (u *upstream) refuses(sender event.Key, tail bool) string {
	if why := u.refused[sender]; why != "" {
		return why
	}
	a, known := u.dict.attempts[sender]
	if !known {
		return "what sent it is not known"
	}
	if u.nodes[sender] == nil && len(u.nodes) >= maxSenders {
		return fmt.Sprintf("more than %d tasks would have to run again first", maxSenders)
	}
	told, err := levelsOf(context.Background(), u.snap, u.dict, sender)
	if err != nil {
		return err.Error()
	}
	if told.kept(-1) {
		s := senderOf(sender, a)
		return s.String() + ", which sent it, is not run again for it: a policy keeps back its bytes"
	}
	if tail && told.tells(math.MaxUint64, -1) {
		// What a task took in comes here before what another one sent it, as often as not.
		s := senderOf(sender, a)
		return "all that " + s.String() + " sends is recorded: it is on its way here, or was lost at the end"
	}
	return ""
}

func senderOf(key event.Key, a event.AttemptDef) Sender {
	s := Sender{Attempt: key, Key: key.String(), Job: a.JobName, Task: a.Task, Subtask: a.Subtask, Number: a.Attempt}
	if len(a.Chain) > 0 {
		s.Operator = event.Slug(a.Chain[0].Name)
	}
	return s
}

// take adds what a plan wants. changed are the senders of which more is wanted than before. all: the plan has not seen everything.
func (u *upstream) take(w *wants, all bool) (needs, changed []event.Key) {
	needs = slices.Sorted(maps.Keys(w.senders))
	for _, key := range needs {
		x := u.nodes[key]
		more := x == nil
		if more {
			x = &sending{Sender: senderOf(key, u.dict.attempts[key]), wanted: make(map[event.Element]*numbers)}
			u.nodes[key] = x
		}
		for channel, n := range w.senders[key] {
			if all {
				n = &numbers{0, math.MaxUint64} // what comes later, and on which channels, is not known
			}
			have := x.wanted[channel]
			if have == nil {
				x.wanted[channel], more = n, true
				continue
			}
			more = more || n.first < have.first || n.last > have.last
			x.wanted[channel] = &numbers{min(have.first, n.first), max(have.last, n.last)}
		}
		if more {
			changed = append(changed, key)
		}
	}
	return needs, changed
}

// order puts senders behind those that they need themselves.
func (u *upstream) order(needs []event.Key) (all []*sending) {
	done := make(map[event.Key]bool)
	var visit func(keys []event.Key)
	visit = func(keys []event.Key) {
		for _, k := range keys {
			if !done[k] {
				done[k] = true
				visit(u.nodes[k].needs)
				all = append(all, u.nodes[k])
			}
		}
	}
	visit(needs)
	return all
}

// place finds where a replay of a sender may begin and end, so that it gives what is wanted: behind the last checkpoint before it had
// sent any of it, at the first one when it had sent all. Both ends count what they sent at each barrier.
func (u *upstream) place(ctx context.Context, x *sending) (checkpoint, to uint64, err error) {
	sent := sentAt(u.snap, x.Attempt)
	fits := func(c uint64, of func(sent uint64, n *numbers) bool) bool {
		for channel, n := range x.wanted {
			if s, ok := sent[c][channel]; !ok || !of(s, n) {
				return false
			}
		}
		return true
	}
	starts, err := checkpoints(ctx, u.snap, x.Attempt)
	if err != nil {
		return 0, 0, err
	}
	for _, s := range slices.Backward(starts) {
		if fits(s.checkpoint, func(sent uint64, n *numbers) bool { return sent <= n.first }) && s.absent(u.s) == "" {
			checkpoint = s.checkpoint
			break
		}
	}
	ends, err := taken(ctx, u.snap, x.Attempt)
	if err != nil {
		return 0, 0, err
	}
	for _, s := range ends {
		if fits(s.checkpoint, func(sent uint64, n *numbers) bool { return sent > n.last }) {
			return checkpoint, s.invocation, nil
		}
	}
	return checkpoint, 0, nil
}
