package checks

import (
	"hash/maphash"
	"math"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/contract"
)

// program judges records by the checks of one stream.
type program struct {
	stream *contract.Stream
	paths  []contract.Path
	parts  map[contract.Part]*plan
	rules  []rule // by place in stream.Checks; those that are not about records have no eval
	each   []int  // places of those that are
	memory memory
	flat   *flat

	object  bool   // values are objects: the contract declares members of them
	textKey bool   // the key is text
	format  string // that values have; empty: any
	told    bool   // conformity is checked, so that what cannot be read is told by it
}

// rule is a check with the slots of its paths.
type rule struct {
	check  *contract.Check
	slot   int
	listed bool // its path leads through a list
	value  bool // it looks into the value
	slots  []int
	format func(string) bool
}

// newProgram compiles a stream. format is that of the server's records in the contract; empty: any.
func newProgram(s *contract.Stream, format string) *program {
	p := &program{stream: s, paths: pathsOf(s), parts: map[contract.Part]*plan{}, format: format}
	for _, f := range s.Fields {
		p.object = p.object || f.Path.Part == contract.PartValue
		p.textKey = p.textKey || f.Path == (contract.Path{Part: contract.PartKey}) && f.LogicalType == "string"
	}
	for _, part := range []contract.Part{contract.PartValue, contract.PartKey, contract.PartHeaders} {
		if slices.ContainsFunc(p.paths, func(x contract.Path) bool { return x.Part == part }) {
			p.parts[part] = newPlan(p.paths, part)
		}
	}
	p.flat = newFlat(p.parts[contract.PartValue])
	slot := func(x contract.Path) int { return slices.Index(p.paths, x) }
	for i := range s.Checks {
		c := &s.Checks[i]
		r := rule{check: c, slot: slot(c.Path), listed: slices.Contains(c.Path.List(), contract.Each), format: formats[c.Format]}
		for _, x := range c.Paths {
			r.slots = append(r.slots, slot(x))
		}
		if c.Kind.PerRecord() {
			p.each = append(p.each, i)
		}
		switch c.Kind {
		case contract.Conformity:
			p.told = true
		case contract.DeadLetter:
		case contract.Rule:
			r.value = c.Expression.Uses(contract.PartValue)
		case contract.Unique:
			r.value = len(c.Paths) > 0 && c.Paths[0].Part == contract.PartValue
		default:
			r.value = c.Path.Part == contract.PartValue
		}
		p.rules = append(p.rules, r)
	}
	p.memory = newMemory(len(s.Checks))
	return p
}

func (p *program) row() *row {
	return &row{one: make([]cell, len(p.paths)), lists: make([][]cell, len(p.paths))}
}

// meta is what is known of a record besides what it holds.
type meta struct {
	partition int32
	offset    int64
	time      int64 // ms
	null      bool  // the value is null: a tombstone
	conforms  bool
	why       string // it does not
	dead      bool   // a rule executor put it here
	unread    bool   // the value is not what checks of its members could be asked about
	key       uint64 // hash of the key; 0: it is null
	facts     contract.Facts
}

// judge appends the places of the checks that a record breaks.
func (p *program) judge(r *row, m *meta, bad []int) []int {
	for _, i := range p.each {
		x := &p.rules[i]
		// What a value would have, a tombstone does not owe; and what could not be read is one mistake, not one of each member.
		if x.value && (m.null || m.unread && p.told) {
			continue
		}
		if !p.holds(x, i, r, m) {
			bad = append(bad, i)
		}
	}
	return bad
}

func (p *program) holds(x *rule, i int, r *row, m *meta) bool {
	switch x.check.Kind {
	case contract.Conformity:
		return m.conforms
	case contract.DeadLetter:
		return !m.dead
	case contract.Rule:
		ok, _ := x.check.Expression.Holds(m.facts)
		return ok
	case contract.Unique:
		return p.memory.unique(i, x, r, m)
	case contract.Ordering:
		return p.memory.ordered(i, x, r, m)
	case contract.Late:
		return p.memory.inTime(i, x, r, m)
	case contract.Latency:
		at, ok := r.one[x.slot].eventTime()
		return !ok || m.time-at <= x.check.Within.Milliseconds()
	}
	if !x.listed {
		return x.good(&r.one[x.slot])
	}
	for k := range r.lists[x.slot] {
		if !x.good(&r.lists[x.slot][k]) {
			return false
		}
	}
	return true
}

// good judges one cell. What is not there, or is no value of the type that a check is about, only Required, Missing and Type object to: one
// mistake is told once.
func (x *rule) good(c *cell) bool {
	k := x.check
	switch k.Kind {
	case contract.Required:
		return c.kind != cellMissing && c.kind != cellNull
	case contract.Missing:
		return c.kind != cellMissing && c.kind != cellNull && !in(k, c)
	}
	if c.kind == cellMissing || c.kind == cellNull {
		return true
	}
	switch k.Kind {
	case contract.Type:
		return typed(k.LogicalType, c)
	case contract.Pattern:
		return c.kind != cellText || k.Pattern.MatchString(c.text)
	case contract.Format:
		return c.kind != cellText || x.format == nil || x.format(c.text)
	case contract.Range:
		return c.kind != cellNumber || inRange(k, c.number)
	case contract.Length:
		n := c.n
		switch c.kind {
		case cellText:
			n = utf8.RuneCountInString(c.text)
		case cellBytes, cellList, cellObject:
		default:
			return true
		}
		return n >= k.Least && (k.Most < 0 || n <= k.Most)
	case contract.Values:
		return in(k, c)
	}
	return true
}

// in says whether a cell is one of the values of a check.
func in(k *contract.Check, c *cell) bool {
	switch c.kind {
	case cellText, cellTime:
		return k.Texts[c.text]
	case cellNumber:
		return k.Numbers[c.number]
	case cellBool:
		return k.Truths[c.truth]
	}
	return false
}

func inRange(k *contract.Check, f float64) bool {
	switch {
	case math.IsNaN(f):
		return false
	case k.Min != nil && (f < *k.Min || k.OpenMin && f == *k.Min):
		return false
	case k.Max != nil && (f > *k.Max || k.OpenMax && f == *k.Max):
		return false
	case k.Multiple > 0:
		q := f / k.Multiple
		return math.Abs(q-math.Round(q)) <= 1e-9*math.Max(1, math.Abs(q))
	}
	return true
}

// typed says whether a cell is of a logical type of ODCS. Times may be written as text or counted as numbers, as formats without times do.
func typed(t string, c *cell) bool {
	switch t {
	case "string":
		return c.kind == cellText || c.kind == cellBytes
	case "number":
		return c.kind == cellNumber
	case "integer":
		return c.kind == cellNumber && c.whole
	case "boolean":
		return c.kind == cellBool
	case "object":
		return c.kind == cellObject
	case "array":
		return c.kind == cellList
	case "date", "timestamp":
		if c.kind == cellNumber {
			return c.whole
		}
		_, ok := c.eventTime()
		return ok
	case "time":
		switch c.kind {
		case cellText:
			_, err := time.Parse("15:04:05.999999999", c.text)
			_, err2 := time.Parse("15:04", c.text)
			return err == nil || err2 == nil
		case cellNumber:
			return c.whole
		}
		return false
	}
	return true
}

var seed = maphash.MakeSeed()

// sum is a hash of a cell that tells its kinds apart.
func (c *cell) sum(h *maphash.Hash) {
	_ = h.WriteByte(byte(c.kind)) // it never fails
	switch c.kind {
	case cellText, cellBytes:
		_, _ = h.WriteString(c.text)
	case cellNumber, cellTime:
		if c.text != "" { // exact
			_, _ = h.WriteString(c.text)
			break
		}
		b := math.Float64bits(c.number)
		for range 8 {
			_ = h.WriteByte(byte(b))
			b >>= 8
		}
	case cellBool:
		if c.truth {
			_ = h.WriteByte(1)
		}
	}
	_ = h.WriteByte(0xff)
}
