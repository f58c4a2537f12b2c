package openlineage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Bounds of what is read.
const (
	MostBytes    = 8 << 20 // of a body
	MostEvents   = 1000    // of a batch
	mostDatasets = 5000
	mostFields   = 10_000 // of a dataset
	mostNesting  = 32     // of the facet schema
	mostName     = 2000   // bytes
)

// ErrEvent: what came is no event. A *Fault says where.
var ErrEvent = errors.New("no OpenLineage event")

// Fault is what is wrong with an event, and where: Pointer is a JSON pointer into the body.
type Fault struct{ Pointer, Message string }

func (f *Fault) Error() string {
	if f.Pointer == "" {
		return f.Message
	}
	return "at " + f.Pointer + ": " + f.Message
}

// Is says that it is an ErrEvent.
func (f *Fault) Is(target error) bool { return target == ErrEvent }

// Read reads a body: one event or a list of them. Events that are wrong are left out, and there is a fault for each. What cannot be read at all is
// one fault.
func Read(body []byte) (events []Event, faults []*Fault) {
	body = bytes.TrimSpace(body)
	if len(body) > MostBytes {
		return nil, []*Fault{{"", fmt.Sprintf("the body has more than %d bytes", MostBytes)}}
	}
	if !bytes.HasPrefix(body, []byte("[")) {
		e, err := readOne(body, "")
		if err != nil {
			return nil, []*Fault{err}
		}
		return []Event{e}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, []*Fault{{"", "it is no JSON"}}
	}
	if len(list) > MostEvents {
		return nil, []*Fault{{"", fmt.Sprintf("the batch has more than %d events", MostEvents)}}
	}
	for i, one := range list {
		e, err := readOne(one, "/"+strconv.Itoa(i))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		events = append(events, e)
	}
	return events, faults
}

// object reads members of a JSON object, with their pointers.
type object struct {
	members map[string]json.RawMessage
	at      string
}

func objectOf(raw json.RawMessage, at string) (o object, err *Fault) {
	if json.Unmarshal(raw, &o.members) != nil || o.members == nil {
		return o, &Fault{at, "an object is wanted"}
	}
	o.at = at
	return o, nil
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func (o object) pointer(name string) string { return o.at + "/" + pointerEscapes.Replace(name) }

// text is a member that is a text; absent and null are empty.
func (o object) text(name string) (s string, err *Fault) {
	raw, ok := o.members[name]
	if !ok || string(raw) == "null" {
		return "", nil
	}
	if json.Unmarshal(raw, &s) != nil {
		return "", &Fault{o.pointer(name), "a text is wanted"}
	}
	return s, nil
}

// name is a text that has to be there.
func (o object) name(name string) (string, *Fault) {
	s, err := o.text(name)
	switch {
	case err != nil:
		return "", err
	case s == "":
		return "", &Fault{o.pointer(name), "it is missing"}
	case len(s) > mostName:
		return "", &Fault{o.pointer(name), fmt.Sprintf("it has more than %d bytes", mostName)}
	}
	return s, nil
}

// below is a member that is an object; ok: it is there.
func (o object) below(name string) (x object, ok bool, err *Fault) {
	raw, there := o.members[name]
	if !there || string(raw) == "null" {
		return x, false, nil
	}
	x, err = objectOf(raw, o.pointer(name))
	return x, err == nil, err
}

// list is a member that is a list; absent and null are empty.
func (o object) list(name string) (items []json.RawMessage, err *Fault) {
	raw, ok := o.members[name]
	if !ok || string(raw) == "null" {
		return nil, nil
	}
	if json.Unmarshal(raw, &items) != nil {
		return nil, &Fault{o.pointer(name), "a list is wanted"}
	}
	return items, nil
}

func readOne(raw []byte, at string) (e Event, err *Fault) {
	o, err := objectOf(raw, at)
	if err != nil {
		return e, err
	}
	e.Raw = append(json.RawMessage(nil), raw...)
	when, err := o.name("eventTime")
	if err != nil {
		return e, err
	}
	if e.Time, err = instant(when, o.pointer("eventTime")); err != nil {
		return e, err
	}
	if e.Producer, err = o.text("producer"); err != nil {
		return e, err
	}
	_, hasRun := o.members["run"]
	_, hasJob := o.members["job"]
	_, hasDataset := o.members["dataset"]
	switch {
	case hasDataset && !hasJob && !hasRun:
		e.Kind = DatasetEvent
		x, _, err := o.below("dataset")
		if err != nil {
			return e, err
		}
		d, err := readDataset(x)
		if err != nil {
			return e, err
		}
		e.Dataset = &d
		return e, nil
	case hasJob && hasRun:
		e.Kind = RunEvent
		if err := e.run(o); err != nil {
			return e, err
		}
	case hasJob:
		e.Kind = JobEvent
	default:
		return e, &Fault{at, "it has neither run and job, nor job, nor dataset"}
	}
	return e, e.job(o)
}

func instant(text, at string) (time.Time, *Fault) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} { // some integrations leave the zone out
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1970 && t.Year() < 10_000 {
			return t.UTC().Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, &Fault{at, "a time as 2026-08-01T14:02:11Z is wanted"}
}

func (e *Event) run(o object) *Fault {
	state, err := o.text("eventType")
	if err != nil {
		return err
	}
	switch e.State = State(state); e.State {
	case "", Start, Running, Complete, Abort, Fail, Other:
	default:
		return &Fault{o.pointer("eventType"), "START, RUNNING, COMPLETE, ABORT, FAIL or OTHER is wanted"}
	}
	x, ok, err := o.below("run")
	if err != nil {
		return err
	}
	if !ok {
		return &Fault{o.pointer("run"), "it is missing"}
	}
	e.Run, err = x.name("runId")
	return err
}

func (e *Event) job(o object) (err *Fault) {
	x, ok, err := o.below("job")
	if err != nil {
		return err
	}
	if !ok {
		return &Fault{o.pointer("job"), "it is missing"}
	}
	if e.Job.Namespace, err = x.name("namespace"); err != nil {
		return err
	}
	if e.Job.Name, err = x.name("name"); err != nil {
		return err
	}
	facets, _, err := x.below("facets")
	if err != nil {
		return err
	}
	if e.Job.Doc, e.Job.Owners, err = common(facets); err != nil {
		return err
	}
	if f, ok, err := facets.below("jobType"); err != nil {
		return err
	} else if ok {
		if e.Job.Integration, err = f.text("integration"); err != nil {
			return err
		}
		if e.Job.Processing, err = f.text("processingType"); err != nil {
			return err
		}
		e.Job.Integration, e.Job.Processing = strings.ToUpper(e.Job.Integration), strings.ToUpper(e.Job.Processing)
	}
	if e.Job.Integration == "" && strings.Contains(strings.ToLower(e.Producer), "flink") {
		e.Job.Integration = "FLINK"
	}
	if e.Inputs, err = datasets(o, "inputs"); err != nil {
		return err
	}
	e.Outputs, err = datasets(o, "outputs")
	return err
}

// common are the facets documentation and ownership.
func common(facets object) (doc string, owners []Owner, err *Fault) {
	if f, ok, err := facets.below("documentation"); err != nil {
		return "", nil, err
	} else if ok {
		if doc, err = f.text("description"); err != nil {
			return "", nil, err
		}
	}
	f, ok, err := facets.below("ownership")
	if err != nil || !ok {
		return doc, nil, err
	}
	items, err := f.list("owners")
	if err != nil {
		return doc, nil, err
	}
	for i, raw := range items[:min(len(items), 100)] {
		x, err := objectOf(raw, f.pointer("owners")+"/"+strconv.Itoa(i))
		if err != nil {
			return doc, nil, err
		}
		name, err := x.name("name")
		if err != nil {
			return doc, nil, err
		}
		kind, err := x.text("type")
		if err != nil {
			return doc, nil, err
		}
		owners = append(owners, Owner{name, kind})
	}
	return doc, owners, nil
}
