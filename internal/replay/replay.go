package replay

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/sandbox"
	"github.com/sightglass/sightglass/internal/store"
)

// Options of a Replays.
type Options struct {
	Store      store.Store
	Java       string
	Agent      string   // the agent's jar
	Flink      []string // Flink's jars
	Dir        string   // folders of replays are made below it
	Heap       int      // MiB
	Checkpoint uint64   // to begin behind; 0 = the attempt's beginning
	Keep       bool     // the folder of a replay is not removed
	To         uint64   // invocation to end with; 0 = with the last one that was recorded
	Changes    []Change // what is fed otherwise than recorded
	Edit       Editor   // for changes of values; nil: there can be none
	Variant    *Variant // of the program; nil: the recorded one
	Jars       string   // folder that the jars of a variant lie in
	Derived    Derived  // what replays of senders gave, where the recording does not have it
	Topics     Topics   // nil: no topic is read again
	Masked     bool     // values of the recording are masked: see PathEqual
	Level      string   // what is recorded of the replay: positions, flight or trace; empty = trace. At positions outputs cannot be compared

	Recording event.RecordingID // for what it derives; zero = one of its own
	// Sandbox makes a command of one that must not do more than the bounds allow; nil: it runs as it is. JavaHome is where Java lies.
	Sandbox  func(b sandbox.Bounds, command []string) ([]string, error)
	JavaHome string
	JavaRead []string      // what it reads outside of its home
	CPU      time.Duration // of processor time; 0 = no limit
}

// Result is a replay that came to its end.
type Result struct {
	Recording event.RecordingID // the derived one
	Report    Report
	FeedEnd   string // why no more was fed
	Whole     bool   // all that was recorded, or wanted, was fed
	To        uint64 // invocation that was to be the last one; 0 = the recording's
	Compared  Comparison
	Steps     Steps
	State     StateComparison
	Took      time.Duration
	Changes   []Change
	Variant   *Variant
	Masked    bool // values of the recording are masked

	seen seen
}

// Run replays one attempt of a recording from its start.
func Run(ctx context.Context, o Options, rec event.RecordingID, attempt event.Key, progress func(Report)) (*Result, error) {
	began := time.Now()
	supply, err := openSupply(ctx, o.Store, rec, o.Derived, o.Topics)
	if err != nil {
		return nil, err
	}
	defer supply.close()
	snap := supply.snap
	from, err := findStart(ctx, snap, attempt, o.Checkpoint)
	if err != nil {
		return nil, err
	}
	derived := o.Recording
	if derived.IsZero() {
		derived = NewRecording()
	}
	if o.Level != "" && wasTraced(snap, attempt) {
		o.Level = "" // what is told outside of all invocations has other numbers at a lower level
	}
	room, err := o.setUp(ctx, supply, rec, attempt, from, derived, true)
	if err != nil {
		return nil, err
	}
	defer room.remove(&o)
	defer room.close()
	if o.Level == "positions" {
		room.jvm.extraArgs = []string{quietOn}
	}
	f := room.feed
	f.to = o.To
	report, err := room.run(ctx, progress)
	if err != nil {
		return nil, err
	}
	r := &Result{Recording: derived, Report: report, FeedEnd: f.end, Whole: f.whole, To: o.To, Changes: o.Changes, Variant: o.Variant, Masked: o.Masked}
	if r.State, err = holdState(ctx, snap, attempt, report.states, from.checkpoint, max(report.Invocation, f.reached)); err != nil {
		return nil, err
	}
	again, err := o.Store.Snapshot(ctx, derived)
	if err != nil {
		return nil, err
	}
	defer again.Close()
	var end uint64
	if report.How != "finished" {
		for _, ref := range blocksOf(snap, attempt, event.LaneDet) {
			end = max(end, ref.Header.LastInv)
		}
	}
	dict := newDictionary(o.Store, rec)
	how := toldHow{subpartitions: func(p event.Key) int { return dict.partition[p].Subpartitions }}
	if how.levels, err = levelsOf(ctx, snap, dict, attempt); err != nil {
		return nil, err
	}
	if r.Compared, err = compare(ctx, snap, again, attempt, from.invocation+1, report.Invocation, end, how); err != nil {
		return nil, err
	}
	whole := report.Invocation
	if end > 0 {
		whole = min(whole, end-1) // of the last one not all may have been told
	}
	if r.Steps, err = compareSteps(ctx, snap, again, attempt, from.invocation+1, whole); err != nil {
		return nil, err
	}
	if r.seen, err = look(ctx, snap, again, attempt, from.invocation+1, r); err != nil {
		return nil, err
	}
	r.Took = time.Since(began)
	return r, nil
}

// NewRecording is a random id for a derived recording.
func NewRecording() (id event.RecordingID) {
	_, _ = rand.Read(id[:]) // it never fails
	return id
}

// bounds are what a replayer needs of this machine.
func (o *Options) bounds(dir string, server net.Addr) sandbox.Bounds {
	b := sandbox.Bounds{Run: []string{o.JavaHome}, Read: slices.Concat([]string{o.Agent}, o.JavaRead, o.Flink), Write: []string{dir}, CPU: int(o.CPU / time.Second)}
	if tcp, ok := server.(*net.TCPAddr); ok {
		b.Port = tcp.Port
	}
	return b
}

// newFeed prepares a feed of an attempt; where it is written to is the caller's to say.
func newFeed(u *supply, dict *dictionary, attempt event.Key, from start) *feed {
	snap := u.snap
	return &feed{
		snap: snap, supply: u, defs: dict, chain: dict.attempts[attempt].Chain, open: sealed.Take(), inputs: make(map[event.Element]*supplied), outside: make(map[uint64]bool),
		from: from, det: newLane(snap, attempt, event.LaneDet, false), env: newLane(snap, attempt, event.LaneEnv, true),
		trace:    newLane(snap, attempt, event.LaneTrace, false),
		recover:  newRecovered(u, dict, attempt),
		source:   &sources{lane: newLane(snap, attempt, event.LaneSrc, true), given: newLane(snap, attempt, event.LaneEnv, true)},
		attempt:  attempt,
		job:      dict.attempts[attempt].JobName,
		barriers: newBarriers(snap, attempt, from),
		said:     make(chan stateSaid, 2*MostChanges),
	}
}

// restored is the state that an attempt began with; without handles: none.
type restored struct {
	handles event.Payload
	files   []stateFile
}

// findCapsule finds what rebuilds an attempt, and the state that it was restored with.
func findCapsule(ctx context.Context, snap store.Snapshot, attempt event.Key) (*capsule, restored, error) {
	var c *capsule
	var restore restored
	var lost error
	for ref := range snap.Blocks(store.Filter{Lane: event.LaneJob, Attempt: attempt}) {
		rows, err := snap.Read(ctx, ref, present(ref.Header, []block.SectionID{block.SectionMeta, block.SectionIDs, block.SectionDet, block.SectionPayload})...)
		if err != nil {
			return nil, restore, err
		}
		for i, k := range rows.Kind {
			switch k {
			case event.KindCapsule:
				if c, err = parseCapsule(rows.Body[i]); err != nil {
					return nil, restore, err
				}
			case event.KindRestored:
				var body struct {
					Missing string      `json:"missing"`
					Files   []stateFile `json:"files"`
				}
				if json.Unmarshal(rows.Body[i], &body) == nil && body.Missing != "" {
					lost = fmt.Errorf("the state that the attempt was restored with is not there: %s", body.Missing)
				}
				restore = restored{at(rows.Value, i), body.Files}
				if v := restore.handles; v.Len() < v.Size() {
					lost = errors.New("the attempt began with restored state, and what says which is not in the recording: a mask took it away")
				}
			}
		}
	}
	if c == nil {
		return nil, restore, fmt.Errorf("nothing that rebuilds attempt %s was recorded", attempt)
	}
	return c, restore, lost
}
