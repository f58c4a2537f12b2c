package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// incidentType is the media type of incident files.
const incidentType = "application/vnd.sightglass.incident"

var errNoIncidents = problem(http.StatusNotImplemented, "this server makes no incident files", "ask one that keeps recordings")

// incidentRoutes are about recordings in files.
func (s *service) incidentRoutes() {
	get(s, route{"export-incident-preview", "/recordings/{rec}/export/incident/preview", access.RecordingExport, "What an incident file of a recording would hold", recording}, s.previewIncident)
	s.incidentDownload(route{"export-incident", "/recordings/{rec}/export/incident", access.RecordingExport, "A recording, or a stretch of it, as a signed file for somebody without access", recording})
	s.incidentUpload(route{"import-incident", "/incidents", access.RecordingImport, "Take in the recording of an incident file, which is the body", nil})
	get(s, route{"incident", "/recordings/{rec}/incident", access.JobView, "Which incident file a recording came from", recording}, s.incidentOf)
}

type incidentQuery struct {
	RecordingPath
	From    string `query:"from" maxLength:"64" doc:"Time or -5m; widened to the checkpoint before."`
	To      string `query:"to" maxLength:"64" doc:"Time or -5m; widened to the checkpoint behind."`
	Around  string `query:"around" maxLength:"512" doc:"Position, in place of from and to."`
	As      string `query:"as" maxLength:"128" doc:"Role of who will read it: values are masked for it. Absent: your own."`
	State   bool   `query:"state" doc:"With files of state, as far as they are recorded."`
	Jars    bool   `query:"jars" doc:"With the job's jars."`
	Program bool   `query:"program" doc:"With what runs it again: jars, and configurations and arguments as they are. Only for who sees every value; a masked recording is run again before it leaves."`
	Expires string `query:"expires" maxLength:"32" doc:"How long it is to be used: 30d, 12h. Absent: for ever."`

	For []string `query:"for,explode" maxItems:"20" doc:"Public keys of age that the file is encrypted for; absent: it is not."`
}

func (q *incidentQuery) request(now time.Time) (r IncidentRequest, err error) {
	r = IncidentRequest{Around: q.Around, As: q.As, State: q.State, Jars: q.Jars, Program: q.Program, For: q.For}
	if r.From, err = instant("from", q.From, now); err != nil {
		return r, err
	}
	if r.To, err = instant("to", q.To, now); err != nil {
		return r, err
	}
	switch {
	case q.Around != "" && (r.From != 0 || r.To != 0):
		return r, problem(http.StatusBadRequest, "around and from or to are both there", "give a position, or a stretch of time")
	case r.To != 0 && r.To < r.From:
		return r, problem(http.StatusBadRequest, "to is before from", "a file needs a stretch of time, or neither for the whole recording")
	}
	if q.Expires != "" {
		r.Expires, err = span("expires", q.Expires)
	}
	return r, err
}

// words say for the audit log what leaves.
func (q *incidentQuery) words(what string) []string {
	words := []string{what}
	switch {
	case q.Around != "":
		words = append(words, "around "+q.Around)
	case q.From != "" || q.To != "":
		words = append(words, fmt.Sprintf("from %s to %s", stretch(q.From, "the beginning"), stretch(q.To, "the end")))
	}
	if q.As != "" {
		words = append(words, "for role "+q.As)
	}
	if q.State {
		words = append(words, "with files of state")
	}
	if q.Jars {
		words = append(words, "with jars")
	}
	if q.Program {
		words = append(words, "with the program as it is")
	}
	if len(q.For) > 0 {
		words = append(words, "encrypted for "+plural(len(q.For), "key"))
	}
	return words
}

// turn waits for nobody: each export reads a whole recording.
func (s *service) turn() (done func(), err error) {
	select {
	case s.exports <- struct{}{}:
		return func() { <-s.exports }, nil
	default:
		return nil, problem(http.StatusTooManyRequests, "other exports are running", "wait until one of them has ended, then try again")
	}
}

func (s *service) previewIncident(ctx context.Context, in *incidentQuery) (m Incident, err error) {
	if s.Incidents == nil {
		return m, errNoIncidents
	}
	q, err := in.request(s.now())
	if err != nil {
		return m, err
	}
	done, err := s.turn()
	if err != nil {
		return m, err
	}
	defer done()
	return s.Incidents.Preview(ctx, caller(ctx), target(ctx), q)
}

// incidentDownload registers the route of the file itself, which is made whole before its first byte leaves.
func (s *service) incidentDownload(r route) {
	op := s.operation(r)
	op.Responses["200"] = &huma.Response{
		Description: "An incident file (spec/incident.md); with for, a file of age that holds one.",
		Content: map[string]*huma.MediaType{
			incidentType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}, sealedType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		},
	}
	huma.Register(s.huma, op, func(_ context.Context, in *incidentQuery) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			s.body(c, r, func(ctx context.Context, open func(func(http.Header)) *tarStream) error {
				return s.sendIncident(ctx, in, func(bytes int64) io.Writer {
					return open(func(h http.Header) { incidentHeader(h, target(ctx).Recording.String(), bytes, len(in.For) > 0) })
				})
			})
		}}, nil
	})
}

func (s *service) sendIncident(ctx context.Context, in *incidentQuery, open func(bytes int64) io.Writer) error {
	if s.Incidents == nil {
		return errNoIncidents
	}
	q, err := in.request(s.now())
	if err != nil {
		return err
	}
	done, err := s.turn()
	if err != nil {
		return err
	}
	defer done()
	return s.Browser.Change(ctx, caller(ctx), access.RecordingExport, target(ctx).Resource, in.words("an incident file"), "", func() error {
		content, bytes, err := s.Incidents.Export(ctx, caller(ctx), target(ctx), q)
		if err != nil {
			return err
		}
		defer content.Close()
		_, err = io.CopyBuffer(struct{ io.Writer }{open(bytes)}, content, make([]byte, 256<<10))
		return err
	})
}

// incidentUpload registers the route that takes a file in. The body is read as it comes: it may be larger than memory.
func (s *service) incidentUpload(r route) {
	op := s.operation(r)
	op.Method = http.MethodPost
	s.methods[r.id] = op.Method
	op.RequestBody = &huma.RequestBody{
		Required: true, Content: map[string]*huma.MediaType{incidentType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}},
	}
	op.Responses["200"] = &huma.Response{
		Description: "What was taken in.",
		Content:     map[string]*huma.MediaType{"application/json": {Schema: s.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[IncidentFile](), true, "IncidentFile")}},
	}
	huma.Register(s.huma, op, func(context.Context, *none) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			request, w := humago.Unwrap(c)
			ctx := c.Context()
			taken, err := s.importIncident(ctx, &patient{request.Body, http.NewResponseController(w)})
			if err != nil {
				s.refuse(c, s.problem(ctx, r, err))
				return
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusOK)
			_ = json.NewEncoder(w).Encode(taken) // the caller may be gone
		}}, nil
	})
}

// patient reads a body whose sender may be slow, but must send something now and then.
type patient struct {
	io.Reader
	control *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.control.SetReadDeadline(time.Now().Add(exportTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return p.Reader.Read(b)
}

func (s *service) importIncident(ctx context.Context, body io.Reader) (f IncidentFile, err error) {
	if s.Incidents == nil {
		return f, errNoIncidents
	}
	done, err := s.turn()
	if err != nil {
		return f, err
	}
	defer done()
	err = s.Browser.Change(ctx, caller(ctx), access.RecordingImport, target(ctx).Resource, []string{"an incident file"}, "", func() (err error) {
		f, err = s.Incidents.Import(ctx, caller(ctx), body)
		return err
	})
	return f, err
}

func (s *service) incidentOf(ctx context.Context, _ *RecordingPath) (f IncidentFile, err error) {
	if s.Incidents == nil {
		return f, errNoIncidents
	}
	of, err := s.Incidents.Of(ctx, target(ctx).Recording)
	if err == nil && of == nil {
		err = fmt.Errorf("%w: the recording came from no incident file", browse.ErrNotFound)
	}
	if err != nil {
		return f, err
	}
	return *of, nil
}
