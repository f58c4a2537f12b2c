package cli

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) lineage() *cobra.Command {
	var q client.LineageQuery
	var up, down bool
	c := &cobra.Command{
		Use:   "lineage [RECORDING] RECORD",
		Short: "Follow a record: upstream to where it came from, downstream to all it became",
		Long: `Follow a record through operators, Kafka topics and jobs: upstream to the records it came from, downstream to all it became.
RECORD is topic/partition@offset, an element (partition:subpartition:seq), or a position. Without RECORDING a Kafka record is
followed through all recordings, and anything else is looked for in all of them, newest first.

Through state (windows, joins, aggregates, timers, asynchronous calls, mini-batches) it goes where the operator was recorded at level
trace. Each contribution is marked: exact, the operator had it at hand when it made the output, or over-approximated, with the reason.
Elsewhere the invocations on both sides are shown, and the answer says which level would tell more.

Exit 2: a gap, state, a missing recording or a limit ended a branch, so there may be more.`,
		Example: `  sightglass lineage orders/2@4711
  sightglass lineage order-totals orders/2@4711 --down
  sightglass lineage merchant-totals/0@17 --up -o json | jq -r '.nodes[] | select(.kind == "source") | .record'`,
		Args: between(1, 2, "a record, and a recording before it if you like"),
	}
	f := c.Flags()
	f.SortFlags = false
	f.BoolVar(&up, "up", false, "upstream only")
	f.BoolVar(&down, "down", false, "downstream only")
	f.IntVar(&q.Depth, "depth", 0, "most steps each way (default 32)")
	f.IntVar(&q.Limit, "limit", 0, "most records (default 500)")
	f.BoolVar(&q.NoPayload, "no-values", false, "leave values out")
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case up && down:
			return usage("without either, both ways are followed", "--up and --down exclude each other")
		case up:
			q.Direction = "up"
		case down:
			q.Direction = "down"
		}
		cl, err := a.client()
		if err != nil {
			return err
		}
		q.Record = args[len(args)-1]
		var answer *client.Answer[gen.Lineage]
		rec := "any"
		switch {
		case len(args) == 2:
			rec = args[0]
			q.Recording = rec
			answer, err = cl.Lineage(c.Context(), q)
		case isKafka(q.Record):
			q.Recording = rec
			answer, err = cl.Lineage(c.Context(), q)
		default:
			rec, answer, err = everywhere(c.Context(), cl, "the record "+q.Record, func(r string) (*client.Answer[gen.Lineage], error) {
				q.Recording = r
				return cl.Lineage(c.Context(), q)
			})
		}
		if err != nil {
			return err
		}
		l := &answer.Value
		done, err := a.raw(answer.Raw, false)
		if err != nil {
			return err
		}
		if !done {
			a.showLineage(l)
			if l.Recording != "" && rec == "any" {
				rec = l.Recording
			}
			fragment := ""
			if q.Direction != "" {
				fragment = "dir=" + q.Direction
			}
			a.link(cl, "/r/"+url.PathEscape(short(rec))+"/journey/"+escapeRecord(l.Record), fragment)
		}
		if !l.Complete {
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}

func escapeRecord(record string) string {
	parts := strings.Split(record, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

func (a *app) showLineage(l *gen.Lineage) {
	v := newLineageTree(l)
	t := newTable(
		column{head: "RECORD"}, column{head: "AFTER", right: true}, column{head: "TIME"}, column{head: "JOB", flex: true},
		column{head: "OPERATOR", flex: true}, column{head: "POSITION", flex: true}, column{head: "EVENT TIME", wide: true}, column{head: "TEXT", flex: true},
	)
	v.rows(t)
	t.print(a, 0)
	if len(l.Notes) > 0 {
		if a.Terminal {
			a.say("")
		}
		for _, n := range l.Notes {
			a.note(n)
		}
	}
	word := "complete"
	if !l.Complete {
		word = "not complete: see the notes"
	}
	a.hint("%s up, %s down, %s; %s; %.0f ms", plural(int(l.Counts.Up), "record"), plural(int(l.Counts.Down), "record"), plural(int(l.Counts.Jobs), "job"), word, l.TookMs)
}

func (a *app) note(n gen.Note) {
	text := string(n.Kind) + ": " + n.Text
	if n.Hint != "" {
		text += " – " + n.Hint
	}
	if a.Terminal {
		a.say("%s", a.paint(amber, clean(text)))
		return
	}
	a.hint("%s", clean(text))
}

// lineageTree lays the graph of a lineage out as two trees that meet in the record asked for. A node with several parents stands
// where it was met first; later it is only named.
type lineageTree struct {
	nodes map[string]*gen.LineageNode
	from  map[string][]gen.LineageEdge // by the node that an edge leaves
	to    map[string][]gen.LineageEdge // by the node that it reaches
	roots []string
	seen  map[string]bool
}

func newLineageTree(l *gen.Lineage) *lineageTree {
	t := &lineageTree{
		nodes: map[string]*gen.LineageNode{}, from: map[string][]gen.LineageEdge{}, to: map[string][]gen.LineageEdge{}, seen: map[string]bool{},
	}
	for i := range l.Nodes {
		n := &l.Nodes[i]
		t.nodes[n.ID] = n
		if n.Depth == 0 {
			t.roots = append(t.roots, n.ID)
		}
	}
	for _, e := range l.Edges {
		t.from[e.From] = append(t.from[e.From], e)
		t.to[e.To] = append(t.to[e.To], e)
	}
	return t
}

// rows writes the way up above the record, farthest first, so that time runs down the page, and the way down below it.
func (t *lineageTree) rows(out *table) {
	for _, root := range t.roots {
		t.seen[root] = true
	}
	for _, root := range t.roots {
		var above [][]string
		t.up(root, "", func(cells []string) { above = append(above, cells) })
		for i := len(above) - 1; i >= 0; i-- {
			out.add(above[i]...)
		}
		out.add(t.cells(root, "● ", "", "")...)
		t.down(root, "", out)
	}
}

// up collects the ancestors of id, nearest first; the caller turns the order round, so branches open upwards.
func (t *lineageTree) up(id, indent string, add func([]string)) {
	edges := t.to[id]
	for i, e := range edges {
		branch, next := "┌─ ", indent+"│  "
		if i == len(edges)-1 {
			next = indent + "   "
		}
		n := t.nodes[e.From]
		if n == nil || n.Depth >= 0 {
			continue
		}
		if i < len(edges)-1 {
			branch = "├─ "
		}
		if t.seen[e.From] {
			add(t.again(e.From, indent+branch, contribution(e)))
			continue
		}
		t.seen[e.From] = true
		cells := t.cells(e.From, indent+branch, edgeLatency(e), contribution(e))
		add(cells)
		t.up(e.From, next, add)
	}
}

func (t *lineageTree) down(id, indent string, out *table) {
	edges := t.from[id]
	for i, e := range edges {
		n := t.nodes[e.To]
		if n == nil || n.Depth <= 0 {
			continue
		}
		branch, next := "├─ ", indent+"│  "
		if i == len(edges)-1 {
			branch, next = "└─ ", indent+"   "
		}
		if t.seen[e.To] {
			out.add(t.again(e.To, indent+branch, contribution(e))...)
			continue
		}
		t.seen[e.To] = true
		out.add(t.cells(e.To, indent+branch, edgeLatency(e), contribution(e))...)
		t.down(e.To, next, out)
	}
}

func edgeLatency(e gen.LineageEdge) string {
	text := ""
	if e.LatencyMs != "" {
		text = milliseconds(e.LatencyMs)
	}
	if e.Kind == "state" || e.Kind == "dropped" {
		text = strings.TrimSpace(string(e.Kind) + " " + text)
	}
	return text
}

// contribution says what a record went through, and how sure that is; empty for other edges.
func contribution(e gen.LineageEdge) string {
	switch {
	case e.Proof == "":
		return ""
	case e.Reason != "":
		return strings.TrimSpace(throughWords(e)+string(e.Proof)) + ": " + e.Reason
	}
	return throughWords(e) + string(e.Proof)
}

func throughWords(e gen.LineageEdge) string {
	if e.Through == "" {
		return ""
	}
	return "through " + e.Through + ", "
}

func (t *lineageTree) cells(id, prefix, latency, through string) []string {
	n := t.nodes[id]
	name := n.Record
	if name == "" {
		name = string(n.Kind)
	}
	text := n.View.Text
	if n.StateNote != "" {
		text = strings.TrimSpace(text + " (" + n.StateNote + ")")
	}
	if through != "" {
		text = strings.TrimSpace(text + " (" + through + ")")
	}
	op := n.OpName
	if n.Subtask >= 0 && op != "" {
		op += "." + strconv.FormatInt(n.Subtask, 10)
	}
	return []string{prefix + name, latency, instant(n.Time), orNothing(n.Job), orNothing(op), orNothing(n.Position), instant(n.EventTime), text}
}

func (t *lineageTree) again(id, prefix, through string) []string {
	n := t.nodes[id]
	name := n.Record
	if name == "" {
		name = string(n.Kind)
	}
	return []string{prefix + name, "", "", "", "", "", "", "(" + strings.TrimPrefix(through+"; shown already", "; ") + ")"}
}
