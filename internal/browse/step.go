package browse

import (
	"fmt"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Calls of states, column "what" of lane state (spec/recording.md, section 4).
const (
	callAdd      = 3
	callRemove   = 4
	callEntries  = 5
	callMerge    = 6
	callContains = 7
	callIsEmpty  = 8
	callInPlace  = 9
	callCleanup  = 10
)

// stepLine says in a few words what an operator did with state, a timer, a window or somebody else's record. a holds the values as
// the principal may see them; nil = they were not asked for, or there are none.
func stepLine(e *query.Event, a *StateAccess) string {
	if a == nil {
		a = &StateAccess{}
	}
	switch e.Kind {
	case event.KindTimerRegistered:
		return timer(e, a, "set for")
	case event.KindTimerDeleted:
		return timer(e, a, "deleted, was for")
	case event.KindTimerFired:
		return timer(e, a, "fires for")
	case event.KindWindowAssigned:
		return "into the window " + window(e, a.Namespace)
	case event.KindWindowMerged:
		if a.After != nil {
			return bounded("the window " + window(e, a.Namespace) + " becomes part of " + windowText(a.After))
		}
		return "the window " + window(e, a.Namespace) + " becomes part of another"
	case event.KindWindowFired:
		return "the window " + window(e, a.Namespace) + " fires"
	case event.KindWindowPurged:
		if e.What == 1 {
			return "the window " + window(e, a.Namespace) + " is purged, as its trigger wants"
		}
		return "the window " + window(e, a.Namespace) + " is removed, its time is over"
	case event.KindCause:
		return cause(e)
	case event.KindStateRead:
		return read(e, a)
	case event.KindStateWritten:
		return written(e, a)
	case event.KindStateCleared:
		return bounded("cleared " + accessedState(e, a) + was(a.Before) + withheldWhy(e))
	case event.KindStateExpired:
		return bounded("expired " + accessedState(e, a) + was(a.Before) + at(e, ", at ") + foundBy(e) + withheldWhy(e))
	}
	return ""
}

func timer(e *query.Event, a *StateAccess, did string) string {
	domain := ""
	switch e.Flags {
	case 1:
		domain = "event "
	case 2:
		domain = "processing "
	}
	s := domain + "timer " + did + " " + instant(e.Time)
	if a.Namespace != nil && a.Namespace.Type != "VoidNamespace" {
		s += " of the window " + windowText(a.Namespace)
	}
	return bounded(s)
}

// window names a window by its value, else by its end.
func window(e *query.Event, v *access.View) string {
	switch {
	case v != nil:
		return windowText(v)
	case e.Time.Known():
		return "that ends " + instant(e.Time)
	}
	return "without an end"
}

func windowText(v *access.View) string {
	start, end := memberOf(v, "start"), memberOf(v, "end")
	switch {
	case start != "" && end != "":
		return "[" + start + ", " + end + ")"
	case v.Node != nil && v.Node.Kind == "null":
		return "of all time"
	}
	return v.Text()
}

func cause(e *query.Event) string {
	p := e.Position
	p.Invocation = uint64(e.Number)
	switch {
	case e.What == 1 && e.Number == 0:
		return "results of a record of an earlier attempt"
	case e.What == 1:
		return "results of the record of " + p.String()
	case e.Number2 > 1:
		return fmt.Sprintf("the batch holds the records of %s and the %d invocations after it", p, e.Number2-1)
	}
	return "the batch holds the record of " + p.String()
}

// accessedState is the state's name, with the key of a map.
func accessedState(e *query.Event, a *StateAccess) string {
	name := "a state"
	if e.State != nil {
		name = e.State.Name
	}
	if a.MapKey != nil {
		name += "[" + a.MapKey.Text() + "]"
	}
	return name
}

func read(e *query.Event, a *StateAccess) string {
	name := accessedState(e, a)
	switch {
	case e.What == callContains:
		return bounded("asked if there is " + name + ": " + yes(e.Number))
	case e.What == callIsEmpty:
		return "asked if " + name + " is empty: " + yes(e.Number)
	case e.What == callEntries && a.MapKey == nil && a.After == nil:
		return "goes through " + name
	case a.After != nil:
		return bounded("read " + name + ": " + a.After.Text() + at(e, ", until ") + withheldWhy(e))
	case e.Text != "":
		return "read " + name + withheldWhy(e)
	case e.What == callEntries || !e.HasPayload:
		return bounded("read " + name)
	}
	return bounded("read " + name + ": nothing is there")
}

func written(e *query.Event, a *StateAccess) string {
	name := accessedState(e, a)
	verb := "wrote "
	switch e.What {
	case callAdd:
		verb = "added to "
	case callRemove:
		return bounded("removed " + name + was(a.Before) + withheldWhy(e))
	case callMerge:
		verb = "merged into "
	case callInPlace:
		verb = "changed in place "
	}
	s := verb + name
	switch {
	case a.Before != nil && a.After != nil:
		s += ": " + a.Before.Text() + " → " + a.After.Text()
	case a.After != nil:
		s += ": " + a.After.Text()
	default:
		s += was(a.Before)
	}
	return bounded(s + at(e, ", until ") + withheldWhy(e))
}

func was(v *access.View) string {
	if v == nil {
		return ""
	}
	return ": was " + v.Text()
}

// at says when a value with time to live expires.
func at(e *query.Event, words string) string {
	if !e.Time.Known() {
		return ""
	}
	return words + instant(e.Time)
}

func foundBy(e *query.Event) string {
	if e.What == callCleanup {
		return ", found by the cleanup"
	}
	return ""
}

// withheldWhy says why bytes are not there; the agent puts the reason in words.
func withheldWhy(e *query.Event) string {
	if e.Text == "" {
		return ""
	}
	return " (not recorded: " + strings.TrimSpace(e.Text) + ")"
}

func yes(n int64) string {
	if n != 0 {
		return "yes"
	}
	return "no"
}
