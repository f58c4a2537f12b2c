package schemas

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

const (
	maxKept     = 10_000           // answers, also of unknown ids
	maxBytes    = 256 << 20        // of all kept texts
	unknownTime = 30 * time.Second // for which an unknown id is not asked for again
	failedTime  = 5 * time.Second  // the same of a question that failed: a page of records asks it for each of them
)

// Reader finds schemas in the registries that it was given. It may be used by many goroutines at once.
type Reader struct {
	registries []fetcher
	now        func() time.Time

	mu    sync.Mutex
	known map[event.SchemaID]*list.Element // guarded by mu; values are *kept
	order *list.List                       // guarded by mu; last used first
	size  int                              // guarded by mu; bytes of texts
	calls map[event.SchemaID]*call         // guarded by mu; ids that are being asked for
}

// kept is an answer.
type kept struct {
	id    event.SchemaID
	text  event.SchemaText
	err   error
	size  int
	until time.Time // it holds; zero = for ever
}

// call is a question that several may wait for.
type call struct {
	done chan struct{}
	text event.SchemaText
	err  error
}

// New makes a reader of registries, which are asked in order until one knows the id. It calls nobody yet. Errors: options that cannot be.
func New(registries ...Options) (*Reader, error) {
	r := &Reader{now: time.Now, known: map[event.SchemaID]*list.Element{}, order: list.New(), calls: map[event.SchemaID]*call{}}
	for i, o := range registries {
		f, err := newFetcher(o)
		if err != nil {
			return nil, fmt.Errorf("schema registry %d: %w", i+1, err)
		}
		r.registries = append(r.registries, f)
	}
	return r, nil
}

// ByID returns the schema with that id and what it refers to. Errors: event.ErrNoSchema when every registry was asked and none has it,
// *event.RegistryError when one could not be asked, which is asked again after five seconds. It takes at most five seconds per registry; ctx may end the wait earlier, and a
// question that others wait for goes on.
func (r *Reader) ByID(ctx context.Context, id event.SchemaID) (event.SchemaText, error) {
	r.mu.Lock()
	if k := r.get(id); k != nil {
		r.mu.Unlock()
		return k.text, k.err
	}
	c := r.calls[id]
	if c == nil {
		c = &call{done: make(chan struct{})}
		r.calls[id] = c
		go r.ask(id, c) // ends by its own timeouts; whoever waits may leave
	}
	r.mu.Unlock()
	select {
	case <-c.done:
		return c.text, c.err
	case <-ctx.Done():
		return event.SchemaText{}, unreachable(why(ctx.Err()))
	}
}

// get finds an answer that still holds. The caller holds mu.
func (r *Reader) get(id event.SchemaID) *kept {
	e := r.known[id]
	if e == nil {
		return nil
	}
	k := e.Value.(*kept)
	if !k.until.IsZero() && !r.now().Before(k.until) {
		r.remove(e)
		return nil
	}
	r.order.MoveToFront(e)
	return k
}

// ask answers c and keeps the answer: a schema for ever, that there is none for a while.
func (r *Reader) ask(id event.SchemaID, c *call) {
	c.text, c.err = r.askAll(id)
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.calls, id)
	k := &kept{id: id, text: c.text, err: c.err, size: sizeOf(c.text)}
	switch {
	case errors.Is(c.err, event.ErrNoSchema):
		k.until = r.now().Add(unknownTime)
	case c.err != nil:
		k.until = r.now().Add(failedTime)
	}
	r.keep(k)
	close(c.done)
}

// askAll asks one registry after the other. One that fails does not keep the next from being asked, but from "no such schema".
func (r *Reader) askAll(id event.SchemaID) (event.SchemaText, error) {
	var failed error
	for _, f := range r.registries {
		ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
		text, err := f.fetch(ctx, id)
		cancel()
		switch {
		case err == nil && len(text.Text) > maxSchemaBytes:
			failed = errTooLarge
		case err == nil:
			return text, nil
		case !errors.Is(err, event.ErrNoSchema) && failed == nil:
			failed = err
		}
	}
	if failed == nil {
		failed = event.ErrNoSchema
	}
	return event.SchemaText{}, failed
}

// keep adds an answer and lets go of those that were not used for longest. The caller holds mu.
func (r *Reader) keep(k *kept) {
	if e := r.known[k.id]; e != nil {
		r.remove(e)
	}
	r.known[k.id] = r.order.PushFront(k)
	r.size += k.size
	for r.order.Len() > maxKept || r.size > maxBytes && r.order.Len() > 1 {
		r.remove(r.order.Back())
	}
}

func (r *Reader) remove(e *list.Element) {
	k := r.order.Remove(e).(*kept)
	delete(r.known, k.id)
	r.size -= k.size
}

func sizeOf(t event.SchemaText) int {
	n := len(t.Text)
	for _, ref := range t.References {
		n += len(ref.Text)
	}
	return n
}
