package share

import (
	"encoding/json"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// body masks the JSON of lanes job and gap. Members that hold messages of exceptions are payload, since messages quote records;
// arguments of a JVM and of a job are what people gave it.
func (m *masking) body(lane event.Lane, kind event.Kind, b []byte) []byte {
	switch {
	case len(b) == 0 || lane == event.LaneGap:
		return b
	case lane != event.LaneJob: // they have none
		return nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil {
		return []byte("{}") // nobody can say what it holds
	}
	changed := false
	set := func(name string, v json.RawMessage) {
		changed = changed || string(v) != string(members[name])
		members[name] = v
	}
	for name, v := range members {
		if isMessage(name) {
			set(name, m.texts(access.PartException, v))
		}
	}
	switch kind {
	case event.KindCapsule:
		if java, ok := members["java"]; ok {
			set("java", m.javaBody(java))
		}
	case event.KindGraph:
		var id string
		if json.Unmarshal(members["definition"], &id) == nil {
			if def, ok := m.graphNamed(id); ok {
				set("definition", quoted(def.ID.String()))
			}
		}
	}
	if !changed {
		return b
	}
	out, err := json.Marshal(members)
	if err != nil {
		return []byte("{}")
	}
	return out
}

// isMessage tells which members of bodies hold messages of exceptions.
func isMessage(name string) bool {
	return name == "error" || strings.HasSuffix(name, "_error") || name == "stack" || name == "reason"
}

func quoted(text string) json.RawMessage {
	b, _ := json.Marshal(text) // a text always has a form
	return b
}

// texts masks a text, or each of a list of texts; what is neither becomes null, unless it holds no text.
func (m *masking) texts(part access.Part, v json.RawMessage) json.RawMessage {
	plan := m.plans(access.Subject{Resource: m.resource, Part: part})
	if access.ShowsAll(plan) {
		return v
	}
	var one string
	if json.Unmarshal(v, &one) == nil {
		if one == "" {
			return v
		}
		return quoted(m.text(plan, part, nil, one))
	}
	var list []string
	if json.Unmarshal(v, &list) == nil {
		for i := range list {
			list[i] = m.text(plan, part, nil, list[i])
		}
		b, _ := json.Marshal(list) // texts always have a form
		return b
	}
	if strings.ContainsRune(string(v), '"') {
		return json.RawMessage("null")
	}
	return v
}

// text is what stands for a text at a path.
func (m *masking) text(plan access.Plan, part access.Part, path access.Path, text string) string {
	v := event.TextValue(event.ValueString, text)
	t := plan.Leaf(path, v)
	mask := t.Mask
	if mask == "" {
		mask = access.Redact
	}
	m.classes[Class{Part: string(part), Class: t.Class, Action: string(mask)}]++
	if mask == access.Drop {
		return ""
	}
	return t.Shown(v)
}

// javaBody masks the arguments of a capsule's JVM.
func (m *masking) javaBody(b json.RawMessage) json.RawMessage {
	var members map[string]json.RawMessage
	if json.Unmarshal(b, &members) != nil {
		return json.RawMessage("null")
	}
	flags, ok := members["flags"]
	if !ok {
		return b
	}
	members["flags"] = m.texts(access.PartArg, flags)
	out, err := json.Marshal(members)
	if err != nil {
		return json.RawMessage("null")
	}
	return out
}

// graph masks the values of a job graph's configuration; ok is false when the definition is no graph, or stays as it is.
func (m *masking) graph(id event.DefinitionID) (event.Definition, bool) {
	if def, ok := m.graphs[id]; ok {
		return def, def.ID != id
	}
	def, ok := m.queries.Definition(id)
	if !ok || def.Kind != event.DefGraph {
		return def, false
	}
	m.graphs[id] = def
	plan := m.plans(access.Subject{Resource: m.resource, Part: access.PartArg})
	var members map[string]json.RawMessage
	var config map[string]string
	if access.ShowsAll(plan) {
		return def, false
	}
	if json.Unmarshal(def.Body, &members) != nil || members == nil {
		members = map[string]json.RawMessage{}
	}
	if json.Unmarshal(members["config"], &config) != nil || config == nil {
		config = map[string]string{}
	}
	for name, value := range config {
		config[name] = m.text(plan, access.PartArg, access.Path{name}, value)
	}
	members["config"], _ = json.Marshal(config) // texts always have a form
	body, err := json.Marshal(members)
	if err != nil {
		return def, false
	}
	next := event.NewDefinition(event.DefGraph, body)
	m.graphs[id] = next
	return next, next.ID != id
}

func (m *masking) graphNamed(text string) (event.Definition, bool) {
	id, err := event.ParseDefinitionID(text)
	if err != nil {
		return event.Definition{}, false
	}
	return m.graph(id)
}

// renamedGraphs are the graphs of a block that became others.
func (m *masking) renamedGraphs(h *block.Header) map[event.DefinitionID]event.DefinitionID {
	var names map[event.DefinitionID]event.DefinitionID
	for _, id := range h.Zones.Definitions {
		if def, ok := m.graph(id); ok {
			if names == nil {
				names = map[event.DefinitionID]event.DefinitionID{}
			}
			names[id] = def.ID
		}
	}
	return names
}
