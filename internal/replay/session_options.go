package replay

import (
	"context"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/sandbox"
)

// SessionOptions says how an attempt is replayed here for one who steps through it; the error says what is missing, and what gets it.
func (q *Queue) SessionOptions(ctx context.Context, rec event.RecordingID, attempt event.Key) (Options, error) {
	plan, err := q.o.plan(ctx, &Wish{Recording: rec, Attempt: attempt}, false)
	if err != nil {
		return Options{}, err
	}
	for _, f := range plan.Findings {
		switch {
		case !f.Stops:
		case f.Do != "":
			return Options{}, fmt.Errorf("%s (%s)", f.Text, f.Do)
		default:
			return Options{}, errors.New(f.Text)
		}
	}
	for i := range plan.Senders {
		if s := &plan.Senders[i]; s.Replay == "" {
			return Options{}, fmt.Errorf("what %s sent it is not in the recording and has to be derived first (sightglass replay does it: then it can be stepped through)", s)
		}
	}
	derived, err := q.derived(ctx, rec)
	if err != nil {
		return Options{}, err
	}
	o, err := q.options(ctx, plan, rec)
	o.Derived = derived.of
	return o, err
}

// masked is that of QueueOptions.
func (q *Queue) masked(ctx context.Context, rec event.RecordingID) (bool, error) {
	if q.o.Masked == nil {
		return false, nil
	}
	return q.o.Masked(ctx, rec)
}

// options are those of a replay of a recording as it was planned.
func (q *Queue) options(ctx context.Context, p *Plan, rec event.RecordingID) (o Options, err error) {
	o = Options{
		Store: q.o.Store, Java: p.java.program, JavaHome: p.java.home, JavaRead: p.java.outside, Agent: q.o.Machine.Agent, Flink: p.home.jars, Dir: q.o.Dir,
		Heap: q.o.Heap, CPU: 8 * q.o.Time, Topics: q.o.Topics,
	}
	if o.Masked, err = q.masked(ctx, rec); err != nil {
		return o, err
	}
	if o.Masked {
		o.Topics = nil
	}
	if q.o.Machine.Sandboxed {
		o.Sandbox = func(b sandbox.Bounds, command []string) ([]string, error) {
			return sandbox.Command(q.o.Machine.Self, b, command)
		}
	}
	return o, nil
}

// JavaTool is a command line that runs a tool in Java as replays run: where they are in a sandbox, it reads no more than read and writes
// to dir alone.
func (q *Queue) JavaTool(ctx context.Context, dir string, read, args []string) ([]string, error) {
	m := &q.o.Machine
	j, err := findJava(ctx, m.Java, m.JavaHome)
	if err != nil {
		return nil, err
	}
	command := append([]string{j.program}, args...)
	if !m.Sandboxed {
		return command, nil
	}
	return sandbox.Command(m.Self, sandbox.Bounds{
		Run: []string{j.home}, Read: append(read, j.outside...), Write: []string{dir}, CPU: toolSeconds,
	}, command)
}

// toolSeconds of processor time are what a tool may take.
const toolSeconds = 120
