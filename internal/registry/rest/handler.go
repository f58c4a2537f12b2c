package rest

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
)

// Body says in which shape answers are.
type Body string

// The shapes. BodyAuto is BodyV8 for clients that say that they ignore what they do not know, and BodyV7 for others.
const (
	BodyAuto Body = "auto"
	BodyV7   Body = "v7"
	BodyV8   Body = "v8"
)

// Options of a handler. Registry and Guard are required.
type Options struct {
	Registry         *registry.Registry
	Guard            Guard
	Body             Body // empty = BodyAuto
	IncompatibleCode int  // 409 or 40901; 0 = 409
	Version          string
	ClusterID        string // for /v1/metadata/id
	Observer         registry.Observer
	Log              *slog.Logger
	Now              func() time.Time
}

// maxBody bounds a request: a schema of the largest size with every character escaped.
const maxBody = 2*language.MostBytes + 1<<20

// maxImport bounds an import.
const maxImport = 1 << 30

// Handler serves a registry. It is an http.Handler.
type Handler struct {
	Options
}

// New makes a handler.
func New(o Options) *Handler {
	if o.Body == "" {
		o.Body = BodyAuto
	}
	if o.IncompatibleCode == 0 {
		o.IncompatibleCode = http.StatusConflict
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Handler{o}
}

// call is one request.
type call struct {
	*Handler
	w       http.ResponseWriter
	r       *http.Request
	who     Caller
	route   *route
	context string            // of the path; empty = none
	named   map[string]string // what stands for {names} of the route's path
	subject registry.Subject
	id      int // of the schema that the answer is about
}

// raw is an answer that is no JSON document of ours: a text as it is.
type raw string

// nothing is an answer without a body.
type nothing struct{}

// stream is an answer that is written piece by piece.
type stream func(io.Writer) error

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Handler: h, w: w, r: r, named: map[string]string{}}
	answer, err := c.answer()
	status := http.StatusOK
	if err != nil {
		status = c.refuse(err)
	} else {
		status = c.write(answer)
	}
	if c.who != nil {
		c.observe(status)
		c.who.Done()
	}
}

func (c *call) answer() (any, error) {
	if err := c.find(); err != nil {
		return nil, err
	}
	if !acceptable(c.r.Header.Values("Accept")) {
		return nil, &registry.Error{Code: http.StatusNotAcceptable, Message: "HTTP 406 Not Acceptable"} // the answer's own type says what there is
	}
	if err := c.enter(); err != nil {
		return nil, err
	}
	if c.route.decide == bySubject {
		if err := c.may(c.route.action, c.subject); err != nil {
			return nil, err
		}
	}
	return c.route.do(c)
}

// enter finds out who calls.
func (c *call) enter() error {
	who, err := c.Guard.Enter(c.r)
	switch {
	case errors.Is(err, ErrUnknown):
		c.w.Header().Set("WWW-Authenticate", `Basic realm="sightglass registry"`)
		return &registry.Error{Code: 40101, Message: "The request shows no valid token: send one as a bearer token, or by Basic as the password of your name"}
	case err != nil:
		return &registry.Error{Code: 50301, Message: "Who calls cannot be found out now; try again in a moment"}
	}
	c.who = who
	return nil
}

// may refuses what the caller may not do, and has it written down.
func (c *call) may(a Action, s registry.Subject) error {
	why := c.who.May(c.r.Context(), a, s)
	if why == "" {
		return nil
	}
	c.who.Refused(c.r.Context(), a, s, why)
	return forbidden(why)
}

func forbidden(why string) error { return &registry.Error{Code: 40301, Message: why} }

// sees says whether the caller may read a subject; what they may not is left out of lists.
func (c *call) sees(s registry.Subject) bool {
	return c.who.May(c.r.Context(), Read, s) == ""
}

// refuse writes an error and gives its status.
func (c *call) refuse(err error) int {
	e, inside := registry.ErrorOf(err)
	var big *http.MaxBytesError
	switch {
	case errors.As(err, &big):
		e, inside = &registry.Error{Code: registry.CodeTooLarge, Message: "Schema is too large: the request is longer than " + strconv.FormatInt(big.Limit, 10) + " bytes"}, false
	case c.r.Context().Err() != nil:
		e, inside = &registry.Error{Code: registry.CodeTimeout, Message: "The request was given up"}, false
	}
	if inside {
		c.Log.Error("a request to the registry failed", "method", c.r.Method, "error", err)
	}
	code := int(e.Code)
	if e.Code == registry.CodeIncompatible {
		code = c.IncompatibleCode
	}
	status := int(e.Code)
	for status >= 1000 {
		status /= 10
	}
	c.header(status)
	_ = json.NewEncoder(c.w).Encode(struct { // the caller may be gone
		Code    int    `json:"error_code"`
		Message string `json:"message"`
	}{code, e.Message})
	return status
}

func (c *call) header(status int) {
	h := c.w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", answerType(c.r.Header.Get("Accept")))
	}
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept, Authorization, Confluent-Accept-Unknown-Properties")
	c.w.WriteHeader(status)
}

func (c *call) write(answer any) int {
	switch a := answer.(type) {
	case nothing:
		c.w.WriteHeader(http.StatusNoContent)
		return http.StatusNoContent
	case raw:
		c.header(http.StatusOK)
		_, _ = io.WriteString(c.w, string(a)) // the caller may be gone
	case stream:
		c.header(http.StatusOK)
		if err := a(c.w); err != nil {
			c.Log.Debug("an answer of the registry broke off", "error", err)
		}
	default:
		body, err := json.Marshal(answer)
		if err != nil {
			return c.refuse(err)
		}
		c.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		c.header(http.StatusOK)
		_, _ = c.w.Write(body) // the caller may be gone
	}
	return http.StatusOK
}

func (c *call) observe(status int) {
	if c.Observer == nil || c.route == nil {
		return
	}
	t := c.traffic(c.Now())
	t.Principal, t.ID, t.Status = c.who.Name(), c.id, status
	c.Observer.Observe(t)
}

// traffic is what a request tells of its client.
func (c *call) traffic(at time.Time) registry.Traffic {
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err != nil {
		host = c.r.RemoteAddr
	}
	t := registry.Traffic{
		At: at, Client: bounded(c.r.UserAgent()), Version: bounded(c.r.Header.Get("Confluent-Client-Version")), IP: host, Kind: registry.RequestOther,
		Numbered: bounded(c.named["version"]),
	}
	if c.route != nil {
		t.Kind = c.route.kind
	}
	if c.named["subject"] != "" {
		t.Subject = bounded(c.subject.String())
	}
	return t
}

// bounded keeps what clients send from filling tables.
func bounded(s string) string {
	const most = 300
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// v8 says in which shape this caller wants answers.
func (c *call) v8() bool {
	return c.Body == BodyV8 || c.Body == BodyAuto && strings.EqualFold(c.r.Header.Get("Confluent-Accept-Unknown-Properties"), "true")
}

// read reads the JSON of a request into v.
func (c *call) read(v any) error {
	body, err := c.body()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, v); err != nil {
		return &registry.Error{Code: registry.CodeMalformed, Message: "The request is not JSON, or a member has another type than it should"}
	}
	return nil
}

// body reads a request. Pages of other sites cannot send these media types without asking first.
func (c *call) body() ([]byte, error) {
	kind, _, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch {
	case !slices.Contains([]string{"", "identity"}, c.r.Header.Get("Content-Encoding")):
		c.w.Header().Set("Accept-Encoding", "identity")
		return nil, &registry.Error{Code: http.StatusUnsupportedMediaType, Message: "HTTP 415 Unsupported Media Type: send the request without a Content-Encoding"}
	case c.r.Header.Get("Content-Type") == "" || err == nil && known(kind):
		return io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	}
	c.w.Header().Set("Accept", registry.MediaType+", application/json")
	return nil, &registry.Error{Code: http.StatusUnsupportedMediaType, Message: "HTTP 415 Unsupported Media Type"}
}

func known(kind string) bool {
	switch kind {
	case registry.MediaType, "application/vnd.schemaregistry+json", "application/json", "application/octet-stream":
		return true
	}
	return false
}

// Parameters of the query.

func (c *call) query() url.Values { return c.r.URL.Query() }

func (c *call) flag(name string) bool { return strings.EqualFold(c.query().Get(name), "true") }

// page cuts a list as offset and limit want it; a limit below 0 is none.
func page[T any](c *call, list []T) ([]T, error) {
	offset, limit := 0, -1
	for name, to := range map[string]*int{"offset": &offset, "limit": &limit} {
		text := c.query().Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, &registry.Error{Code: registry.CodeUnsupported, Message: name + " is a number"}
		}
		*to = n
	}
	offset = min(max(offset, 0), len(list))
	list = list[offset:]
	if limit >= 0 && limit < len(list) {
		list = list[:limit]
	}
	if list == nil {
		list = []T{}
	}
	return list, nil
}

// schemaID reads an id of the path. What is no number is no path, as Confluent's has it; CodeSchemaMissing: a number that no id can be.
func (c *call) schemaID() (int, error) {
	n, err := strconv.ParseInt(c.named["id"], 10, 32)
	switch {
	case err != nil:
		return 0, pathMissing()
	case n < 0:
		return 0, &registry.Error{Code: registry.CodeSchemaMissing, Message: "Schema " + bounded(c.named["id"]) + " not found"}
	}
	return int(n), nil
}
