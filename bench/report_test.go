package main

import (
	"strings"
	"testing"
	"time"
)

func TestFiguresSayWhetherTheyMeetTheirTarget(t *testing.T) {
	run := func(cpu, wall time.Duration) sample { return sample{records: 1_000_000, wall: wall, cpu: cpu} }
	plain := []sample{run(500*time.Millisecond, time.Second), run(520*time.Millisecond, time.Second), run(480*time.Millisecond, time.Second)}
	recorded := []sample{run(550*time.Millisecond, 1100*time.Millisecond), run(540*time.Millisecond, time.Second), run(900*time.Millisecond, 1250*time.Millisecond)}
	var out strings.Builder
	report(&out, options{rounds: 3}, plain, recorded, 0)
	for _, want := range []string{
		"FIGURE throughput_ratio 0.909 recorded/plain target >=0.98 missed\n",
		"FIGURE cpu_ratio 1.100 recorded/plain target <=1.02 missed\n",
		"FIGURE cpu_added 50 ns/record target <=60 met\n",
		"FIGURE events_lost 0 events target <=0 met\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no line %q in:\n%s", want, out.String())
		}
	}
}

func TestBetweenTakesOnlyTheMeasuredStretch(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	marks := []mark{{10, at(1), time.Second}, {20, at(2), 2 * time.Second}, {40, at(4), 3 * time.Second}, {90, at(9), 9 * time.Second}}
	got, err := between(marks, at(1), at(9))
	if err != nil {
		t.Fatal(err)
	}
	if got.records != 20 || got.wall != 2*time.Second || got.cpu != time.Second {
		t.Errorf("%+v", got)
	}
	if _, err := between(marks, at(4), at(9)); err == nil {
		t.Error("one mark was taken for a measurement")
	}
}
