package replay

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// upper writes every letter of an element as a capital one, whatever is wanted.
type upper struct{}

func (upper) Edit(_ event.DefinitionID, element event.Payload, path, value string) (event.Payload, error) {
	if path == "none" {
		return event.Payload{}, errors.New("there is no none in it")
	}
	return event.NewPayload(bytes.ToUpper(element.Open(sealed.Take()))), nil
}

// Drop writes every letter of an element as a small one.
func (upper) Drop(element event.Payload, path string) (event.Payload, error) {
	if path == "none" {
		return event.Payload{}, errors.New("there is no none in it")
	}
	return event.NewPayload(bytes.ToLower(element.Open(sealed.Take()))), nil
}

// EditState writes what it is given, in its order: what is stored, the path, the value.
func (upper) EditState(descriptor []byte, stored event.Payload, path, value string) (event.Payload, error) {
	if path == "none" {
		return event.Payload{}, errors.New("there is no none in it")
	}
	was := "nothing"
	if !stored.Null() {
		was = string(stored.Open(sealed.Take()))
	}
	return event.NewPayload([]byte(strings.Join([]string{string(descriptor), was, path, value}, "|"))), nil
}

func (upper) Key(descriptor []byte, text string) (event.Payload, error) {
	return event.NewPayload([]byte(string(descriptor) + "|" + text)), nil
}

// changedAttempt is an attempt of two channels, a and b: elements a0 a1 a2, of which a2 is the watermark that timer 4 fires by, b0 b1, a callback with
// timer 7, a3, b2. Its wall clock is told when it changed: 100 at 1, 200 at 5; a random number is drawn in 5, twice; an instant read in 6.
func changedAttempt(t *testing.T) (*recorded, event.Key) {
	r := newRecorded(t)
	const (
		sender, receiver = event.Key(1), event.Key(2)
		from             = event.Key(5)
	)
	r.attempt(event.AttemptDef{Vertex: "a"}, sender)
	r.attempt(event.AttemptDef{Vertex: "b"}, receiver)
	r.define(event.DefPartition, event.PartitionDef{Partition: from.String(), Dataset: "d", Attempt: sender.String(), Subpartitions: 2})
	r.block(sender, event.LaneOut, func(b *block.Builder) {
		b.Base(from, 0, 0)
		b.Base(from, 1, 0)
		timed := func(tag byte, ms int64, text string) []byte {
			return append(binary.BigEndian.AppendUint64([]byte{tag}, uint64(ms)), text...)
		}
		for sub, all := range [][][]byte{{timed(0, 10, "a0"), timed(0, 20, "a1"), timed(2, 30, ""), timed(0, 40, "a3")}, {timed(0, 11, "b0"), timed(0, 21, "b1"), timed(0, 31, "b2")}} {
			for i, v := range all {
				b.Add(block.Row{Kind: event.KindRecord, Inv: uint64(10*sub + i + 1), Partition: from, Subpartition: sub, Value: v})
			}
		}
	})
	r.block(receiver, event.LaneDet, func(b *block.Builder) {
		ofA := b.Channel(block.Channel{Partition: from, Subpartition: 0})
		ofB := b.Channel(block.Channel{Partition: from, Subpartition: 1, Index: 1})
		b.Add(block.Row{Kind: event.KindElements, Inv: 1, N: 3, Channel: ofA})
		b.Add(block.Row{Kind: event.KindEventTimer, Inv: 4, N: 1, Time: 25})
		b.Add(block.Row{Kind: event.KindElements, Inv: 5, N: 2, Channel: ofB})
		b.Add(block.Row{Kind: event.KindProcessingTimer, Inv: 8, N: 1, Time: 70})
		b.Add(block.Row{Kind: event.KindProcessingCallback, Inv: 7, N: 1, Time: 70, Text: r.define(event.DefString, "Service")})
		b.Add(block.Row{Kind: event.KindElements, Inv: 9, N: 1, Channel: ofA})
		b.Add(block.Row{Kind: event.KindElements, Inv: 10, N: 1, Channel: ofB})
	})
	r.block(receiver, event.LaneEnv, func(b *block.Builder) {
		read := func(inv uint64, what uint32, number, number2 int64) {
			b.Add(block.Row{Kind: event.KindEnvRead, Inv: inv, What: what, Number: number, Number2: number2, Operator: -1})
		}
		read(1, 1, 100, 0)
		read(5, 1, 200, 0)
		read(5, 7, 41, 0)
		read(5, 9, int64(math.Float64bits(0.5)), 0)
		read(6, 14, 3, 500_000_000)
	})
	return r, receiver
}

// changed writes what is fed, a word for each element, read and timer: its invocation, and what it is.
func (r *recorded) changed(attempt event.Key, all ...Change) (string, error) {
	r.t.Helper()
	return r.changedWith(attempt, nil, all...)
}

// changedWith is changed with a replayer that says so of states, in this order.
func (r *recorded) changedWith(attempt event.Key, said []string, all ...Change) (string, error) {
	r.t.Helper()
	snap, err := r.store.Snapshot(r.t.Context(), r.rec)
	if err != nil {
		r.t.Fatal(err)
	}
	defer snap.Close()
	f := newFeed(newSupply(r.store, snap), newDictionary(r.store, r.rec), attempt, start{})
	f.changes = newChanges(all, upper{})
	for _, line := range said {
		if !f.hear(r.t.Context(), []byte(line)) {
			r.t.Fatalf("%s is not heard", line)
		}
	}
	var out bytes.Buffer
	f.out = bufio.NewWriter(&out)
	if err := f.write(r.t.Context()); err != nil {
		return "", err
	}
	return words(r.t, out.Bytes()), nil
}

// words reads a feed.
func words(t *testing.T, b []byte) string {
	b = b[len(hello):]
	take := func(n int) []byte {
		if n > len(b) {
			t.Fatalf("the feed is cut: %d bytes wanted of %d", n, len(b))
		}
		x := b[:n]
		b = b[n:]
		return x
	}
	number := func() int64 { return int64(binary.BigEndian.Uint64(take(8))) }
	var all []string
	add := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	for len(b) > 0 {
		op := take(1)[0]
		if op == stepEnd {
			break
		}
		bytes := func() []byte { return take(int(binary.BigEndian.Uint32(take(4)))) }
		switch op {
		case stepWaiting:
			add("waiting")
			continue
		case stepWritten:
			add("written:%s", bytes())
			continue
		}
		inv := number()
		switch op {
		case stepElements:
			take(8)
			list := take(int(binary.BigEndian.Uint32(take(4))))
			for at := inv; len(list) > 0; at++ {
				n := int(binary.BigEndian.Uint32(list))
				e := list[4 : 4+n]
				list = list[4+n:]
				add("%d:%d@%d%s", at, e[0], int64(binary.BigEndian.Uint64(e[1:])), e[9:])
			}
		case stepRead:
			what := take(2)[0]
			number()
			n, n2 := number(), number()
			take(int(binary.BigEndian.Uint32(take(4))))
			add("%d:read%d=%d,%d", inv, what, n, n2)
		case stepCallback:
			number()
			add("%d:callback@%d", inv, number())
			take(int(binary.BigEndian.Uint16(take(2))))
		case stepState:
			n, clock := binary.BigEndian.Uint32(take(4)), number()
			x := take(7)
			add("%d:state%d@%d,%d,%d,%d,%d,%s/%s,%s,%s", inv, n, clock, x[0], x[1], x[2], int32(binary.BigEndian.Uint32(x[3:])), bytes(), bytes(), bytes(), bytes())
		case stepTimer:
			at, move := number(), take(1)[0]
			add("%d:timer@%d,%d,%d", inv, at, move, number())
		default:
			t.Fatalf("step %d", op)
		}
	}
	return strings.Join(all, " ")
}

func TestChangesOfTheFeed(t *testing.T) {
	r, attempt := changedAttempt(t)
	const (
		a      = "1:read1=100,0 1:0@10a0 2:0@20a1 3:2@30 "
		b      = "5:read1=200,0 5:read7=41,0 5:read9=4602678819172646912,0 6:read14=3,500000000 5:0@11b0 6:0@21b1 "
		timer  = "7:callback@70 "
		c      = "9:0@40a3 10:0@31b2"
		plain  = a + b + timer + c
		half   = "4602678819172646912"
		quater = "4598175219545276416"
	)
	replace := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(plain) }
	if got, err := r.changed(attempt); err != nil || got != plain {
		t.Fatalf("unchanged: %v\n%s\n%s", err, got, plain)
	}
	for _, x := range []struct {
		change Change
		want   string
	}{
		{Change{Kind: ChangeRemove, At: 2}, replace("2:0@20a1 ", "")},
		{Change{Kind: ChangeRemove, At: 3}, replace("3:2@30 ", "")}, // a watermark
		{Change{Kind: ChangeRepeat, At: 6}, replace("6:read14=3,500000000 ", "", "6:0@21b1", "6:read14=3,500000000 6:0@21b1 6:0@21b1")},
		{Change{Kind: ChangeSet, At: 5, Path: "x", Value: "y"}, replace("6:read14=3,500000000 5:0@11b0", "5:0@11B0 6:read14=3,500000000")},
		{Change{Kind: ChangeBytes, At: 9, Value: "00 0000000000000001 7a"}, replace("9:0@40a3", "9:0@1z")},
		{Change{Kind: ChangeTime, At: 1, By: 5 * time.Millisecond}, replace("1:0@10a0", "1:0@15a0")},
		{Change{Kind: ChangeTime, At: 3, Value: "99"}, replace("3:2@30", "3:2@99")},
		{Change{Kind: ChangeDropTimer, At: 4}, replace(a, "1:read1=100,0 4:timer@25,0,25 1:0@10a0 2:0@20a1 3:2@30 ")},
		{Change{Kind: ChangeMoveTimer, At: 8, By: time.Second}, replace(timer, "8:timer@70,1,1070 "+timer)},
		{Change{Kind: ChangeDropTimer, At: 7}, replace(timer, "")}, // the callback
		{Change{Kind: ChangeSwap, At: 9}, a + b + timer + "9:0@31b2 10:0@40a3"},
		{Change{Kind: ChangeSwap, At: 2}, "1:read1=100,0 1:0@10a0 2:0@11b0 3:0@21b1 " + strings.TrimSuffix(b, "5:0@11b0 6:0@21b1 ") + "5:0@20a1 6:2@30 " + timer + c},
		{Change{Kind: ChangeClock, At: 2, By: 50 * time.Millisecond}, replace("1:0@10a0", "2:read1=150,0 3:read1=100,0 1:0@10a0")},
		{Change{Kind: ChangeClock, At: 5, By: 7 * time.Millisecond}, replace("5:read1=200,0", "5:read1=107,0 5:read1=207,0", "6:read14", "6:read1=200,0 6:read14")},
		{Change{Kind: ChangeClock, At: 6, Source: "instant", By: 600 * time.Millisecond}, replace("6:read14=3,500000000", "6:read14=4,100000000")},
		{Change{Kind: ChangeClock, At: 6, Source: "instant", Value: "-1500"}, replace("6:read14=3,500000000", "6:read14=-2,500000000")},
		{Change{Kind: ChangeRandom, At: 5, Value: "7", Source: "int"}, replace("read7=41", "read7=7")},
		{Change{Kind: ChangeRandom, At: 5, Value: "0.25", Nth: 1}, replace(half, quater)},
	} {
		if err := x.change.Check(); err != nil {
			t.Errorf("%+v: %v", x.change, err)
		}
		if got, err := r.changed(attempt, x.change); err != nil || got != x.want {
			t.Errorf("%+v: %v\n got %s\nwant %s", x.change, err, got, x.want)
		}
	}
}

func TestChangesThatCannotBeMade(t *testing.T) {
	r, attempt := changedAttempt(t)
	for _, x := range []struct {
		change Change
		text   string
	}{
		{Change{Kind: ChangeRemove, At: 4}, "no element"},
		{Change{Kind: ChangeRemove, At: 99}, "no element"},
		{Change{Kind: ChangeSet, At: 1, Path: "none", Value: "y"}, "there is no none"},
		{Change{Kind: ChangeDropTimer, At: 3}, "no timer"},
		{Change{Kind: ChangeMoveTimer, At: 7, By: 1e9}, "dropped, not moved"},
		{Change{Kind: ChangeSwap, At: 10}, "no run of a channel"},
		{Change{Kind: ChangeClock, At: 2, Source: "ttl", By: 1e9}, "no such clock"},
		{Change{Kind: ChangeRandom, At: 5, Source: "long", Value: "1"}, "no such number"},
		{Change{Kind: ChangeRandom, At: 5, Source: "int", Value: "x"}, "whole number"},
	} {
		if _, err := r.changed(attempt, x.change); !errors.Is(err, ErrChange) || !strings.Contains(err.Error(), x.text) {
			t.Errorf("%+v: %v", x.change, err)
		}
	}
	for _, c := range []Change{
		{Kind: ChangeRemove}, {Kind: "sink", At: 1}, {Kind: ChangeSet, At: 1}, {Kind: ChangeBytes, At: 1, Value: "0"}, {Kind: ChangeBytes, At: 1}, {Kind: ChangeTime, At: 1},
		{Kind: ChangeTime, At: 1, Value: "1", By: 1e9}, {Kind: ChangeClock, At: 1, By: 1e9, Source: "sun"}, {Kind: ChangeRandom, At: 1, Source: "dice", Value: "1"},
		{Kind: ChangeRandom, At: 1},
	} {
		if err := c.Check(); !errors.Is(err, ErrChange) {
			t.Errorf("%+v is taken: %v", c, err)
		}
	}
}

func TestAChangeMakesAWhatIfOfAVerdict(t *testing.T) {
	r := &Result{Changes: []Change{{Kind: ChangeSet, At: 3, Path: "total", Value: "secret"}}, Report: Report{SurplusReads: 4, LeftReads: 5}}
	for verdict, want := range map[string]string{Exact: Unchanged, Solved: Unchanged, PerKey: Diverged, Diverged: Diverged, Nothing: Nothing} {
		j := Judgement{Verdict: verdict, Notes: []string{"n"}}
		j.changed(r)
		if j.Verdict != want || len(j.Notes) != 3 || !strings.Contains(j.Notes[0], "not proven") || !strings.Contains(j.Notes[0], "4 reads") {
			t.Errorf("%s: %+v", verdict, j)
		}
		if strings.Contains(fmt.Sprint(j), "secret") {
			t.Errorf("%s: a value stands in %+v", verdict, j)
		}
	}
}

// What a source gave is no element of a stream: a time is that of the record, whatever its bytes begin with.
func TestChangesOfRecordsOfSources(t *testing.T) {
	confluent := "\x00\x00\x00\x00\x07payload"
	open := func(p event.Payload) []byte { return p.Open(sealed.Take()) }
	of := func(c Change, r sourceRecord) (string, int, error) {
		c.At = 1
		times, err := newChanges([]Change{c}, upper{}).record(1, &r, open)
		return fmt.Sprintf("%d %s", r.time, open(r.value)), times, err
	}
	kafka := sourceRecord{time: 1000, value: event.NewPayload([]byte(confluent))}
	typed := sourceRecord{time: noTime, value: event.NewPayload([]byte("a")), serializer: 7}
	for _, x := range []struct {
		change Change
		of     sourceRecord
		want   string
		times  int
	}{
		{Change{Kind: ChangeTime, By: 5 * time.Millisecond}, kafka, "1005 " + confluent, 1},
		{Change{Kind: ChangeTime, Value: "7"}, typed, "7 a", 1},
		{Change{Kind: ChangeBytes, Value: "00ff"}, kafka, "1000 \x00\xff", 1},
		{Change{Kind: ChangeSet, Path: "x", Value: "y"}, typed, fmt.Sprint(noTime) + " A", 1},
		{Change{Kind: ChangeRemove}, kafka, "1000 " + confluent, 0},
		{Change{Kind: ChangeRepeat}, kafka, "1000 " + confluent, 2},
	} {
		if got, times, err := of(x.change, x.of); err != nil || got != x.want || times != x.times {
			t.Errorf("%+v: %q %d times, %v, want %q %d times", x.change, got, times, err, x.want, x.times)
		}
	}
	if _, _, err := of(Change{Kind: ChangeTime, By: time.Second}, typed); !errors.Is(err, ErrChange) || !strings.Contains(err.Error(), "no time that could move") {
		t.Errorf("a time that is not there moved: %v", err)
	}
}

// A field goes from a record of Kafka alone: what another source gave, and what a channel brought, is written by serializers.
func TestAFieldGoesFromARecordOfKafka(t *testing.T) {
	drop := func(path string) *changes {
		return newChanges([]Change{{Kind: ChangeDropField, At: 7, Path: path}}, upper{})
	}
	open := func(p event.Payload) []byte { return p.Open(sealed.Take()) }
	r := sourceRecord{partition: 1, value: event.NewPayload([]byte("ABC"))}
	if times, err := drop("a").record(7, &r, open); err != nil || times != 1 || string(open(r.value)) != "abc" {
		t.Errorf("%d %v %s", times, err, open(r.value))
	}
	for name, bad := range map[string]func() error{
		"no such text":      func() error { _, err := drop("none").record(7, &r, open); return err },
		"of another source": func() error { _, err := drop("a").record(7, &sourceRecord{partition: -1}, open); return err },
		"of a serializer": func() error {
			_, err := drop("a").record(7, &sourceRecord{partition: 1, serializer: 3}, open)
			return err
		},
		"an element of streams": func() error { _, _, err := drop("a").element(7, 3, r.value, open); return err },
		"no path":               func() error { return (&Change{Kind: ChangeDropField, At: 7}).Check() },
	} {
		if err := bad(); !errors.Is(err, ErrChange) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
