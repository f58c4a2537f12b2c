package browse

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

func TestWhatATaskTakesFromOutsideIsNamed(t *testing.T) {
	for _, c := range []struct {
		what            uint32
		number, number2 int64
		text, want      string
	}{
		{1, 1_700_000_000_000, 0, "", "clock, ms = 1700000000000"},
		{9, int64(math.Float64bits(0.25)), 0, "", "random double = 0.25"},
		{11, 1, 0, "", "random boolean = true"},
		{14, 1_700_000_000, 5_000_000, "", "instant = 2023-11-14T22:13:20.005Z"},
		{15, 64, 0, "", "order of a map with 64 buckets"},
		{15, 255, 3, "", "order of a map of 3 keys, hash 00000000000000ff"},
		{16, 2, 0, "", "order of timers for 1970-01-01T00:00:00.007Z: 2"},
		{17, 4, 0, "", "what the snapshot lacks of checkpoint 4"},
		{19, 4, 2, "", "notified: checkpoint 4 aborted"},
		{20, 9, 1, "", "callback: registration 9 of timer service 1"},
		{23, 812, 0, "bc764cd8ddf7a0cff126f51c16239658", "coordinator's event for operator bc764cd8ddf7a0cff126f51c16239658, 812 bytes"},
		{21, 9, 77, "java.io.IOException", "asynchronous result of request 9, input 77: java.io.IOException"},
		{22, 0, 3, "EndOfData", "event on gate 0 channel 3: EndOfData"},
		{24, math.MinInt64, 0, "split-1", "value of a source: split-1"},
		{25, 0, 0, "split-1", "split done: split-1"},
		{26, 0, 0, "", "end of input"},
		{99, 1, 0, "", "source 99 = 1"},
	} {
		e := query.Event{Kind: event.KindEnvRead, What: c.what, Number: c.number, Number2: c.number2, Text: c.text, Time: 7}
		if got := line(&e); got != c.want {
			t.Errorf("source %d: got %q, want %q", c.what, got, c.want)
		}
	}
}

func TestTransactionsAreNamed(t *testing.T) {
	e := query.Event{Kind: event.KindTransaction, What: query.TransactionCommitFenced, Transaction: &query.Transaction{ID: "t-1", Producer: 7, Epoch: 2}}
	if got := line(&e); got != "transaction commit fenced: t-1 producer 7 epoch 2" {
		t.Errorf("got %q", got)
	}
	if e.What, e.Transaction = 77, nil; line(&e) != "transaction step 77" {
		t.Errorf("got %q", line(&e))
	}
}

func TestBodiesOfSnapshotsAndCapsulesReadInOneLine(t *testing.T) {
	for _, c := range []struct {
		kind event.Kind
		body map[string]any
		want string
	}{
		{event.KindSnapshot, map[string]any{"checkpoint": 3.0, "state_bytes": 100.0, "missing": ""}, "snapshot of checkpoint 3, 100 B of state"},
		{event.KindRestored, map[string]any{"checkpoint": 3.0, "missing": "too long"}, "restored from checkpoint 3: too long"},
		{event.KindCapsule, map[string]any{"parts": []any{map[string]any{"bytes": 5.0}, map[string]any{"bytes": 6.0}}, "missing": []any{1}}, "capsule: 2 parts, 11 B, 1 missing"},
	} {
		if got := bodyLine(&query.Event{Kind: c.kind}, c.body); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestLogLinesReadAsInALog(t *testing.T) {
	s := open(t)
	e := query.Event{Recording: s.truth.Totals, Lane: event.LaneLog, Kind: event.KindLogLine, HasPayload: true, Value: event.NewPayload([]byte(
		`{"level":"warn","logger":"com.example.shop.Sale","thread":"t","class":"","message":"no rate\nfor ann@example.org"}`))}
	if got := s.renderer(context.Background(), local, lineShape).event(e).Text; got != "WARN Sale: no rate for ann@example.org" {
		t.Errorf("got %q", got)
	}
	if got := s.renderer(context.Background(), ann, lineShape).event(e).Text; strings.Contains(got, "example.org") {
		t.Errorf("a masked reader sees %q", got)
	}
	e.Value = event.NewPayload([]byte(`{"level":"error","logger":"Sale","thread":"t","class":"","withheld":true}`))
	if got := s.renderer(context.Background(), local, lineShape).event(e).Text; got != "ERROR Sale: (the message is not kept)" {
		t.Errorf("got %q", got)
	}
}

func TestBytesOfReadsAreViewsAndTheLineStays(t *testing.T) {
	s := open(t)
	e := query.Event{Recording: s.truth.Totals, Lane: event.LaneEnv, Kind: event.KindEnvRead, What: envTransient, Number: 3, HasPayload: true,
		Value: event.NewPayload([]byte(`{"valves":[],"mail":"ann@example.org"}`))}
	got := s.renderer(context.Background(), local, momentShape).event(e)
	if got.View == nil || !strings.Contains(got.View.Text(), "ann@example.org") || got.Text != "what the snapshot lacks of checkpoint 3" {
		t.Errorf("%q, view %v", got.Text, got.View)
	}
	if masked := s.renderer(context.Background(), ann, momentShape).event(e); strings.Contains(everything(t, masked.View), "example.org") {
		t.Errorf("a masked reader sees %+v", masked.View)
	}
	e.What = 18
	if got := s.renderer(context.Background(), local, momentShape).event(e); got.View != nil {
		t.Errorf("a barrier is shown as %+v", got.View)
	}
}
