package probe

import (
	"errors"
	"math"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

// Program reads the wanted paths of records of one format and schema. It has no state and may be used by many goroutines at once.
type Program struct {
	form     form
	paths    []Path
	wants    *wants
	repeated []bool
	lists    []int32 // the places of repeated in order
	limits   serde.Limits

	types    []cellType
	code     []instr    // of Avro
	branches []int32    // of its unions: where their code begins
	message  *protoType // of Protobuf
}

// errSchema is a schema that a program cannot be made of.
var errSchema = errors.New("a schema that no program can be made of")

func newProgram(f form, paths []Path, l serde.Limits) (*Program, error) {
	w, err := compileWants(paths)
	if err != nil {
		return nil, err
	}
	p := &Program{form: f, paths: paths, wants: w, repeated: make([]bool, len(paths)), limits: l.OrDefaults(), types: make([]cellType, 1)}
	p.limits.Bytes = min(p.limits.Bytes, math.MaxInt32)
	for i := range paths {
		if p.repeated[i] = paths[i].Repeated(); p.repeated[i] {
			p.lists = append(p.lists, int32(i))
		}
	}
	return p, nil
}

// JSON makes a program for JSON (RFC 8259). Errors: of the paths.
func JSON(paths []Path, l serde.Limits) (*Program, error) { return newProgram(formJSON, paths, l) }

// Avro makes a program for values of a writer's schema in Avro's own form. Errors: of the paths, and of schemas beyond the limits.
func Avro(t serde.AvroType, paths []Path, l serde.Limits) (*Program, error) {
	p, err := newProgram(formAvro, paths, l)
	if err != nil {
		return nil, err
	}
	p.types[0].form = formAvro
	return p, p.compileAvro(t)
}

// Paths are those that the program looks for.
func (p *Program) Paths() []Path { return p.paths }

// Run reads a record, without a registry's head, into row. It looks at every byte: without an error all of them are a value of the format and
// schema, but for what row.Faults says. The row holds on to the record until its next run. With an error, which is an *Error, the row holds
// what was read before it and is of no use but for tests.
//
// Run gives what serde's tree of the same bytes has; see Cell.Value. It allocates nothing once the row has its size, but for errors.
func (p *Program) Run(record []byte, row *Row) error {
	c := row.prepare(p, record)
	if len(record) > p.limits.Bytes {
		return &Error{0, "the record is longer than what is looked into"}
	}
	r := run{cells: c, b: record, nodes: p.limits.Nodes, depth: p.limits.Depth}
	switch p.form {
	case formJSON:
		r.jsonDocument(p.wants.root)
	case formAvro:
		r.avroDocument()
	default:
		r.protoDocument()
	}
	if r.why != "" {
		return &Error{r.pos, r.why}
	}
	return nil
}

// RunPayload is Run of a payload from byte off on, for rooms that cannot open it. Places count from off. A payload that is not there whole is
// an error.
func (p *Program) RunPayload(payload event.Payload, off int, row *Row) error {
	b := payload.Open(sealed.Take())
	if payload.Null() || payload.Size() > payload.Len() || off < 0 || off > len(b) {
		row.prepare(p, nil)
		return &Error{0, "the record was not recorded whole"}
	}
	return p.Run(b[off:], row)
}

// run is one record while it is read.
type run struct {
	*cells
	b     []byte
	pos   int
	nodes int    // values that may still come
	depth int    // deepest level, the root is 1
	why   string // the first thing that could not be read; pos stays there
}

const (
	whyEnds  = "the record ends early"
	whyNodes = "the record has more values than are looked into"
	whyDepth = "the record is nested deeper than is looked into"
)

func (r *run) stop(why string) bool {
	if r.why == "" {
		r.why = why
	}
	return false
}

// count takes n values off the limit.
func (r *run) count(n int) bool {
	if r.nodes -= n; r.nodes < 0 {
		return r.stop(whyNodes)
	}
	return true
}
