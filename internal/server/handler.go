package server

import (
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/identity"
)

// handler joins what is served: the API, login, health, metrics, and the UI for everything else.
func (s *Server) handler(o Options, g *identity.Gate) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(api.Base+"/", s.linkOrLogin(g, s.api))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") })
	mux.HandleFunc("GET /readyz", s.readiness)
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		if g != nil {
			who, err := g.Authenticate(r)
			if err != nil {
				w.Header().Set("WWW-Authenticate", `Bearer realm="sightglass"`)
				plain(w, http.StatusUnauthorized, "give a token as a bearer token (Prometheus: authorization.credentials_file)\n")
				return
			}
			if d := s.browser.Decide(who, access.ServerView, "server"); !d.Allowed {
				plain(w, http.StatusForbidden, d.Reason+"\n")
				return
			}
		}
		s.exposeMetrics(w, r)
	})
	if g != nil {
		mux.Handle(identity.AuthPath, g.Handler())
	}
	mux.Handle("/", &ui{files: o.UI, gate: g})
	if g == nil {
		return knownHost(mux)
	}
	return mux
}

// knownHost refuses requests that were meant for another name. Without a token the browser is all that keeps other sites from
// reading recordings, and a site can make its own name point to this machine; it cannot change the name in the request.
func knownHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), "80")
		}
		if !config.Loopback(host) {
			plain(w, http.StatusMisdirectedRequest, "this server answers to localhost only; open it as http://localhost:<port>\n")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// readiness says whether the server takes blocks and answers questions.
func (s *Server) readiness(w http.ResponseWriter, _ *http.Request) {
	switch {
	case !s.ready.Load():
		plain(w, http.StatusServiceUnavailable, "not serving: starting or shutting down\n")
	case s.store.Stats().Free < minFree:
		plain(w, http.StatusServiceUnavailable, "disk full: blocks are refused\n")
	default:
		plain(w, http.StatusOK, "ready\n")
	}
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // the caller may be gone
}
