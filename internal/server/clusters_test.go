package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/kafka"
)

// What people look into has a client by its name, which connects to nobody yet; its log-in and its registry come from files.
func TestClustersThatPeopleLookInto(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("pass word\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "kafka.yaml")
	text := strings.ReplaceAll(`clusters:
  - for: [k:1]
  - name: prod
    bootstrap: [p:1]
    tls: {}
    sasl: {mechanism: oauthbearer, token-file: SECRET}
    registry: {url: "https://r", user: u, password-file: SECRET, tls: {server-name: reg}}
`, "SECRET", secret)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Server{cfg: config.Server{KafkaFile: file}}
	if err := s.openClusters(); err != nil {
		t.Fatal(err)
	}
	defer s.clusters.close()
	prod := s.clusters.byName["prod"]
	if len(s.clusters.all) != 2 || len(s.clusters.byName) != 1 || prod == nil || prod.client == nil {
		t.Fatalf("%d clusters, of which %d are looked into", len(s.clusters.all), len(s.clusters.byName))
	}
	if r := prod.registry; r == nil || r.url != "https://r" || r.kind != "confluent" || r.user != "u" || r.password != "pass word" || r.tls.ServerName != "reg" {
		t.Error("the registry is another")
	}
	if how := s.clusters.all[1].how; how.Mechanism != kafka.OAuthBearer || how.Tokens.File != secret {
		t.Error("the log-in is another")
	}
}

func TestClustersWithFilesThatAreNotThere(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for want, k := range map[string]config.KafkaCluster{
		"token-file":         {Bootstrap: []string{"b:1"}, SASL: &config.KafkaSASL{Mechanism: "oauthbearer", TokenFile: none}},
		"client-secret-file": {Bootstrap: []string{"b:1"}, SASL: &config.KafkaSASL{Mechanism: "oauthbearer", TokenURL: "https://t", ClientID: "c", ClientSecretFile: none}},
		"registry: password": {Name: "a", Bootstrap: []string{"b:1"}, Registry: &config.KafkaRegistry{URL: "https://r", User: "u", PasswordFile: none}},
	} {
		c := &clusters{byName: make(map[string]*openCluster)}
		if err := c.add(&k); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	s := &Server{cfg: config.Server{KafkaFile: none}}
	if err := s.openClusters(); err == nil || !strings.Contains(err.Error(), "kafka-file") {
		t.Errorf("a file that is not there: %v", err)
	}
}
