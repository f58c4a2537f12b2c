package server

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/sightglass/sightglass/internal/agentjar"
	"github.com/sightglass/sightglass/internal/config"
)

// describe works out what people need to know, and writes the agent beside the data.
func (s *Server) describe(x secrets) {
	web, agents := s.httpListener.Addr().String(), s.agentListener.Addr().String()
	_, wanted, _ := net.SplitHostPort(s.cfg.Listen)
	_, got, _ := net.SplitHostPort(web)
	s.info = Info{
		URL: s.webURL(), Agents: agents, Moved: wanted != got && wanted != "0", Data: s.cfg.Data,
		TokenFile: x.tokenFile, AgentTokenFile: x.agentTokenFile, OTLP: s.reports.address(), AgentCA: s.cfg.AgentCA,
	}
	if x.certificate != nil {
		s.info.TLS, s.info.Fingerprint, s.info.SelfMade = true, x.certificate.fingerprint, x.certificate.selfMade
	}
	if s.gate != nil {
		s.info.Ways, s.info.FirstCode, s.info.Provider = s.cfg.Login.Ways, s.gate.FirstCode(), s.cfg.Login.Issuer
	}
	if r := s.registry; r != nil {
		s.info.Registry, s.info.RegistryMode, s.info.RegistryMoved = r.url, s.cfg.Registry.Mode, r.moved
	}
	s.info.AgentJar = s.jar
	s.info.FlinkLines = flinkLines(filepath.Join(s.cfg.Data, agentjar.Name), s.agentOption(x))
}

// webURL is the address of the web UI as others write it.
func (s *Server) webURL() string {
	scheme := "http"
	if s.cfg.TLS.For(s.cfg.Listen) {
		scheme = "https"
	}
	return scheme + "://" + reachable(s.httpListener.Addr().String(), s.cfg.Advertise)
}

// writeJar puts the agent that this binary carries into the data folder.
func (s *Server) writeJar() {
	jar := filepath.Join(s.cfg.Data, agentjar.Name)
	switch _, err := agentjar.Write(jar); {
	case err == nil:
		s.jar = jar
	case !errors.Is(err, agentjar.ErrAbsent):
		s.log.Warn("the agent was not written", "path", jar, "error", err)
	}
}

// agentOption is what follows the jar in -javaagent: where the server is, and what the agent needs to be let in.
func (s *Server) agentOption(x secrets) string {
	option := reachable(s.agentListener.Addr().String(), s.cfg.Advertise)
	on := s.cfg.TLS.For(s.cfg.AgentListen)
	switch {
	case on: // said even off loopback: this machine's own name may stand for it, and agents would take it for loopback
		option += ",tls=on"
	case !config.Loopback(s.cfg.AgentListen):
		option += ",tls=off"
	}
	if on && x.certificate.selfMade {
		option += ",pin=" + x.certificate.fingerprint
	}
	if x.agentTokenFile != "" {
		option += ",token-file=" + x.agentTokenFile
	}
	return option
}

// flinkLines are the two lines of Flink's configuration.
func flinkLines(jar, option string) []string {
	value := "-javaagent:" + jar + "=" + option
	return []string{
		"env.java.default-opts.taskmanager: " + value,
		"env.java.default-opts.jobmanager: " + value,
	}
}

// reachable is address as others write it: the advertised name, or this machine's when the listener takes connections on all.
func reachable(address, advertise string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	switch ip := net.ParseIP(host); {
	case advertise != "" && !config.Loopback(address):
		host = advertise
	case ip != nil && ip.IsUnspecified():
		host = "localhost"
		if name, err := os.Hostname(); err == nil {
			host = strings.ToLower(name)
		}
	}
	return net.JoinHostPort(host, port)
}
