package headers

import (
	"bytes"
	"slices"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Definitions is the dictionary in RAM. The zero value is ready. Safe for concurrent use.
type Definitions struct {
	mu struct {
		sync.RWMutex
		byID  map[event.DefinitionID]event.Definition
		order []event.Definition
	}
}

// Check tells whether d is known; store.ErrDefinition when its id is known with another kind or body, or is not the id that
// its content has.
func (t *Definitions) Check(d event.Definition) (known bool, err error) {
	t.mu.RLock()
	have, known := t.mu.byID[d.ID]
	t.mu.RUnlock()
	if known {
		if have.Kind != d.Kind || !bytes.Equal(have.Body, d.Body) {
			return true, store.ErrDefinition
		}
		return true, nil
	}
	if event.DefinitionIDOf(d.Kind, d.Body) != d.ID {
		return false, store.ErrDefinition
	}
	return false, nil
}

// Put keeps a copy of d.
func (t *Definitions) Put(d event.Definition) {
	d.Body = bytes.Clone(d.Body)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.mu.byID == nil {
		t.mu.byID = make(map[event.DefinitionID]event.Definition)
	}
	if _, known := t.mu.byID[d.ID]; !known {
		t.mu.byID[d.ID] = d
		t.mu.order = append(t.mu.order, d)
	}
}

// Since is Definitions of store.Reader.
func (t *Definitions) Since(from uint64) ([]event.Definition, uint64) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := uint64(len(t.mu.order))
	return t.mu.order[min(from, n):n:n], n
}

// Get looks an id up. The body is shared and must not be changed.
func (t *Definitions) Get(id event.DefinitionID) (event.Definition, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	d, ok := t.mu.byID[id]
	return d, ok
}

// Missing is that of store.Writer.
func (t *Definitions) Missing(ids []event.DefinitionID) []event.DefinitionID {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var missing []event.DefinitionID
	for _, id := range ids {
		if _, ok := t.mu.byID[id]; !ok && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	return missing
}
