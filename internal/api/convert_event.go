package api

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

func eventsOf(events []browse.Event) []Event {
	out := make([]Event, 0, len(events))
	for i := range events {
		out = append(out, eventOf(&events[i]))
	}
	return out
}

func optionalEvent(e *browse.Event) *Event {
	if e == nil {
		return nil
	}
	shown := eventOf(e)
	return &shown
}

func eventOf(e *browse.Event) Event {
	out := Event{
		Recording: e.Recording.String(), Lane: e.Lane.String(), Kind: e.Kind.String(), Op: e.Operator.Slug, OpName: e.Operator.Name,
		OperatorIndex: e.Operator.Index, Task: e.Task, Subtask: e.Subtask, Attempt: e.Attempt, AttemptKey: e.AttemptKey.String(),
		Invocation: I64(e.Invocation), N: int(e.N), Time: Time{e.Wall.Time()}, EventTime: eventTime(e.EventTime),
		Key: e.KeyView, Path: e.Path, Text: e.Text, View: e.View, Body: e.Body, Cursor: string(e.Cursor),
	}
	if e.Invocation > 0 {
		out.Position = e.Position.String()
	}
	if e.EventTime.Known() && e.Wall != 0 {
		ms := I64(int64(e.Wall)/1000 - int64(e.EventTime))
		out.LagMS = &ms
	}
	if e.Element != nil {
		out.Element = e.Element.String()
	}
	switch {
	case e.Channel != nil:
		out.Channel = fmt.Sprintf("%s:%d gate %d channel %d", e.Channel.Partition, e.Channel.Subpartition, e.Channel.Gate, e.Channel.Index)
	case e.Broadcast:
		out.Channel = "broadcast"
	case e.Element != nil:
		out.Channel = fmt.Sprintf("%s:%d", e.Element.Partition, e.Element.Subpartition)
	}
	if e.Kafka != nil {
		out.Kafka = e.Kafka.String()
	}
	if e.Checkpoint > 0 {
		out.Checkpoint = optional(true, int64(e.Checkpoint))
	}
	out.State, out.Drop, out.Change = stateOfEvent(e), dropOf(e), halfOf(e.Change)
	out.Transaction = transactionOf(e)
	if e.Lane == event.LaneTrace && e.Reason == 0 {
		out.Timer = eventTime(e.Time)
	}
	for _, h := range e.Headers {
		out.Headers = append(out.Headers, HeaderView{Name: h.Name, Value: h.Value})
	}
	return out
}

func halfOf(c *browse.Change) *Change {
	if c == nil {
		return nil
	}
	out := &Change{Kind: c.Kind, Text: c.Text, Why: c.Why}
	if c.Other != nil {
		out.Other = c.Other.String()
	}
	for _, f := range c.Fields {
		out.Fields = append(out.Fields, ChangedField{Name: f.Name, Before: f.Before, After: f.After, Masked: f.Masked})
	}
	return out
}

func stateOfEvent(e *browse.Event) *StateAccess {
	if e.Access == nil && e.State == nil {
		return nil
	}
	out := &StateAccess{}
	if d := e.State; d != nil {
		out.Name, out.Kind, out.Backend, out.TTLMS = d.Name, d.Kind, d.Backend, I64(d.TTLMS)
	}
	if e.Lane == event.LaneState {
		out.Expires = eventTime(e.Time)
	}
	if a := e.Access; a != nil {
		out.Key, out.Namespace, out.MapKey, out.Before, out.After = a.Key, a.Namespace, a.MapKey, a.Before, a.After
	}
	return out
}

func transactionOf(e *browse.Event) *Transaction {
	t := e.Event.Transaction
	if t == nil {
		return nil
	}
	out := &Transaction{ID: t.ID, Producer: I64(t.Producer), Epoch: int(t.Epoch), Outcome: string(e.Outcome)}
	if e.Kind == event.KindTransaction {
		out.Step = browse.TransactionStep(e.What)
	}
	return out
}

func dropOf(e *browse.Event) *Drop {
	if e.Reason == 0 {
		return nil
	}
	out := &Drop{Reason: e.Reason.String(), Kept: e.Reason.Kept(), Records: 1, Partial: e.Flags&browse.PartialAggregate != 0,
		EventTime: eventTime(e.Time), Cause: e.Event.Text}
	if e.Reason.Counted() {
		out.Records = I64(max(1, e.Number))
	}
	if what := browse.Against(e.Reason); what != "" && e.Number != browse.NoNumber {
		out.Against, out.AgainstWhat = eventTime(browse.EventTime(e.Number)), what
	}
	if e.Number2 != browse.NoNumber && e.Reason.Late() {
		out.AllowedMS = I64(e.Number2)
	}
	late, ok := e.Late()
	out.LateMS = optional(ok, late)
	if p, ok := browse.RaisedAt(&e.Event); ok {
		out.CauseAt = p.String()
	}
	return out
}

func exceptionOf(e *browse.Event) ExceptionInfo {
	out := ExceptionInfo{
		Time: Time{e.Wall.Time()}, Op: e.Operator.Slug, OpName: e.Operator.Name, Task: e.Task, Subtask: e.Subtask, Attempt: e.Attempt,
		AttemptKey: e.AttemptKey.String(), Text: e.Text,
	}
	if e.Invocation > 0 {
		out.Position = e.Position.String()
	}
	if e.View == nil || e.View.Node == nil {
		return out
	}
	if message := member(e.View, "message"); message != "" {
		out.Text = message
	}
	out.Class, out.Element = member(e.View, "class"), member(e.View, "element")
	return out
}

// member is the text of a member of the object that v shows; "" when there is none.
func member(v *access.View, name string) string {
	for _, n := range v.Node.Items {
		if n.Name == name {
			return n.Value
		}
	}
	return ""
}

// maskedIn sums up what the policy hid in a page.
func maskedIn(events []browse.Event) []MaskedCount {
	counts := map[access.Masked]int{}
	add := func(v *access.View) {
		if v == nil {
			return
		}
		for _, m := range v.Masked {
			counts[m]++
		}
	}
	for i := range events {
		add(events[i].View)
		add(events[i].KeyView)
		if a := events[i].Access; a != nil { // its key is the event's
			for _, v := range []*access.View{a.Namespace, a.MapKey, a.Before, a.After} {
				add(v)
			}
		}
		for _, h := range events[i].Headers {
			add(h.Value)
		}
	}
	out := make([]MaskedCount, 0, len(counts))
	for m, n := range counts {
		out = append(out, MaskedCount{Path: m.Path, Class: m.Class, Action: string(m.Action), Count: n})
	}
	slices.SortFunc(out, func(a, b MaskedCount) int { return strings.Compare(a.Path+a.Class, b.Path+b.Class) })
	if len(out) == 0 {
		return nil
	}
	return out
}
