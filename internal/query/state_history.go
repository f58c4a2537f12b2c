package query

import (
	"context"
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// StateQuery asks for the values that states had under a key.
type StateQuery struct {
	Keys      []KeyMatch
	Operator  string // slug or beginning of the id; empty = any that has a key of that type
	State     string // its name; empty = any
	At        When   // which version was in force then: before the invocation, where it is one
	MaxBlocks int    // stop after decoding so many blocks, 0 = never
}

// StateHistory is every version of every state that a key had, as far as it is recorded.
type StateHistory struct {
	At       Wall // 0 = the end of what is recorded
	Cells    []StateCell
	More     bool // cells or versions were cut
	Progress Progress
	Notes    []Note
}

// StateCell is one value under the key: a state in a namespace, of a map one entry.
type StateCell struct {
	Operator  OperatorRef
	State     *event.StateDef
	Namespace event.Payload
	MapKey    event.Payload
	Versions  []StateVersion
	Current   int // index of the version that was in force at the moment, -1 = none is known
}

// ChangeKind is how a version came about.
type ChangeKind string

// The kinds. ChangeSeen: a read showed a value that no recorded write explains. ChangeAdded: the value is what came to the one
// before, not the whole. ChangeRemoved: the entry or the state is gone.
const (
	ChangeWritten ChangeKind = "written"
	ChangeAdded   ChangeKind = "added"
	ChangeSeen    ChangeKind = "seen"
	ChangeRemoved ChangeKind = "removed"
	ChangeExpired ChangeKind = "expired"
)

// StateVersion is a value from one change to the next.
type StateVersion struct {
	Kind   ChangeKind
	Event  Event  // the row: position and clock of the writer, value, value before, expiry
	Input  *Event // the record that the writer had taken in; nil = it was none, or it is not looked up
	Until  Wall   // the next change; 0 = none is recorded
	Expiry Wall   // when time to live ends it; 0 = it does not
	Undone Wall   // a restart went back behind it then; 0 = none

	late bool // behind the moment that was asked for
}

// Bounds of a history.
const (
	maxCells    = 500
	maxVersions = 2000     // of all cells
	maxBefore   = 1500     // changes up to the moment, the newest
	maxRows     = 8000     // that are looked at for them
	maxHeld     = 32 << 20 // bytes of these, and twice as many with what came behind the moment
	maxInputs   = 300      // versions whose record is looked up, the newest
)

// StateHistory lists the versions. It is made of rows of lane state, so of operators at level trace. Errors: ErrNotFound, ErrQuery,
// *AmbiguousError.
func (e *Engine) StateHistory(ctx context.Context, rec event.RecordingID, q StateQuery) (StateHistory, error) {
	if len(q.Keys) == 0 {
		return StateHistory{}, badQuery("a state's history wants a key")
	}
	v, err := e.open(ctx, rec)
	if err != nil {
		return StateHistory{}, err
	}
	defer v.close()
	t, err := v.when(ctx, q.At)
	if err != nil {
		return StateHistory{}, err
	}
	keys := slices.Clone(q.Keys)
	for i := range keys {
		keys[i].State = q.State
	}
	h := stateHistory{at: t, index: make(map[uint64][]int)}
	h.out.At = t.wall
	if err := v.versions(ctx, &h, EventQuery{Keys: keys, Operator: q.Operator, Lanes: []event.Lane{event.LaneState}, MaxBlocks: q.MaxBlocks, Payload: true}); err != nil {
		return h.out, fmt.Errorf("reading a state's versions: %w", err)
	}
	if err := v.undo(ctx, h.out.Cells); err != nil {
		return h.out, fmt.Errorf("looking for restarts: %w", err)
	}
	h.current()
	if err := v.writers(ctx, h.out.Cells); err != nil {
		return h.out, fmt.Errorf("looking for who wrote a state: %w", err)
	}
	h.out.Notes, err = v.keyNotes(ctx, KeyQuery{Keys: q.Keys, Operator: q.Operator})
	return h.out, err
}

// stateHistory puts rows in order of time into their cells.
type stateHistory struct {
	out      StateHistory
	at       instant
	index    map[uint64][]int // cells by a hash
	versions int
}

func (h *stateHistory) add(ev Event) {
	kind, ok := changeOf(&ev)
	if !ok {
		return
	}
	if kind == ChangeRemoved && ev.What == callClear && ev.MapKey.Null() {
		h.clear(ev)
		return
	}
	h.change(h.cell(&ev), kind, ev)
}

// clear ends all entries that a map had, or the one value of another state.
func (h *stateHistory) clear(ev Event) {
	found := false
	for i := range h.out.Cells {
		c := &h.out.Cells[i]
		if c.Operator.ID == ev.Operator.ID && c.sameState(&ev) && c.Namespace.Equal(ev.Namespace) {
			found = true
			if n := len(c.Versions); n == 0 || c.Versions[n-1].Kind != ChangeRemoved && c.Versions[n-1].Kind != ChangeExpired {
				h.change(i, ChangeRemoved, ev)
			}
		}
	}
	if !found {
		h.change(h.cell(&ev), ChangeRemoved, ev)
	}
}

// changeOf says what a row does to a value; ok is false when it changes nothing and shows nothing.
func changeOf(ev *Event) (k ChangeKind, ok bool) {
	switch ev.Kind {
	case event.KindStateWritten:
		switch {
		case ev.What == callRemove && ev.Value.Null():
			return ChangeRemoved, true
		case ev.What == callAdd && ev.State != nil && isList(ev.State.Kind):
			return ChangeAdded, true
		}
		return ChangeWritten, true
	case event.KindStateCleared:
		return ChangeRemoved, true
	case event.KindStateExpired:
		return ChangeExpired, true
	case event.KindStateRead:
		return ChangeSeen, !ev.Value.Null() && ev.What != callContains && ev.What != callIsEmpty
	}
	return "", false
}

func isList(kind string) bool {
	return kind == "list" || kind == "operator-list" || kind == "union-list"
}

func (c *StateCell) sameState(ev *Event) bool {
	return c.State == ev.State || c.State != nil && ev.State != nil && c.State.Name == ev.State.Name && c.State.Kind == ev.State.Kind
}

// cell finds or makes the cell of a row, -1 = there are too many.
func (h *stateHistory) cell(ev *Event) int {
	mark := uint64(markOf(ev.Namespace))<<32 | uint64(markOf(ev.MapKey))
	for _, i := range h.index[mark] {
		if c := &h.out.Cells[i]; c.Operator.ID == ev.Operator.ID && c.sameState(ev) && c.Namespace.Equal(ev.Namespace) && c.MapKey.Equal(ev.MapKey) {
			return i
		}
	}
	if len(h.out.Cells) == maxCells {
		h.out.More = true
		return -1
	}
	i := len(h.out.Cells)
	h.index[mark] = append(h.index[mark], i)
	h.out.Cells = append(h.out.Cells, StateCell{Operator: ev.Operator, State: ev.State, Namespace: ev.Namespace, MapKey: ev.MapKey, Current: -1})
	return i
}

// change adds a version. A read adds one only if it shows another value than the last change left: something wrote that is not
// recorded, or the writer is in a part of the run that is not.
func (h *stateHistory) change(cell int, kind ChangeKind, ev Event) {
	if cell < 0 {
		return
	}
	c := &h.out.Cells[cell]
	n := len(c.Versions)
	if kind == ChangeSeen && n > 0 {
		last := &c.Versions[n-1]
		if last.Kind == ChangeAdded || last.Event.Value.Equal(ev.Value) || last.Kind == ChangeSeen && last.Event.AttemptKey == ev.AttemptKey && last.Event.Invocation == ev.Invocation {
			return
		}
		if last.Event.Text != "" && last.Event.Value.Null() { // its bytes were not kept
			return
		}
	}
	if h.versions == maxVersions {
		h.out.More = true
		return
	}
	h.versions++
	if n > 0 {
		c.Versions[n-1].Until = ev.Wall
	}
	v := StateVersion{Kind: kind, Event: ev, late: !h.before(&ev)}
	if ev.Time.Known() && kind != ChangeExpired && kind != ChangeRemoved {
		v.Expiry = Wall(int64(ev.Time) * 1000)
	}
	c.Versions = append(c.Versions, v)
}

// before tells whether a row is before the moment that was asked for.
func (h *stateHistory) before(ev *Event) bool {
	if h.at.inv != 0 && ev.AttemptKey == h.at.attempt {
		return ev.Invocation < h.at.inv
	}
	return h.at.wall == 0 || ev.Wall <= h.at.wall
}

// writers looks for the records that the writers of the newest versions had taken in.
func (v *view) writers(ctx context.Context, cells []StateCell) error {
	var newest []*StateVersion
	for i := range cells {
		for j := range cells[i].Versions {
			newest = append(newest, &cells[i].Versions[j])
		}
	}
	slices.SortStableFunc(newest, func(a, b *StateVersion) int { return int(b.Event.Wall - a.Event.Wall) })
	known := make(map[InvocationOf]*Event)
	for _, x := range newest[:min(len(newest), maxInputs)] {
		of := InvocationOf{x.Event.AttemptKey, x.Event.Invocation}
		if _, done := known[of]; !done {
			var visit KeyVisit
			if err := v.visitInput(ctx, of.Attempt, of.Invocation, &visit); err != nil {
				return err
			}
			known[of] = visit.Input
		}
		x.Input = known[of]
	}
	return nil
}

// current finds the version of each cell that was in force at the moment.
func (h *stateHistory) current() {
	for i := range h.out.Cells {
		c := &h.out.Cells[i]
		c.Current = -1
		for n, x := range c.Versions {
			if !x.late && (x.Undone == 0 || h.at.wall != 0 && x.Undone > h.at.wall) {
				c.Current = n
			}
		}
	}
}
