package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds the file: a longer one is not a configuration.
const maxFile = 1 << 20

// Source gives values by the name of a setting.
type Source func(name string) (value string, ok bool)

// Environment reads SIGHTGLASS_* through lookup, which is os.LookupEnv outside of tests.
func Environment(lookup func(string) (string, bool)) Source {
	return func(name string) (string, bool) { return lookup(Setting{Name: name}.Variable()) }
}

// File reads a YAML file of name: value lines. Names that are no setting are an error, so that a typing mistake is noticed.
func File(path string) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration %s: %w", path, err)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("configuration %s is longer than %d bytes", path, maxFile)
	}
	values := map[string]yaml.Node{}
	if err := yaml.NewDecoder(bytes.NewReader(raw)).Decode(&values); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the configuration %s: %w", path, err)
	}
	known := Settings()
	for name, node := range values {
		if !slices.ContainsFunc(known, func(s Setting) bool { return s.Name == name }) {
			return nil, fmt.Errorf("configuration %s, line %d: no setting is called %q", path, node.Line, name)
		}
		if node.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("configuration %s, line %d: %s wants one value", path, node.Line, name)
		}
	}
	return func(name string) (string, bool) {
		node, ok := values[name]
		return node.Value, ok
	}, nil
}

// Load applies the defaults and then, for every setting, the first source that knows it.
func Load(sources ...Source) (Server, error) {
	var s Server
	for _, setting := range Settings() {
		if err := setting.set(&s, setting.Default); err != nil {
			return Server{}, fmt.Errorf("default of %s: %w", setting.Name, err)
		}
	}
	s.ListenChosen, s.Registry.ListenChosen = false, false
	for _, setting := range Settings() {
		for _, source := range sources {
			v, ok := source(setting.Name)
			if !ok {
				continue
			}
			if err := setting.set(&s, strings.TrimSpace(v)); err != nil {
				return Server{}, fmt.Errorf("setting %s: %w", setting.Name, err)
			}
			break
		}
	}
	return s, s.check()
}

func (s *Server) check() error {
	switch {
	case s.Data == "":
		return errors.New("setting data: wants a folder")
	case (s.TLSCert == "") != (s.TLSKey == ""):
		return errors.New("settings tls-cert and tls-key: one is of no use without the other")
	case s.Listen == s.AgentListen && !strings.HasSuffix(s.Listen, ":0"):
		return errors.New("settings listen and agent-listen: two listeners cannot share " + s.Listen)
	case s.Auth == Off && !Loopback(s.Listen):
		return fmt.Errorf("setting auth: off would let everybody who reaches %s read all records; listen on loopback, or take the setting away and choose how people log in: login token, users or oidc", s.Listen)
	}
	if s.AgentCA != "" && !s.TLS.For(s.AgentListen) {
		return fmt.Errorf("setting agent-ca: without TLS on %s no agent can show a certificate; set tls to on", s.AgentListen)
	}
	if err := s.checkLogin(); err != nil {
		return err
	}
	if err := s.checkParquet(); err != nil {
		return err
	}
	if err := s.checkRegistry(); err != nil {
		return err
	}
	return s.checkOTLP()
}
