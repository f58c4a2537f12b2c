package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

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

// download registers a route that answers with a tar stream.
func download[I any](s *service, r route, h func(context.Context, *I, func() *tarStream) error) {
	op := s.operation(r)
	op.Responses["200"] = &huma.Response{
		Description: "A tar stream. The last file is manifest.json; without it the export is torn.",
		Content:     map[string]*huma.MediaType{"application/x-tar": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
	huma.Register(s.huma, op, func(_ context.Context, in *I) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			s.body(c, r, func(ctx context.Context, open func(func(http.Header)) *tarStream) error {
				return h(ctx, in, func() *tarStream {
					return open(func(header http.Header) {
						header.Set("Content-Type", "application/x-tar")
						header.Set("Content-Disposition", `attachment; filename="`+r.id+`.tar"`)
					})
				})
			})
		}}, nil
	})
}
