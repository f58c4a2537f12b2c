package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Login is how people and programs say who they are, where the server asks (setting auth).
type Login struct {
	Ways      []string // token, users, oidc
	PublicURL string   // as browsers reach the server; empty = as it listens

	Issuer       string
	ClientID     string
	SecretFile   string
	Scopes       []string
	Audience     string
	ProviderName string
}

// The words of Ways.
const (
	LoginToken = "token"
	LoginUsers = "users"
	LoginOIDC  = "oidc"
)

// loginSettings are those of Login, in the order of the reference page.
func loginSettings() []Setting {
	return []Setting{
		{"login", LoginToken, "list", "How people log in where auth is on: token (the server's), users (names and passwords: sightglass user) and oidc (an OpenID Connect provider), with commas between (docs/operations/login.md).",
			func(s *Server, v string) error {
				return list(&s.Login.Ways, v, LoginToken, LoginUsers, LoginOIDC)
			}},
		{"public-url", "", "URL", "Address under which browsers reach the server, as https://sightglass.example.com, where that is not the one it listens on: behind a proxy, and for oidc. With https cookies are for TLS only.",
			func(s *Server, v string) error { return publicURL(&s.Login.PublicURL, v) }},
		{"oidc-issuer", "", "URL", "Issuer of the OpenID Connect provider, as https://login.example.com/realms/main.",
			text(func(s *Server) *string { return &s.Login.Issuer })},
		{"oidc-client-id", "", "name", "Id under which the provider knows this server.",
			text(func(s *Server) *string { return &s.Login.ClientID })},
		{"oidc-client-secret-file", "", "file", "Holds the secret that the provider gave to this client; empty: it is a public one.",
			text(func(s *Server) *string { return &s.Login.SecretFile })},
		{"oidc-scopes", "profile", "list", "Scopes that are asked for besides openid, as profile,groups,offline_access; the last lets roles be asked for again every 15 minutes with many providers.",
			func(s *Server, v string) error { return words(&s.Login.Scopes, v) }},
		{"oidc-audience", "", "name", "Audience of the provider's JWTs that programs may show in place of a token; another one than oidc-client-id. Empty: none is taken.",
			text(func(s *Server) *string { return &s.Login.Audience })},
		{"oidc-name", "", "text", "What the login page calls the provider; empty: the issuer's host.",
			text(func(s *Server) *string { return &s.Login.ProviderName })},
	}
}

// words reads a list with commas between.
func words(to *[]string, v string) error {
	*to = nil
	for w := range strings.SplitSeq(v, ",") {
		switch w = strings.TrimSpace(w); {
		case strings.ContainsAny(w, " \t\r\n"):
			return fmt.Errorf("%q has no commas between its words", v)
		case w != "":
			*to = append(*to, w)
		}
	}
	return nil
}

func publicURL(to *string, v string) error {
	if v != "" {
		u, err := url.Parse(v)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.Path != "/" {
			return fmt.Errorf("%q is no address of a server without a path, as https://sightglass.example.com", v)
		}
		v = strings.TrimSuffix(v, "/")
	}
	*to = v
	return nil
}

// Uses tells whether a way in is chosen.
func (l Login) Uses(way string) bool { return slices.Contains(l.Ways, way) }

func (s *Server) checkLogin() error {
	l := s.Login
	switch {
	case len(l.Ways) == 0:
		return errors.New("setting login: wants one of token, users, oidc")
	case !l.Uses(LoginOIDC) && (l.Issuer != "" || l.ClientID != "" || l.SecretFile != "" || l.Audience != ""):
		return errors.New("setting login: the provider of oidc-issuer is asked only where login names oidc")
	case !l.Uses(LoginOIDC):
		return nil
	case l.Issuer == "" || l.ClientID == "":
		return errors.New("setting login: oidc wants oidc-issuer and oidc-client-id")
	case l.PublicURL == "" && !Loopback(s.Listen):
		return errors.New("setting login: oidc wants public-url, the address that the provider sends browsers back to")
	case l.Audience == l.ClientID:
		return errors.New("setting oidc-audience: it is oidc-client-id, so what people log in with would pass for a program's")
	}
	return nil
}
