package rest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/registry"
)

// ProxyOptions of a proxy. Upstream and Transport are required; Transport must not unpack answers (DisableCompression).
type ProxyOptions struct {
	Upstream  *url.URL
	Transport http.RoundTripper
	Login     func(http.Header) // shows the upstream who the proxy is; nil = each caller shows who they are, and the upstream decides
	Guard     Guard             // asked where Login is set, since the upstream does not know the callers then; nil = nobody is asked
	Observer  registry.Observer // may be nil
	Log       *slog.Logger
	Now       func() time.Time
}

// Proxy passes requests on to another registry and its answers back, byte for byte, and tells an observer. What ids stand for is kept, so that it is
// still answered while the other one is down. It is an http.Handler.
type Proxy struct {
	ProxyOptions
	forward *httputil.ReverseProxy
	asking  *Handler // what asks the guard, and refuses
	kept    keptAnswers
	waiting chan *passing
	lost    atomic.Int64
}

// Bounds of a proxy.
const (
	analysedBytes = 32 << 10 // of the answer to a registration
	seenWaiting   = 2_000
)

// passing is one request on its way.
type passing struct {
	*call
	key     keptKey
	at      time.Time
	traffic registry.Traffic
	answer  *taken // of a registration or a lookup; nil = nothing is to be read there
}

type passingKey struct{}

// NewProxy makes a proxy. Run tells its observer what was seen.
func NewProxy(o ProxyOptions) *Proxy {
	p := &Proxy{ProxyOptions: o, asking: New(Options{Guard: o.Guard, Log: o.Log, Now: o.Now}), waiting: make(chan *passing, seenWaiting)}
	p.kept.answers = map[keptKey]keptAnswer{}
	p.forward = &httputil.ReverseProxy{
		Transport: o.Transport, Rewrite: p.rewrite, ModifyResponse: p.answered, ErrorHandler: p.failed, ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelDebug),
		FlushInterval: -1,
	}
	return p
}

// Lost is how many requests were passed on without being told to the observer, since too many waited.
func (p *Proxy) Lost() int64 { return p.lost.Load() }

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{Handler: p.asking, w: w, r: r, named: map[string]string{}}
	unknown := c.find()
	if p.Guard == nil {
		p.pass(c)
		return
	}
	err := unknown // paths that this program does not know are not passed on under the proxy's own name
	if err == nil {
		err = p.ask(c)
	}
	if c.who != nil {
		defer c.who.Done()
	}
	if err == nil && c.route.action != Read {
		err = c.who.Change(r.Context(), c.route.action, c.subject, "passed on: "+c.route.String(), func() error {
			p.pass(c)
			return nil
		})
	} else if err == nil {
		p.pass(c)
	}
	if err != nil {
		c.refuse(err)
	}
}

// ask asks the guard. What an answer will be about is not known before, so who asks for ids and lists has to be allowed to read everything.
func (p *Proxy) ask(c *call) error {
	if err := c.enter(); err != nil || c.route.decide == byNoAccess {
		return err
	}
	on := c.subject
	if c.route.decide == byWhat {
		on = registry.ParseSubject("", c.context)
	}
	return c.may(c.route.action, on)
}

// pass passes a request on, and then tells of it.
func (p *Proxy) pass(c *call) {
	x := &passing{call: c, at: p.Now(), key: keyOf(c.r)}
	x.traffic = c.traffic(x.at)
	if user, _, ok := c.r.BasicAuth(); ok {
		x.traffic.Principal = bounded(user)
	}
	if c.who != nil {
		x.traffic.Principal = c.who.Name()
	}
	p.forward.ServeHTTP(c.w, c.r.WithContext(context.WithValue(c.r.Context(), passingKey{}, x)))
	if p.Observer == nil {
		return
	}
	select {
	case p.waiting <- x:
	default:
		p.lost.Add(1)
	}
}

func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	r.SetURL(p.Upstream)
	r.Out.URL.RawQuery = r.In.URL.RawQuery
	if p.Login != nil {
		r.Out.Header.Del("Authorization")
		p.Login(r.Out.Header)
	}
}

// answered looks at an answer while it passes.
func (p *Proxy) answered(resp *http.Response) error {
	x, ok := resp.Request.Context().Value(passingKey{}).(*passing)
	if !ok {
		return nil
	}
	x.traffic.Status = resp.StatusCode
	if resp.StatusCode != http.StatusOK {
		return nil
	}
	switch {
	case x.keeps():
		header := resp.Header.Clone()
		resp.Body = &taken{ReadCloser: resp.Body, most: keptOne, whole: func(body []byte) { p.kept.put(x.key, keptAnswer{header, body}) }}
	case x.traffic.Kind == registry.RequestRegister || x.traffic.Kind == registry.RequestLookup:
		x.answer = &taken{ReadCloser: resp.Body, most: analysedBytes, packed: resp.Header.Get("Content-Encoding") == "gzip"}
		resp.Body = x.answer
	}
	return nil
}

// keeps says whether the answer stays true for ever.
func (x *passing) keeps() bool {
	return x.route != nil && x.r.Method == http.MethodGet && x.route.kind == registry.RequestFetchID
}

// failed answers while the other registry does not.
func (p *Proxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	x, ok := r.Context().Value(passingKey{}).(*passing)
	if !ok || r.Context().Err() != nil {
		w.WriteHeader(http.StatusBadGateway) // the caller is gone
		return
	}
	if kept, ok := p.kept.get(x.key); ok && x.keeps() {
		for k, v := range kept.header {
			w.Header()[k] = v
		}
		w.Header().Set("Warning", `110 sightglass "Response is Stale"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(kept.body)))
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(kept.body) // the caller may be gone
		x.traffic.Status = http.StatusOK
		return
	}
	p.Log.Warn("the registry behind this one does not answer", "error", err)
	x.traffic.Status = x.refuse(&registry.Error{Code: registry.CodeUpstream, Message: "The registry behind this one does not answer"})
}

// Run tells the observer what passed, until ctx ends. Nothing that passes waits for it.
func (p *Proxy) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case x := <-p.waiting:
			p.Observer.Observe(x.told())
		}
	}
}

// told is what a request says, with the id that its path or its answer names.
func (x *passing) told() registry.Traffic {
	t := x.traffic
	if id, err := strconv.Atoi(x.named["id"]); err == nil && t.Kind == registry.RequestFetchID {
		t.ID = id
	}
	if x.answer == nil {
		return t
	}
	body := x.answer.bytes()
	if x.answer.packed {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return t
		}
		body, _ = io.ReadAll(io.LimitReader(z, 4*analysedBytes)) // of what broke off nothing is read
	}
	var b struct{ ID int }
	if json.Unmarshal(body, &b) == nil {
		t.ID = b.ID
	}
	return t
}
