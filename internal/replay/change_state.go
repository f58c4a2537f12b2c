package replay

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// statePlace is what is found out about a change of a state before it is fed.
type statePlace struct {
	operator       string // id, hex; empty: whichever has such a state
	found          bool   // key and namespace are those of the unchanged run
	key, namespace event.Payload
}

// ofState tells whether a change is of a state.
func (c *Change) ofState() bool {
	switch c.Kind {
	case ChangeState, ChangeStateBytes, ChangeAddState, ChangeClearState:
		return true
	}
	return false
}

func (c *Change) checkState() error {
	bad := func(text string) error { return unchangeable(c.At, "%s: %s", c.Kind, text) }
	if c.State == "" {
		return bad("the name of a state is wanted")
	}
	switch c.Kind {
	case ChangeStateBytes:
		if _, err := unhex(c.Value); err != nil {
			return bad("the value is not hexadecimal")
		}
		if c.Path != "" {
			return bad("bytes are of the whole value, not of " + c.Path)
		}
	case ChangeAddState:
		if c.Path != "" {
			return bad("an element comes to the whole list, not to " + c.Path)
		}
	case ChangeClearState:
		if _, err := strconv.ParseUint(c.Path, 10, 31); c.Path != "" && err != nil {
			return bad("of a list the number of an element is wanted, from 0")
		}
	}
	return nil
}

// stateWords are words of a change of a state. Its key is payload.
func (c *Change) stateWords() string {
	when := "before invocation " + strconv.FormatUint(c.At, 10)
	if c.Begin {
		when = "at the beginning"
	}
	of := " of state " + c.State
	if c.Path != "" && c.Kind == ChangeState {
		of = " at " + c.Path + " of state " + c.State
	}
	switch c.Kind {
	case ChangeAddState:
		return when + " an element comes to a value" + of
	case ChangeClearState:
		return when + " a value" + of + " is gone"
	}
	return when + " a value" + of + " is another"
}

// ofOperators finds the operators that changes of states name. ErrChange.
func ofOperators(all []Change, chain []event.ChainOperatorDef) ([]Change, error) {
	all = slices.Clone(all)
	for i := range all {
		c := &all[i]
		if !c.ofState() || c.Operator == "" {
			continue
		}
		var names, found []string
		for _, o := range chain {
			names = append(names, event.Slug(o.Name))
			if o.Name == c.Operator || event.Slug(o.Name) == event.Slug(c.Operator) || len(c.Operator) >= 4 && strings.HasPrefix(o.Operator, c.Operator) {
				found = append(found, o.Operator)
			}
		}
		if len(found) != 1 {
			return nil, unchangeable(c.At, "%d operators of the task are called %s; it has: %s", len(found), c.Operator, strings.Join(names, ", "))
		}
		c.place.operator = found[0]
	}
	return all, nil
}

// ofRun finds the key and namespace under which the invocations of changes use their states in a run, where changes name none. ErrChange.
func ofRun(ctx context.Context, snap store.Snapshot, defs stateDefinitions, attempt event.Key, chain []event.ChainOperatorDef, all []Change) error {
	for i := range all {
		c := &all[i]
		if !c.ofState() || c.Begin || c.Key != "" && c.Namespace != "" {
			continue
		}
		if err := c.find(ctx, snap, defs, attempt, chain); err != nil {
			return err
		}
	}
	return nil
}

// stateDefinitions resolves the states that rows name.
type stateDefinitions interface {
	State(id event.DefinitionID) event.StateDef
}

// find looks for accesses of the state in the change's invocation. None of them says that it is not known: the replayer says what is wanted then.
func (c *Change) find(ctx context.Context, snap store.Snapshot, defs stateDefinitions, attempt event.Key, chain []event.ChainOperatorDef) error {
	want := []block.SectionID{block.SectionMeta, block.SectionIDs, block.SectionKeys, block.SectionDet, block.SectionState, block.SectionPayload}
	for _, ref := range blocksOf(snap, attempt, event.LaneState) {
		if ref.Header.FirstInv > c.At || ref.Header.LastInv < c.At {
			continue
		}
		r, err := snap.Read(ctx, ref, present(ref.Header, want)...)
		if err != nil {
			return fmt.Errorf("reading block %d of lane %d: %w", ref.Header.Number, ref.Header.Lane, err)
		}
		for i, k := range r.Kind {
			if r.Inv[i] != c.At || k < event.KindStateRead || k > event.KindStateExpired {
				continue
			}
			d := defs.State(at(r.State, i))
			of := d.Operator >= 0 && d.Operator < len(chain) && (c.place.operator == "" || chain[d.Operator].Operator == c.place.operator)
			key, namespace := at(r.Key, i), at(r.Namespace, i)
			if d.Name != c.State || !of || key.Null() {
				continue
			}
			if c.place.found && (c.Key == "" && !key.Equal(c.place.key) || c.Namespace == "" && !namespace.Equal(c.place.namespace)) {
				return unchangeable(c.At, "it uses the state %s under several keys or windows: name one, as %s[key=KEY]", c.State, c.State)
			}
			c.place.found, c.place.key, c.place.namespace = true, key.Clone(), namespace.Clone()
		}
	}
	return nil
}

// Parts of changes of states, in step 13 (spec/replay.md; values are wire format).
const (
	hasKey = 1 << iota
	hasNamespace
	hasMapKey
	hasPath
	givesKey
	givesNamespace
)

var stateActions = map[string]byte{ChangeState: 0, ChangeStateBytes: 1, ChangeAddState: 2, ChangeClearState: 3}

// stateSaid is what a replayer says while it changes a state: it wants something written, or is done.
type stateSaid struct {
	State      int             `json:"state"` // number of the change, from 1
	Write      string          `json:"write"` // key, namespace, map key, value or element; empty: it is done
	Serializer json.RawMessage `json:"serializer"`
	Bytes      []byte          `json:"bytes"` // of the value; absent: nothing is stored
	Why        string          `json:"why"`   // it cannot be done
}

// hear takes what a replayer says of states; false: the line is of something else.
func (f *feed) hear(ctx context.Context, line []byte) bool {
	var s stateSaid
	if f.changes == nil { // nobody asked
		return false
	}
	if json.Unmarshal(line, &s) != nil || s.State == 0 {
		return false
	}
	select {
	case f.said <- s:
	case <-ctx.Done():
	}
	return true
}

// statesBefore changes states right before the invocation that a row is of.
func (f *feed) statesBefore(ctx context.Context, r *row) error {
	if f.changes == nil || r.between() {
		return nil
	}
	timer := r.kind == event.KindEventTimer || r.kind == event.KindProcessingTimer
	for i, p := range f.changes.wanted {
		if !p.ofState() || p.made || p.Begin || p.At != r.inv {
			continue
		}
		if timer { // it fires within another invocation: the step of that one comes first
			p.made = true
			b, err := f.stateStep(ctx, i, r)
			if err != nil {
				return err
			}
			f.timers, f.waiting = append(f.timers, b...), append(f.waiting, i)
			continue
		}
		if err := f.ready(ctx, r.inv); err != nil {
			return err
		}
		if err := f.changeState(ctx, i, r); err != nil {
			return err
		}
	}
	return nil
}

// statesAtFirst changes states before all that is fed.
func (f *feed) statesAtFirst(ctx context.Context) error {
	if f.changes == nil || !slices.ContainsFunc(f.changes.wanted, func(p *planned) bool { return p.Begin }) {
		return nil
	}
	next, err := f.det.peek(ctx)
	if err != nil {
		return err
	}
	first := row{inv: f.from.invocation + 1}
	if next != nil {
		first.wall = next.wall
	}
	if err := f.flush(ctx, first.inv); err != nil { // what was read while the task was built
		return err
	}
	for i, p := range f.changes.wanted {
		if p.Begin {
			if err := f.changeState(ctx, i, &first); err != nil {
				return err
			}
		}
	}
	return nil
}

// changeState lets the replayer change a state now, and waits until it has.
func (f *feed) changeState(ctx context.Context, i int, r *row) error {
	b, err := f.stateStep(ctx, i, r)
	if err != nil {
		return err
	}
	if _, err := f.out.Write(b); err != nil {
		return err
	}
	f.changes.wanted[i].made = true
	return f.attend(ctx, i)
}

// stateStep is the step of a change (spec/replay.md, section 3).
func (f *feed) stateStep(ctx context.Context, i int, r *row) ([]byte, error) {
	p := f.changes.wanted[i]
	clock, err := f.liveClock(ctx, r)
	if err != nil {
		return nil, err
	}
	b := append(make([]byte, 0, 128), stepState)
	b = binary.BigEndian.AppendUint64(b, r.inv)
	b = binary.BigEndian.AppendUint32(b, uint32(i+1))
	b = binary.BigEndian.AppendUint64(b, uint64(clock))
	timer := byte(0)
	if r.kind == event.KindEventTimer || r.kind == event.KindProcessingTimer {
		timer = 1
	}
	var has byte
	for flag, is := range map[byte]bool{
		hasKey: p.Key != "", hasNamespace: p.Namespace != "", hasMapKey: p.MapKey != "", hasPath: p.Path != "",
		givesKey: p.place.found && p.Key == "", givesNamespace: p.place.found && p.Namespace == "" && !p.place.namespace.Null(),
	} {
		if is {
			has |= flag
		}
	}
	b = append(b, timer, stateActions[p.Kind], has)
	element := int64(-1)
	if p.Kind == ChangeClearState && p.Path != "" {
		element, _ = strconv.ParseInt(p.Path, 10, 32) // Check has looked
	}
	b = binary.BigEndian.AppendUint32(b, uint32(element))
	for _, part := range [][]byte{[]byte(p.place.operator), []byte(p.State), p.place.key.Open(f.open), p.place.namespace.Open(f.open)} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return b, nil
}

// liveClock is the clock of time to live in an invocation, ms: what it read, or the newest reading that is known of before.
func (f *feed) liveClock(ctx context.Context, r *row) (int64, error) {
	ms := r.wall / 1000
	env := newLane(f.snap, f.attempt, event.LaneEnv, false)
	for {
		next, err := env.peek(ctx)
		if err != nil || next == nil || next.inv > r.inv {
			return ms, err
		}
		if x := env.take(); x.kind == event.KindEnvRead && x.what == clockSources["ttl"] {
			if x.inv == r.inv {
				return x.number, nil
			}
			ms = max(ms, x.number)
		}
	}
}

// attend writes what the replayer wants written for a change, until it is made.
func (f *feed) attend(ctx context.Context, i int) error {
	p := f.changes.wanted[i]
	if err := f.out.Flush(); err != nil {
		return err
	}
	for {
		var s stateSaid
		select {
		case s = <-f.said:
		case <-ctx.Done():
			return ctx.Err()
		}
		switch {
		case s.State != i+1:
			return fmt.Errorf("the replayer speaks of change %d, not of %d", s.State, i+1)
		case s.Why != "":
			return unchangeable(p.At, "state %s: %s", p.State, f.named(s.Why))
		case s.Write == "":
			return nil
		}
		written, err := f.writeFor(&p.Change, &s)
		if err != nil {
			return unchangeable(p.At, "state %s: its %s: %v", p.State, s.Write, err)
		}
		f.buf = append(f.buf[:0], stepWritten)
		f.bytes(written.Open(f.open))
		if _, err := f.out.Write(f.buf); err != nil {
			return err
		}
		if err := f.out.Flush(); err != nil {
			return err
		}
	}
}

// attendTimers is attend for what is changed as timers fire that follow from the step that was written.
func (f *feed) attendTimers(ctx context.Context) error {
	if len(f.waiting) > 0 {
		if err := f.out.WriteByte(stepWaiting); err != nil {
			return err
		}
	}
	for len(f.waiting) > 0 {
		i := f.waiting[0]
		f.waiting = f.waiting[1:]
		if err := f.attend(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// writeFor writes one part of a change.
func (f *feed) writeFor(c *Change, s *stateSaid) (event.Payload, error) {
	if f.changes.edit == nil {
		return event.Payload{}, fmt.Errorf("nothing here writes values")
	}
	switch s.Write {
	case "key":
		return f.changes.edit.Key(s.Serializer, c.Key)
	case "namespace":
		return f.changes.edit.Key(s.Serializer, c.Namespace)
	case "map key":
		return f.changes.edit.Key(s.Serializer, c.MapKey)
	}
	if c.Kind == ChangeStateBytes {
		b, err := hex.DecodeString(strings.Join(strings.Fields(c.Value), ""))
		return event.NewPayload(b), err
	}
	var stored event.Payload
	if s.Bytes != nil {
		stored = event.NewPayload(s.Bytes)
	}
	return f.changes.edit.EditState(s.Serializer, stored, c.Path, c.Value)
}

// named puts names of operators in the place of their ids.
func (f *feed) named(text string) string {
	for _, o := range f.chain {
		text = strings.ReplaceAll(text, o.Operator, event.Slug(o.Name))
	}
	return text
}
