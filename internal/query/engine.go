package query

import (
	"errors"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Options of an Engine.
type Options struct {
	Reader     store.Reader     // required
	CacheBytes int64            // decoded columns kept; default 256 MiB
	Now        func() time.Time // default time.Now
}

// Engine answers questions. Safe for concurrent use; it has nothing to close.
type Engine struct {
	reader store.Reader
	now    func() time.Time
}

// New makes an engine.
func New(o Options) (*Engine, error) {
	if o.Reader == nil {
		return nil, errors.New("query needs a store reader")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Engine{reader: o.Reader, now: o.Now}, nil
}

// Changed returns a channel that is closed when anything is stored for rec after the call (zero id: for any recording).
func (e *Engine) Changed(rec event.RecordingID) <-chan struct{} { return e.reader.Changed(rec) }

// Definition looks a definition up, for instance a serializer's descriptor.
func (e *Engine) Definition(id event.DefinitionID) (event.Definition, bool) {
	return e.reader.Definition(id)
}
