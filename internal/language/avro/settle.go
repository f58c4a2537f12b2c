package avro

// settle puts types in the place of their stand-ins once a text is read, and checks again what depends on them.
func (p *parser) settle() error {
	for _, w := range p.waiting {
		if p.known[(*w.slot).forward] == nil {
			return p.undefined(w)
		}
	}
	if p.defaults && p.cycles {
		if err := p.checkDefaults(); err != nil {
			return err
		}
	}
	for _, w := range p.waiting {
		*w.slot = p.known[(*w.slot).forward]
	}
	if len(p.waiting) > 0 {
		for _, u := range p.unions {
			if err := p.distinct(u); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *parser) settled(n *node) *node { return p.known[n.forward] }

// checkDefaults checks defaults against the types that they are of, which were stand-ins when the defaults were read.
func (p *parser) checkDefaults() error {
	for _, f := range p.fields {
		if f.preset == nil {
			continue
		}
		check := &defaultCheck{settled: p.settled}
		if ok := check.valid(f.typ, f.preset); check.stuck || !ok {
			return p.badDefault(f)
		}
		p.looksInside = p.looksInside || check.records
	}
	if !p.added || !p.looksInside {
		return nil
	}
	c := &copying{parser: p, state: map[*node]copyState{}}
	for _, n := range p.order {
		if c.visit(n); c.refused != nil {
			return p.failAt(c.refused.preset.at, c.refused.at.below("default"),
				"the default of field %s needs the fields of a record that contains it: give that record's field a default inside it instead", quoted(c.refused.name))
		}
	}
	return nil
}

// copying follows the order in which Java copies types to settle their references. It refuses a default that looks into a record whose
// copy has no fields yet; which ones these are in a cycle depends on that order. Java's steps are kept, not its cost: past mostCopySteps
// nothing is refused any more.
type copying struct {
	parser  *parser
	state   map[*node]copyState
	steps   int
	refused *field
}

type copyState uint8

const (
	copyNone copyState = iota
	copyBegun
	copyDone
)

const mostCopySteps = 200_000

// visitStep is a type to visit, or to end the visit of.
type visitStep struct {
	typ *node
	end bool
}

func (c *copying) visit(start *node) {
	visited := map[*node]bool{}
	stack := []visitStep{{start, false}}
	for len(stack) > 0 && c.refused == nil {
		if c.steps++; c.steps > mostCopySteps {
			return
		}
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := s.typ
		if s.end {
			c.finish(n)
			continue
		}
		if visited[n] {
			continue
		}
		switch n.kind {
		case kindRecord:
			c.begin(n)
			stack = append(stack, visitStep{n, true})
			for i := len(n.fields) - 1; i >= 0; i-- {
				stack = append(stack, visitStep{n.fields[i].typ, false})
			}
		case kindUnion:
			for _, b := range n.branches { // the last one comes first: so it is in Java
				stack = append(stack, visitStep{b, false})
			}
		case kindArray, kindMap:
			stack = append(stack, visitStep{n.items, false})
		default:
			continue
		}
		visited[n] = true
	}
}

func (c *copying) begin(n *node) {
	if c.state[n] != copyNone {
		return
	}
	c.state[n] = copyBegun
	if n.forward != "" {
		if target := c.parser.settled(n); c.state[target] == copyNone {
			c.visit(target)
		}
	}
}

func (c *copying) finish(n *node) {
	if n.forward != "" || c.state[n] == copyDone {
		return
	}
	for _, f := range n.fields {
		if f.preset == nil {
			continue
		}
		check := &defaultCheck{settled: c.parser.settled, complete: func(r *node) bool { return c.state[r] == copyDone }}
		if ok := check.valid(f.typ, f.preset); check.stuck || !ok {
			c.refused = f
			return
		}
	}
	c.state[n] = copyDone
}
