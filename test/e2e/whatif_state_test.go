//go:build e2e

package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// testLedger holds that states of every kind can be changed right before a record, on RocksDB and with a time to live: the record's output says
// so, nothing before it does, and what holds for a time holds for its time from then on.
func testLedger(t *testing.T, r *rig) {
	job := r.finished(t, r.jar, "e2e.Ledger")
	r.awaitCapsules(t, job)
	all, err := r.ask.events(t.Context(), job, "ledger", "record")
	if err != nil || len(all) != 600 {
		t.Fatalf("%d outputs of 600 numbers, %v", len(all), err)
	}
	// Changes at records that follow one another, in one run.
	cases := []struct {
		what   string
		change map[string]any
		want   string // in the output of the record: # is its number, % its half
	}{
		{"a value that lives for a while", map[string]any{"kind": "state", "state": "since", "value": "777000"}, " since 777000,"},
		{"an entry of a map", map[string]any{"kind": "state", "state": "totals", "map_key": "%", "value": "1000"}, "% 1001,"},
		{"an entry of a map that goes", map[string]any{"kind": "clear-state", "operator": "ledger", "state": "totals", "map_key": "%"}, "% 1,"},
		{"an element of a list", map[string]any{"kind": "state", "state": "last", "path": "0", "value": "-7"}, "last [-7, "},
		{"an element that comes", map[string]any{"kind": "add-state", "state": "last", "value": "-5"}, ", -5, #]"},
		{"all elements of a list", map[string]any{"kind": "clear-state", "state": "last"}, "last [#]"},
		{"a value as bytes", map[string]any{"kind": "state-bytes", "state": "last", "value": "00000001 0000000000000009"}, "last [9, #]"},
	}
	const first = 300
	var changes []any
	for i, c := range cases {
		e := all[first+i]
		if c.change["map_key"] != nil {
			c.change["map_key"] = readLedger(t, e).half
		}
		c.change["at"] = strconv.Itoa(invocationOf(t, e.Position))
		changes = append(changes, c.change)
	}
	run := r.startWhatIf(t, job, map[string]any{"position": all[first].Position, "changes": changes})
	r.wantParting(t, "states of all kinds", &run, invocationOf(t, all[first].Position))
	if d := run.Differences; d.Outputs.Altered < len(cases) || d.Outputs.Added+d.Outputs.Missing != 0 || d.State.Altered < 2 || d.State.Missing != 0 {
		t.Errorf("states of all kinds: %+v", d)
	}
	changed, err := r.ask.events(t.Context(), run.Derived, "ledger", "record")
	if err != nil || len(changed) != len(all) {
		t.Fatalf("%d outputs with the changes, %v", len(changed), err)
	}
	for i, c := range cases {
		said := readLedger(t, changed[first+i])
		want := strings.NewReplacer("#", strconv.Itoa(said.number), "%", said.half).Replace(c.want)
		if text := changed[first+i].View.Text; !strings.Contains(text, want) {
			t.Errorf("%s: %q has no %q", c.what, text, want)
		}
	}
	wantLife(t, changed[first:], "since 777000,")
	r.forgetReplay(t, run.ID)
	r.wantChangeShown(t, job, all[len(all)-1].Position)

	for text, change := range map[string]map[string]any{
		"no such state is registered at that time; there are: ledger/last (list), ledger/since (value), ledger/totals (map)": {"kind": "state", "state": "sinze", "value": "1"},
		"its value: ":     {"kind": "state", "state": "since", "value": "many"},
		"no key is known": {"kind": "state", "state": "since", "begin": true, "value": "1"},
	} {
		run := r.whatIf(t, job, map[string]any{"position": all[first].Position, "changes": []any{change}})
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

// wantLife holds that a value which was put in before the first output is there for about the 300 ms that it lives, by the clock of
// the recording, and not for good.
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
		case is && age > 450 || !is && age < 150: // two clocks are read, one after the other
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
