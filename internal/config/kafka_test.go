package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestClustersOfKafka(t *testing.T) {
	read := func(text string) ([]KafkaCluster, error) {
		file := filepath.Join(t.TempDir(), "kafka.yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return ReadKafka(file)
	}
	all, err := read(`clusters:
  - for: [kafka-1:9092, "kafka-2:9092"]
    bootstrap: [broker.example.com:9094]
    tls: {ca: ca.pem, server-name: kafka}
    sasl: {mechanism: scram-sha-512, user: sightglass, password-file: secret}
  - tls: {}
`)
	if err != nil || len(all) != 2 || all[0].For[1] != "kafka-2:9092" || all[0].TLS.CA != "ca.pem" || all[0].SASL.User != "sightglass" || all[1].TLS == nil || all[1].SASL != nil {
		t.Errorf("%+v, %v", all, err)
	}
	for text, want := range map[string]string{
		"clusters: [{bootstrap: [broker]}]":                                                         `cluster 1: "broker" is no host:port`,
		"clusters: [{servers: [b:1]}]":                                                              "servers",
		"clusters: [{tls: {cert: c.pem}}]":                                                          "cert and key go together",
		"clusters: [{sasl: {mechanism: gssapi, user: u, password-file: f}}]":                        `"gssapi" is none of`,
		"clusters: [{tls: {}, sasl: {mechanism: plain, user: u}}]":                                  "password-file",
		"clusters: [{sasl: {mechanism: scram-sha-256, user: u, password-file: f}}]":                 "for or bootstrap is wanted",
		"clusters: [{tls: {cert: c.pem, key: k.pem}}]":                                              "for or bootstrap is wanted",
		"clusters: [{}, {sasl: {mechanism: plain, user: u, password-file: f}}]":                     "cluster 2: sasl: plain shows the password",
		"clusters: [{sasl: {mechanism: scram-sha-256, user: u, password: text, password-file: f}}]": "password",
	} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "replay-kafka-file") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := ReadKafka(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is read")
	}
}
