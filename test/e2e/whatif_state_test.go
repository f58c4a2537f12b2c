//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// testLedger holds that states of every kind can be changed right before a record, on RocksDB and with a time to live: the record's output says
// so, nothing before it does, and what holds for a time holds for its time from then on.
func testLedger(t *testing.T, r *rig) {
	job, err := r.flink.Run(t.Context(), r.jar, "e2e.Ledger")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := r.flink.Client().AwaitJob(ctx, job, "FINISHED"); err != nil {
		t.Fatal(err)
	}
	await(t, time.Minute, "the recording has an end", func(ctx context.Context) (bool, error) {
		d, err := r.ask.job(ctx, job)
		return d.State == "finished", err
	})
	all, err := r.ask.events(t.Context(), job, "ledger", "record")
	if err != nil || len(all) != 600 {
		t.Fatalf("%d outputs of 600 numbers, %v", len(all), err)
	}
	at := all[300]
	said := readLedger(t, at)
	for _, c := range []struct {
		what   string
		change map[string]any
		state  counts
		want   string // in the output of the record
	}{
		{"a value that lives for a while", map[string]any{"kind": "state", "state": "since", "value": "777000"}, counts{}, " since 777000,"},
		{"an entry of a map", map[string]any{"kind": "state", "state": "totals", "map_key": said.half, "value": "1000"}, counts{Altered: 1}, said.half + " 1001,"},
		{"an entry of a map that goes", map[string]any{"kind": "clear-state", "operator": "ledger", "state": "totals", "map_key": said.half}, counts{Altered: 1}, said.half + " 1,"},
		{"an element of a list", map[string]any{"kind": "state", "state": "last", "path": "0", "value": "-7"}, counts{}, "last [-7, "},
		{"an element that comes", map[string]any{"kind": "add-state", "state": "last", "value": "-5"}, counts{}, fmt.Sprintf(", -5, %d]", said.number)},
		{"all elements of a list", map[string]any{"kind": "clear-state", "state": "last"}, counts{}, fmt.Sprintf("last [%d]", said.number)},
		{"a value as bytes", map[string]any{"kind": "state-bytes", "state": "last", "value": "00000001 0000000000000009"}, counts{}, fmt.Sprintf("last [9, %d]", said.number)},
	} {
		run := r.startWhatIf(t, job, map[string]any{"position": at.Position, "changes": []any{c.change}})
		r.wantParting(t, c.what, &run, invocationOf(t, at.Position))
		d := run.Differences
		if d.Outputs.Altered < 1 || d.Outputs.Added+d.Outputs.Missing != 0 || d.State.Altered < c.state.Altered || d.State.Added+d.State.Missing != 0 {
			t.Errorf("%s: %+v", c.what, d)
		}
		changed, err := r.ask.events(t.Context(), run.Derived, "ledger", "record")
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(changed, func(e recordedEvent) bool { return invocationOf(t, e.Position) == invocationOf(t, at.Position) })
		if i < 0 || changed[i].View == nil || !strings.Contains(changed[i].View.Text, c.want) {
			t.Errorf("%s: no %q in the output of %s: %d %+v", c.what, c.want, at.Position, i, changed)
		} else if strings.Contains(c.want, "since") {
			wantLife(t, changed[i:], "since 777000,")
		}
		r.forgetReplay(t, run.ID)
	}
	r.wantChangeShown(t, job, all[599].Position)
	refused := r.whatIf(t, job, map[string]any{"position": at.Position, "changes": []any{map[string]any{"kind": "state", "state": "sinze", "value": "1"}}})
	if refused.State != "failed" || !strings.Contains(refused.Error, "no such state is registered at that time; there are: ledger/last (list), ledger/since (value), ledger/totals (map)") {
		t.Errorf("a state that is not there: %s %s", refused.State, refused.Error)
	}
	for text, change := range map[string]map[string]any{
		"name an entry":     {"kind": "state", "state": "totals", "value": "1"},
		"its value: ":       {"kind": "state", "state": "since", "value": "many"},
		"its key: ":         {"kind": "state", "state": "since", "key": "many", "value": "1"},
		"operators of the":  {"kind": "state", "state": "since", "operator": "window", "value": "1"},
		"no key is known":   {"kind": "state", "state": "since", "begin": true, "value": "1"},
		"nothing is stored": {"kind": "clear-state", "state": "since", "begin": true, "key": "1"},
	} {
		run := r.whatIf(t, job, map[string]any{"position": at.Position, "changes": []any{change}})
		if run.State != "failed" || !strings.Contains(run.Error, text) {
			t.Errorf("%s %v: %s %s", text, change, run.State, run.Error)
		}
	}
}

// wantChangeShown holds that a change which nothing overwrites is itself what state differs in. The position's key is another.
func (r *rig) wantChangeShown(t *testing.T, job, position string) {
	t.Helper()
	run := r.startWhatIf(t, job, map[string]any{"position": position, "changes": []any{map[string]any{"kind": "state", "state": "totals", "key": "0", "map_key": "low", "value": "123456"}}})
	defer r.forgetReplay(t, run.ID)
	var d struct {
		Shown []struct {
			Of      string `json:"of"`
			Kind    string `json:"kind"`
			Changed struct {
				Text string `json:"text"`
			} `json:"changed"`
		} `json:"shown"`
	}
	if err := r.ask.get(t.Context(), "/api/v1/replays/"+run.ID+"/differences", &d); err != nil {
		t.Fatal(err)
	}
	if run.Verdict.Verdict != "unchanged" || len(d.Shown) != 1 || d.Shown[0].Of != "state" || d.Shown[0].Kind != "altered" || !strings.Contains(d.Shown[0].Changed.Text, "123456") {
		t.Errorf("a state that nothing uses any more: %s %s, %+v", run.Verdict.Verdict, run.Error, d)
	}
}

// ledgerLine is what an output of the job says.
type ledgerLine struct {
	number, at, since int
	half              string
}

func readLedger(t *testing.T, e recordedEvent) (l ledgerLine) {
	t.Helper()
	if e.View == nil {
		t.Fatalf("%s has no value", e.Position)
	}
	if _, err := fmt.Sscanf(e.View.Text, "number %d at %d since %d, %s", &l.number, &l.at, &l.since, &l.half); err != nil {
		t.Fatalf("%q: %v", e.View.Text, err)
	}
	return l
}

// wantLife holds that a value which was put in before the first output is there for the 300 ms that it lives, and no longer.
func wantLife(t *testing.T, all []recordedEvent, value string) {
	t.Helper()
	first := readLedger(t, all[0])
	inside, outside := 0, 0
	for _, e := range all {
		l := readLedger(t, e)
		if l.number%4 != first.number%4 {
			continue
		}
		is, age := strings.Contains(e.View.Text, value), l.at-first.at
		switch {
		case is && age > 320 || !is && age < 280:
			t.Errorf("%d ms after it was put in: %s", age, e.View.Text)
		case is:
			inside++
		default:
			outside++
		}
	}
	if inside < 2 || outside < 2 {
		t.Errorf("%d outputs have %s, %d do not", inside, value, outside)
	}
}

// forgetReplay removes what came of a replay: others look at all recordings.
func (r *rig) forgetReplay(t *testing.T, id string) {
	t.Helper()
	var gone whatIf
	ask(t, http.MethodDelete, r.ask.base+"/api/v1/replays/"+id+"/result", nil, &gone)
}
