package query

import (
	"encoding/json"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
)

// texts keeps parsed paths and strings by definition. Safe for concurrent use.
type texts struct {
	lookup func(event.DefinitionID) (event.Definition, bool)

	mu     sync.RWMutex
	routes map[event.DefinitionID]*route
	plain  map[event.DefinitionID]string
}

// maxTexts bounds each of the two maps; a full map begins anew.
const maxTexts = 1 << 16

func newTexts(lookup func(event.DefinitionID) (event.Definition, bool)) *texts {
	return &texts{lookup: lookup, routes: make(map[event.DefinitionID]*route), plain: make(map[event.DefinitionID]string)}
}

// route is the parsed path id, nil when it is not known (yet) or cannot be read.
func (t *texts) route(id event.DefinitionID) *route {
	if id == 0 {
		return nil
	}
	t.mu.RLock()
	r, ok := t.routes[id]
	t.mu.RUnlock()
	if ok {
		return r
	}
	d, ok := t.lookup(id)
	if !ok || d.Kind != event.DefPath {
		return nil
	}
	var def event.PathDef
	if json.Unmarshal(d.Body, &def) == nil {
		if parsed, ok := parsePath(def.P); ok {
			r = &parsed
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.routes) >= maxTexts {
		clear(t.routes)
	}
	t.routes[id] = r
	return r
}

// text is the string definition id; empty when it is not known.
func (t *texts) text(id event.DefinitionID) string {
	if id == 0 {
		return ""
	}
	t.mu.RLock()
	s, ok := t.plain[id]
	t.mu.RUnlock()
	if ok {
		return s
	}
	d, ok := t.lookup(id)
	if !ok || d.Kind != event.DefString {
		return ""
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.plain) >= maxTexts {
		clear(t.plain)
	}
	t.plain[id] = string(d.Body)
	return t.plain[id]
}
