package ingest

import (
	"errors"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/wire"
)

func TestStatusClockAndControl(t *testing.T) {
	f := serve(t, Options{PingEvery: 10 * time.Millisecond})
	a := oneAgent(f)
	stopped := make(chan wire.Control, 1)
	a.Stop = func(c wire.Control) { stopped <- c }
	connect(t, a)
	if err := a.Send(&wire.Status{Hooks: []wire.Hook{{ID: "out", State: "fired", Fired: 9}}, Counters: wire.Counters{LostEvents: 4}, Off: true, Reason: "kill switch"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "status and clock", func() bool {
		s := f.Agents()[0]
		return s.Off && s.ClockKnown && len(s.Hooks) == 1 && s.Hooks[0].Fired == 9 && s.Counters.LostEvents == 4
	})
	if s := f.Agents()[0]; !s.Connected || s.ClockOffsetUS > 1_000_000 || s.ClockOffsetUS < -1_000_000 || s.Reason != "kill switch" || s.LastSeen.IsZero() {
		t.Errorf("status %+v", s)
	}
	if err := f.Control(within(t), f.Agents()[0].Process, CommandStop); err != nil {
		t.Fatal(err)
	}
	if c := <-stopped; c.Command != "stop" {
		t.Errorf("command %+v", c)
	}
	if err := f.Control(within(t), "nobody", CommandStop); !errors.Is(err, ErrNoAgent) {
		t.Errorf("unknown process: %v", err)
	}
	process := f.Agents()[0].Process
	a.Cut()
	eventually(t, "it left", func() bool { return !f.Agents()[0].Connected })
	if err := f.Control(within(t), process, CommandStop); !errors.Is(err, ErrNoAgent) {
		t.Errorf("process that left: %v", err)
	}
}

func TestTheBestClockSampleWins(t *testing.T) {
	var c clock
	if _, _, known := c.best(); known {
		t.Error("known without a sample")
	}
	c.add(&wire.Pong{PingUS: 0, ReceivedUS: 1500, SentUS: 1500}, 1000) // ±500
	c.add(&wire.Pong{PingUS: 0, ReceivedUS: 1100, SentUS: 1110}, 110)  // offset 1050
	c.add(&wire.Pong{PingUS: 0, ReceivedUS: 9000, SentUS: 8000}, 10)
	offset, errUS, known := c.best()
	if !known || offset != 1050 || errUS != 50 {
		t.Errorf("offset %d ± %d", offset, errUS)
	}
	for range clockSamples {
		c.add(&wire.Pong{PingUS: 0, ReceivedUS: 2500, SentUS: 2500}, 1000)
	}
	if offset, _, _ := c.best(); offset != 2000 {
		t.Errorf("old samples count: %d", offset)
	}
}

func TestAgentsLearnOfThePolicyAndWhatIsKept(t *testing.T) {
	f := serve(t, Options{})
	a := oneAgent(f)
	told := make(chan wire.Control, 8)
	a.Stop = func(c wire.Control) { told <- c }
	connect(t, a)
	keep := true
	p := Policy{Version: "7", Rules: []PolicyRule{{Level: "positions", LookBack: &keep, Sample: &Sample{Take: 1, Of: 50}}}}
	if err := f.SetPolicy(within(t), p); err != nil {
		t.Fatal(err)
	}
	if c := <-told; c.Command != "policy" || c.Policy.Version != "7" || *c.Policy.Rules[0].LookBack != true || c.Policy.Rules[0].Sample.Of != 50 {
		t.Errorf("command %+v", c)
	}
	// It says that it follows another one: it is told again. What it refused it is not told again.
	for _, s := range []struct {
		status wire.PolicyStatus
		again  bool
	}{
		{wire.PolicyStatus{Version: "7"}, false},
		{wire.PolicyStatus{Version: "6", Refused: "7", Why: "this agent knows no rule with moon"}, false},
		{wire.PolicyStatus{}, false}, // an agent that does not tell
		{wire.PolicyStatus{Version: "6"}, true},
	} {
		if err := a.Send(&wire.Status{Policy: s.status}); err != nil {
			t.Fatal(err)
		}
		eventually(t, "status", func() bool { return f.Agents()[0].Policy == s.status })
		if s.again {
			if c := <-told; c.Policy == nil || c.Policy.Version != "7" {
				t.Errorf("command %+v", c)
			}
		}
	}
	select {
	case c := <-told:
		t.Errorf("one more command %+v", c)
	default:
	}
	rec := event.RecordingID{1, 2}
	if err := f.SendLookBack(within(t), rec); err != nil {
		t.Fatal(err)
	}
	if c := <-told; c.Command != "lookback" || len(c.Recordings) != 1 || c.Recordings[0] != rec.String() {
		t.Errorf("command %+v", c)
	}
}
