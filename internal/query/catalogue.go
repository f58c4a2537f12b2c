package query

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// catalogue is what the definitions of a recording say. A catalogue is never changed: a refresh that brings definitions makes
// another one, so that readers need no lock.
type catalogue struct {
	attempts   map[event.Key]*attempt
	operators  map[string]*operator // by id
	slugs      map[string][]string  // operator ids
	partitions map[event.Key]*event.PartitionDef
	splits     map[event.DefinitionID]*event.SplitDef
	states     map[event.DefinitionID]*event.StateDef
	processes  map[string]*event.ProcessDef // by UUID
	graph      *event.GraphDef
	planned    map[int]*event.PlannedBody // by node of the stream graph
}

// attempt is an attempt definition with its chain by index.
type attempt struct {
	event.AttemptDef
	key   event.Key
	chain []OperatorRef // by index; a hole has Index -1
	defs  []*event.ChainOperatorDef
}

// operator is an operator of the job, whatever attempt it was seen in.
type operator struct {
	id, name, slug string
	vertices       []string
}

func newCatalogue() *catalogue {
	return &catalogue{
		attempts: make(map[event.Key]*attempt), operators: make(map[string]*operator), slugs: make(map[string][]string),
		partitions: make(map[event.Key]*event.PartitionDef), splits: make(map[event.DefinitionID]*event.SplitDef),
		processes: make(map[string]*event.ProcessDef), states: make(map[event.DefinitionID]*event.StateDef),
		planned: make(map[int]*event.PlannedBody),
	}
}

// clone is a catalogue to which definitions can be added without changing c.
func (c *catalogue) clone() *catalogue {
	n := *c
	n.attempts, n.partitions, n.splits = maps.Clone(c.attempts), maps.Clone(c.partitions), maps.Clone(c.splits)
	n.processes, n.states, n.operators, n.slugs = maps.Clone(c.processes), maps.Clone(c.states), nil, nil
	return &n
}

// add parses d into c. Kinds that the catalogue does not keep are ignored.
func (c *catalogue) add(d event.Definition) error {
	switch d.Kind {
	case event.DefAttempt:
		var def event.AttemptDef
		if err := json.Unmarshal(d.Body, &def); err != nil {
			return err
		}
		key, err := event.ParseKey(def.AttemptKey)
		if err != nil {
			return err
		}
		// A task is announced before its chain is known, and again then; definitions come in any order.
		if old := c.attempts[key]; old == nil || len(def.Chain) >= len(old.Chain) {
			c.attempts[key] = newAttempt(key, def)
		}
	case event.DefPartition:
		var def event.PartitionDef
		if err := json.Unmarshal(d.Body, &def); err != nil {
			return err
		}
		key, err := event.ParseKey(def.Partition)
		if err != nil {
			return err
		}
		if old := c.partitions[key]; old == nil || old.Serializer == "" {
			c.partitions[key] = &def
		}
	case event.DefSplit:
		var def event.SplitDef
		if err := json.Unmarshal(d.Body, &def); err != nil {
			return err
		}
		c.splits[d.ID] = &def
	case event.DefState:
		var def event.StateDef
		if err := json.Unmarshal(d.Body, &def); err != nil {
			return err
		}
		c.states[d.ID] = &def
	case event.DefProcess:
		var def event.ProcessDef
		if err := json.Unmarshal(d.Body, &def); err != nil {
			return err
		}
		c.processes[def.Process] = &def
	case event.DefGraph:
		var def event.GraphDef
		if err := json.Unmarshal(d.Body, &def); err != nil {
			return err
		}
		if c.graph == nil || len(def.Vertices) > 0 && def.SubmittedUS >= c.graph.SubmittedUS {
			c.graph = &def
		}
	}
	return nil
}

// newAttempt puts the chain in order of index; an index that does not fit the length is replaced by the place in the list.
func newAttempt(key event.Key, def event.AttemptDef) *attempt {
	a := &attempt{AttemptDef: def, key: key}
	a.chain = make([]OperatorRef, len(def.Chain))
	a.defs = make([]*event.ChainOperatorDef, len(def.Chain))
	for i := range a.chain {
		a.chain[i].Index = -1
	}
	for i := range def.Chain {
		op := &def.Chain[i]
		at := op.Index
		if at < 0 || at >= len(a.chain) || a.defs[at] != nil {
			at = i
		}
		a.chain[at] = OperatorRef{Index: at, ID: op.Operator, Name: op.Name, Slug: Slug(op.Name), Kind: op.Kind}
		a.defs[at] = op
	}
	return a
}

// index gives operators their slugs, after definitions were added. Two operators whose names have the same slug, and one
// whose name has none, are called by 8 digits of their ids.
func (c *catalogue) index() {
	c.operators, c.slugs = make(map[string]*operator), make(map[string][]string)
	see := func(id, name, vertex string) {
		op := c.operators[id]
		if op == nil {
			op = &operator{id: id, name: name}
			c.operators[id] = op
			if slug := Slug(name); slug != "" {
				c.slugs[slug] = append(c.slugs[slug], id)
			}
		}
		if !slices.Contains(op.vertices, vertex) {
			op.vertices = append(op.vertices, vertex)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.attempts)) {
		a := c.attempts[key]
		for _, op := range a.Chain {
			see(op.Operator, op.Name, a.Vertex)
		}
	}
	if c.graph != nil {
		for _, v := range c.graph.Vertices {
			for _, op := range v.Operators {
				see(op.ID, op.Name, v.ID)
			}
		}
	}
	for id, op := range c.operators {
		op.slug = Slug(op.name)
		if len(c.slugs[op.slug]) != 1 {
			op.slug = shortID(id)
		}
	}
	for key, a := range c.attempts {
		named := *a
		named.chain = slices.Clone(a.chain)
		for i := range named.chain {
			if op := c.operators[named.chain[i].ID]; op != nil && named.chain[i].Index >= 0 {
				named.chain[i].Slug = op.slug
			}
		}
		c.attempts[key] = &named
	}
}

func shortID(id string) string { return id[:min(8, len(id))] }

// operatorNamed finds an operator by slug, by the beginning of its id, or by name. Errors: ErrNotFound, *AmbiguousError.
func (c *catalogue) operatorNamed(text string) (*operator, error) {
	ids := c.slugs[text]
	if len(ids) == 0 {
		ids = c.slugs[Slug(text)]
	}
	if low := strings.ToLower(text); len(ids) == 0 && len(text) >= 4 {
		for id := range c.operators {
			if strings.HasPrefix(id, low) {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
	}
	switch len(ids) {
	case 0:
		return nil, notFound("operator %q", text)
	case 1:
		return c.operators[ids[0]], nil
	}
	e := &AmbiguousError{What: "operator", Text: text}
	for _, id := range ids {
		short := shortID(id)
		for n := len(short); n < len(id) && count(ids, id[:n]) > 1; n++ {
			short = id[:n+1]
		}
		e.Candidates = append(e.Candidates, short)
	}
	return nil, e
}

func count(ids []string, prefix string) int {
	n := 0
	for _, id := range ids {
		if strings.HasPrefix(id, prefix) {
			n++
		}
	}
	return n
}

// operator is the operator at index of the chain; Index -1 in the answer = not known.
func (a *attempt) operator(index int) OperatorRef {
	if a != nil && index >= 0 && index < len(a.chain) && a.chain[index].Index >= 0 {
		return a.chain[index]
	}
	return OperatorRef{Index: index}
}

// at is the operator of an event in lane. What a task takes in enters at the head of its chain when the row does not say where.
func (a *attempt) at(lane event.Lane, index int) OperatorRef {
	if index < 0 && a != nil && (lane == event.LaneDet || lane == event.LaneSrc) {
		index = 0
	}
	return a.operator(index)
}

func (a *attempt) def(index int) *event.ChainOperatorDef {
	if a == nil || index < 0 || index >= len(a.defs) {
		return nil
	}
	return a.defs[index]
}

// indexOf is the place of the operator in the chain, -1 = not in it.
func (a *attempt) indexOf(operatorID string) int {
	for i, op := range a.chain {
		if op.Index >= 0 && op.ID == operatorID {
			return i
		}
	}
	return -1
}

// producer is the attempt that writes partition, nil when not known.
func (c *catalogue) producer(partition event.Key) *attempt {
	def := c.partitions[partition]
	if def == nil {
		return nil
	}
	key, err := event.ParseKey(def.Attempt)
	if err != nil {
		return nil
	}
	return c.attempts[key]
}

// serializer of the elements of partition, 0 = not known.
func (c *catalogue) serializer(partition event.Key) event.DefinitionID {
	if def := c.partitions[partition]; def != nil {
		if id, err := event.ParseDefinitionID(def.Serializer); err == nil {
			return id
		}
	}
	return 0
}

// clustersMeet tells whether two lists of bootstrap servers may name the same cluster: one is not known, or they share a
// server.
func clustersMeet(a, b string) bool {
	if a == "" || b == "" || a == b {
		return true
	}
	servers := strings.Split(b, ",")
	for i := range servers {
		servers[i] = strings.ToLower(strings.TrimSpace(servers[i]))
	}
	for s := range strings.SplitSeq(a, ",") {
		if s = strings.ToLower(strings.TrimSpace(s)); s != "" && slices.Contains(servers, s) {
			return true
		}
	}
	return false
}

// isID tells whether s looks like the beginning of an id in hex digits.
func isID(s string) bool {
	if s == "" {
		return false
	}
	_, err := hex.DecodeString(s + strings.Repeat("0", len(s)%2))
	return err == nil
}
