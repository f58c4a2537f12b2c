package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"
)

// Registry is the schema registry that this server is, stands before, or follows.
type Registry struct {
	Listen           string // empty = there is none
	ListenChosen     bool   // a taken port is an error then
	Mode             string // serve, proxy, follow
	Upstream         string // of proxy and follow
	UpstreamUser     string // empty = proxy passes on what each caller shows
	UpstreamPassword string // file
	FollowEvery      time.Duration
	Profile          string
	IncompatibleCode string
	Body             string
}

// The modes of Registry.
const (
	RegistryServe  = "serve"
	RegistryProxy  = "proxy"
	RegistryFollow = "follow"
)

// registrySettings are those of Registry, in the order of the reference page.
func registrySettings() []Setting {
	return []Setting{
		{"registry-listen", "127.0.0.1:8085", "host:port", "Address of the schema registry, which speaks Confluent's REST API (docs/operations/registry.md). On loopback a taken port moves to the next free one unless this is set; empty: there is none.",
			func(s *Server, v string) error {
				s.Registry.ListenChosen = true
				if v == "" {
					s.Registry.Listen = ""
					return nil
				}
				return address(&s.Registry.Listen, v)
			}},
		{"registry-mode", RegistryServe, "", "serve (it keeps schemas itself), proxy (it passes requests on to registry-upstream and watches who reads and writes what) or follow (it keeps a copy of registry-upstream, which it reads again and again, and takes no changes).",
			choice(func(s *Server) *string { return &s.Registry.Mode }, RegistryServe, RegistryProxy, RegistryFollow)},
		{"registry-upstream", "", "URL", "The registry of proxy and follow, as https://registry.example.com:8081.",
			func(s *Server, v string) error { return upstreamURL(&s.Registry.Upstream, v) }},
		{"registry-upstream-user", "", "name", "User under which this server logs in at registry-upstream. With proxy callers are then known to this server instead; empty: what each caller shows is passed on.",
			text(func(s *Server) *string { return &s.Registry.UpstreamUser })},
		{"registry-upstream-password-file", "", "file", "Holds that user's password.",
			text(func(s *Server) *string { return &s.Registry.UpstreamPassword })},
		{"registry-follow-every", "30s", "duration", "Between two readings of a registry that is followed.",
			duration(func(s *Server) *time.Duration { return &s.Registry.FollowEvery })},
		{"registry-profile", "confluent-8.3", "", "Whose verdicts on compatibility are given: confluent-8.3, confluent-7.4, or strict, which also breaks on what readers silently see as something else.",
			choice(func(s *Server) *string { return &s.Registry.Profile }, "confluent-8.3", "confluent-7.4", "strict")},
		{"registry-incompatible-code", "409", "", "error_code of an incompatible schema: 409, or 40901 as Confluent's newest have it. The HTTP status is 409 in both.",
			choice(func(s *Server) *string { return &s.Registry.IncompatibleCode }, "409", "40901")},
		{"registry-body", "auto", "", "Shape of answers: v7, v8 (with guid, schemaType and ts always), or auto: v8 for clients that say that they ignore what they do not know.",
			choice(func(s *Server) *string { return &s.Registry.Body }, "auto", "v7", "v8")},
	}
}

// upstreamURL takes an address of HTTP, with a path and without a secret in it.
func upstreamURL(to *string, v string) error {
	*to = v
	if v == "" {
		return nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("it is no address of HTTP, as https://registry.example.com:8081")
	}
	if u.User != nil {
		return errors.New("a user or a password in an address gets into logs; the settings beside it that name a file are for that")
	}
	return nil
}

func (s *Server) checkRegistry() error {
	r := s.Registry
	switch {
	case r.Listen == "":
		return nil
	case r.Mode != RegistryServe && r.Upstream == "":
		return fmt.Errorf("setting registry-mode: %s wants registry-upstream", r.Mode)
	case r.Mode == RegistryServe && r.Upstream != "":
		return errors.New("setting registry-upstream: only registry-mode proxy or follow asks another registry")
	case (r.UpstreamUser == "") != (r.UpstreamPassword == ""):
		return errors.New("settings registry-upstream-user and registry-upstream-password-file: one is of no use without the other")
	case (r.Listen == s.Listen || r.Listen == s.AgentListen) && !isAnyPort(r.Listen):
		return errors.New("setting registry-listen: two listeners cannot share " + r.Listen)
	case r.UpstreamUser != "":
		if err := secretURL(r.Upstream, true); err != nil {
			return fmt.Errorf("setting registry-upstream: %w", err)
		}
	}
	if Loopback(r.Listen) {
		return nil
	}
	if r.Mode == RegistryProxy && r.UpstreamUser == "" {
		if u, err := url.Parse(r.Upstream); err == nil && (Loopback(u.Host) || Loopback(net.JoinHostPort(u.Hostname(), "80"))) {
			return errors.New("setting registry-listen: others would reach a registry that listens on this machine only; set registry-upstream-user, so that callers are asked who they are, or listen on loopback")
		}
		return nil // the upstream asks them
	}
	if !s.Auth.For(s.Listen) {
		return fmt.Errorf("setting registry-listen: others reach %s, and nobody would be asked who they are; set auth to on and choose how people log in: login token, users or oidc", r.Listen)
	}
	return nil
}

func isAnyPort(address string) bool {
	_, port, err := net.SplitHostPort(address)
	return err == nil && port == "0"
}
