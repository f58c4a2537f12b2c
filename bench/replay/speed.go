package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// pace is how fast a replay was, from its first word of progress to its last.
type pace struct {
	level     string
	elements  uint64
	wall      time.Duration
	all       uint64        // elements of all of it
	cpu       time.Duration // of all of it: replayer, feed, and the server that takes what it tells
	recorded  uint64        // outputs
	equal     uint64
	perThread float64 // elements a second of the task's thread
}

func (p *pace) perSecond() float64 { return float64(p.elements) / p.wall.Seconds() }

// inside replays in this process what the server stored, which must have ended: at levels that the API does not offer, and one interval of a
// session after the other without the rest of an answer.
func (s *stage) inside(ctx context.Context, r *results) (err error) {
	store, err := disk.Open(disk.Options{Dir: filepath.Join(s.options.dir, "data", "store")})
	if err != nil {
		return err
	}
	defer func() { err = orElse(err, store.Close()) }()
	rec, err := event.ParseRecordingID(r.of.ID)
	if err != nil {
		return err
	}
	attempt, err := event.ParseKey(r.of.Attempt)
	if err != nil {
		return err
	}
	home, err := s.lab.InstallFlink(ctx, s.options.flink)
	if err != nil {
		return err
	}
	jars, err := filepath.Glob(filepath.Join(home, "lib", "*.jar"))
	if err != nil {
		return err
	}
	o := replay.Options{Store: store, Java: "java", Agent: filepath.Join(s.options.dir, agentJar), Flink: jars, Dir: s.options.dir, Heap: 1024}
	if s.options.only != "seeks" {
		for _, level := range []string{"positions", "flight", "trace"} {
			p, err := s.replay(ctx, o, rec, attempt, level)
			if err != nil {
				return err
			}
			r.paces = append(r.paces, p)
		}
	}
	if s.options.only == "speed" {
		return nil
	}
	return s.intervals(ctx, o, rec, attempt, r)
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// replay runs the first invocations of the attempt again.
func (s *stage) replay(ctx context.Context, o replay.Options, rec event.RecordingID, attempt event.Key, level string) (pace, error) {
	o.Level, o.To = level, uint64(s.options.replayed)*1_000_000
	p := pace{level: level}
	var first, last uint64
	var began, ended time.Time
	before := used()
	var result *replay.Result
	err := s.lab.Step("replaying at "+level, func() (err error) {
		result, err = replay.Run(ctx, o, rec, attempt, func(r replay.Report) {
			switch {
			case r.Elements > 0 && first == 0:
				first, began = r.Elements, time.Now()
			case r.Elements > last:
				last, ended = r.Elements, time.Now()
			}
		})
		return err
	})
	if err != nil {
		return p, err
	}
	p.cpu = used() - before
	if err := o.Store.Delete(ctx, result.Recording); err != nil {
		return p, err
	}
	if result.Report.Renumbered > 0 || result.Report.Thrown != nil {
		return p, fmt.Errorf("the replay at %s did something else: %s", level, result.Report.FirstRenumbered)
	}
	p.elements, p.wall, p.all = last-first, ended.Sub(began), result.Report.Elements
	p.perThread = float64(p.all) / result.Report.CPU.Seconds()
	if p.recorded, p.equal = result.Compared.Recorded, result.Compared.Equal; level != "positions" && p.recorded != p.equal {
		return p, fmt.Errorf("at %s %d of %d outputs were equal", level, p.equal, p.recorded)
	}
	return p, nil
}

// used is the processor time of this process and of those that it waited for.
func used() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return sum
}

// intervals measures how long it takes until the next record is traced, with all lines and locals, for a task that waits before it. 32 more
// are traced with it.
func (s *stage) intervals(ctx context.Context, o replay.Options, rec event.RecordingID, attempt event.Key, r *results) error {
	session := replay.OpenSession(o, rec, attempt)
	defer session.Close()
	at := r.of.Last / 2
	if _, err := session.Trace(ctx, at); err != nil {
		return err
	}
	for range s.options.traces {
		at += replay.Around + 1
		began := time.Now()
		t, err := session.Trace(ctx, at)
		if err != nil {
			return err
		}
		took := time.Since(began)
		if slices.ContainsFunc(t.Steps, func(x replay.Step) bool { return len(x.Locals) > 0 }) {
			r.traces = append(r.traces, took)
		}
	}
	return nil
}
