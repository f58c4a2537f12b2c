package replay

import (
	"context"
	"encoding/binary"
	"errors"
)

// Steps of the feed that say what is traced (spec/replay.md; values are wire format).
const (
	stepTrace = 16
	stepPause = 17
	stepAgain = 18

	stepSnapshot = 19
)

// errElsewhere ends a feed: the task is to run from another place.
var errElsewhere = errors.New("the task begins elsewhere")

// stops lets a feed run from interval to interval, and wait in between. The feed asks before each step.
type stops struct {
	asked chan interval // the next one; closed: no more
	now   interval
	have  bool
	begun bool
	bound uint64 // steps before it may be fed without asking
	away  *elsewhere
	own   *ownSnapshots // nil: the task takes none
}

// elsewhere is another place that the task is built again at.
type elsewhere struct {
	feed   *feed
	folder string // of the run, within the room's
}

// interval is a range of invocations whose lines are traced, and the number of the pause behind it.
type interval struct {
	first, last uint64
	number      uint64
	away        *elsewhere // in place of an interval
}

// empty: the task only runs to first.
func (i *interval) empty() bool { return i.last < i.first }

// upTo waits until a step may be fed, and tells how many of n invocations from inv on may be.
func (f *feed) upTo(ctx context.Context, inv, n uint64) (uint64, error) {
	s := f.stops
	if s == nil {
		return n, nil
	}
	for inv >= s.bound {
		if !s.have {
			select {
			case next, ok := <-s.asked:
				if !ok {
					return 0, context.Canceled
				}
				if s.away = next.away; s.away != nil {
					return 0, errElsewhere
				}
				s.now, s.have, s.begun = next, true, false
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
		switch {
		case inv < s.now.first:
			if err := f.snapshots(ctx, inv, s.now.first); err != nil {
				return 0, err
			}
		case s.now.empty() && !s.begun:
			s.begun = true
		case !s.begun:
			// Before the step that waits: the first invocation may be one that its timers make.
			if err := f.mark(stepTrace, s.now.first, s.now.last); err != nil {
				return 0, err
			}
			s.begun = true
		case inv <= s.now.last:
			s.bound = s.now.last + 1
		default:
			if err := f.flush(ctx, inv); err != nil {
				return 0, err
			}
			if err := f.mark(stepPause, inv, s.now.number); err != nil {
				return 0, err
			}
			s.have = false
			if err := f.out.Flush(); err != nil {
				return 0, err
			}
		}
	}
	return min(n, s.bound-inv), nil
}

// ready is upTo for one step: all that comes before it is written.
func (f *feed) ready(ctx context.Context, inv uint64) error {
	if _, err := f.upTo(ctx, inv, 1); err != nil {
		return err
	}
	return f.flush(ctx, inv)
}

func (f *feed) mark(kind byte, a, b uint64) error {
	f.buf = append(f.buf[:0], kind)
	f.buf = binary.BigEndian.AppendUint64(f.buf, a)
	f.buf = binary.BigEndian.AppendUint64(f.buf, b)
	_, err := f.out.Write(f.buf)
	return err
}
