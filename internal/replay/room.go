package replay

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/store"
)

// room is what a replay runs in: a folder with what rebuilds the task, a server for the agent of its process, and the feed.
type room struct {
	dir     string
	derived event.RecordingID
	feed    *feed
	jvm     *jvm
	server  *ingest.Server
}

// setUp makes the room of a replay that begins at from. derived is the recording that it makes. compares: the state that it takes into its
// snapshots is held against the recorded one.
func (o *Options) setUp(ctx context.Context, snap store.Snapshot, rec event.RecordingID, attempt event.Key, from start, derived event.RecordingID, compares bool) (_ *room, err error) {
	c, restore, err := findCapsule(ctx, snap, attempt)
	if err != nil {
		return nil, err
	}
	r := &room{derived: derived}
	if r.dir, err = os.MkdirTemp(o.Dir, "replay-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			r.remove(o)
		}
	}()
	dict := newDictionary(o.Store, rec)
	err = layout(ctx, r.dir, c, o.Store, derived, restore.handles, func(p map[string]string) error {
		if len(o.Changes) > 0 {
			p["changed"] = "true"
		}
		if err := o.Variant.layout(ctx, r.dir, o.Jars, p, c); err != nil {
			return err
		}
		state := newStateFiles(ctx, r.dir, p, o.Store)
		if err := state.bring(restore.files); err != nil {
			return err
		}
		if compares {
			all, err := snapshotsOf(ctx, snap, attempt)
			if err != nil {
				return err
			}
			if err := layOutCompared(r.dir, p, all, restore.files, from.checkpoint, state); err != nil {
				return err
			}
		}
		return from.layout(ctx, r.dir, p, c, snap, attempt, state, dict.attempts[attempt].Chain, dict)
	})
	if err != nil {
		return nil, fmt.Errorf("laying the task out: %w", err)
	}
	token := rand.Text() // others on this machine reach the port as well
	file := filepath.Join(r.dir, "token")
	if err := os.WriteFile(file, []byte(token), 0o600); err != nil {
		return nil, err
	}
	if r.server, err = ingest.New(ingest.Options{Store: o.Store, Blobs: o.Store, Version: "replay", Token: token}); err != nil {
		return nil, err
	}
	r.server.StartPolicy(ingest.Policy{Version: "replay", Rules: []ingest.PolicyRule{{Level: "trace"}}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() { _ = r.server.Serve(l) }() // it ends with Shutdown
	r.feed = newFeed(snap, dict, attempt, from)
	r.feed.changes = newChanges(o.Changes, o.Edit)
	r.jvm = &jvm{
		java: o.Java, agent: o.Agent, flink: o.Flink, server: l.Addr().String(), token: file, heap: o.Heap,
		timeZone: c.TimeZone, encoding: c.Encoding, locale: c.Locale,
	}
	if o.Sandbox != nil {
		r.jvm.sandbox = func(command []string) ([]string, error) { return o.Sandbox(o.bounds(r.dir, l.Addr()), command) }
	}
	return r, nil
}

// run starts the process and feeds it, until it ends. The error has what the process said last.
func (r *room) run(ctx context.Context, progress func(Report)) (Report, error) {
	report, err := r.jvm.run(ctx, r.dir, func(ctx context.Context, w io.Writer) error {
		r.feed.out = bufio.NewWriterSize(w, 1<<18)
		return r.feed.write(ctx)
	}, progress)
	if err != nil && !errors.Is(err, ErrChange) {
		err = fmt.Errorf("%w\n%s", err, report.Stderr)
	}
	return report, err
}

// close ends the server of the process; what it took is stored.
func (r *room) close() {
	end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = r.server.Shutdown(end) // who does not end in time has nothing more to say
}

// remove takes the folder away.
func (r *room) remove(o *Options) {
	if !o.Keep {
		_ = os.RemoveAll(r.dir) // the next start of the server does it
	}
}
