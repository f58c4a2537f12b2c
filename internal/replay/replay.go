package replay

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/store"
)

// Options of a Replays.
type Options struct {
	Store store.Store
	Java  string
	Agent string   // the agent's jar
	Flink []string // Flink's jars
	Dir   string   // folders of replays are made below it
	Heap  int      // MiB
	Keep  bool     // the folder of a replay is not removed
}

// Result is a replay that came to its end.
type Result struct {
	Recording event.RecordingID // the derived one
	Report    Report
	FeedEnd   string // why no more was fed
	Compared  Comparison
	Took      time.Duration
}

// Run replays one attempt of a recording from its start.
func Run(ctx context.Context, o Options, rec event.RecordingID, attempt event.Key, progress func(Report)) (*Result, error) {
	began := time.Now()
	snap, err := o.Store.Snapshot(ctx, rec)
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	dict := newDictionary(o.Store, rec)
	c, restore, err := findCapsule(ctx, snap, attempt)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(o.Dir, "replay-")
	if err != nil {
		return nil, err
	}
	if !o.Keep {
		defer os.RemoveAll(dir)
	}
	var derived event.RecordingID
	if _, err := rand.Read(derived[:]); err != nil {
		return nil, err
	}
	if err := layout(ctx, dir, c, o.Store, derived, restore); err != nil {
		return nil, fmt.Errorf("laying the task out: %w", err)
	}
	srv, err := ingest.New(ingest.Options{Store: o.Store, Blobs: o.Store, Version: "replay"})
	if err != nil {
		return nil, err
	}
	srv.StartPolicy(ingest.Policy{Version: "replay", Rules: []ingest.PolicyRule{{Level: "trace"}}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() { _ = srv.Serve(l) }() // it ends with Shutdown
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = srv.Shutdown(end)
	}()
	f := &feed{
		snap: snap, defs: dict, chain: dict.attempts[attempt].Chain, open: sealed.Take(), inputs: make(map[event.Element]*input), outside: make(map[uint64]bool),
		det: newLane(snap, attempt, event.LaneDet, false), env: newLane(snap, attempt, event.LaneEnv, true),
		trace:  newLane(snap, attempt, event.LaneTrace, false),
		source: &sources{newLane(snap, attempt, event.LaneSrc, true)},
	}
	j := &jvm{java: o.Java, agent: o.Agent, flink: o.Flink, server: l.Addr().String(), heap: o.Heap, timeZone: c.TimeZone, encoding: c.Encoding}
	report, err := j.run(ctx, dir, func(ctx context.Context, w io.Writer) error {
		f.out = bufio.NewWriterSize(w, 1<<18)
		return f.write(ctx)
	}, progress)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, report.Stderr)
	}
	r := &Result{Recording: derived, Report: report, FeedEnd: f.end}
	again, err := o.Store.Snapshot(ctx, derived)
	if err != nil {
		return nil, err
	}
	defer again.Close()
	if r.Compared, err = compare(ctx, snap, again, attempt, report.Invocation); err != nil {
		return nil, err
	}
	r.Took = time.Since(began)
	return r, nil
}

// findCapsule finds what rebuilds an attempt, and the handles of the state that it was restored with (null: none).
func findCapsule(ctx context.Context, snap store.Snapshot, attempt event.Key) (*capsule, event.Payload, error) {
	var c *capsule
	var restore event.Payload
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
				restore = at(rows.Value, i)
				var body struct {
					Missing string `json:"missing"`
				}
				if json.Unmarshal(rows.Body[i], &body) == nil && body.Missing != "" {
					return nil, restore, fmt.Errorf("the state that the attempt was restored with is not there: %s", body.Missing)
				}
			}
		}
	}
	if c == nil {
		return nil, restore, fmt.Errorf("nothing that rebuilds attempt %s was recorded", attempt)
	}
	return c, restore, nil
}
