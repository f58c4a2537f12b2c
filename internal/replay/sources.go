package replay

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// sources gives the records that an attempt read itself, out of its lane src.
type sources struct {
	lane  *lane
	given *lane // env: values of sources that are not Kafka's
	sent  *sent // what leaves a task that is nothing but a source; nil = not looked at yet

	levels levels          // of the attempt
	kept   map[string]bool // topics whose bytes a policy keeps back; nil = not looked at yet
}

// Of a step of kind 10: in the place of a partition of Kafka, what else a source does.
const (
	otherValue    = -1 // of another source than Kafka's
	splitReleased = -2 // the reader is done with a split
	inputEnded    = -3 // there is no more input
)

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
		offset := r.offset + int64(inv-r.inv) // a run's offsets follow each other
		kept, err := f.keptBack(ctx, r.operator, split.Topic)
		if err != nil {
			return nil, 0, err
		}
		if kept {
			return nil, 0, &MissingInput{Kept: true, Why: fmt.Sprintf("of the record %s@%d only the place was recorded, and a policy keeps its bytes back: it is not read again", place(split), offset)}
		}
		x, err := f.supply.topics.record(ctx, split, offset, r.wall)
		if err != nil {
			return nil, 0, err
		}
		return f.given(inv, sourceRecord{
			operator: r.operator, split: split.Topic, partition: split.Partition, offset: offset, time: x.Time, timeType: x.TimeType, epoch: x.Epoch,
			key: x.Key, value: x.Value, headers: x.Headers,
		})
	case r.kind != event.KindSourceRecord:
		return f.other(ctx, inv)
	case r.value.Len() < r.value.Size() || r.key.Len() < r.key.Size():
		return nil, 0, &MissingInput{Why: fmt.Sprintf("the record %s@%d was withheld or cut by a policy", place(split), r.offset)}
	}
	x := f.source.lane.take()
	return f.given(inv, sourceRecord{
		operator: x.operator, split: split.Topic, partition: split.Partition, offset: x.offset, time: x.splitTime, timeType: TimeUnknown, epoch: -1, key: x.key, value: x.value, headers: x.headers,
	})
}

// keptBack tells whether a policy keeps back what a source read of a topic.
func (f *feed) keptBack(ctx context.Context, operator int32, topic string) (bool, error) {
	s := f.source
	if s.kept == nil {
		l, err := levelsOf(ctx, f.snap, f.defs, f.attempt)
		if err != nil {
			return false, err
		}
		s.levels, s.kept = l, make(map[string]bool)
	}
	kept, known := s.kept[topic]
	if !known {
		kept = s.levels.kept(int(max(operator, 0))) || f.supply.topics.kept([]string{f.job, f.snap.Recording().ID.String()}, topic)
		s.kept[topic] = kept
	}
	return kept, nil
}

// noTime stands for a time that a record does not have.
const noTime = math.MinInt64

// sourceRecord is what a source gave, as a step of kind 10 has it.
type sourceRecord struct {
	operator            int32
	split               string
	partition           int32
	offset, time        int64
	timeType            uint8
	epoch               int32 // of the partition's leader; -1 = not known
	key, value, headers event.Payload

	serializer event.DefinitionID // that wrote value; 0: it is as the outside has it
}

// given is the step of a record after its number, as changes have it, and how often it is fed.
func (f *feed) given(inv uint64, r sourceRecord) (_ []byte, times int, err error) {
	if times, err = f.changes.record(inv, &r, func(p event.Payload) []byte { return p.Open(f.open) }); err != nil {
		return nil, 0, err
	}
	if r.partition >= 0 && r.time == noTime {
		r.time = -1 // as Kafka says it
	}
	return f.sourceStep(&r), times, nil
}

// sourceStep is what follows the number in a step of kind 10.
func (f *feed) sourceStep(r *sourceRecord) []byte {
	old := f.buf
	f.buf = nil
	f.string(f.operator(max(r.operator, 0)))
	f.string(r.split)
	f.buf = binary.BigEndian.AppendUint32(f.buf, uint32(r.partition))
	f.i64(r.offset)
	f.i64(r.time)
	f.buf = append(f.buf, r.timeType)
	f.buf = binary.BigEndian.AppendUint32(f.buf, uint32(r.epoch))
	for _, v := range []event.Payload{r.key, r.value} {
		if v.Null() {
			f.buf = append(f.buf, 0)
			continue
		}
		f.buf = append(f.buf, 1)
		f.bytes(v.Open(f.open))
	}
	f.bytes(r.headers.Open(f.open))
	b := f.buf
	f.buf = old
	return b
}

// other is the step of a value that a source gave which is not Kafka's, and how often it is fed.
func (f *feed) other(ctx context.Context, inv uint64) ([]byte, int, error) {
	for {
		x, err := f.source.given.peek(ctx)
		if err != nil {
			return nil, 0, err
		}
		if x == nil || x.inv > inv {
			break
		}
		r := f.source.given.take()
		if r.inv == inv && r.what == whatGiven && !r.value.Null() {
			return f.given(inv, sourceRecord{
				operator: r.operator, split: f.defs.Text(r.text), partition: otherValue, time: r.number, value: r.value, serializer: f.serializerOf(r.operator),
			})
		}
	}
	if len(f.chain) != 1 {
		return nil, 0, &MissingInput{Why: fmt.Sprintf("the bytes of what the source gave in invocation %d were not recorded: it was at level positions, its key is not of the sample, a policy "+
			"withheld them, or there were more than 1 MiB", inv)}
	}
	return f.sentValue(ctx, inv)
}

// serializerOf is the definition of an operator's output serializer; 0 = not known.
func (f *feed) serializerOf(operator int32) event.DefinitionID {
	if operator < 0 || int(operator) >= len(f.chain) {
		return 0
	}
	id, err := event.ParseDefinitionID(f.chain[operator].Out)
	if err != nil {
		return 0
	}
	return id
}

// sourceMark is what follows the number in the step of what a source does between records.
func (f *feed) sourceMark(r *row) []byte {
	mark := sourceRecord{operator: r.operator, split: f.defs.Text(r.text)}
	switch r.what {
	case whatReleased:
		mark.partition = splitReleased
	case whatEnded:
		mark.partition = inputEnded
	case whatWatermark:
		mark.partition, mark.time = watermarkGiven, r.number
	case whatStatus:
		mark.partition, mark.offset = statusGiven, r.number
	}
	return f.sourceStep(&mark)
}

func place(s event.SplitDef) string { return fmt.Sprintf("%s/%d", s.Topic, s.Partition) }

// Mails of a source's task that a checkpoint comes with, as the agent names them.
const (
	mailCheckpoint = "checkpoint %s with %s"
	mailStop       = "stop Flip-27 source for stop-with-savepoint"

	// The source's thread comes to its end by it, and sends the checkpoint's mail then: that one is fed as well.
	mailStopLegacy = "stop legacy source for stop-with-savepoint"
)

// triggers makes a task that has no input take part in checkpoints: it is told of each by a mail.
type triggers struct {
	stopped uint64 // the checkpoint before which the source was stopped: that mail came, the one of the checkpoint follows
	legacy  bool   // it was one of the old interface
}

// mail makes of a mail that triggers a checkpoint the step that does; others stay as they are.
func (t *triggers) mail(ctx context.Context, all *barriers, s step) (step, error) {
	legacy := strings.HasPrefix(s.text, mailStopLegacy)
	stop := legacy || strings.HasPrefix(s.text, mailStop)
	if !stop && !strings.HasPrefix(s.text, mailCheckpoint) {
		return s, nil
	}
	b, err := all.at(ctx, s.inv)
	if err != nil || b == nil || !stop && b.invocation != s.inv {
		return s, err // it was declined
	}
	if t.stopped == b.checkpoint {
		if !t.legacy {
			s.action = stepNone
		}
		return s, nil
	}
	if stop {
		t.stopped, t.legacy = b.checkpoint, legacy
	}
	s.action, s.bytes = stepTrigger, b.bytes
	return s, nil
}
