package replay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// Keys of attempts and partitions of a job of three tasks: a source, one behind it, and the last.
const (
	slips, sums, last = event.Key(1), event.Key(2), event.Key(3)
	toSums, toLast    = event.Key(11), event.Key(12)
)

// shelf is Topics with a topic whose offsets from first on are there.
type shelf struct {
	first  int64
	fails  error
	keeps  string // topic that a policy keeps back
	opened []string
	read   []int64
	open   int
}

func (s *shelf) Open(cluster string) (TopicReader, error) {
	s.opened = append(s.opened, cluster)
	s.open++
	return s, s.fails
}

func (s *shelf) Kept(_ []string, topic string) bool { return topic == s.keeps }

func (s *shelf) Check(_ context.Context, topic string, partition int32, offset int64) error {
	if offset < s.first {
		return fmt.Errorf("%w: offset %d of %s/%d was deleted", ErrRecordGone, offset, topic, partition)
	}
	return nil
}

func (s *shelf) Read(ctx context.Context, topic string, partition int32, offset int64) (TopicRecord, error) {
	s.read = append(s.read, offset)
	return TopicRecord{Time: 7, TimeType: TimeAppended, Epoch: 3, Value: event.NewPayload(fmt.Appendf(nil, "v%d", offset))}, s.Check(ctx, topic, partition, offset)
}

func (s *shelf) Close() { s.open-- }

// threeTasks records a job at level positions: the source read offsets 40 to 49 and sent them on, as the task behind it did.
func threeTasks(t *testing.T, level string) *recorded {
	r := newRecorded(t)
	task := func(key event.Key, name string) {
		r.attemptOf(event.AttemptDef{JobName: "job", Vertex: name, Task: name, Chain: []event.ChainOperatorDef{{Operator: operatorID, Name: name}}}, key)
	}
	task(slips, "slips")
	task(sums, "sums")
	task(last, "last")
	for key, sender := range map[event.Key]event.Key{toSums: slips, toLast: sums} {
		r.define(event.DefPartition, event.PartitionDef{Partition: key.String(), Dataset: key.String(), Attempt: sender.String(), Subpartitions: 1})
	}
	split := r.define(event.DefSplit, event.SplitDef{Kind: "kafka", Topic: "slips", Partition: 2, Cluster: "b:9092"})
	levels := r.define(event.DefString, "1;"+level)
	say := func(b *block.Builder) { b.Add(block.Row{Kind: event.KindLevel, Inv: 1, Text: levels, Operator: -1}) }
	r.block(slips, event.LaneDet, func(b *block.Builder) {
		say(b)
		b.Add(block.Row{Kind: event.KindSource, Inv: 1, N: 6})
		b.Add(block.Row{Kind: event.KindCheckpoint, Inv: 6, Checkpoint: 1})
		b.Add(block.Row{Kind: event.KindSource, Inv: 7, N: 4})
	})
	r.block(slips, event.LaneSrc, func(b *block.Builder) {
		b.Add(block.Row{Kind: event.KindSourceRun, Inv: 1, N: 10, Split: split, Offset: 40})
	})
	r.block(slips, event.LaneOut, func(b *block.Builder) {
		b.Barrier(block.Barrier{Checkpoint: 1, Partition: toSums, Seq: 6})
	})
	r.block(sums, event.LaneDet, func(b *block.Builder) {
		say(b)
		c := b.Channel(block.Channel{Partition: toSums})
		b.Add(block.Row{Kind: event.KindElements, Inv: 1, N: 10, Channel: c})
	})
	r.block(last, event.LaneDet, func(b *block.Builder) {
		say(b)
		c := b.Channel(block.Channel{Partition: toLast})
		b.Add(block.Row{Kind: event.KindElements, Inv: 1, N: 10, Channel: c})
	})
	return r
}

// upstream plans a replay of a task with those before it, on a machine that lacks nothing.
func (r *recorded) upstream(w planning) (*Plan, map[event.RecordingID]bool) {
	r.t.Helper()
	snap, err := r.store.Snapshot(r.t.Context(), r.rec)
	if err != nil {
		r.t.Fatal(err)
	}
	defer snap.Close()
	w.rec = r.rec
	u := &upstream{s: r.store, snap: snap, dict: newDictionary(r.store, r.rec), root: w, refused: make(map[event.Key]string)}
	u.plan = func(ctx context.Context, w *planning) (*Plan, error) {
		supply, err := w.supply(ctx, r.store)
		if err != nil {
			return nil, err
		}
		defer supply.close()
		p := &Plan{Last: 10}
		return p, p.inputs(ctx, supply, u.dict, w, start{})
	}
	p, used, err := u.all(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return p, used
}

// looking is what a plan looks at topics with.
func looking(t Topics) *topics {
	if t == nil {
		return nil
	}
	x := newTopics(t)
	x.looks = true
	return x
}

func (p *Plan) text() string {
	var b strings.Builder
	for i := range p.Senders {
		s := &p.Senders[i]
		fmt.Fprintf(&b, "%s to %d; ", s, s.To)
	}
	for _, f := range p.Findings {
		fmt.Fprintf(&b, "%t %s: %s; ", f.Stops, f.About, f.Text)
	}
	return b.String()
}

// Tasks before one run first, from the source on, whose topic is looked at and not read.
func TestSendersRunFirst(t *testing.T) {
	r := threeTasks(t, "positions")
	topics := &shelf{}
	p, _ := r.upstream(planning{attempt: last, topics: looking(topics)})
	if got := p.text(); got != "slips.0.0 to 0; sums.0.0 to 0; " {
		t.Errorf("planned: %s", got)
	}
	if len(topics.read) != 0 || len(topics.opened) != 1 || topics.opened[0] != "b:9092" {
		t.Errorf("a plan read %d records and opened %q", len(topics.read), topics.opened)
	}
	// As far as it is wanted: the source had sent that much at the checkpoint's barrier.
	p, _ = r.upstream(planning{attempt: sums, topics: looking(topics), to: 4})
	if got := p.text(); got != "slips.0.0 to 6; " {
		t.Errorf("planned up to invocation 4: %s", got)
	}
}

// What keeps a task before from running is said where its elements are missing.
func TestSendersThatCannotRun(t *testing.T) {
	for name, c := range map[string]struct {
		level  string
		topics Topics
		want   []string
	}{
		"no topics":        {"positions", nil, []string{"true inputs: element ", "sums.0.0, which sent it, cannot run again: element", "slips.0.0, which sent it, cannot run again: of the record slips/2@40", "replay-kafka"}},
		"a record is gone": {"positions", &shelf{first: 41}, []string{"offset 40 of slips/2 was deleted"}},
		"later ones are":   {"positions", &shelf{}, []string{"slips.0.0 to 0; sums.0.0 to 0; "}},
		"unknown brokers":  {"positions", &shelf{fails: errors.New("which brokers the job read from was not recorded")}, []string{"which brokers"}},
		"a topic is kept":  {"positions", &shelf{keeps: "slips"}, []string{"of the record slips/2@40 only the place was recorded, and a policy keeps its bytes back"}},
		"payload is kept":  {"positions/hashed", &shelf{}, []string{"sums.0.0, which sent it, is not run again for it: a policy keeps back its bytes"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := threeTasks(t, c.level)
			p, _ := r.upstream(planning{attempt: last, topics: looking(c.topics)})
			for _, want := range c.want {
				if got := p.text(); !strings.Contains(got, want) {
					t.Errorf("'%s' is not in: %s", want, got)
				}
			}
		})
	}
}

// What was sent last at a level that tells all is on its way when the one that took it in is looked at while it runs: nothing has to run
// again for it.
func TestNobodyRunsAgainForWhatIsOnItsWay(t *testing.T) {
	r := threeTasks(t, "flight")
	r.sent(r.rec, 9)
	p, _ := r.upstream(planning{attempt: last, topics: looking(&shelf{})})
	if got := p.text(); len(p.Senders) != 0 || p.Reaches != 9 || !strings.Contains(got, "all that sums.0.0 sends is recorded: it is on its way here") {
		t.Errorf("reaches %d; planned: %s", p.Reaches, got)
	}
	r.block(sums, event.LaneOut, func(b *block.Builder) {
		b.Base(toLast, 0, 9)
		b.Add(block.Row{Kind: event.KindRecord, Inv: 10, Partition: toLast, Value: []byte("s9")})
	})
	p, _ = r.upstream(planning{attempt: last, topics: looking(&shelf{})})
	if got := p.text(); got != "" || p.Reaches != 10 {
		t.Errorf("reaches %d; planned when it has come: %s", p.Reaches, got)
	}
}

// A feed that ends within a run has all that was wanted, and one with a gap before its end has not.
func TestAFeedThatEndsWithinARun(t *testing.T) {
	for first, want := range map[uint64]string{10: "no more was asked for", 3: "invocation 4 is missing: the next one that was recorded is 11"} {
		r := threeTasks(t, "flight")
		r.sent(r.rec, 20)
		r.block(4, event.LaneDet, func(b *block.Builder) {
			c := b.Channel(block.Channel{Partition: toLast})
			b.Add(block.Row{Kind: event.KindElements, Inv: 1, N: uint32(first), Channel: c})
			b.Add(block.Row{Kind: event.KindElements, Inv: 11, N: 10, Channel: c})
		})
		snap, err := r.store.Snapshot(t.Context(), r.rec)
		if err != nil {
			t.Fatal(err)
		}
		defer snap.Close()
		f := newFeed(newSupply(r.store, snap), newDictionary(r.store, r.rec), 4, start{})
		f.to, f.out = 5, bufio.NewWriter(new(bytes.Buffer))
		if err := f.write(t.Context()); err != nil {
			t.Fatal(err)
		}
		if f.end != want || f.whole != (first == 10) || f.elements != min(first, 5) {
			t.Errorf("a run of %d: %d elements, whole %v: %s", first, f.elements, f.whole, f.end)
		}
	}
}

// derive stores what a replay of the task in the middle gave.
func (r *recorded) derive(n int) event.RecordingID {
	rec := NewRecording()
	r.sent(rec, n)
	return rec
}

// sent stores the first n elements that the task in the middle sent.
func (r *recorded) sent(rec event.RecordingID, n int) {
	d := &recorded{t: r.t, store: r.store, rec: rec, n: r.n}
	if rec != r.rec {
		d.n = make(map[laneOf]uint64)
	}
	d.block(sums, event.LaneOut, func(b *block.Builder) {
		b.Base(toLast, 0, 0)
		for i := range n {
			b.Add(block.Row{Kind: event.KindRecord, Inv: uint64(i + 1), Partition: toLast, Value: fmt.Appendf(nil, "s%d", i)})
		}
	})
}

// A replay that is over gives its elements; what it does not reach has to run.
func TestDerivedRecordingsAreUsed(t *testing.T) {
	r := threeTasks(t, "positions")
	rec := r.derive(10)
	p, used := r.upstream(planning{attempt: last, derived: Derived{sums: {rec}}})
	if got := p.text(); got != "" || !used[rec] {
		t.Errorf("planned: %s; used: %v", got, used)
	}
	short := r.derive(9)
	p, _ = r.upstream(planning{attempt: last, derived: Derived{sums: {short}}, topics: looking(&shelf{})})
	if got := p.text(); got != "slips.0.0 to 0; sums.0.0 to 0; " {
		t.Errorf("planned: %s", got)
	}
	// The feed has them in their order; a recording that was removed meanwhile is none.
	supply, err := openSupply(t.Context(), r.store, r.rec, Derived{sums: {NewRecording(), short, rec}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer supply.close()
	f := newFeed(supply, newDictionary(r.store, r.rec), last, start{})
	var out bytes.Buffer
	f.out = bufio.NewWriter(&out)
	if err := f.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f.missing != nil || f.elements != 10 {
		t.Errorf("%d elements, and it ended because %s", f.elements, f.end)
	}
	steps := parseSteps(t, out.Bytes())
	if got := string(steps[0].bytes[0]); got != "\x00\x00\x00\x02s0\x00\x00\x00\x02s1\x00\x00\x00\x02s2\x00\x00\x00\x02s3\x00\x00\x00\x02s4\x00\x00\x00\x02s5\x00\x00\x00\x02s6\x00\x00\x00\x02s7\x00\x00\x00\x02s8\x00\x00\x00\x02s9" {
		t.Errorf("fed: %q", got)
	}
}

// A source's records are read again at the places that it read, with all that Kafka says of them.
func TestASourceReadsItsTopicAgain(t *testing.T) {
	r := threeTasks(t, "positions")
	topics := &shelf{}
	supply, err := openSupply(t.Context(), r.store, r.rec, nil, topics)
	if err != nil {
		t.Fatal(err)
	}
	f := newFeed(supply, newDictionary(r.store, r.rec), slips, start{})
	var out bytes.Buffer
	f.out = bufio.NewWriter(&out)
	if err := f.write(t.Context()); err != nil {
		t.Fatal(err)
	}
	supply.close()
	steps := parseSteps(t, out.Bytes())
	if f.missing != nil || f.elements != 10 || topics.open != 0 {
		t.Fatalf("%d elements, %d readers are left open, and it ended because %s", f.elements, topics.open, f.end)
	}
	if s := steps[3]; s.op != stepRecord || s.texts[1] != "slips" || s.nums[0] != 2 || s.nums[1] != 43 || s.nums[2] != 7 || s.nums[3] != TimeAppended || s.nums[4] != 3 || s.bytes[0] != nil || string(s.bytes[1]) != "v43" {
		t.Errorf("the fourth record: %+v", s)
	}
}
