package query

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// graphLocked draws the job graph with what the tallies say. current holds the newest attempts. The model is locked.
func (v *view) graphLocked(p pace, current []Attempt) Graph {
	d := &drawing{view: v, pace: p, current: make(map[string][]Attempt), attempts: make(map[string][]*attempt), sentTo: make(map[event.Key][]event.Key)}
	for key, def := range v.cat.partitions {
		if producer, err := event.ParseKey(def.Attempt); err == nil {
			d.sentTo[producer] = append(d.sentTo[producer], key)
		}
	}
	for _, a := range current {
		d.current[a.Vertex] = append(d.current[a.Vertex], a)
	}
	for _, key := range slices.Sorted(maps.Keys(v.cat.attempts)) {
		a := v.cat.attempts[key]
		d.attempts[a.Vertex] = append(d.attempts[a.Vertex], a)
	}
	var g Graph
	drawn := make(map[edgeEnds]bool)
	known := make(map[string]bool)
	if def := v.cat.graph; def != nil {
		for _, vertex := range def.Vertices {
			known[vertex.ID] = true
			g.Vertices = append(g.Vertices, d.vertex(vertex.ID, &vertex))
		}
		for _, vertex := range def.Vertices {
			for _, in := range vertex.Inputs {
				drawn[edgeEnds{in.Dataset, in.Vertex, vertex.ID}] = true
				g.Edges = append(g.Edges, d.edge(in.Dataset, in.Vertex, vertex.ID, in.Ship))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(d.attempts)) {
		if !known[id] {
			g.Inferred = true
			g.Vertices = append(g.Vertices, d.vertex(id, nil))
		}
	}
	g.Edges = append(g.Edges, d.seenEdges(drawn)...)
	if g.Inferred {
		order(&g)
	}
	g.Topics = d.topics()
	return g
}

// drawing is what one drawing of the graph looks things up in, by vertex.
type drawing struct {
	*view
	pace     pace
	current  map[string][]Attempt
	attempts map[string][]*attempt
	sentTo   map[event.Key][]event.Key // partitions by producer's attempt
}

func (d *drawing) vertex(id string, def *event.GraphVertexDef) Vertex {
	x := Vertex{ID: id, State: worstState(d.current[id]), Watermark: NoEventTime}
	if def != nil {
		x.Name, x.Parallelism = def.Name, def.Parallelism
	}
	for _, a := range d.attempts[id] {
		x.Name = cmp.Or(x.Name, bareTask(a))
		if def == nil {
			x.Parallelism = max(x.Parallelism, a.Parallelism)
		}
		if t := d.model.tallies[a.key]; t != nil {
			x.RecordsIn += t.in().total
			x.RecordsOut += t.out.total
			x.InPerSecond += d.pace.of(t.in())
			x.OutPerSecond += d.pace.of(&t.out)
		}
	}
	marks := make(map[int]EventTime)
	for _, a := range d.current[id] {
		s := Subtask{
			Subtask: a.Subtask, Attempt: a.Attempt, Key: a.Key, State: a.State, Host: a.Host, Process: a.Process,
			Watermark: NoEventTime, LastSeen: a.LastSeen,
		}
		if t := d.model.tallies[a.Key]; t != nil {
			s.RecordsIn, s.RecordsOut = t.in().total, t.out.total
			s.InPerSecond, s.OutPerSecond = d.pace.of(t.in()), d.pace.of(&t.out)
			s.Watermark = t.watermark()
			if s.Watermark != NoEventTime {
				marks[a.Subtask] = s.Watermark
			}
		}
		x.Subtasks = append(x.Subtasks, s)
	}
	x.Watermark = lowest(marks)
	x.WatermarkLag = lagAt(d.model.latest, x.Watermark)
	x.Operators = d.operators(id, def)
	return x
}

// bareTask is the task's name without the subtask that Flink puts behind it, as in (1/4).
func bareTask(a *attempt) string {
	return strings.TrimSuffix(a.Task, fmt.Sprintf(" (%d/%d)", a.Subtask+1, a.Parallelism))
}

// operators lists the vertex's chain: by the newest attempt's definition, or by the graph when no attempt is known.
func (d *drawing) operators(vertex string, def *event.GraphVertexDef) []Operator {
	uid := make(map[string]string)
	if def != nil {
		for _, op := range def.Operators {
			uid[op.ID] = op.UID
		}
	}
	var chain *attempt
	for _, a := range d.attempts[vertex] {
		if chain == nil || len(a.chain) > len(chain.chain) {
			chain = a
		}
	}
	var list []Operator
	if chain == nil {
		if def == nil {
			return nil
		}
		for i, op := range def.Operators {
			o := Operator{ID: op.ID, Index: i, UID: op.UID, Name: op.Name, Slug: Slug(op.Name)}
			if known := d.cat.operators[op.ID]; known != nil {
				o.Slug = known.slug
			}
			list = append(list, o)
		}
		return list
	}
	for i, ref := range chain.chain {
		def := chain.defs[i]
		if def == nil {
			continue
		}
		o := Operator{
			ID: ref.ID, Index: ref.Index, UID: uid[ref.ID], Name: ref.Name, Slug: ref.Slug, Kind: ref.Kind, Class: def.Class,
			Function: def.Function, Stateful: def.Stateful, Timers: def.Timers, Next: def.Next, Outputs: def.Outputs,
		}
		drops := make(dropTally)
		for _, a := range d.attempts[vertex] {
			if t := d.model.tallies[a.key]; t != nil {
				o.add(t.operators[i], d.pace)
				t.operators[i].addDrops(drops)
			}
		}
		o.Drops = drops.sums()
		o.Topic = d.topicOf(vertex, i, ref.Kind)
		list = append(list, o)
	}
	return list
}

// add counts one attempt's part. Without chain counts (kinds entered and passed) rows stand in for them.
func (o *Operator) add(t *operatorTally, p pace) {
	if t == nil {
		return
	}
	in, out := &t.entered, &t.passed
	if t.read.total > 0 {
		in = &t.read
	}
	switch {
	case t.written.total > 0:
		out = &t.written
	case out.total == 0:
		out = &t.sent
	}
	o.RecordsIn += in.total
	o.RecordsOut += out.total
	o.InPerSecond += p.of(in)
	o.OutPerSecond += p.of(out)
}

func (t *operatorTally) addDrops(to dropTally) {
	if t == nil {
		return
	}
	for reason, n := range t.drops {
		to[reason] += n
	}
}

type edgeEnds struct{ dataset, from, to string }

// seenEdges makes an edge of each data set that went between two vertices, but for those drawn already.
func (d *drawing) seenEdges(drawn map[edgeEnds]bool) []Edge {
	seen := make(map[edgeEnds]string) // partitioner
	for key, def := range d.cat.partitions {
		from := d.cat.producer(key)
		f := d.model.flows[key]
		if from == nil || f == nil {
			continue
		}
		for consumer := range f.consumers {
			if to := d.cat.attempts[consumer]; to != nil && !drawn[edgeEnds{def.Dataset, from.Vertex, to.Vertex}] {
				seen[edgeEnds{def.Dataset, from.Vertex, to.Vertex}] = def.Partitioner
			}
		}
	}
	keys := slices.SortedFunc(maps.Keys(seen), func(a, b edgeEnds) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.dataset, b.dataset))
	})
	var list []Edge
	for _, k := range keys {
		list = append(list, d.edge(k.dataset, k.from, k.to, shipOf(seen[k])))
	}
	return list
}

// shipOf is Flink's ship strategy of a partitioner class.
func shipOf(class string) string {
	for _, s := range []struct{ class, ship string }{
		{"ForwardPartitioner", "FORWARD"}, {"ForwardForConsecutiveHashPartitioner", "FORWARD"}, {"KeyGroupStreamPartitioner", "HASH"},
		{"RebalancePartitioner", "REBALANCE"}, {"RescalePartitioner", "RESCALE"}, {"BroadcastPartitioner", "BROADCAST"},
		{"GlobalPartitioner", "GLOBAL"}, {"ShufflePartitioner", "SHUFFLE"}, {"CustomPartitionerWrapper", "CUSTOM"},
		{"BinaryHashPartitioner", "HASH"},
	} {
		if len(class) >= len(s.class) && class[len(class)-len(s.class):] == s.class {
			return s.ship
		}
	}
	return class
}

func (d *drawing) edge(dataset, from, to, ship string) Edge {
	e := Edge{ID: dataset, From: from, To: to, Ship: ship, Watermark: NoEventTime}
	marks := make(map[event.Key]EventTime)
	alive := make(map[event.Key]bool)
	for _, a := range d.current[from] {
		alive[a.Key] = !terminal(a.State) && !terminal(d.model.log.state)
	}
	countable := true
	for _, key := range d.cat.ofDataset(dataset) {
		def, a := d.cat.partitions[key], d.cat.producer(key)
		if a == nil || a.Vertex != from {
			continue
		}
		if e.Serializer == 0 {
			e.Serializer = d.cat.serializer(key)
		}
		op := a.sender(def.Output)
		if e.FromOperator == "" && op >= 0 {
			e.FromOperator = a.operator(op).Slug
		}
		t, f := d.model.tallies[a.key], d.model.flows[key]
		records, perSecond := d.sentRecords(a, op, def, t, f)
		e.Records += records
		e.PerSecond += perSecond
		if f != nil {
			e.BytesPerSecond += d.pace.of(&f.bytes)
		}
		if !alive[a.key] {
			continue
		}
		if t != nil {
			if w, ok := t.watermarkOut[key]; ok {
				marks[key] = w
			}
		}
		if f != nil {
			n, ok := f.inFlight()
			countable = countable && ok
			e.InFlight += n
			e.HasInFlight = countable
		}
	}
	if !countable {
		e.InFlight = 0
	}
	if heads := d.attempts[to]; len(heads) > 0 {
		e.ToOperator = heads[0].operator(0).Slug
	}
	e.Watermark = lowest(marks)
	e.WatermarkLag = lagAt(d.model.latest, e.Watermark)
	return e
}

// sentRecords counts the records that an attempt sent to one partition. An operator with one output has its rows counted; of
// one with several the elements of each partition are known, so the watermarks and markers among them, which go to all
// subpartitions of all outputs alike, are taken off.
func (d *drawing) sentRecords(a *attempt, op int, def *event.PartitionDef, t *tally, f *flow) (uint64, float64) {
	if t == nil || f == nil {
		return 0, 0
	}
	chain := a.def(op)
	o := t.operators[max(op, 0)]
	if chain == nil || o == nil {
		return f.sent.total, d.pace.of(&f.sent)
	}
	if len(chain.Outputs) == 1 {
		return o.sent.total, d.pace.of(&o.sent)
	}
	records := f.sent.total
	if broadcasts(def) {
		records /= uint64(max(def.Subpartitions, 1))
	} else if elements, subs, ok := d.sentBy(a, chain.Outputs); ok && elements > o.sent.total {
		marks := (elements - o.sent.total) * uint64(max(def.Subpartitions, 1)) / max(subs, 1)
		records -= min(records, marks)
	}
	return records, d.pace.of(&f.sent) * float64(records) / float64(max(f.sent.total, 1))
}

func broadcasts(def *event.PartitionDef) bool { return shipOf(def.Partitioner) == "BROADCAST" }

// sentBy counts the elements that an attempt sent to outputs, and their subpartitions; not ok when a broadcast is among them,
// whose elements are not one for each record.
func (d *drawing) sentBy(a *attempt, outputs []int) (elements, subpartitions uint64, ok bool) {
	for _, key := range d.sentTo[a.key] {
		def := d.cat.partitions[key]
		if !slices.Contains(outputs, def.Output) {
			continue
		}
		if broadcasts(def) {
			return 0, 0, false
		}
		subpartitions += uint64(max(def.Subpartitions, 1))
		if f := d.model.flows[key]; f != nil {
			elements += f.sent.total
		}
	}
	return elements, subpartitions, true
}

// sender is the index of the operator that writes output, -1 = not known.
func (a *attempt) sender(output int) int {
	for i, def := range a.defs {
		if def != nil && slices.Contains(def.Outputs, output) {
			return i
		}
	}
	return -1
}

// ofDataset lists the partitions of a data set.
func (c *catalogue) ofDataset(dataset string) []event.Key {
	var keys []event.Key
	for key, def := range c.partitions {
		if def.Dataset == dataset {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// order sorts the vertices of an inferred graph along its edges; those of a cycle keep the order of their ids.
func order(g *Graph) {
	level := make(map[string]int)
	for range g.Vertices {
		moved := false
		for _, e := range g.Edges {
			if level[e.To] <= level[e.From] && level[e.From] < len(g.Vertices) {
				level[e.To], moved = level[e.From]+1, true
			}
		}
		if !moved {
			break
		}
	}
	slices.SortStableFunc(g.Vertices, func(a, b Vertex) int { return cmp.Compare(level[a.ID], level[b.ID]) })
}
