package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sightglass/sightglass/internal/browse"
)

const (
	keepAlive    = 15 * time.Second
	writeTimeout = 10 * time.Second // a reader that takes nothing for so long is disconnected
)

// send gives one object to the reader of a stream; id (may be empty) is what Last-Event-ID resumes from. It fails when the
// reader is gone.
type send[T any] func(id string, item T) error

// stream registers a route that answers with server-sent events. h returns when the stream is at its end, when ctx is done, or
// with an error. An error before the first object becomes a problem; later it is sent as an event "problem", because the
// status has gone out by then.
func stream[T, I any](s *service, r route, h func(context.Context, *I, send[T]) error) {
	op := s.operation(r)
	op.Responses["200"] = &huma.Response{
		Description: "Server-sent events; data is one object each, id a cursor for Last-Event-ID.",
		Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema: s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, r.id),
		}},
	}
	huma.Register(s.huma, op, func(_ context.Context, in *I) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			s.long(c, r, func(ctx context.Context, w http.ResponseWriter) {
				out := &eventStream{w: w, control: http.NewResponseController(w)}
				defer out.close()
				err := h(ctx, in, func(id string, item T) error { return out.object("", id, item) })
				if !grantOver(ctx) && (err == nil || interrupted(ctx, err)) {
					return
				}
				p := s.problem(ctx, r, err)
				if !out.started() {
					s.refuse(c, p)
					return
				}
				_ = out.object("problem", "", p) // the reader may be gone already
			})
		}}, nil
	})
}

// long gives an answer that takes its time: it ends with the server, with its caller's session and with their right to it.
func (s *service) long(c huma.Context, r route, answer func(context.Context, http.ResponseWriter)) {
	_, w := humago.Unwrap(c)
	if !s.streams.enter() {
		s.refuse(c, problem(http.StatusServiceUnavailable, "the server is shutting down", "try again in a moment"))
		return
	}
	defer s.streams.leave()
	ctx, stop := s.streams.bound(c.Context()) // not the request's: authorise put caller and target into c
	defer s.watchCaller(ctx, c, r, stop)()
	answer(ctx, w)
}

// body gives a long answer that is one file. send calls open before the first byte. An error before that becomes a problem. Later the
// connection is broken off, since a body that ends in order would pass for a whole one.
func (s *service) body(c huma.Context, r route, send func(ctx context.Context, open func(set func(http.Header)) *tarStream) error) {
	s.long(c, r, func(ctx context.Context, w http.ResponseWriter) {
		begun := false
		err := send(ctx, func(set func(http.Header)) *tarStream {
			begun = true
			set(w.Header())
			w.WriteHeader(http.StatusOK)
			return &tarStream{w, http.NewResponseController(w)}
		})
		switch {
		case err == nil:
		case begun:
			if !interrupted(ctx, err) && !grantOver(ctx) {
				_ = s.problem(ctx, r, err) // for the log
			}
			panic(http.ErrAbortHandler)
		default:
			s.refuse(c, s.problem(ctx, r, err))
		}
	})
}

// watchEvery is how often the caller of a long answer is looked at again: it must not outlive the session or the role that it came with.
const watchEvery = 15 * time.Second

// watchCaller calls stop when the caller of a long answer is not known any more, or may not any more. What it returns stops both.
func (s *service) watchCaller(ctx context.Context, c huma.Context, r route, stop context.CancelFunc) func() {
	request, _ := humago.Unwrap(c)
	of := target(c.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if !s.stillMay(request, r, of) {
					stop()
					return
				}
			}
		}
	}()
	return func() { stop(); <-done }
}

// stillMay tells whether the caller of a request may go on with it. A provider that does not answer just now ends nothing.
func (s *service) stillMay(request *http.Request, r route, of browse.Target) bool {
	if r.action == holder {
		return s.stillOpens(request)
	}
	who, err := s.Authenticate(request)
	if errors.Is(err, ErrAskLater) {
		return true
	}
	return err == nil && (r.action == anyone || s.decide(context.Background(), who, r.action, of).Allowed)
}

// eventStream writes server-sent events. A comment goes out whenever nothing was sent for a while, so that proxies keep the
// connection and both ends notice when it is dead.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	lock    chan struct{} // 1 token: who holds it writes; nil until the first write
	done    chan struct{}
	alive   chan struct{}
	idle    *time.Timer
}

func (e *eventStream) started() bool { return e.lock != nil }

func (e *eventStream) start() {
	h := e.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	e.w.WriteHeader(http.StatusOK)
	e.lock, e.done, e.alive = make(chan struct{}, 1), make(chan struct{}), make(chan struct{})
	e.idle = time.NewTimer(keepAlive)
	go func() {
		defer close(e.alive)
		for {
			select {
			case <-e.done:
				return
			case <-e.idle.C:
				if e.write([]byte(": alive\n\n")) != nil {
					return
				}
			}
		}
	}()
}

func (e *eventStream) close() {
	if e.started() {
		close(e.done)
		<-e.alive
		e.idle.Stop()
	}
}

func (e *eventStream) object(kind, id string, item any) error {
	if !e.started() {
		e.start()
	}
	data, err := json.Marshal(item)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if kind != "" {
		b.WriteString("event: " + kind + "\n")
	}
	if id != "" && !strings.ContainsAny(id, "\r\n\x00") {
		b.WriteString("id: " + id + "\n")
	}
	b.WriteString("data: ")
	b.Write(data)
	b.WriteString("\n\n")
	return e.write(b.Bytes())
}

func (e *eventStream) write(b []byte) error {
	e.lock <- struct{}{}
	defer func() { <-e.lock }()
	e.idle.Reset(keepAlive)
	if err := e.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return e.control.Flush()
}
