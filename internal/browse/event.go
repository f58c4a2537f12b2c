package browse

import (
	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/query"
)

// Event is one event with its payload as the principal may see it.
type Event struct {
	query.Event
	Text     string       // one line
	KeyView  *access.View // of a source record; nil = none, or not asked for
	View     *access.View // of the value; nil = none, or not asked for
	Headers  []HeaderView
	Access   *StateAccess   // of lane state and of timers and windows; nil = none
	Body     map[string]any // of lanes job and gap
	TypeName string         // of the value
	Change   *Change        // of a row in a stream of changes; nil = it is none, or its value was not asked for
}

// StateAccess is what an event has to do with keyed state, a timer or a window, as the principal may see it. Views are nil
// where there is nothing.
type StateAccess struct {
	Key, Namespace, MapKey, Before, After *access.View
}

// HeaderView is a Kafka header.
type HeaderView struct {
	Name  string
	Value *access.View // nil = null
}

// EventQuery selects events. Key and Match are compared with views; Match with the one line too.
type EventQuery struct {
	query.EventQuery
	Key   string // text of the key's view; empty = any
	Match string // part of a view's text; empty = any
	Limit int    // events of a page, default 100

	Where   *Filter     // nil = any; an event for which it cannot be told is not selected
	Unclear func(error) // called for such an event; may be nil
}

// filtered tells whether events must be rendered to know if they are wanted.
func (q *EventQuery) filtered() bool { return q.Key != "" || q.Match != "" || q.Where != nil }

// looks tells whether the filters look into payload.
func (q *EventQuery) looks() bool {
	return q.Key != "" || q.Match != "" || q.Where != nil && q.Where.payload
}

// EventPage is a page of events in the order asked for.
type EventPage struct {
	Events   []Event
	Next     Cursor // empty = nothing is left
	Previous Cursor // with Around: the cursor in the other order
	From, To query.Wall
	Complete bool // everything that the query selects up to Next was looked at
	Explain  query.Explain
	Asked    int     // events that the filters were asked about
	Unclear  Unclear // of these, where the filter could not be told
	Filter   Pruning
}

// Unclear counts events that a filter was not true or false of, which selects them not.
type Unclear struct {
	Events int
	Why    string // of the first
}

// Pruning says what of a filter ruled out blocks and rows before anything was rendered, and what was asked of each event.
type Pruning struct {
	By        []string // fields
	Evaluated []string // terms
}
