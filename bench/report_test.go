package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/bench/marks"
)

func TestFiguresSayWhetherTheyMeetTheirTarget(t *testing.T) {
	run := func(records int64, cluster, server time.Duration) sample {
		return sample{
			records: records, wall: time.Second, span: time.Second, cluster: cluster, server: server, p99: []time.Duration{time.Duration(records)},
			stored: stored{bytes: map[string]float64{"det": float64(records) / 10, "out": float64(records)}, events: map[string]float64{"out": float64(records)}},
		}
	}
	r := results{options: options{work: []string{hot, "dedup"}, levels: []string{"positions", "flight"}}, runs: make(map[kind][]sample)}
	for range 3 {
		r.add(hot, plain, run(1_000_000, 200*time.Millisecond, 0))
		r.add(hot, "positions", run(1_000_000, 210*time.Millisecond, time.Second))
		r.add(hot, "flight", run(1_000_000, 261*time.Millisecond, time.Second))
		r.add("dedup", plain, run(1000, time.Second, 0))
		r.add("dedup", "positions", run(990, time.Second, 0))
		r.add("dedup", "flight", run(800, time.Second, time.Second))
		r.add(atLoad, plain, run(1_000_000, 1, 0))
		r.add(atLoad, "positions", run(1_030_000, 1, 0))
	}
	var out strings.Builder
	r.print(&out)
	for _, want := range []string{
		"FIGURE hot_added_positions 10 ns/record target <=10 met\n",
		"FIGURE hot_added_flight 61 ns/record target <=60 missed\n",
		"FIGURE throughput_dedup_positions 0.990 recorded/plain target >=0.98 met\n",
		"FIGURE cpu_dedup_positions 1.010 recorded/plain target <=1.02 met\n",
		"FIGURE determinants_dedup 0.1000 B/record target <=0.05 missed\n",
		"FIGURE throughput_dedup_flight 0.800 recorded/plain target >=0.93 missed\n",
		"FIGURE cpu_dedup_flight 2.500 recorded/plain target none met\n",
		"FIGURE throughput_all_positions 0.990 recorded/plain target >=0.98 met\n",
		"FIGURE latency_p99_positions 1.030 recorded/plain target <=1.02 missed\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no line %q in:\n%s", want, out.String())
		}
	}
}

func TestOutputIsTakenFromTheMeasuredStretchAlone(t *testing.T) {
	log := filepath.Join(t.TempDir(), "out")
	text := "before\nMARK 1 1000000000\nLATENCY 1 2 3\nMARK 20 2000000000\nLATENCY 10 20 3\nother\nMARK 40 4000000000\nMARK 90 9000000000\nLATENCY 1 2 3\n"
	if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := marks.Read(log, int64(len("before\n")), time.Unix(1, 1), time.Unix(8, 0))
	if err != nil {
		t.Fatal(err)
	}
	one, err := between(o.Marks)
	if err != nil {
		t.Fatal(err)
	}
	if one.records != 20 || one.wall != 2*time.Second || len(o.P99) != 1 || o.P99[0] != 20 {
		t.Errorf("%+v %v", one, o.P99)
	}
	if _, err := between(o.Marks[:1]); err == nil {
		t.Error("one mark was taken for a measurement")
	}
}

func TestProfileCountsTheTopmostFrameOfTheAgent(t *testing.T) {
	text := `jdk.ExecutionSample {
  stackTrace = [
    java.util.Arrays.copyOf(byte[], int) line: 1
    dev.sightglass.agent.wire.Uplink.send() line: 3
    dev.sightglass.agent.wire.Uplink.run() line: 4
    ...
  ]
}
jdk.ExecutionSample {
  stackTrace = [
    org.apache.flink.A.b(int) line: 1
  ]
}
`
	got := agentShares(strings.NewReader(text))
	if len(got) != 2 || got[0].part != 0.5 || got[1].place != "agent.wire.Uplink.send" || got[1].part != 0.5 {
		t.Errorf("%+v", got)
	}
}
