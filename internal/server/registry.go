package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/dial"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/avro"
	"github.com/sightglass/sightglass/internal/language/jsonschema"
	"github.com/sightglass/sightglass/internal/language/protobuf"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/rest"
)

// languages is where schema languages join the registry: as which new schemas are read, and those that some registry has already.
func languages() (fresh, registered []language.Language) {
	return []language.Language{avro.New(), protobuf.Language{}, jsonschema.Language{}}, []language.Language{avro.Registered()}
}

// schemaRegistry is the registry that this server is, stands before, or follows.
type schemaRegistry struct {
	kept     *registry.Registry // nil = a proxy keeps none
	follower *registry.Follower // nil = it follows nobody
	proxy    *rest.Proxy        // nil = it is none
	http     *http.Server
	listener net.Listener
	url      string
	moved    bool
}

// schemas is what is kept here; nil: nothing, or a proxy's, which the registry behind it keeps.
func (r *schemaRegistry) schemas() *registry.Registry {
	if r == nil {
		return nil
	}
	return r.kept
}

// upstreamTimeout bounds one question to another registry.
const upstreamTimeout = 30 * time.Second

func (s *Server) registryTLS() bool {
	return s.cfg.Registry.Listen != "" && s.cfg.TLS.For(s.cfg.Registry.Listen)
}

// openRegistry opens the registry and listens. A file that is shown has none.
func (s *Server) openRegistry(ctx context.Context, o Options, x secrets) error {
	c := s.cfg.Registry
	if c.Listen == "" || s.opened != (event.RecordingID{}) {
		return nil
	}
	r := &schemaRegistry{}
	var handler http.Handler
	var err error
	if c.Mode == config.RegistryProxy {
		handler, err = s.openRegistryProxy(r, o)
	} else {
		handler, err = s.openRegistryTables(ctx, r, o)
	}
	if err != nil {
		return err
	}
	if r.listener, err = listen(ctx, c.Listen, "registry-listen", config.Loopback(c.Listen) && !c.ListenChosen); err != nil {
		return err
	}
	address := r.listener.Addr().String()
	_, wanted, _ := net.SplitHostPort(c.Listen)
	_, got, _ := net.SplitHostPort(address)
	r.moved = wanted != got && wanted != "0"
	scheme := "http"
	if s.registryTLS() {
		scheme = "https"
		r.listener = tls.NewListener(r.listener, x.certificate.config("http/1.1"))
	}
	r.url = scheme + "://" + reachable(address, s.cfg.Advertise)
	// Pages of other sites neither change schemas nor, by a name of their own for this machine, read them.
	handler = http.NewCrossOriginProtection().Handler(handler)
	if config.Loopback(c.Listen) && s.gate == nil {
		handler = knownHost(handler)
	}
	r.http = &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 5 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	s.registry = r
	return nil
}

func (s *Server) openRegistryTables(ctx context.Context, r *schemaRegistry, o Options) (http.Handler, error) {
	c := s.cfg.Registry
	fresh, registered := languages()
	if language.Profile(c.Profile) == language.Confluent74 {
		fresh[0] = registered[0] // Confluent's took Avro defaults that do not fit their types up to 8.0.2
	}
	var err error
	r.kept, err = registry.Open(ctx, registry.Options{
		DB: s.tables, Languages: fresh, Registered: registered, Profile: language.Profile(c.Profile), Now: s.now, ReadOnly: c.Mode == config.RegistryFollow,
		Changed: s.schemaChanged,
	})
	if err != nil {
		return nil, err
	}
	if c.Mode == config.RegistryFollow {
		up, err := s.upstream()
		if err != nil {
			return nil, err
		}
		r.follower = &registry.Follower{Registry: r.kept, Upstream: up, Every: c.FollowEvery, Log: s.log, Now: s.now}
	}
	code, err := strconv.Atoi(c.IncompatibleCode)
	if err != nil {
		return nil, fmt.Errorf("setting registry-incompatible-code: %w", err)
	}
	return rest.New(rest.Options{
		Registry: r.kept, Guard: s.registryGuard(o), Observer: &s.traffic, Body: rest.Body(c.Body), IncompatibleCode: code, Version: s.version, Log: s.log, Now: s.now,
	}), nil
}

func (s *Server) openRegistryProxy(r *schemaRegistry, o Options) (http.Handler, error) {
	up, err := s.upstream()
	if err != nil {
		return nil, err
	}
	to, err := url.Parse(up.URL)
	if err != nil {
		return nil, errors.New("setting registry-upstream: it is no address")
	}
	transport := dial.Transport(10 * time.Second)
	transport.DisableCompression = true // bytes pass as they are
	transport.MaxIdleConnsPerHost = 64
	transport.ResponseHeaderTimeout = upstreamTimeout
	p := rest.ProxyOptions{Upstream: to, Transport: transport, Observer: &s.traffic, Log: s.log, Now: s.now}
	if up.User != "" {
		p.Login, p.Guard = up.Login, s.registryGuard(o)
	}
	r.proxy = rest.NewProxy(p)
	return r.proxy, nil
}

// upstream is the other registry of the settings.
func (s *Server) upstream() (*registry.Upstream, error) {
	c := s.cfg.Registry
	u := &registry.Upstream{URL: trimSlash(c.Upstream), User: c.UpstreamUser, Client: &http.Client{Transport: dial.Transport(10 * time.Second), Timeout: upstreamTimeout}}
	if c.UpstreamPassword == "" {
		return u, nil
	}
	var err error
	if u.Password, err = passwordOf(c.UpstreamPassword); err != nil {
		return nil, fmt.Errorf("setting registry-upstream-%w", err)
	}
	return u, nil
}

func trimSlash(s string) string {
	for len(s) > 0 && s[len(s)-1] == '/' {
		s = s[:len(s)-1]
	}
	return s
}

// serve answers until shutdown; nil when there is no registry.
func (r *schemaRegistry) serve() error {
	if r == nil {
		return nil
	}
	if err := r.http.Serve(r.listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving the schema registry on %s: %w", r.listener.Addr(), err)
	}
	return nil
}

// run follows, or tells what a proxy saw, until ctx ends.
func (r *schemaRegistry) run(ctx context.Context) {
	switch {
	case r == nil:
	case r.follower != nil:
		r.follower.Run(ctx)
	case r.proxy != nil:
		r.proxy.Run(ctx)
	}
}

func (r *schemaRegistry) shutdown(ctx context.Context) error {
	if r == nil {
		return nil
	}
	if err := r.http.Shutdown(ctx); err != nil {
		_ = r.http.Close() // what is left was told already
		return fmt.Errorf("ending requests to the schema registry: %w", err)
	}
	return nil
}

// release closes the listener of a server that never ran.
func (r *schemaRegistry) release() {
	if r != nil && r.listener != nil {
		_ = r.listener.Close() // closed already after a shutdown
	}
}
