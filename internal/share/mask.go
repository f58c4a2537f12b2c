package share

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
	"github.com/sightglass/sightglass/internal/store"
)

// masking writes the payload of one recording anew for one reader. Not safe for concurrent use.
type masking struct {
	ctx      context.Context
	rec      event.RecordingID
	resource access.Resource // of the recording
	plans    func(access.Subject) access.Plan
	queries  *query.Engine
	naming   query.Naming
	detector *serde.Detector
	decoders map[string]decoder
	graphs   map[event.DefinitionID]event.Definition // masked ones by the id of the recorded one

	classes map[Class]int64 // Values are 0 in keys
	cuts    map[Cut]Cut     // Values and Bytes are 0 in keys
}

func newMasking(ctx context.Context, rec event.RecordingID, resource access.Resource, queries *query.Engine, plans func(access.Subject) access.Plan) (*masking, error) {
	naming, err := queries.Naming(ctx, rec)
	if err != nil {
		return nil, err
	}
	return &masking{
		ctx: ctx, rec: rec, resource: resource, plans: plans, queries: queries, naming: naming, detector: serde.NewDetector(nil, serde.Limits{}),
		decoders: map[string]decoder{}, graphs: map[event.DefinitionID]event.Definition{}, classes: map[Class]int64{}, cuts: map[Cut]Cut{},
	}, nil
}

// out is what becomes of one byte string: its bytes, nil = null.
type out struct {
	b    []byte
	cut  bool // it was taken away
	size int  // bytes that it had before it was cut, here or when it was recorded
	hash bool // what was recorded of a value that was cut stays: its beginning, and the hash of the whole
}

// kept is p as it is.
func kept(p event.Payload) out {
	o := out{b: p.Open(sealed.Take()), hash: true}
	if p.Size() > p.Len() {
		o.size = p.Size()
	}
	return o
}

// block is raw, whose header is ref's, with its payload masked.
func (m *masking) block(snap store.Snapshot, ref store.Ref, raw []byte) ([]byte, error) {
	rows, err := snap.Read(m.ctx, ref)
	if err != nil {
		return nil, err
	}
	h := ref.Header
	with := block.Replacement{Strict: true, Definitions: m.renamedGraphs(h)}
	n := int(h.Events)
	columns := []*column{
		{from: rows.Value, to: &with.Value, of: (*masking).value}, {from: rows.Key, to: &with.Key, of: (*masking).key},
		{from: rows.Headers, to: &with.Headers, of: (*masking).headers}, {from: rows.Namespace, to: &with.Namespace, of: (*masking).namespace},
		{from: rows.MapKey, to: &with.MapKey, of: (*masking).mapKey}, {from: rows.Before, to: &with.Before, of: (*masking).before},
	}
	for _, c := range columns {
		if c.from == nil {
			continue
		}
		*c.to = make([][]byte, n)
		if c.to == &with.Value {
			with.FullLength, with.Hash = make([]uint32, n), make([]uint64, n)
		}
		for i := range n {
			o := c.of(m, &row{h, rows, i}, c.from[i])
			(*c.to)[i] = o.b
			with.Cut = with.Cut || o.cut || o.size > 0
			if c.to == &with.Value {
				with.FullLength[i] = uint32(o.size)
				if o.hash {
					with.Hash[i] = at(rows.Hash, i, 0)
				}
			}
		}
	}
	if rows.Body != nil {
		with.Body = make([][]byte, n)
		for i := range n {
			with.Body[i] = m.body(h.Lane.Base(), rows.Kind[i], rows.Body[i])
		}
	}
	out, err := block.Replace(h, raw, with)
	if err == nil {
		return out, nil
	}
	// What stands in place of values may be longer than they were, and a block has a limit: then it has none.
	for _, c := range columns {
		if c.from != nil {
			*c.to = make([][]byte, n)
			m.cutAll(c.from, "the block would become too large")
		}
	}
	if with.Value != nil {
		for i, p := range rows.Value {
			with.FullLength[i], with.Hash[i] = uint32(p.Size()), 0
		}
	}
	with.Cut = true
	if out, err = block.Replace(h, raw, with); err != nil {
		return nil, fmt.Errorf("masking block %d of lane %s of attempt %s: %w", h.Number, h.Lane, h.Attempt, err)
	}
	return out, nil
}

// column is one of a block's columns of payload.
type column struct {
	from []event.Payload
	to   *[][]byte
	of   func(*masking, *row, event.Payload) out
}

// row is one row of a block.
type row struct {
	h *block.Header
	*block.Rows
	i int
}

func (r *row) kind() event.Kind { return r.Kind[r.i] }

func at[T any](values []T, i int, otherwise T) T {
	if i < len(values) {
		return values[i]
	}
	return otherwise
}

// subject is whose rules hold for the row: its topic's, or its recording's.
func (m *masking) subject(r *row, part access.Part) access.Subject {
	switch r.kind() {
	case event.KindSourceRecord, event.KindWritten, event.KindWriteFailed:
		if s := m.naming.Split(at(r.Split, r.i, 0)); s != nil && s.Topic != "" && at(r.Offset, r.i, 0) >= 0 {
			return access.Subject{Resource: access.RecordedTopic(s.Topic), Part: part}
		}
	}
	return access.Subject{Resource: m.resource, Part: part}
}

// value masks column 48 by what the row is.
func (m *masking) value(r *row, p event.Payload) out {
	switch r.h.Lane.Base() {
	case event.LaneOut:
		id := m.naming.Serializer(at(r.Partition, r.i, 0))
		return m.typed(m.subject(r, access.PartValue), id, m.naming.Fields(r.h.Attempt, r.operator(), id), p, true)
	case event.LaneSrc:
		return m.detected(m.subject(r, access.PartValue), p)
	case event.LaneTrace:
		switch r.kind() {
		case event.KindWritten, event.KindWriteFailed:
			return m.detected(m.subject(r, access.PartValue), p)
		case event.KindDropped:
			if def := m.state(r); def != nil {
				return m.by(r, access.PartValue, def.Value, nil, p)
			}
			return m.detected(m.subject(r, access.PartValue), p)
		}
		return m.by(r, access.PartTimer, m.stateOrNone(r).Value, nil, p)
	case event.LaneState:
		return m.by(r, access.PartState, m.stateOrNone(r).Value, nil, p)
	case event.LaneJob:
		return m.program(r, p)
	case event.LaneLog:
		part := access.PartException
		if r.kind() == event.KindLogLine {
			part = access.PartLog
		}
		return m.detected(m.subject(r, part), p)
	case event.LaneEnv:
		return m.taken(r, p)
	}
	return m.unknown(access.PartValue, p)
}

func (r *row) operator() int { return int(at(r.Operator, r.i, -1)) }

func (m *masking) state(r *row) *event.StateDef { return m.naming.State(at(r.State, r.i, 0)) }

// stateOrNone is the row's state; one without serializers when it is not known.
func (m *masking) stateOrNone(r *row) *event.StateDef {
	if def := m.state(r); def != nil {
		return def
	}
	return new(event.StateDef)
}

func (m *masking) key(r *row, p event.Payload) out {
	switch {
	case r.kind() == event.KindSourceRecord, r.kind() == event.KindWritten, r.kind() == event.KindWriteFailed:
		return m.detected(m.subject(r, access.PartKey), p)
	case r.kind() == event.KindDropped:
		return m.by(r, access.PartKey, m.stateOrNone(r).Key, nil, p)
	}
	return m.by(r, access.PartKey, m.stateOrNone(r).Key, m.naming.KeyFields(r.h.Attempt, r.operator()), p)
}

func (m *masking) namespace(r *row, p event.Payload) out {
	return m.by(r, r.partOfState(), m.stateOrNone(r).Namespace, nil, p)
}

func (m *masking) mapKey(r *row, p event.Payload) out {
	return m.by(r, r.partOfState(), m.stateOrNone(r).MapKey, nil, p)
}

func (m *masking) before(r *row, p event.Payload) out {
	return m.by(r, r.partOfState(), m.stateOrNone(r).Value, nil, p)
}

func (r *row) partOfState() access.Part {
	if r.h.Lane.Base() == event.LaneTrace {
		return access.PartTimer
	}
	return access.PartState
}

// Sources of lane env (spec/recording.md, section 4.2) whose bytes are known.
const (
	envRandomBytes = 13
	envTransient   = 17
	envBarrier     = 18
	envChannel     = 22
	envCoordinator = 23
	envSourceValue = 24
)

// eventOfClass is the type that Flink's EventSerializer writes before an event that is of a class of its own, with whatever that writes
// (OTHER_EVENT); all other types are Flink's, and hold no record.
const eventOfClass = 3

// taken masks what a task took from outside. Barriers and the like are Flink's own. What a source's coordinator tells its readers says what
// is read, as arguments do. What else Java serialized is nothing that could be masked; hashes of keys could be held against guesses.
func (m *masking) taken(r *row, p event.Payload) out {
	switch at(r.What, r.i, 0) {
	case envRandomBytes:
		return m.detected(m.subject(r, access.PartValue), p)
	case envTransient:
		return m.detected(m.subject(r, access.PartState), p)
	case envBarrier:
		return kept(p)
	case envChannel:
		if b := p.Open(sealed.Take()); p.Size() == p.Len() && len(b) >= 4 && binary.BigEndian.Uint32(b) != eventOfClass {
			return kept(p)
		}
	case envCoordinator:
		return m.unknown(access.PartArg, p)
	case envSourceValue:
		id := m.naming.Output(r.h.Attempt, r.operator())
		return m.typed(m.subject(r, access.PartValue), id, m.naming.Fields(r.h.Attempt, r.operator(), id), p, false)
	}
	return m.unknown(access.PartValue, p)
}

// program masks texts of a program; what else lane job carries is state in Java's form.
func (m *masking) program(r *row, p event.Payload) out {
	language := map[event.Kind]access.Language{
		event.KindCode: access.Java, event.KindPlanned: access.Description, event.KindStatement: access.SQL,
	}[r.kind()]
	if language == "" {
		return m.unknown(access.PartState, p)
	}
	plan := m.plans(m.subject(r, access.PartSQL))
	if o, done := m.untouched(plan, access.PartSQL, p); done {
		return o
	}
	source := access.SourceUnder(plan, p, language)
	for _, masked := range source.Masked {
		m.classes[Class{Part: string(access.PartSQL), Class: masked.Class, Action: string(masked.Action)}]++
	}
	return out{b: []byte(source.Text)}
}

// unknown is what nobody can mask.
func (m *masking) unknown(part access.Part, p event.Payload) out {
	plan := m.plans(access.Subject{Resource: m.resource, Part: part})
	if o, done := m.untouched(plan, part, p); done {
		return o
	}
	return m.cut(part, "what it holds cannot be told", p)
}

// untouched settles what needs no mask: nothing, what was withheld, and everything under a plan that shows all. What was cut when it
// was recorded cannot be decoded.
func (m *masking) untouched(plan access.Plan, part access.Part, p event.Payload) (out, bool) {
	switch {
	case access.ShowsAll(plan):
		return kept(p), true
	case p.Null(): // the hash of what was withheld could be held against guesses
		return out{size: p.Size()}, true
	case p.Size() > p.Len():
		return m.cut(part, "only its beginning was recorded", p), true
	}
	return out{}, false
}

func (m *masking) cut(part access.Part, reason string, p event.Payload) out {
	k := Cut{Part: string(part), Reason: reason}
	c := m.cuts[k]
	c.Part, c.Reason, c.Values, c.Bytes = k.Part, k.Reason, c.Values+1, c.Bytes+int64(p.Len())
	m.cuts[k] = c
	return out{cut: true, size: p.Size()}
}

func (m *masking) cutAll(list []event.Payload, reason string) {
	for _, p := range list {
		if !p.Null() {
			m.cut(access.PartValue, reason, p)
		}
	}
}

// counted is what was done so far, for the manifest.
func (m *masking) counted() (classes []Class, cuts []Cut) {
	classes, cuts = []Class{}, []Cut{}
	for c, n := range m.classes {
		c.Values = n
		classes = append(classes, c)
	}
	for _, c := range m.cuts {
		cuts = append(cuts, c)
	}
	slices.SortFunc(classes, func(a, b Class) int {
		return cmp.Or(strings.Compare(a.Part, b.Part), strings.Compare(a.Class, b.Class), strings.Compare(a.Action, b.Action))
	})
	slices.SortFunc(cuts, func(a, b Cut) int {
		return cmp.Or(strings.Compare(a.Part, b.Part), strings.Compare(a.Reason, b.Reason))
	})
	return classes, cuts
}
