package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func readClusters(t *testing.T, text string) ([]KafkaCluster, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kafka.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return ReadKafka(file)
}

func TestClustersOfKafka(t *testing.T) {
	all, err := readClusters(t, `clusters:
  - for: [kafka-1:9092, "kafka-2:9092"]
    bootstrap: [broker.example.com:9094]
    tls: {ca: ca.pem, server-name: kafka}
    sasl: {mechanism: scram-sha-512, user: sightglass, password-file: secret}
  - tls: {}
  - name: prod-eu
    bootstrap: [b:9094]
    tls: {}
    sasl: {mechanism: oauthbearer, token-url: "https://id.example.com/token", client-id: s, client-secret-file: f, scope: kafka}
    registry: {url: "https://registry.example.com", kind: apicurio, user: u, password-file: p, tls: {ca: ca.pem}}
  - {name: dev, bootstrap: [d:9092], registry: {url: "http://registry:8081"}}
  - {name: own, bootstrap: [o:9094], tls: {}, sasl: {mechanism: oauthbearer, token-url: "http://localhost/token", client-id: s, client-secret-file: f}}
`)
	if err != nil || len(all) != 5 || all[0].For[1] != "kafka-2:9092" || all[0].TLS.CA != "ca.pem" || all[0].SASL.User != "sightglass" || all[1].TLS == nil || all[1].SASL != nil {
		t.Fatalf("%+v, %v", all, err)
	}
	if c := all[2]; c.Name != "prod-eu" || c.SASL.Scope != "kafka" || c.Registry.Kind != "apicurio" || c.Registry.TLS.CA != "ca.pem" {
		t.Errorf("%+v", c)
	}
	// One that has a name is that of the jobs that name it, one without that of all.
	for i, want := range [][]string{{"kafka-1:9092", "kafka-2:9092"}, nil, {"b:9094"}, {"d:9092"}, {"o:9094"}} {
		if got := all[i].Names(); !slices.Equal(got, want) {
			t.Errorf("cluster %d is named by %v, want %v", i+1, got, want)
		}
	}
	if _, err := ReadKafka(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is read")
	}
}

func TestClustersThatCannotBe(t *testing.T) {
	const oauth = "{bootstrap: [b:1], tls: {}, sasl: {mechanism: oauthbearer, "
	for text, want := range map[string]string{
		"{bootstrap: [broker]}": `cluster 1: "broker" is no host:port`,
		"{servers: [b:1]}":      "servers",
		"{tls: {cert: c.pem}}":  "cert and key go together",
		"{sasl: {mechanism: gssapi, user: u, password-file: f}}":                        `"gssapi" is none of`,
		"{tls: {}, sasl: {mechanism: plain, user: u}}":                                  "password-file",
		"{sasl: {mechanism: scram-sha-256, user: u, password-file: f}}":                 "for or bootstrap is wanted",
		"{tls: {cert: c.pem, key: k.pem}}":                                              "for or bootstrap is wanted",
		"{}, {sasl: {mechanism: plain, user: u, password-file: f}}":                     "cluster 2: sasl: plain shows the password",
		"{sasl: {mechanism: scram-sha-256, user: u, password: text, password-file: f}}": "password",

		"{name: Prod, bootstrap: [b:1]}": "name: ",
		"{name: prod}":                   "wants bootstrap",
		"{name: a, bootstrap: [b:1]}, {name: a, bootstrap: [b:2]}":                            "cluster 2: name: another cluster is called a",
		"{bootstrap: [b:1], registry: {url: 'https://r'}}":                                    "wants a name",
		"{name: a, bootstrap: [b:1], registry: {url: r}}":                                     "registry: url",
		"{name: a, bootstrap: [b:1], registry: {url: 'https://u:geheim@r'}}":                  "in an address",
		"{name: a, bootstrap: [b:1], registry: {url: 'https://r', kind: glue}}":               `"glue" is none of`,
		"{name: a, bootstrap: [b:1], registry: {url: 'https://r', user: u}}":                  "go together",
		"{name: a, bootstrap: [b:1], registry: {url: 'http://r', user: u, password-file: p}}": "wants https",

		oauth + "user: u, token-file: f}}": "no user",
		oauth + "}}":                       "token-file, or token-url",
		oauth + "token-file: f, token-url: 'https://t', client-id: c, client-secret-file: s}}": "token-file, or token-url",
		oauth + "token-url: 'https://t'}}":                                                                "go together",
		oauth + "token-url: 'http://t', client-id: c, client-secret-file: s}}":                            "wants https",
		"{bootstrap: [b:1], sasl: {mechanism: oauthbearer, token-file: f}}":                               "shows the token",
		"{bootstrap: [b:1], tls: {}, sasl: {mechanism: plain, user: u, password-file: p, token-file: f}}": "tokens are oauthbearer's",
	} {
		_, err := readClusters(t, "clusters: ["+text+"]")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "kafka-file") || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", text, err)
		}
	}
}
