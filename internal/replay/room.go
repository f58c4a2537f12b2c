package replay

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest"
)

// room is what a replay runs in: a folder with what rebuilds the task, a server for the agent of its process, and the feed.
type room struct {
	dir     string
	task    map[string]string // properties of the task, as all of its runs have them
	capsule *capsule
	state   *stateFiles // of all runs
	derived event.RecordingID
	feed    *feed
	jvm     *jvm
	server  *ingest.Server
}

// setUp makes the room of a replay that begins at from. derived is the recording that it makes. compares: the state that it takes into its
// snapshots is held against the recorded one.
func (o *Options) setUp(ctx context.Context, supply *supply, rec event.RecordingID, attempt event.Key, from start, derived event.RecordingID, compares bool) (_ *room, err error) {
	snap := supply.snap
	c, restore, err := findCapsule(ctx, snap, attempt)
	if err != nil {
		return nil, err
	}
	r := &room{capsule: c, derived: derived}
	if r.dir, err = os.MkdirTemp(o.Dir, "replay-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			r.remove(o)
		}
	}()
	dict := newDictionary(o.Store, rec)
	if r.task, err = layout(ctx, r.dir, c, o.Store, restore.handles); err != nil {
		return nil, fmt.Errorf("laying the task out: %w", err)
	}
	if len(o.Changes) > 0 {
		r.task["changed"] = "true"
	}
	if err := o.Variant.layout(ctx, r.dir, o.Jars, r.task, c); err != nil {
		return nil, fmt.Errorf("laying the task out: %w", err)
	}
	r.state = newStateFiles(ctx, r.dir, r.task, o.Store)
	err = r.state.bring(restore.files)
	if err == nil && compares {
		var all []snapshot
		if all, err = snapshotsOf(ctx, snap, attempt); err == nil {
			err = layOutCompared(ctx, r.dir, r.task, snap, all, from.checkpoint, r.state)
		}
	}
	if err == nil {
		err = r.enter(ctx, r.dir, snap, attempt, from, derived, dict)
	}
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
	r.server.StartPolicy(ingest.Policy{Version: "replay", Rules: []ingest.PolicyRule{{Level: cmp.Or(o.Level, "trace")}}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() { _ = r.server.Serve(l) }() // it ends with Shutdown
	r.feed = newFeed(supply, dict, attempt, from)
	r.feed.changes = newChanges(o.Changes, o.Edit)
	r.jvm = &jvm{
		java: o.Java, agent: o.Agent, flink: o.Flink, server: l.Addr().String(), token: file, heap: o.Heap,
		timeZone: c.TimeZone, encoding: c.Encoding, locale: c.Locale, hear: r.feed.hear,
	}
	if o.Sandbox != nil {
		r.jvm.sandbox = func(command []string) ([]string, error) { return o.Sandbox(o.bounds(r.dir, l.Addr()), command) }
	}
	return r, nil
}

// run starts the process and feeds it, until it ends. The error has what the process said last.
func (r *room) run(ctx context.Context, progress func(Report)) (Report, error) {
	return r.runOn(ctx, func(ctx context.Context, w io.Writer) error {
		r.feed.out = bufio.NewWriterSize(w, 1<<18)
		return r.feed.write(ctx)
	}, progress)
}

// runOn is run on a feed of the caller's.
func (r *room) runOn(ctx context.Context, feed func(context.Context, io.Writer) error, progress func(Report)) (Report, error) {
	report, err := r.jvm.run(ctx, r.dir, feed, progress)
	if err != nil && !errors.Is(err, ErrChange) {
		err = fmt.Errorf("%w\n%s", err, report.Stderr)
	}
	return report, err
}

// admit lets the process see a folder of a run that was made elsewhere: what lies in the room's folder the process can exchange for links to
// anything while the server writes there.
func (r *room) admit(made, run string, from *start) error {
	if err := os.Rename(made, filepath.Join(r.dir, run)); err != nil {
		return err
	}
	if from.own == "" {
		return nil
	}
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	return from.link(root, run)
}

// open opens a file that the process wrote, in the folder of a run; one that is no file, or lies elsewhere, is none.
func (r *room) open(run, name string) (*os.File, int64, error) {
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		return nil, 0, err
	}
	defer root.Close()
	f, err := root.OpenFile(filepath.Join(run, name), os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe would block
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no file", name)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
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
