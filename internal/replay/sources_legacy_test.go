package replay

import (
	"math"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// The function of a legacy source gives records, watermarks and its status between the mails, in the order in which they had the lock.
func TestStepsOfALegacySource(t *testing.T) {
	r := newRecorded(t)
	const key = event.Key(7)
	r.attemptOf(event.AttemptDef{Vertex: "v", Chain: []event.ChainOperatorDef{{Operator: operatorID}, {Operator: "ab", Index: 1}}}, key)
	split := r.define(event.DefSplit, event.SplitDef{Kind: "source"})
	const watermark, status, over = "legacy source emits a watermark", "legacy source changes its status", "SourceStreamTask finished processing data."
	r.block(key, event.LaneDet, func(b *block.Builder) {
		b.Add(block.Row{Kind: event.KindSource, Inv: 1})
		// A timer of the chain fires within the watermark, and ends before it.
		b.Add(block.Row{Kind: event.KindEventTimer, Inv: 3, Time: 40, Operator: 1})
		r.mail(b, 2, watermark)
		r.mail(b, 4, mailCheckpoint)
		r.mail(b, 5, status)
		b.Add(block.Row{Kind: event.KindProcessingCallback, Inv: 6, Time: 1000, Text: r.define(event.DefString, "a.Callback"), Operator: -1})
		r.mail(b, 7, status)
		b.Add(block.Row{Kind: event.KindSource, Inv: 8})
		r.mail(b, 9, mailStopLegacy+" --drain")
		r.mail(b, 10, over)
		r.mail(b, 11, mailCheckpoint)
	})
	r.block(key, event.LaneSrc, func(b *block.Builder) {
		b.Add(block.Row{Kind: event.KindOtherSourceRecord, Inv: 1, Split: split})
		b.Add(block.Row{Kind: event.KindSourceRun, Inv: 8, Split: split, Offset: 1})
	})
	r.block(key, event.LaneEnv, func(b *block.Builder) {
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 1, What: whatGiven, Number: 40, Value: []byte("one")})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 2, What: whatWatermark, Number: 41})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 4, What: whatBarrier, Number: 1, Value: []byte("barrier 1")})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 5, What: whatStatus, Number: 1})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 7, What: whatStatus})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 8, What: whatGiven, Number: math.MinInt64, Value: []byte("two")})
		b.Add(block.Row{Kind: event.KindEnvRead, Inv: 11, What: whatBarrier, Number: 2, Value: []byte("barrier 2")})
	})
	steps, end := r.feed(key)
	if end != "the recording of the attempt ends here" {
		t.Errorf("it ended because %s", end)
	}
	want := []struct {
		op           byte
		inv          uint64
		what         int32
		offset, time int64
		text         string
	}{
		{stepRecord, 1, otherValue, 0, 40, "one"}, {stepRecord, 2, watermarkGiven, 0, 41, ""}, {stepTrigger, 4, 0, 0, 0, "barrier 1"},
		{stepRecord, 5, statusGiven, 1, 0, ""}, {stepCallback, 6, 0, 0, 1000, "a.Callback"}, {stepRecord, 7, statusGiven, 0, 0, ""},
		{stepRecord, 8, otherValue, 0, math.MinInt64, "two"},
		// The source's thread sends the mail of the checkpoint when it is over: that comes as a mail, not once more as a checkpoint.
		{stepTrigger, 9, 0, 0, 0, "barrier 2"}, {stepMail, 10, 0, 0, 0, over}, {stepMail, 11, 0, 0, 0, mailCheckpoint}, {stepEnd, 0, 0, 0, 0, end},
	}
	if len(steps) != len(want) {
		t.Fatalf("%d steps, want %d: %+v", len(steps), len(want), steps)
	}
	for i, w := range want {
		s := steps[i]
		right := s.op == w.op && s.inv == w.inv
		switch w.op {
		case stepRecord:
			right = right && int32(s.nums[0]) == w.what && s.nums[1] == w.offset && s.nums[2] == w.time && string(s.bytes[1]) == w.text && s.texts[0] == operatorID
		case stepTrigger:
			right = right && string(s.bytes[0]) == w.text
		case stepCallback:
			right = right && s.nums[1] == w.time && s.texts[0] == w.text
		case stepMail, stepEnd:
			right = right && s.texts[0] == w.text
		}
		if !right {
			t.Errorf("step %d: %+v, want %+v", i, s, w)
		}
	}
}

// A task with a legacy source is only replayed when the agent that recorded it told all of it.
func TestALegacySourceThatWasNotToldOf(t *testing.T) {
	for _, c := range []struct {
		tells []string
		stops bool
	}{{[]string{"drops", "legacy-sources"}, false}, {[]string{"drops"}, true}, {nil, true}} {
		p := &Plan{}
		if p.legacySource(event.ProcessDef{Tells: c.tells}) == c.stops || p.Stopped() != c.stops {
			t.Errorf("an agent that tells %v: %+v", c.tells, p.Findings)
		}
		if c.stops && !strings.Contains(p.Findings[0].Text, "SourceFunction") {
			t.Errorf("the reason does not name the interface: %s", p.Findings[0].Text)
		}
	}
	for invokable, legacy := range map[string]bool{
		"org.apache.flink.streaming.runtime.tasks.SourceStreamTask": true, "org.apache.flink.streaming.runtime.tasks.SourceOperatorStreamTask": false,
	} {
		c := &capsule{}
		c.Of.Invokable = invokable
		if c.hasLegacySource() != legacy {
			t.Errorf("%s has a legacy source: %v", invokable, !legacy)
		}
	}
}
