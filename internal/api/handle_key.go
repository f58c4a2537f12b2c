package api

import (
	"context"
	"net/http"
	"strconv"

	"github.com/sightglass/sightglass/internal/browse"
)

// KeyNamePart is how a request names a key; exported because huma skips embedded structs that are not.
type KeyNamePart struct {
	Key string `query:"key" maxLength:"1024" doc:"Text of the key as its view shows it; fields of a compound key with commas between them."`
	Of  string `query:"of" maxLength:"512" doc:"The key of this position, element or topic/partition@offset instead."`
	Op  string `query:"op" maxLength:"256" doc:"Operator: slug, name, or beginning of its id; empty: every one that has such a key."`
}

func (k *KeyNamePart) name() (browse.KeyName, error) {
	if (k.Key == "") == (k.Of == "") {
		return browse.KeyName{}, problem(http.StatusBadRequest, "name a key: either key or of", "key=user-42, or of=POSITION for the key of a record")
	}
	return browse.KeyName{Text: k.Key, Of: k.Of, Operator: k.Op}, nil
}

type keyRequest struct {
	RecordingPath
	KeyNamePart
	From   string `query:"from" maxLength:"64" doc:"Time or -5m."`
	To     string `query:"to" maxLength:"64" doc:"Time or -5m; exclusive."`
	Order  string `query:"order" enum:"asc,desc" default:"asc"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"Invocations."`
	Cursor string `query:"cursor" maxLength:"512" doc:"next of a page before."`
	ExplainPart
}

func (s *service) keyHistory(ctx context.Context, in *keyRequest) (KeyHistory, error) {
	name, err := in.name()
	if err != nil {
		return KeyHistory{}, err
	}
	q := browse.KeyQuery{KeyName: name, After: browse.Cursor(in.Cursor), Limit: in.Limit}
	now := s.now()
	if q.From, err = instant("from", in.From, now); err != nil {
		return KeyHistory{}, err
	}
	if q.To, err = instant("to", in.To, now); err != nil {
		return KeyHistory{}, err
	}
	if in.Order == "desc" {
		q.Order = browse.Descending
	}
	h, err := s.Browser.KeyHistory(ctx, caller(ctx), target(ctx), q)
	if err != nil {
		return KeyHistory{}, err
	}
	out := KeyHistory{Keys: keysOf(h.Keys), Complete: h.Progress.Complete, Searched: h.Complete,
		ScannedFrom: wall(h.Progress.From), ScannedTo: wall(h.Progress.To), Notes: notesOf(h.Notes)}
	out.Explain = in.of(h.Progress.Explain)
	items := make([]KeyVisit, 0, len(h.Visits))
	var shown []browse.Event
	for i := range h.Visits {
		v := &h.Visits[i]
		items = append(items, KeyVisit{
			Position: v.Position.String(), Op: v.Operator.Slug, OpName: v.Operator.Name, Task: v.Task, Subtask: v.Subtask, Attempt: v.Attempt,
			Time: Time{v.Wall.Time()}, Invocation: optionalEvent(v.Invocation), Input: optionalEvent(v.Input), InputNote: v.InputNote,
			Steps: eventsOf(v.Steps), Outputs: eventsOf(v.Outputs), Writes: eventsOf(v.Writes), Shared: v.Shared, More: v.More,
		})
		shown = append(append(append(shown, v.Steps...), v.Outputs...), v.Writes...)
		if v.Input != nil {
			shown = append(shown, *v.Input)
		}
	}
	out.List = listOf("key-visit", items)
	out.Next, out.Masked = string(h.Progress.Next), maskedIn(shown)
	return out, nil
}

type stateRequest struct {
	RecordingPath
	KeyNamePart
	State string `query:"state" maxLength:"256" doc:"Name of the state; empty: every one."`
	At    string `query:"at" maxLength:"512" doc:"Which version was in force: at a time, -5m, or as the invocation at a position, or the one that took a record in, found it; empty: the end."`
	ExplainPart
}

func (s *service) stateHistory(ctx context.Context, in *stateRequest) (StateHistory, error) {
	name, err := in.name()
	if err != nil {
		return StateHistory{}, err
	}
	h, err := s.Browser.StateHistory(ctx, caller(ctx), target(ctx), browse.StateQuery{KeyName: name, State: in.State, At: whenOf(in.At, s.now())})
	if err != nil {
		return StateHistory{}, err
	}
	out := StateHistory{Keys: keysOf(h.Keys), Complete: h.Progress.Complete && !h.More, Searched: h.KeySearch.Complete, At: wall(h.At), Notes: notesOf(h.Notes)}
	out.Explain = in.of(h.Progress.Explain)
	items := make([]StateCell, 0, len(h.Cells))
	var shown []browse.Event
	for i := range h.Cells {
		c := &h.Cells[i]
		cell := StateCell{
			Op: c.Operator.Slug, OpName: c.Operator.Name, Name: c.Name, Kind: c.Kind, Backend: c.Backend, TTLMS: I64(c.TTLMS),
			Namespace: c.Namespace, MapKey: c.MapKey, Current: c.Current, Versions: []StateVersion{},
		}
		for j := range c.Versions {
			v := &c.Versions[j]
			x := StateVersion{
				Kind: string(v.Kind), Time: Time{v.Event.Wall.Time()}, Until: wall(v.Until), Expires: wall(v.Expiry), Undone: wall(v.Undone),
				Position: v.Event.Position.String(), Subtask: v.Event.Subtask, Attempt: v.Event.Attempt, Text: v.Event.Text, Input: optionalEvent(v.Input),
			}
			if a := v.Event.Access; a != nil {
				x.Value, x.Before = a.After, a.Before
			}
			if v.Kind == browse.ChangeRemoved || v.Kind == browse.ChangeExpired {
				x.Value = nil
			}
			cell.Versions = append(cell.Versions, x)
			shown = append(shown, v.Event)
		}
		items = append(items, cell)
	}
	out.List = listOf("state-cell", items)
	out.Masked = maskedIn(shown)
	return out, nil
}

func keysOf(list []browse.FoundKey) []FoundKey {
	out := make([]FoundKey, 0, len(list))
	for _, k := range list {
		x := FoundKey{View: k.View, First: positionText(k.First), Serializer: k.Match.Serializer.String(), Ops: []string{}}
		for _, o := range k.Operators {
			x.Ops = append(x.Ops, o.Slug)
		}
		out = append(out, x)
	}
	return out
}

// checkpointOf reads the id of a checkpoint.
func checkpointOf(text string) (uint64, error) {
	id, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, problem(http.StatusBadRequest, "the checkpoint is no number", "give the number that the list of checkpoints shows")
	}
	return id, nil
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
