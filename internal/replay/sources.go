package replay

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// sources gives the records that an attempt read itself, out of its lane src.
type sources struct {
	lane *lane
}

// records feeds a run of records that a source of the task read.
func (f *feed) records(ctx context.Context, r row) error {
	for ; r.n > 0; r.n-- {
		one := r
		one.n = 1
		b, times, err := f.record(ctx, r.inv)
		if err != nil {
			return err
		}
		for range times {
			if err := f.put(ctx, step{row: one, action: stepRecord, bytes: b}); err != nil {
				return err
			}
		}
		r.inv++
	}
	return nil
}

// record is the step of the record that a source read in an invocation, after its number, and how often it is fed.
func (f *feed) record(ctx context.Context, inv uint64) (_ []byte, times int, err error) {
	var r *row
	for {
		next, err := f.source.lane.peek(ctx)
		if err != nil {
			return nil, 0, err
		}
		if next == nil || next.inv > inv {
			return nil, 0, &MissingInput{Why: fmt.Sprintf("the record that the source read in invocation %d is not there", inv)}
		}
		if next.inv+next.n > inv {
			r = next
			break
		}
		f.source.lane.take()
	}
	split := f.defs.Split(r.split)
	switch {
	case r.kind == event.KindSourceRun && split.Kind == "kafka":
		return nil, 0, &MissingInput{Why: fmt.Sprintf("of the records of %s only the places were recorded, from offset %d on (the source was at level positions, or the key "+
			"is not of the sample): the topic would have to be read again, which is not done", place(split), r.offset)}
	case r.kind != event.KindSourceRecord:
		return nil, 0, &MissingInput{Why: fmt.Sprintf("the source %s gives records whose bytes are not recorded (only those of Kafka are)", split.Kind)}
	case r.value.Len() < r.value.Size() || r.key.Len() < r.key.Size():
		return nil, 0, &MissingInput{Why: fmt.Sprintf("the record %s@%d was withheld or cut by a policy", place(split), r.offset)}
	}
	x := f.source.lane.take()
	value, times, err := f.changes.element(inv, 0, x.value, func(p event.Payload) []byte { return p.Open(f.open) })
	if err != nil {
		return nil, 0, err
	}
	if value != nil {
		x.value = event.NewPayload(value)
	}
	old := f.buf
	f.buf = nil
	f.string(f.operator(max(x.operator, 0)))
	f.string(split.Topic)
	f.buf = binary.BigEndian.AppendUint32(f.buf, uint32(split.Partition))
	f.i64(x.offset)
	if x.splitTime == math.MinInt64 {
		x.splitTime = -1
	}
	f.i64(x.splitTime)
	for _, v := range []event.Payload{x.key, x.value} {
		if v.Null() {
			f.buf = append(f.buf, 0)
			continue
		}
		f.buf = append(f.buf, 1)
		f.bytes(v.Open(f.open))
	}
	f.bytes(x.headers.Open(f.open))
	b := f.buf
	f.buf = old
	return b, times, nil
}

func place(s event.SplitDef) string { return fmt.Sprintf("%s/%d", s.Topic, s.Partition) }

// Mails of a source's task that a checkpoint comes with, as the agent names them.
const (
	mailCheckpoint = "checkpoint %s with %s"
	mailStop       = "stop Flip-27 source for stop-with-savepoint"
)

// triggers knows the checkpoints of an attempt in order: a task that has no input is told of one by a mail.
type triggers struct {
	all  []trigger
	done int
}

type trigger struct {
	inv     uint64
	barrier []byte
	stopped bool // the mail that stops the source came, that of the checkpoint follows
}

func (t *triggers) add(inv uint64, barrier []byte) {
	t.all = append(t.all, trigger{inv: inv, barrier: barrier})
}

// mail makes of a mail that triggers a checkpoint the step that does; others stay as they are.
func (t *triggers) mail(s step) step {
	stop := strings.HasPrefix(s.text, mailStop)
	if !stop && !strings.HasPrefix(s.text, mailCheckpoint) {
		return s
	}
	for t.done < len(t.all) && t.all[t.done].inv < s.inv {
		t.done++
	}
	if t.done == len(t.all) || !stop && t.all[t.done].inv != s.inv {
		return s // it was declined
	}
	c := &t.all[t.done]
	if c.stopped {
		s.action = stepNone
		return s
	}
	c.stopped = stop
	s.action, s.bytes = stepTrigger, bytes.Clone(c.barrier)
	return s
}
