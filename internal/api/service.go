package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/grant"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/notify"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/steering"
	"github.com/sightglass/sightglass/internal/stepping"
)

// Options of the API. All but Steering, Stepping, Log, Spool and Observe are required.
type Options struct {
	Version string
	Browser *browse.Browser
	Host    Host
	House   House
	Audit   *audit.Log // nil: what is written down cannot be read here
	// Steering has recorded what people want; nil: nobody can change it here.
	Steering *steering.Steering
	Stepping *stepping.Stepping // nil: no code is stepped through here
	Journeys Journeys           // nil: nothing is sent to other systems
	Reports  Reports            // nil: nothing of Flink's reporters is kept
	Parquet  ParquetFolder      // nil: nothing is exported in the background
	Replays  Replays            // nil: nothing is run again
	Logins   Logins             // nil: nobody logs in here
	Grants   *grant.Keeper      // nil: nobody is given anything for a while
	Impact   *impact.Keeper     // nil: nobody is told what a change would come to
	Notify   *notify.Keeper     // nil: nobody is told of anything

	Contracts *checks.Engine // nil: no contracts are kept

	Schemas *registry.Registry // nil: no registry is kept

	Incidents Incidents // nil: nothing goes into files for others
	Links     Links     // nil: and nothing behind links

	Catalog *catalog.Catalog // nil: none is kept
	// Authenticate finds out who calls. ErrUnknownCaller: nobody who may. ErrAskLater: that cannot be told now.
	Authenticate func(*http.Request) (access.Principal, error)
	Log          *slog.Logger
	// Spool is a folder for files that an answer is made of; empty = the system's for temporary files.
	Spool string
	// Observe is told of every finished request; route is the operation's id, status 0 stands for a stream. May be nil.
	Observe func(route string, status int, took time.Duration)
}

// Host is the process around the API, told by itself.
type Host interface {
	Status(ctx context.Context) (Status, error)
	Doctor(ctx context.Context) ([]Check, error)
}

// ErrUnknownCaller is returned by Authenticate when a request shows no valid token or session.
var ErrUnknownCaller = errors.New("the request shows no valid token or session")

// ErrAskLater is returned by Authenticate when a session has to be confirmed by an identity provider that does not answer.
var ErrAskLater = errors.New("the identity provider does not answer")

// API serves Base. Close ends its live streams.
type API struct {
	service *service
	handler http.Handler
}

type service struct {
	Options
	huma    huma.API
	mux     *http.ServeMux
	table   []route
	methods map[string]string // by route id
	refused []error
	streams *streamSet
	exports chan struct{} // a token for each that runs
	tried   tries
}

var problemType = reflect.TypeFor[Problem]()

// New registers all routes. It fails when one of them names no action.
func New(o Options) (*API, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &service{Options: o, mux: http.NewServeMux(), streams: newStreamSet(), exports: make(chan struct{}, maxExports), methods: map[string]string{}}
	s.huma = humago.New(s.mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "Sightglass",
				Version:     "1",
				Description: "What a Flink job did with its records. Meanings: spec/api.md.",
				License:     &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
			Components: &huma.Components{Schemas: huma.NewMapRegistry("#/components/schemas/", schemaName)},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{completeProblem},

		RejectUnknownQueryParameters: true,
	})
	s.routes()
	if err := errors.Join(s.refused...); err != nil {
		return nil, err
	}
	s.document()
	return &API{service: s, handler: s.wrap()}, nil
}

// ServeHTTP answers a request below Base.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Close ends live streams and lets no new ones begin.
func (a *API) Close() { a.service.streams.close() }

// Streams is the number of live streams.
func (a *API) Streams() int { return a.service.streams.count() }

// wrap puts around the routes what holds for all of them. Outermost first: a name for the request, a net under panics, headers,
// refusal of other sites' requests, compression.
func (s *service) wrap() http.Handler {
	return identify(s.recovered(secure(http.NewCrossOriginProtection().Handler(compress(s.found())))))
}

// found answers requests that no route takes.
func (s *service) found() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := s.mux.Handler(r); pattern == "" {
			status, hint := http.StatusNotFound, "the routes are in "+Base+"/openapi.json"
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				status, hint = http.StatusMethodNotAllowed, "few routes change something; "+Base+"/openapi.json lists them"
			}
			writeProblem(w, r, problem(status, "no such route: "+r.Method+" "+bounded(r.URL.Path), hint))
			return
		}
		s.mux.ServeHTTP(w, r)
	})
}

func bounded(s string) string {
	if len(s) > 200 {
		return s[:200] + "…"
	}
	return s
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	whole := *p
	whole.RequestID = requestID(r.Context())
	w.Header().Set("Content-Type", whole.ContentType(""))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(whole.Status)
	_ = json.NewEncoder(w).Encode(whole) // the caller may be gone
}

// recovered turns a panic into a problem and a line in the log; the stack stays in the log.
func (s *service) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			s.Log.Error("request panicked", "request_id", requestID(r.Context()), "path", r.URL.Path, "error", panicText(v), "stack", stack())
			writeProblem(w, r, problem(http.StatusInternalServerError, "the server failed on this request",
				"its log has the reason under the request id"))
		}()
		next.ServeHTTP(w, r)
	})
}
