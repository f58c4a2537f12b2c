package replay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

const operatorID = "bc764cd8ddf7a0cff126f51c16239658"

// recorded is a store with attempts that a test records.
type recorded struct {
	t     *testing.T
	store *memory.Store
	rec   event.RecordingID
	n     map[laneOf]uint64
}

type laneOf struct {
	attempt event.Key
	lane    event.Lane
}

func newRecorded(t *testing.T) *recorded {
	sum := sha256.Sum256([]byte(t.Name()))
	return &recorded{t: t, store: memory.New(), rec: event.RecordingID(sum[:16]), n: make(map[laneOf]uint64)}
}

func (r *recorded) define(kind event.DefinitionKind, v any) event.DefinitionID {
	r.t.Helper()
	body, ok := v.(string)
	if !ok {
		b, err := json.Marshal(v)
		if err != nil {
			r.t.Fatal(err)
		}
		body = string(b)
	}
	d := event.NewDefinition(kind, []byte(body))
	if err := r.store.Define(r.t.Context(), d); err != nil {
		r.t.Fatal(err)
	}
	return d.ID
}

func (r *recorded) attempt(a event.AttemptDef, key event.Key) {
	a.Chain = []event.ChainOperatorDef{{Operator: operatorID}}
	r.attemptOf(a, key)
}

func (r *recorded) attemptOf(a event.AttemptDef, key event.Key) {
	a.Recording, a.AttemptKey = r.rec.String(), key.String()
	r.define(event.DefAttempt, a)
}

// block stores a block of a lane; fill adds what it holds.
func (r *recorded) block(attempt event.Key, lane event.Lane, fill func(b *block.Builder)) {
	r.t.Helper()
	b := block.NewBuilder(block.Spec{Recording: r.rec, Attempt: attempt, Lane: lane, Number: r.n[laneOf{attempt, lane}]})
	r.n[laneOf{attempt, lane}]++
	fill(b)
	ingesttest.PutBlock(r.t, r.store, b)
}

// feed writes the feed of an attempt and gives its steps, and why it ended.
func (r *recorded) feed(attempt event.Key) (steps []fedStep, end string) {
	r.t.Helper()
	snap, err := r.store.Snapshot(context.Background(), r.rec)
	if err != nil {
		r.t.Fatal(err)
	}
	defer snap.Close()
	f := newFeed(newSupply(r.store, snap), newDictionary(r.store, r.rec), attempt, start{})
	var out bytes.Buffer
	f.out = bufio.NewWriter(&out)
	if err := f.write(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	return parseSteps(r.t, out.Bytes()), f.end
}

// fedStep is a step as the replayer sees it.
type fedStep struct {
	op    byte
	inv   uint64
	texts []string
	nums  []int64
	bytes [][]byte
}

// parseSteps reads the steps that a source's task is fed with.
func parseSteps(t *testing.T, b []byte) (all []fedStep) {
	t.Helper()
	b, ok := bytes.CutPrefix(b, []byte(hello))
	if !ok {
		t.Fatal("the feed does not begin as it should")
	}
	take := func(n int) []byte {
		if n > len(b) {
			t.Fatalf("the feed is cut: %d bytes wanted of %d", n, len(b))
		}
		x := b[:n]
		b = b[n:]
		return x
	}
	text := func() string { return string(take(int(binary.BigEndian.Uint16(take(2))))) }
	data := func() []byte { return take(int(binary.BigEndian.Uint32(take(4)))) }
	number := func() int64 { return int64(binary.BigEndian.Uint64(take(8))) }
	for len(b) > 0 {
		s := fedStep{op: take(1)[0]}
		if s.op != stepEnd {
			s.inv = uint64(number())
		}
		switch s.op {
		case stepEnd, stepMail:
			s.texts = []string{text()}
		case stepElements:
			take(8)
			s.bytes = [][]byte{data()}
		case stepCallback:
			s.nums = []int64{number(), number()}
			s.texts = []string{text()}
		case stepEvent:
			take(4)
			s.bytes = [][]byte{data()}
		case stepOperator:
			s.texts, s.bytes = []string{text()}, [][]byte{data()}
		case stepTrigger:
			s.bytes = [][]byte{data()}
		case stepRecord:
			s.texts = []string{text(), text()}
			s.nums = []int64{int64(binary.BigEndian.Uint32(take(4))), number(), number(), int64(take(1)[0]), int64(int32(binary.BigEndian.Uint32(take(4))))}
			for range 2 {
				if take(1)[0] == 0 {
					s.bytes = append(s.bytes, nil)
				} else {
					s.bytes = append(s.bytes, data())
				}
			}
			s.bytes = append(s.bytes, data())
		default:
			t.Fatalf("step %d", s.op)
		}
		all = append(all, s)
	}
	return all
}

func (r *recorded) mail(b *block.Builder, inv uint64, text string) {
	b.Add(block.Row{Kind: event.KindMail, Inv: inv, Text: r.define(event.DefString, text), Operator: -1})
}

// A source's task is given its splits, its records and its checkpoints where they came.
func TestSourceSteps(t *testing.T) {
	r := newRecorded(t)
	const key = event.Key(7)
	r.attempt(event.AttemptDef{Vertex: "v"}, key)
	split := r.define(event.DefSplit, event.SplitDef{Kind: "kafka", Topic: "orders", Partition: 3})
	r.block(key, event.LaneDet, func(b *block.Builder) {
		r.mail(b, 1, "dispatch operator event")
		b.Add(block.Row{Kind: event.KindSource, Inv: 2, N: 2})
		r.mail(b, 4, mailCheckpoint)
		b.Add(block.Row{Kind: event.KindSource, Inv: 5})
		r.mail(b, 6, mailStop)
		r.mail(b, 7, mailCheckpoint)
	})
	r.block(key, event.LaneSrc, func(b *block.Builder) {
		b.Add(block.Row{Kind: event.KindSourceRecord, Inv: 2, Split: split, Offset: 41, SplitTime: 1000, Key: []byte("k"), Value: []byte("one"), Headers: []byte{1, 1, 'h', 0}})
		b.Add(block.Row{Kind: event.KindSourceRecord, Inv: 3, Split: split, Offset: 43, SplitTime: 1001, Value: []byte("two")})
		b.Add(block.Row{Kind: event.KindSourceRecord, Inv: 5, Split: split, Offset: 44, SplitTime: 1002, Key: []byte{}})
	})
	r.block(key, event.LaneEnv, func(b *block.Builder) {
		id := r.define(event.DefString, operatorID)
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 1, Ordinal: 1, What: whatOperator, Text: id, Number: 6, Value: []byte("splits")})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 4, Ordinal: 1, What: whatBarrier, Number: 1, Value: []byte("barrier 1")})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 7, Ordinal: 1, What: whatBarrier, Number: 2, Value: []byte("barrier 2")})
	})
	steps, end := r.feed(key)
	if end != "the recording of the attempt ends here" {
		t.Errorf("it ended because %s", end)
	}
	want := []struct {
		op    byte
		inv   uint64
		bytes string
	}{
		{stepOperator, 1, "splits"}, {stepRecord, 2, "k/one/\x01\x01h\x00"}, {stepRecord, 3, "/two/"}, {stepTrigger, 4, "barrier 1"},
		{stepRecord, 5, "//"}, {stepTrigger, 6, "barrier 2"}, {stepEnd, 0, ""},
	}
	if len(steps) != len(want) {
		t.Fatalf("%d steps, want %d: %+v", len(steps), len(want), steps)
	}
	for i, w := range want {
		s := steps[i]
		if got := string(bytes.Join(s.bytes, []byte("/"))); s.op != w.op || s.inv != w.inv || got != w.bytes {
			t.Errorf("step %d is %d at %d with %q, want %d at %d with %q", i, s.op, s.inv, got, w.op, w.inv, w.bytes)
		}
	}
	if s := steps[1]; s.texts[0] != operatorID || s.texts[1] != "orders" || s.nums[0] != 3 || s.nums[1] != 41 || s.nums[2] != 1000 {
		t.Errorf("the first record is %q %d", s.texts, s.nums)
	}
	if s := steps[2]; s.bytes[0] != nil || s.bytes[1] == nil {
		t.Errorf("a record without a key has key %v and value %v", s.bytes[0], s.bytes[1])
	}
	if s := steps[4]; s.bytes[0] == nil || s.bytes[1] != nil {
		t.Errorf("a record without a value has key %v and value %v", s.bytes[0], s.bytes[1])
	}
}

// A source that is not Kafka's gives the values that were recorded as it gave them, is done with splits, and ends.
func TestStepsOfAnotherSource(t *testing.T) {
	r := newRecorded(t)
	const key = event.Key(7)
	r.attemptOf(event.AttemptDef{Vertex: "v", Chain: []event.ChainOperatorDef{{Operator: operatorID}, {Operator: "ab", Index: 1}}}, key)
	split := r.define(event.DefSplit, event.SplitDef{Kind: "source", ID: "a"})
	r.block(key, event.LaneDet, func(b *block.Builder) { b.Add(block.Row{Kind: event.KindSource, Inv: 1, N: 3}) })
	r.block(key, event.LaneSrc, func(b *block.Builder) {
		b.Add(block.Row{Kind: event.KindSourceRun, Inv: 1, N: 2, Split: split, Offset: 0})
		b.Add(block.Row{Kind: event.KindOtherSourceRecord, Inv: 3, Split: split, Offset: 2})
	})
	r.block(key, event.LaneEnv, func(b *block.Builder) {
		id := r.define(event.DefString, "a")
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 1, Ordinal: 1, What: whatGiven, Number: math.MinInt64, Value: []byte("one")})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 2, Ordinal: 1, What: whatGiven, Text: id, Number: 12, Value: []byte("two")})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 2, Ordinal: 2, What: whatReleased, Text: id})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 3, Ordinal: 1, What: whatGiven, Number: math.MinInt64, Value: []byte{}})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 3, Ordinal: 2, What: whatEnded})
	})
	steps, end := r.feed(key)
	if end != "the recording of the attempt ends here" {
		t.Errorf("it ended because %s", end)
	}
	want := []struct {
		inv         uint64
		split       string
		what        int32
		time        int64
		value, null string
	}{{1, "", otherValue, math.MinInt64, "one", ""}, {2, "a", otherValue, 12, "two", ""}, {3, "a", splitReleased, 0, "", "null"}, {3, "", otherValue, math.MinInt64, "", ""}, {4, "", inputEnded, 0, "", "null"}}
	if len(steps) != len(want)+1 {
		t.Fatalf("%d steps: %+v", len(steps), steps)
	}
	for i, w := range want {
		s := steps[i]
		if s.op != stepRecord || s.inv != w.inv || s.texts[1] != w.split || int32(s.nums[0]) != w.what || s.nums[2] != w.time || string(s.bytes[1]) != w.value || (s.bytes[1] == nil) != (w.null != "") {
			t.Errorf("step %d: %+v, want %+v", i, s, w)
		}
	}
}

// What a task gave that is nothing but a source left it as it was.
func TestStepsOfASourceAlone(t *testing.T) {
	r := newRecorded(t)
	const key, partition = event.Key(7), event.Key(8)
	r.attempt(event.AttemptDef{Vertex: "v"}, key)
	r.define(event.DefPartition, event.PartitionDef{Partition: partition.String(), Dataset: "d", Attempt: key.String(), Subpartitions: 2})
	split := r.define(event.DefSplit, event.SplitDef{Kind: "source", ID: "a"})
	r.block(key, event.LaneDet, func(b *block.Builder) { b.Add(block.Row{Kind: event.KindSource, Inv: 1, N: 3}) })
	r.block(key, event.LaneSrc, func(b *block.Builder) {
		b.Add(block.Row{Kind: event.KindSourceRun, Inv: 1, N: 3, Split: split, Offset: 0})
	})
	r.block(key, event.LaneOut, func(b *block.Builder) {
		b.Base(partition, 0, 0)
		b.Base(partition, 1, 0)
		b.Add(block.Row{Kind: event.KindRecord, Inv: 1, Partition: partition, Subpartition: 1, Value: []byte("\x00\x00\x00\x00\x00\x00\x00\x00\x07one")})
		b.Add(block.Row{Kind: event.KindRecord, Inv: 2, Partition: partition, Subpartition: 0, Value: []byte("\x01two")})
		b.Add(block.Row{Kind: event.KindRecord, Inv: 2, Partition: partition, Subpartition: 1, Value: []byte("\x01two")})
	})
	steps, end := r.feed(key)
	if len(steps) != 3 || !strings.Contains(end, "nothing of what the source gave in invocation 3") {
		t.Fatalf("%d steps, and it ended because %s", len(steps), end)
	}
	if s := steps[0]; s.nums[2] != 7 || string(s.bytes[1]) != "one" {
		t.Errorf("with a time: %+v", s)
	}
	if s := steps[1]; s.nums[2] != math.MinInt64 || string(s.bytes[1]) != "two" {
		t.Errorf("without a time: %+v", s)
	}
}

// What cannot be fed says which source it is of and why.
func TestSourceRecordsThatAreNotThere(t *testing.T) {
	for _, c := range []struct {
		name, why string
		split     event.SplitDef
		row       block.Row
	}{
		{"places alone", "of the record orders/3@9 only the place was recorded, and it cannot be read again: this server reads no topics", event.SplitDef{Kind: "kafka", Topic: "orders", Partition: 3}, block.Row{Kind: event.KindSourceRun, N: 5, Offset: 9}},
		{"another source", "nothing of what the source gave in invocation 1 left the task", event.SplitDef{Kind: "com.example.Files", ID: "a"}, block.Row{Kind: event.KindOtherSourceRecord}},
		{"cut", "orders/3@9 was withheld or cut", event.SplitDef{Kind: "kafka", Topic: "orders", Partition: 3},
			block.Row{Kind: event.KindSourceRecord, Offset: 9, Value: []byte("ab"), FullLength: 9}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecorded(t)
			const key = event.Key(7)
			r.attempt(event.AttemptDef{Vertex: "v"}, key)
			r.block(key, event.LaneDet, func(b *block.Builder) { b.Add(block.Row{Kind: event.KindSource, Inv: 1}) })
			r.block(key, event.LaneSrc, func(b *block.Builder) {
				c.row.Inv, c.row.Split = 1, r.define(event.DefSplit, c.split)
				b.Add(c.row)
			})
			if steps, end := r.feed(key); len(steps) != 1 || !strings.Contains(end, c.why) {
				t.Errorf("%d steps, and it ended because %s", len(steps), end)
			}
		})
	}
}

// Elements out of a channel's state are those that lay between what the sender of then had sent and the receiver of then had handled.
func TestRecoveredElements(t *testing.T) {
	r := newRecorded(t)
	const (
		sender, sender2     = event.Key(1), event.Key(2)
		receiver, receiver2 = event.Key(3), event.Key(4)
		then, now           = event.Key(5), event.Key(6)
	)
	r.attempt(event.AttemptDef{Vertex: "a", Attempt: 0}, sender)
	r.attempt(event.AttemptDef{Vertex: "a", Attempt: 1, Restored: 9}, sender2)
	r.attempt(event.AttemptDef{Vertex: "b", Attempt: 0}, receiver)
	r.attempt(event.AttemptDef{Vertex: "b", Attempt: 1, Restored: 9}, receiver2)
	for key, attempt := range map[event.Key]event.Key{then: sender, now: sender2} {
		r.define(event.DefPartition, event.PartitionDef{Partition: key.String(), Dataset: "d", Attempt: attempt.String(), Subpartitions: 2})
	}
	r.block(sender, event.LaneOut, func(b *block.Builder) {
		b.Base(then, 0, 0)
		b.Base(then, 1, 0)
		for i := range 8 {
			b.Add(block.Row{Kind: event.KindRecord, Inv: uint64(i + 1), Partition: then, Subpartition: 1, Value: []byte{'e', byte('0' + i)}})
		}
		b.Barrier(block.Barrier{Checkpoint: 9, Partition: then, Subpartition: 1, Seq: 6, Unaligned: true})
	})
	r.block(receiver, event.LaneDet, func(b *block.Builder) {
		c := b.Channel(block.Channel{Partition: then, Subpartition: 1})
		b.Add(block.Row{Kind: event.KindElements, Inv: 1, N: 3, Channel: c})
		b.Barrier(block.Barrier{Checkpoint: 9, In: true, Partition: then, Subpartition: 1, Seq: 3, Unaligned: true})
	})
	record := func(n uint32) {
		r.block(receiver2, event.LaneDet, func(b *block.Builder) {
			c := b.Channel(block.Channel{Partition: now, Subpartition: 1})
			b.Add(block.Row{Kind: event.KindRecovered, Inv: 1, N: n, Channel: c})
			b.Add(block.Row{Kind: event.KindEndOfRecovery, Inv: uint64(n), Channel: c})
		})
	}
	record(3)
	steps, end := r.feed(receiver2)
	var got []string
	for _, s := range steps {
		if s.op == stepElements {
			got = append(got, string(s.bytes[0][4:]))
		}
	}
	if strings.Join(got, " ") != "e3 e4 e5" || !strings.Contains(end, "ends here") {
		t.Errorf("fed are %q, and it ended because %s", got, end)
	}
	if n := len(steps); n != 5 || steps[3].op != stepEvent || steps[3].inv != 4 {
		t.Errorf("%d steps: %+v", n, steps)
	}
}
