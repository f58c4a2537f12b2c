package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"go.yaml.in/yaml/v3"
)

// KafkaCluster is how the server reaches brokers whose topics replays read again.
type KafkaCluster struct {
	For       []string   `yaml:"for"`       // bootstrap servers as jobs name them, one of which is enough; empty: every cluster
	Bootstrap []string   `yaml:"bootstrap"` // host:port; empty: as the job named them
	TLS       *KafkaTLS  `yaml:"tls"`       // nil: plain TCP
	SASL      *KafkaSASL `yaml:"sasl"`      // nil: nobody logs in
}

// KafkaTLS is how brokers are known, and the server to them. All are files in PEM.
type KafkaTLS struct {
	CA         string `yaml:"ca"` // empty: the system's
	Cert       string `yaml:"cert"`
	Key        string `yaml:"key"`
	ServerName string `yaml:"server-name"` // that the brokers' certificates are for; empty: the name that they are reached by
}

// KafkaSASL is how the server logs in.
type KafkaSASL struct {
	Mechanism    string `yaml:"mechanism"` // plain, scram-sha-256 or scram-sha-512
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password-file"`
}

// ReadKafka reads a file of clusters: a list, of which the first one that fits holds.
func ReadKafka(file string) ([]KafkaCluster, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("setting replay-kafka-file: %w", err)
	}
	var all struct {
		Clusters []KafkaCluster `yaml:"clusters"`
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&all); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("setting replay-kafka-file: %s: %w", file, err)
	}
	for i := range all.Clusters {
		if err := all.Clusters[i].check(); err != nil {
			return nil, fmt.Errorf("setting replay-kafka-file: %s: cluster %d: %w", file, i+1, err)
		}
	}
	return all.Clusters, nil
}

func (c *KafkaCluster) check() error {
	for _, list := range [][]string{c.For, c.Bootstrap} {
		for _, a := range list {
			var host string
			if err := address(&host, a); err != nil {
				return err
			}
		}
	}
	if t := c.TLS; t != nil && (t.Cert == "") != (t.Key == "") {
		return errors.New("tls: cert and key go together")
	}
	if s := c.SASL; s != nil {
		switch s.Mechanism {
		case "plain", "scram-sha-256", "scram-sha-512":
		default:
			return fmt.Errorf("sasl: mechanism %q is none of plain, scram-sha-256, scram-sha-512", s.Mechanism)
		}
		if s.User == "" || s.PasswordFile == "" {
			return errors.New("sasl: user and password-file are wanted")
		}
		if s.Mechanism == "plain" && c.TLS == nil {
			return errors.New("sasl: plain shows the password to the network; it wants tls: {}")
		}
	}
	if (c.SASL != nil || c.TLS != nil && c.TLS.Cert != "") && len(c.For) == 0 && len(c.Bootstrap) == 0 {
		return errors.New("the server logs in there: for or bootstrap is wanted, else it would do so wherever a recording says")
	}
	return nil
}
