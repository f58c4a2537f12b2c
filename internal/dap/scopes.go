package dap

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/go-dap"

	"github.com/sightglass/sightglass/gen"
)

// handles number what has members, as long as one stays at a place.
type handles struct {
	members [][]dap.Variable
	nodes   []*gen.Node // in place of members, unfolded when they are asked for
}

func (h *handles) forget() { h.members, h.nodes = nil, nil }

func (h *handles) add(members []dap.Variable, n *gen.Node) int {
	h.members, h.nodes = append(h.members, members), append(h.nodes, n)
	return len(h.members)
}

func (h *handles) variables(reference int) []dap.Variable {
	if reference < 1 || reference > len(h.members) {
		return []dap.Variable{}
	}
	n := h.nodes[reference-1]
	if n == nil {
		return h.members[reference-1]
	}
	out := make([]dap.Variable, 0, len(n.Items))
	for i := range n.Items {
		out = append(out, h.variable(nameOf(&n.Items[i], i), &n.Items[i]))
	}
	return out
}

func nameOf(n *gen.Node, i int) string {
	switch {
	case n.Kind == "entry" && len(n.Items) == 2 && len(n.Items[0].Items) == 0:
		return n.Items[0].Value
	case n.Name != "":
		return n.Name
	}
	return strconv.Itoa(i)
}

func (h *handles) variable(name string, n *gen.Node) dap.Variable {
	if n.Kind == "entry" && len(n.Items) == 2 && len(n.Items[0].Items) == 0 {
		return h.variable(name, &n.Items[1])
	}
	v := dap.Variable{Name: name, Value: n.Value, Type: n.Type}
	switch {
	case n.Kind == "null":
		v.Value = "null"
	case n.Kind == "string":
		v.Value = strconv.Quote(n.Value)
	case n.Kind == "object" && len(n.Items) == 0:
		v.Value = n.Type + " {}"
	case n.Reason != "" && n.Value == "":
		v.Value = n.Reason
	}
	if n.Mask != "" {
		v.Value += " (masked: " + n.Mask + ")"
	}
	if len(n.Items) > 0 {
		v.Value = n.Type
		if n.Kind == "list" || n.Kind == "map" {
			v.Value += "[" + strconv.Itoa(len(n.Items)) + "]"
		}
		v.VariablesReference = h.add(nil, n)
		if n.Kind == "list" {
			v.IndexedVariables = len(n.Items)
		} else {
			v.NamedVariables = len(n.Items)
		}
	}
	return v
}

// view is a value that may have no tree.
func (h *handles) view(name, kind string, v *gen.View) dap.Variable {
	if v.Node.Kind == "" {
		return dap.Variable{Name: name, Value: v.Text, Type: kind}
	}
	out := h.variable(name, &v.Node)
	if kind != "" {
		out.Type = kind
	}
	return out
}

// scopes are what can be seen in a call; all but the variables are the invocation's.
func (s *session) scopes(frame int, r dap.Response) *dap.ScopesResponse {
	x := &dap.ScopesResponse{Response: r}
	x.Body.Scopes = []dap.Scope{}
	add := func(name, hint string, members []dap.Variable) {
		x.Body.Scopes = append(x.Body.Scopes, dap.Scope{
			Name: name, PresentationHint: hint, VariablesReference: s.handles.add(members, nil), NamedVariables: len(members),
		})
	}
	locals := []dap.Variable{}
	if frame >= 1 && frame <= len(s.at.Frames) {
		for i := range s.at.Frames[frame-1].Locals {
			l := &s.at.Frames[frame-1].Locals[i]
			locals = append(locals, s.handles.view(l.Name, l.Type, &l.View))
		}
		if s.at.Returned.Format != "" && frame == 1 {
			locals = append(locals, s.handles.view("→ returned", "", &s.at.Returned))
		}
		if s.at.Kind == "thrown" && frame == 1 {
			locals = append(locals, s.handles.view("→ thrown", "", &s.at.Thrown))
		}
	}
	add("Locals", "locals", locals)
	add("Record", "", s.record())
	states, timers := s.done()
	add("State", "", states)
	add("Timers", "", timers)
	add("Watermark", "", s.watermark())
	add("Emitted", "", s.emitted())
	return x
}

func (s *session) record() []dap.Variable {
	in := &s.at.Moment.Input
	out := []dap.Variable{}
	if in.Kind == "" {
		if s.at.Moment.InputNote != "" {
			out = append(out, dap.Variable{Name: "note", Value: s.at.Moment.InputNote})
		}
		return out
	}
	if in.Key.Format != "" {
		out = append(out, s.handles.view("key", "", &in.Key))
	}
	if in.View.Format != "" {
		out = append(out, s.handles.view("value", "", &in.View))
	}
	if !in.EventTime.IsZero() {
		out = append(out, dap.Variable{Name: "event time", Value: in.EventTime.UTC().Format(time.RFC3339Nano)})
	}
	if in.Element != "" {
		out = append(out, dap.Variable{Name: "element", Value: in.Element})
	}
	return out
}

// done lists what was done with state and timers before the line: each state as it is then, and before.
func (s *session) done() (states, timers []dap.Variable) {
	states, timers = []dap.Variable{}, []dap.Variable{}
	steps := s.at.Moment.Steps
	for i := range steps[:min(int(s.at.Done), len(steps))] {
		e := &steps[i]
		switch {
		case strings.HasPrefix(e.Kind, "timer"):
			timers = append(timers, dap.Variable{Name: strconv.Itoa(len(timers)), Value: e.Text})
		case e.State.Name != "":
			members := []dap.Variable{{Name: "did", Value: e.Text}}
			for _, v := range []struct {
				name string
				view *gen.View
			}{{"key", &e.State.Key}, {"map key", &e.State.MapKey}, {"before", &e.State.Before}, {"after", &e.State.After}} {
				if v.view.Format != "" {
					members = append(members, s.handles.view(v.name, "", v.view))
				}
			}
			states = append(states, dap.Variable{
				Name: e.State.Name, Value: e.Text, VariablesReference: s.handles.add(members, nil), NamedVariables: len(members),
			})
		}
	}
	return states, timers
}

func (s *session) watermark() []dap.Variable {
	if w := s.at.Moment.Watermark; !w.IsZero() {
		return []dap.Variable{{Name: "watermark", Value: w.UTC().Format(time.RFC3339Nano)}}
	}
	return []dap.Variable{}
}

func (s *session) emitted() []dap.Variable {
	out := []dap.Variable{}
	all := s.at.Moment.Outputs
	for i := range all[:min(int(s.at.Sent), len(all))] {
		out = append(out, s.handles.view(strconv.Itoa(i), "", &all[i].View))
	}
	return out
}
