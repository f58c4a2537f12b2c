package server

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/schemas"
	"github.com/sightglass/sightglass/internal/serde"
)

// clusters are those of the setting kafka-file.
type clusters struct {
	all    []knownCluster
	byName map[string]*openCluster // those that people look into
}

// knownCluster is how brokers are reached that jobs name by one of some addresses; none: by any.
type knownCluster struct {
	names []string
	how   kafka.Cluster
	name  string // empty: nobody looks into it
}

// openCluster is one that people look into.
type openCluster struct {
	client    *kafka.Client
	registry  *schemaSource // nil: it has none
	bootstrap []string
	schemas   registrySchemas // nil: no registry
}

// schemaSource is the registry where the schemas of a cluster's records are.
type schemaSource struct {
	url, kind      string // kind is confluent or apicurio
	user, password string
	tls            *tls.Config // nil: the system's authorities
}

// openClusters reads how clusters are reached. It connects to none.
func (s *Server) openClusters() error {
	s.clusters = &clusters{byName: make(map[string]*openCluster)}
	if s.cfg.KafkaFile == "" {
		return nil
	}
	all, err := config.ReadKafka(s.cfg.KafkaFile)
	if err != nil {
		return err
	}
	for i := range all {
		if err := s.clusters.add(&all[i]); err != nil {
			return fmt.Errorf("setting kafka-file: cluster %d: %w", i+1, err)
		}
	}
	return nil
}

func (c *clusters) add(k *config.KafkaCluster) error {
	how, err := clusterOf(k)
	if err != nil {
		return err
	}
	c.all = append(c.all, knownCluster{k.Names(), how, k.Name})
	if k.Name == "" {
		return nil
	}
	r, err := registryOf(k.Registry)
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	client, err := kafka.NewClient(how)
	if err != nil {
		return err
	}
	c.byName[k.Name] = &openCluster{client: client, registry: r, bootstrap: how.Bootstrap}
	return nil
}

// lookedInto are the clusters that people look into, each with a decoder that knows its schema registry; own is that of those that name none, nil:
// they have none.
func (c *clusters) lookedInto(own registrySchemas) ([]browse.Cluster, error) {
	var list []browse.Cluster
	for name, o := range c.byName {
		var known serde.Schemas
		if own != nil {
			known, o.schemas = own, own
		}
		if r := o.registry; r != nil {
			reader, err := schemas.New(schemas.Options{URL: r.url, Kind: event.Registry(r.kind), User: r.user, Password: r.password, TLS: r.tls})
			if err != nil {
				return nil, fmt.Errorf("setting kafka-file: cluster %s: registry: %w", name, err)
			}
			known, o.schemas = reader, reader
		}
		list = append(list, browse.Cluster{Name: name, Kafka: o.client, Decoder: serde.NewRecordDecoder(known, serde.Limits{})})
	}
	return list, nil
}

// named is the cluster that people look into, of a job's list of bootstrap servers; empty: none is known by one of them. Names of the loopback
// address are one.
func (c *clusters) named(bootstrap string) string {
	for server := range strings.SplitSeq(bootstrap, ",") {
		server = plainServer(server)
		if server == "" {
			continue
		}
		for _, k := range c.all {
			if k.name != "" && slices.ContainsFunc(k.names, func(n string) bool { return plainServer(n) == server }) {
				return k.name
			}
		}
	}
	return ""
}

func plainServer(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if port, ok := strings.CutPrefix(s, "localhost:"); ok {
		return "127.0.0.1:" + port
	}
	return s
}

// close ends all connections.
func (c *clusters) close() {
	if c == nil {
		return
	}
	for _, o := range c.byName {
		o.client.Close()
	}
}

func clusterOf(k *config.KafkaCluster) (kafka.Cluster, error) {
	c := kafka.Cluster{Bootstrap: k.Bootstrap}
	var err error
	if c.TLS, err = tlsOf(k.TLS); err != nil {
		return c, err
	}
	s := k.SASL
	if s == nil {
		return c, nil
	}
	c.Mechanism, c.User = s.Mechanism, s.User
	if s.Mechanism == kafka.OAuthBearer {
		c.Tokens = kafka.Tokens{File: s.TokenFile, URL: s.TokenURL, ClientID: s.ClientID, SecretFile: s.ClientSecretFile, Scopes: strings.Fields(s.Scope)}
		for what, file := range map[string]string{"token-file": s.TokenFile, "client-secret-file": s.ClientSecretFile} {
			if file == "" {
				continue
			}
			if _, err := os.Stat(file); err != nil { // it is read when the server logs in; a wrong name is told at once
				return c, fmt.Errorf("sasl: %s: %w", what, err)
			}
		}
		return c, nil
	}
	if c.Password, err = passwordOf(s.PasswordFile); err != nil {
		return c, fmt.Errorf("sasl: %w", err)
	}
	return c, nil
}

func registryOf(k *config.KafkaRegistry) (*schemaSource, error) {
	if k == nil {
		return nil, nil
	}
	r := &schemaSource{url: k.URL, kind: k.Kind, user: k.User}
	if r.kind == "" {
		r.kind = "confluent"
	}
	var err error
	if r.tls, err = tlsOf(k.TLS); err != nil {
		return nil, err
	}
	if k.PasswordFile != "" {
		r.password, err = passwordOf(k.PasswordFile)
	}
	return r, err
}

func passwordOf(file string) (string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("password-file: %w", err)
	}
	password := strings.TrimRight(string(raw), "\r\n")
	if password == "" {
		return "", errors.New("password-file: it is empty")
	}
	return password, nil
}

func tlsOf(t *config.KafkaTLS) (*tls.Config, error) {
	if t == nil {
		return nil, nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, fmt.Errorf("tls: ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("tls: ca: %s has no certificate in PEM", t.CA)
		}
	}
	if t.Cert != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, fmt.Errorf("tls: cert: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
