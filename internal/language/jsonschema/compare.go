package jsonschema

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/language"
)

// ErrUndecided: comparing took longer than the language's limit. The error names the part that is compared with most others.
var ErrUndecided = errors.New("compatibility was not decided in time")

// Compare gives the differences. What the profile's rules do not look at is listed too, as not breaking; under strict it breaks.
func (l Language) Compare(reader, writer language.Schema, rules language.Rules) ([]language.Difference, error) {
	r, ok := reader.(*schema)
	w, ok2 := writer.(*schema)
	if !ok || !ok2 {
		return nil, errors.New("both schemas have to be JSON schemas that this package parsed")
	}
	if r.normal() == w.normal() && slices.Equal(r.refs, w.refs) {
		return nil, nil
	}
	limit := l.Limit
	if limit == 0 {
		limit = usualLimit
	}
	v := &verdicts{rules: rules, table: map[pair]*verdict{}, until: time.Now().Add(limit), limit: limit}
	if err := v.solve(pair{r.shape, w.shape}); err != nil {
		return nil, err
	}
	c := &collector{verdicts: v, inside: map[pair]bool{}, quiet: map[pair]bool{}}
	c.descend(r.shape, w.shape, "")
	slices.SortStableFunc(c.list, func(a, b language.Difference) int {
		switch {
		case a.Breaking == b.Breaking:
			return 0
		case a.Breaking:
			return -1
		}
		return 1
	})
	return c.list, nil
}

// pair is a shape of the reader with one of the writer. Below a "not" they change sides.
type pair struct{ r, w *shape }

// finding is one difference, as a rule tells it.
type finding struct {
	kind     string
	breaking bool
	at       *shape // where the pointer leads, with keyword behind it
	keyword  string
	field    string // behind the path of the value that is looked at
	say      string
	args     []any
}

// judge is who listens to the rules. The rules ask for the same pairs whatever the answers are: a verdict knows by that on what it rests.
type judge interface {
	note(finding)
	// ask says whether a pair is compatible.
	ask(r, w *shape) bool
	// descend says that a pair has to be compatible, and that its differences are differences of this one.
	descend(r, w *shape, step string)
	// explain says that the differences of a pair that was asked for are the reason for what was noted.
	explain(r, w *shape, step string)
	strict() bool
	lenient() bool
	// late says that time is up.
	late() bool
}

// verdicts finds for each pair whether it is compatible: the greatest solution, in which pairs that rest on one another are compatible as long as
// nothing else breaks them. So recursion ends.
type verdicts struct {
	rules    language.Rules
	table    map[pair]*verdict
	order    []*verdict
	until    time.Time
	limit    time.Duration
	steps    int
	over     bool
	heaviest *shape // the combined shape with most pairs of parts
	weight   int

	current *verdict
}

type verdict struct {
	pair   pair
	ok     bool
	queued bool
	asked  bool // its rules were once gone through
	above  []*verdict
}

func (v *verdicts) strict() bool  { return v.rules.Profile == language.Strict }
func (v *verdicts) lenient() bool { return v.rules.Lenient }

// late looks at the clock now and then.
func (v *verdicts) late() bool {
	if v.steps++; v.steps%256 == 0 && !v.over {
		v.over = time.Now().After(v.until)
	}
	return v.over
}

func (v *verdicts) solve(root pair) error {
	if time.Now().After(v.until) {
		v.over = true
	}
	v.get(root)
	for i := 0; i < len(v.order); i++ {
		v.judge(v.order[i])
		if v.over {
			return v.undecided(root)
		}
	}
	// The order is that of discovery: parts come after what they are parts of. From the end, most pairs are gone through once more at most,
	// when all that they rest on is known; recursion alone takes more rounds.
	waiting := 0
	push := func(list []*verdict) {
		for _, d := range list {
			if d.ok && !d.queued {
				d.queued = true
				waiting++
			}
		}
	}
	for _, d := range v.order {
		if !d.ok {
			push(d.above)
		}
	}
	for waiting > 0 {
		for i := len(v.order) - 1; i >= 0; i-- {
			d := v.order[i]
			if !d.queued {
				continue
			}
			d.queued = false
			waiting--
			if v.judge(d); !d.ok {
				push(d.above)
			}
			if v.over {
				return v.undecided(root)
			}
		}
	}
	return nil
}

func (v *verdicts) undecided(root pair) error {
	at := root.r
	if v.heaviest != nil {
		at = v.heaviest
	}
	pointer := at.pointer
	if pointer == "" {
		pointer = "the root"
	}
	return fmt.Errorf("%w: %v were not enough; the part with most branches is %s: give it fewer, or branches that differ in type", ErrUndecided, v.limit, pointer)
}

func (v *verdicts) get(p pair) *verdict {
	d := v.table[p]
	if d == nil {
		d = &verdict{pair: p, ok: true}
		v.table[p] = d
		v.order = append(v.order, d)
	}
	return d
}

// judge goes through the rules of one pair.
func (v *verdicts) judge(d *verdict) {
	v.current = d
	step(d.pair.r, d.pair.w, v)
	d.asked = true
	v.current = nil
}

func (v *verdicts) note(f finding) {
	if f.breaking {
		v.current.ok = false
	}
}

func (v *verdicts) ask(r, w *shape) bool {
	d := v.get(pair{r, w})
	if !v.current.asked {
		d.above = append(d.above, v.current)
	}
	return d.ok
}

func (v *verdicts) descend(r, w *shape, _ string) {
	if !v.ask(r, w) {
		v.current.ok = false
	}
}

func (v *verdicts) explain(_, _ *shape, _ string) {}

// Differences are collected up to these numbers: definitions that many places share would otherwise repeat theirs without end.
const (
	mostBreaking = 1000
	mostOthers   = 1000
)

// collector goes through the rules once more, with all verdicts known, and writes the differences down with the fields that they concern.
type collector struct {
	*verdicts
	list     []language.Difference
	breaking int
	path     string
	inside   map[pair]bool
	quiet    map[pair]bool // pairs without any difference
}

func (c *collector) late() bool { return false }

func (c *collector) ask(r, w *shape) bool {
	d := c.table[pair{r, w}]
	return d == nil || d.ok
}

func (c *collector) descend(r, w *shape, step_ string) {
	p := pair{r, w}
	others := len(c.list) - c.breaking
	if c.inside[p] || c.quiet[p] || c.breaking >= mostBreaking || others >= mostOthers && c.ask(r, w) {
		return
	}
	before, path := len(c.list), c.path
	c.inside[p] = true
	c.path = grow(path, step_)
	step(r, w, c)
	c.path = path
	delete(c.inside, p)
	if len(c.list) == before {
		c.quiet[p] = true
	}
}

func (c *collector) explain(r, w *shape, step string) {
	if !c.ask(r, w) {
		c.descend(r, w, step)
	}
}

// grow puts a step behind a path: a name, or what means items or values.
func grow(path, step string) string {
	switch step {
	case "", "[]", "{}":
		return path + step
	}
	return join(path, step)
}

func (c *collector) note(f finding) {
	if f.breaking && c.breaking >= mostBreaking || !f.breaking && len(c.list)-c.breaking >= mostOthers {
		return
	}
	if f.breaking {
		c.breaking++
	}
	d := language.Difference{Kind: f.kind, Breaking: f.breaking, Field: grow(c.path, f.field), Message: f.say, Pointer: f.at.pointer + f.keyword}
	if len(f.args) > 0 {
		d.Message = fmt.Sprintf(f.say, f.args...)
	}
	if f.breaking {
		d.Advice = adviceFor(f.kind)
	}
	c.list = append(c.list, d)
}
