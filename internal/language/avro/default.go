package avro

// defaultCheck says whether JSON is a default of a type, as Java's Schema.isValidDefault does: a union takes what any of its branches
// takes. Without memory it would be exponential in nested unions of records.
type defaultCheck struct {
	settled  func(*node) *node // the type that a stand-in stands for; nil: a record without fields
	complete func(*node) bool  // the record's fields are known; nil: those of every record
	memo     map[defaultPair]defaultState
	records  bool // fields of a record were looked at
	stuck    bool // the answer needs a record whose fields are not known, or itself
}

type defaultPair struct {
	typ   *node
	value *jsonValue
}

type defaultState uint8

const (
	defaultUnknown defaultState = iota
	defaultBusy
	defaultValid
	defaultInvalid
)

func (d *defaultCheck) valid(n *node, v *jsonValue) bool {
	if v == nil || d.stuck {
		return false
	}
	if n.forward != "" && d.settled != nil {
		n = d.settled(n)
	}
	switch n.kind {
	case kindString, kindBytes, kindEnum, kindFixed:
		return v.kind == jsonText
	case kindInt:
		return v.kind == jsonInt
	case kindLong:
		return v.kind == jsonInt || v.kind == jsonLong
	case kindFloat, kindDouble:
		return v.kind == jsonInt || v.kind == jsonLong || v.kind == jsonBig || v.kind == jsonDouble
	case kindBoolean:
		return v.kind == jsonBool
	case kindNull:
		return v.kind == jsonNull
	case kindArray:
		if v.kind != jsonArray {
			return false
		}
	case kindMap, kindRecord:
		if v.kind != jsonObject {
			return false
		}
	}
	pair := defaultPair{n, v}
	switch d.memo[pair] {
	case defaultValid:
		return true
	case defaultInvalid:
		return false
	case defaultBusy:
		d.stuck = true
		return false
	}
	if d.memo == nil {
		d.memo = map[defaultPair]defaultState{}
	}
	d.memo[pair] = defaultBusy
	ok := d.inside(n, v)
	d.memo[pair] = defaultInvalid
	if ok {
		d.memo[pair] = defaultValid
	}
	return ok
}

// inside looks at what a value holds.
func (d *defaultCheck) inside(n *node, v *jsonValue) bool {
	switch n.kind {
	case kindArray:
		for _, item := range v.items {
			if !d.valid(n.items, item) {
				return false
			}
		}
	case kindMap:
		for _, m := range v.members {
			if !d.valid(n.items, m.value) {
				return false
			}
		}
	case kindUnion:
		for _, b := range n.branches {
			if d.valid(b, v) {
				return true
			}
		}
		return false
	case kindRecord:
		d.records = true
		if d.complete != nil && !d.complete(n) {
			d.stuck = true
			return false
		}
		for _, f := range n.fields {
			value := v.member(f.name)
			if value == nil {
				value = f.preset
			}
			if !d.valid(f.typ, value) {
				return false
			}
		}
	}
	return true
}
