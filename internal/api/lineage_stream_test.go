package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestLineageInPartsIsTheWhole(t *testing.T) {
	f := open(t, local)
	record := f.truth.Orders[5].Parsed.String()
	path := "/recordings/" + f.truth.Totals.String() + "/lineage"
	whole := answerOf[Lineage](t, f, path+"?record="+url.QueryEscape(record))
	status, header, body := get2(t, f, Base+path+"/parts?record="+url.QueryEscape(record))
	if status != http.StatusOK || !strings.HasPrefix(header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%d %s %.300s", status, header.Get("Content-Type"), body)
	}
	nodes := make(map[string]LineageNode)
	var end *LineageEnd
	edges, notes := 0, 0
	for _, line := range strings.Split(string(body), "\n") {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var p LineagePart
		if err := json.Unmarshal([]byte(data), &p); err != nil {
			t.Fatal(err)
		}
		if end != nil {
			t.Fatalf("%s comes after the end", data)
		}
		switch {
		case p.Node != nil:
			nodes[p.Node.ID] = *p.Node
		case p.Edge != nil:
			edges++
			for _, id := range []string{p.Edge.From, p.Edge.To} {
				if _, ok := nodes[id]; !ok {
					t.Errorf("edge %s to %s comes before node %s", p.Edge.From, p.Edge.To, id)
				}
			}
		case p.Note != nil:
			notes++
		case p.End != nil:
			end = p.End
		}
	}
	if end == nil || end.Complete != whole.Complete || end.Counts != whole.Counts || len(nodes) != len(whole.Nodes) || edges != len(whole.Edges) || notes != len(whole.Notes) {
		t.Fatalf("%d nodes, %d edges, %d notes, end %+v; the whole has %d, %d, %d, %+v", len(nodes), edges, notes, end, len(whole.Nodes), len(whole.Edges), len(whole.Notes), whole.Counts)
	}
	for _, n := range whole.Nodes {
		got, ok := nodes[n.ID]
		if !ok || (got.View == nil) != (n.View == nil) || n.StateNote != "" && end.StateNotes[n.ID] != n.StateNote {
			t.Errorf("node %s: %+v, want %+v", n.ID, got, n)
		}
	}
	if len(nodes) == 0 || len(slices.Collect(maps.Keys(end.StateNotes))) == 0 {
		t.Error("nothing was tested")
	}
	if status, _, _ := get2(t, f, Base+path+"/parts?record=what"); status != http.StatusBadRequest {
		t.Errorf("a record that is none: status %d", status)
	}
}
