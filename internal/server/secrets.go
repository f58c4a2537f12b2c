package server

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/config"
)

// secrets are what callers must show and what we show them. Empty tokens: none is asked for.
type secrets struct {
	certificate    *certificate // nil = TLS is off on both listeners
	token          string
	tokenFile      string
	agentToken     string
	agentTokenFile string
}

// secrets loads or makes what the configuration wants.
func (s *Server) secrets() (x secrets, err error) {
	if s.cfg.TLS.For(s.cfg.Listen) || s.cfg.TLS.For(s.cfg.AgentListen) || s.cfg.OTLP.Listen != "" && s.cfg.TLS.For(s.cfg.OTLP.Listen) || s.registryTLS() {
		x.certificate, err = loadCertificate(s.cfg.TLSCert, s.cfg.TLSKey, s.cfg.Data, s.hosts(), s.now())
		if err != nil {
			return x, err
		}
	}
	if s.cfg.Auth.For(s.cfg.Listen) && s.cfg.Login.Uses(config.LoginToken) {
		x.tokenFile = or(s.cfg.TokenFile, filepath.Join(s.cfg.Data, tokenFile))
		if x.token, err = loadToken(x.tokenFile, s.cfg.TokenFile == ""); err != nil {
			return x, err
		}
	}
	if s.cfg.AgentAuth.For(s.cfg.AgentListen) {
		x.agentTokenFile = or(s.cfg.AgentToken, filepath.Join(s.cfg.Data, agentTokenFile))
		if x.agentToken, err = loadToken(x.agentTokenFile, s.cfg.AgentToken == ""); err != nil {
			return x, err
		}
	}
	return x, nil
}

// hosts are the names that a self-made certificate is for.
func (s *Server) hosts() []string {
	hosts := []string{s.cfg.Advertise}
	if name, err := os.Hostname(); err == nil {
		hosts = append(hosts, name)
	}
	for _, address := range []string{s.cfg.Listen, s.cfg.AgentListen, s.cfg.OTLP.Listen, s.cfg.Registry.Listen} {
		if host, _, err := net.SplitHostPort(address); err == nil && host != "" && host != "0.0.0.0" && host != "::" {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// agentTLS is how agents are talked to: with an authority they have to show a certificate that it signed.
func (s *Server) agentTLS(c *certificate) (*tls.Config, error) {
	t := c.config("sightglass/1")
	if s.cfg.AgentCA == "" {
		return t, nil
	}
	raw, err := os.ReadFile(s.cfg.AgentCA)
	if err != nil {
		return nil, fmt.Errorf("setting agent-ca: %w", err)
	}
	t.ClientCAs = x509.NewCertPool()
	if !t.ClientCAs.AppendCertsFromPEM(raw) {
		return nil, fmt.Errorf("setting agent-ca: %s holds no certificate in PEM", s.cfg.AgentCA)
	}
	t.ClientAuth = tls.RequireAndVerifyClientCert
	return t, nil
}

func (c *certificate) config(protocols ...string) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{c.tls}, MinVersion: tls.VersionTLS12, NextProtos: protocols}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
