package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sightglass/sightglass/internal/export"
)

// maxExports is how many exports run at once: each reads a whole recording.
const maxExports = 2

type exportRequest struct {
	RecordingPath
	Op   string `query:"op" maxLength:"256" doc:"Operator: slug, name, or beginning of its id."`
	From string `query:"from" maxLength:"64" doc:"Time or -5m."`
	To   string `query:"to" maxLength:"64" doc:"Time or -5m; exclusive."`
}

// exportParquet writes the files of an export as a tar stream: tables, now and then progress.json, and manifest.json as the last.
func (s *service) exportParquet(ctx context.Context, in *exportRequest, out func() *tarStream) error {
	now := s.now()
	q := export.Request{Browser: s.Browser, Who: caller(ctx), Target: target(ctx), Spool: s.Spool, Now: s.now}
	var err error
	q.Query.Operator = in.Op
	if q.Query.From, err = instant("from", in.From, now); err != nil {
		return err
	}
	if q.Query.To, err = instant("to", in.To, now); err != nil {
		return err
	}
	select {
	case s.exports <- struct{}{}:
		defer func() { <-s.exports }()
	default:
		return problem(http.StatusTooManyRequests, "other exports are running", "wait until one of them has ended, then try again")
	}
	_, err = export.ToTar(ctx, q, export.NewTar(&lateStream{open: out}, s.now))
	return err
}

// tarStream sends a body whose reader may be slow, but must take something now and then.
type tarStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// exportTimeout is how long a reader may take nothing: a disk that is full for a moment is no reason to begin anew.
const exportTimeout = time.Minute

func (t *tarStream) Write(b []byte) (int, error) {
	if err := t.control.SetWriteDeadline(time.Now().Add(exportTimeout)); err != nil {
		return 0, err
	}
	n, err := t.w.Write(b)
	if err == nil && len(b) < 32<<10 { // ends of files and progress leave at once
		err = t.control.Flush()
	}
	return n, err
}

// lateStream begins the answer with the first byte, so that what fails before it is told as a problem.
type lateStream struct {
	open func() *tarStream
	to   *tarStream
}

func (l *lateStream) Write(b []byte) (int, error) {
	if l.to == nil {
		l.to = l.open()
	}
	return l.to.Write(b)
}

// download registers a route that answers with a tar stream. An error before its first byte becomes a problem. Later the
// connection is broken off, since a body that ends in order would pass for a whole one.
func download[I any](s *service, r route, h func(context.Context, *I, func() *tarStream) error) {
	op := s.operation(r)
	op.Responses["200"] = &huma.Response{
		Description: "A tar stream. The last file is manifest.json; without it the export is torn.",
		Content:     map[string]*huma.MediaType{"application/x-tar": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
	huma.Register(s.huma, op, func(_ context.Context, in *I) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			_, w := humago.Unwrap(c)
			if !s.streams.enter() {
				s.refuse(c, problem(http.StatusServiceUnavailable, "the server is shutting down", "try again in a moment"))
				return
			}
			defer s.streams.leave()
			ctx, stop := s.streams.bound(c.Context()) // not the request's: authorise put caller and target into c
			defer stop()
			begun := false
			err := h(ctx, in, func() *tarStream {
				begun = true
				w.Header().Set("Content-Type", "application/x-tar")
				w.Header().Set("Content-Disposition", `attachment; filename="`+r.id+`.tar"`)
				w.WriteHeader(http.StatusOK)
				return &tarStream{w, http.NewResponseController(w)}
			})
			switch {
			case err == nil:
			case begun:
				if !interrupted(ctx, err) {
					_ = s.problem(ctx, r, err) // for the log
				}
				panic(http.ErrAbortHandler)
			default:
				s.refuse(c, s.problem(ctx, r, err))
			}
		}}, nil
	})
}
