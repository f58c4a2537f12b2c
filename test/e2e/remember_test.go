//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// remembered says of each output of job Remember how many of its contributors must be proven, as a share. Everything that is marked
// exact must be true in any case, and nothing that is true may be missing.
var remembered = []struct {
	op     string
	proven float64
}{
	{"aggregated", 1}, {"listed", 1}, {"session", 1}, {"once", 1}, {"timed", 1}, {"paired", 1},
	{"asked", 0.8},   // calls that were open at the failure came back with the operator's state
	{"evicted", 0},   // of a window with several records
	{"each", 0.5},    // of a list that was given out one by one: the record that did it
	{"matched", 0.5}, // where the other side had one row
	{"gathered", 0},  // of mini-batches of several keys
}

// testRemember records a job at level trace that keeps numbers in state of every usual kind, fails once in its middle, and writes on
// each output which numbers it was made of. Lineage must give these and no others where it says exact, and all of them anyway.
func testRemember(t *testing.T, r *rig) {
	const count = 400
	r.setPolicy(t, "level: flight\nrules:\n  - {job: remember, level: trace}\n")
	defer r.setPolicy(t, "level: flight\n")
	job := r.finished(t, r.jar, "e2e.Remember", "--parallelism", "2", "--count", fmt.Sprint(count))
	checkRemembered(t, r.ask, job, count)
	r.wantReplay(t, job, "aggregated", true)
}

// checkRemembered compares the lineage of every output with what the output says.
func checkRemembered(t *testing.T, server *serverClient, job string, count int) {
	all, wanting := tally{}, tally{}
	for _, c := range remembered {
		var exact, marked, whole tally
		events, err := server.events(t.Context(), job, c.op, "record")
		if err != nil {
			t.Fatal(err)
		}
		truths := map[string]bool{}
		for _, e := range events {
			if e.View == nil || !strings.HasPrefix(e.View.Text, c.op+":") {
				continue // of an update what was before
			}
			truth := idsOf(e.View.Text)
			for id := range truth {
				truths[id] = true
			}
			proven, over, l := server.contributors(t, job, e.Element)
			union := set{}
			for id := range proven {
				union.add(id)
			}
			for id := range over {
				union.add(id)
			}
			right := set{}
			for id := range proven {
				if _, ok := truth[id]; ok {
					right.add(id)
				}
			}
			marked.compare(truth, right)
			if !exact.compare(right, proven) {
				t.Errorf("%s %s: %q: exact is what is not: %v, over-approximated %v; notes %v", c.op, e.Element, e.View.Text, proven, over, l.Notes)
			}
			missing := set{}
			for id := range truth {
				if _, ok := union[id]; ok {
					missing.add(id)
				}
			}
			if !whole.compare(truth, missing) {
				t.Errorf("%s %s: %q: not all contributors: exact %v, over-approximated %v; notes %v", c.op, e.Element, e.View.Text, proven, over, l.Notes)
			}
		}
		t.Logf("%s: %d outputs: marked exact: precision %.4f, recall %.4f; with over-approximated ones recall %.4f; %d true pairs", c.op,
			exact.records, exact.precision(), marked.recall(), whole.recall(), whole.truth)
		if marked.recall() < c.proven {
			t.Errorf("%s: %.4f of what is true is proven, want %.2f", c.op, marked.recall(), c.proven)
		}
		if exact.records == 0 || len(truths) < count/5 {
			t.Errorf("%s: %d outputs of %d numbers: too little was tested", c.op, exact.records, len(truths))
		}
		all.add(exact)
		wanting.add(whole)
	}
	t.Logf("marked exact: %s", all)
	t.Logf("with over-approximated ones: recall %.4f of %d true pairs", wanting.recall(), wanting.truth)
	if all.precision() != 1 || wanting.recall() != 1 {
		t.Errorf("precision of exact %.4f, recall of all %.4f", all.precision(), wanting.recall())
	}
}

func (t *tally) add(o tally) {
	t.records, t.truth, t.found, t.both = t.records+o.records, t.truth+o.truth, t.found+o.found, t.both+o.both
}

// idsOf reads the numbers that an output says it was made of.
func idsOf(text string) set {
	ids := set{}
	_, list, found := strings.Cut(text, ":")
	if !found {
		list = text
	}
	for _, id := range strings.Split(list, ",") {
		ids.add(id)
	}
	return ids
}

var rowNumber = regexp.MustCompile(`f0: "(\d+)"`)

// numberIn is the number that an element holds: by itself, or as a field of a row.
func numberIn(text string) string {
	if found := rowNumber.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return text
}

type contributors struct {
	Nodes []node `json:"nodes"`
	Edges []struct {
		From, To, Kind, Proof, Reason string
	} `json:"edges"`
	Notes []struct {
		Kind, Text, Hint string
	} `json:"notes"`
}

// contributors asks what an element came from, one step up: the numbers that are proven, and those that may be.
func (c *serverClient) contributors(t *testing.T, job, element string) (proven, over set, l contributors) {
	t.Helper()
	q := url.Values{"record": {element}, "dir": {"up"}, "depth": {"1"}}
	if err := c.get(t.Context(), "/api/v1/recordings/"+job+"/lineage?"+q.Encode(), &l); err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, n := range l.Nodes {
		if n.View != nil && n.Kind != "invocation" {
			texts[n.ID] = n.View.Text
		}
	}
	proven, over = set{}, set{}
	for _, e := range l.Edges {
		id := numberIn(texts[e.From])
		switch {
		case id == "" || texts[e.To] == "" || e.From == e.To:
		case e.Reason == "":
			proven.add(id)
		default:
			over.add(id)
		}
	}
	for id := range proven {
		delete(over, id)
	}
	return proven, over, l
}

func (r *rig) setPolicy(t *testing.T, text string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, r.ask.base+"/api/v1/recording-policy", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(answer.Body)
		t.Fatalf("setting the policy: status %d: %s", answer.StatusCode, said)
	}
}
