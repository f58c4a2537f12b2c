package serde

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

const (
	maxSchemas     = 1000             // compiled schemas that are kept; beyond it, or
	maxSchemaTexts = 32 << 20         // beyond that many bytes of their texts, the cache starts anew
	unknownSchemas = 30 * time.Second // for which an id that the registry does not know is not asked for again
)

// schemaCache compiles schemas once. A nil source knows none.
type schemaCache struct {
	source Schemas
	now    func() time.Time

	mu    sync.Mutex
	known map[event.SchemaID]schemaEntry // guarded by mu
	texts int                            // guarded by mu; bytes of the texts of known
}

// schemaEntry is what is known of an id: a schema, or why there is none. unknown: the registry does not have the id, which may change.
type schemaEntry struct {
	s       *Schema
	why     string
	unknown time.Time // when that was learned; zero = known
	info    event.SchemaInfo
	down    bool // the registry could not be asked
	size    int  // bytes of the text and what it refers to
}

func newSchemaCache(source Schemas) *schemaCache {
	return &schemaCache{source: source, now: time.Now, known: map[event.SchemaID]schemaEntry{}}
}

// entry finds the schema with that id. An entry without a schema has a reason, but for the one that the registry does not know.
func (c *schemaCache) entry(ctx context.Context, id event.SchemaID) schemaEntry {
	if c.source == nil {
		return schemaEntry{unknown: c.now()}
	}
	c.mu.Lock()
	e, ok := c.known[id]
	c.mu.Unlock()
	if ok && (e.unknown.IsZero() || c.now().Sub(e.unknown) < unknownSchemas) {
		return e
	}
	text, err := c.source.ByID(ctx, id)
	var down *event.RegistryError
	switch {
	case errors.Is(err, ErrNoSchema):
		e = schemaEntry{unknown: c.now()}
	case errors.As(err, &down):
		return schemaEntry{why: down.Error(), down: true}
	case err != nil:
		return schemaEntry{why: "the schema registry could not be asked", down: true}
	default:
		e = compileEntry(text)
	}
	c.mu.Lock()
	c.texts += e.size - c.known[id].size
	if len(c.known) >= maxSchemas || c.texts > maxSchemaTexts {
		clear(c.known)
		c.texts = e.size
	}
	c.known[id] = e
	c.mu.Unlock()
	return e
}

func compileEntry(text event.SchemaText) schemaEntry {
	s, err := CompileSchema(text)
	e := schemaEntry{s: s, info: event.SchemaInfo{ID: text.ID, Language: text.Language, Subject: text.Subject, Version: text.Version}}
	if err != nil {
		e.why = err.Error()
		return e
	}
	e.size = textSize(text)
	return e
}
