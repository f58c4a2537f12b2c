package server

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/replay"
)

// The first cluster that a job's bootstrap servers fit says how its brokers are reached; without one they are reached as the job does.
func TestHowBrokersAreReached(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("pass word\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	of := func(all ...config.KafkaCluster) *topics {
		known := &clusters{byName: make(map[string]*openCluster)}
		for i := range all {
			if err := known.add(&all[i]); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(known.close)
		return &topics{clusters: known.all}
	}
	known := of(
		config.KafkaCluster{For: []string{"k-1:9092"}, Bootstrap: []string{"out:1"}, TLS: &config.KafkaTLS{ServerName: "kafka"}, SASL: &config.KafkaSASL{Mechanism: "plain", User: "u", PasswordFile: secret}},
		config.KafkaCluster{For: []string{"k-3:9092"}, TLS: &config.KafkaTLS{}},
	)
	for _, c := range []struct {
		t        *topics
		named    string
		at       []string
		tls      bool
		password string
	}{
		{of(), " k-1:9092, k-2:9092", []string{"k-1:9092", "k-2:9092"}, false, ""},
		{known, "k-0:9092,k-1:9092", []string{"out:1"}, true, "pass word"},
		{known, "k-3:9092", []string{"k-3:9092"}, true, ""},
		{known, "elsewhere:9092,k-3:9092", []string{"k-3:9092"}, true, ""}, // what it logs in with is not for others
		{known, "k-4:9092", []string{"k-4:9092"}, false, ""},
		{of(config.KafkaCluster{Bootstrap: []string{"all:1"}}), "", []string{"all:1"}, false, ""},
		{of(config.KafkaCluster{Name: "prod", Bootstrap: []string{"p:1"}, TLS: &config.KafkaTLS{}}), "p:1,p:2", []string{"p:1"}, true, ""},
		{of(config.KafkaCluster{Name: "prod", Bootstrap: []string{"p:1"}, TLS: &config.KafkaTLS{}}), "other:1", []string{"other:1"}, false, ""}, // people's cluster is not that of every job
	} {
		how, err := c.t.find(c.named)
		if err != nil || !slices.Equal(how.Bootstrap, c.at) || (how.TLS != nil) != c.tls || how.Password != c.password {
			t.Errorf("%q: %v at %v, TLS %t: %v", c.named, how.Mechanism, how.Bootstrap, how.TLS != nil, err)
		}
	}
	if _, err := known.find(""); err == nil || !strings.Contains(err.Error(), "kafka-file") {
		t.Errorf("brokers that nobody named: %v", err)
	}
	for name, k := range map[string]config.KafkaCluster{
		"ca":            {TLS: &config.KafkaTLS{CA: secret}},
		"cert":          {TLS: &config.KafkaTLS{Cert: secret, Key: secret}},
		"password-file": {SASL: &config.KafkaSASL{Mechanism: "plain", User: "u", PasswordFile: secret + "?"}},
	} {
		if _, err := clusterOf(&k); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a policy keeps back of a topic is not read again.
func TestTopicsThatAPolicyKeepsBack(t *testing.T) {
	p, err := policy.Read("rules:\n  - {job: shop, topic: customers*, payload: hashed}\n  - {topic: orders, payload: full}\n  - {topic: o*, payload: none}\n", policy.Checks{})
	if err != nil {
		t.Fatal(err)
	}
	x := &topics{policy: func() *policy.Policy { return p }}
	for _, c := range []struct {
		job, topic string
		kept       bool
	}{{"shop", "customers-eu", true}, {"store", "customers-eu", false}, {"shop", "orders", false}, {"shop", "other", true}, {"shop", "bills", false}} {
		if got := x.Kept([]string{c.job, "id"}, c.topic); got != c.kept {
			t.Errorf("%s of job %s: %t", c.topic, c.job, got)
		}
	}
}

func TestARecordThatIsGoneIsKnownToReplays(t *testing.T) {
	err := gone(fmt.Errorf("%w: offset 3", kafka.ErrGone))
	if !errors.Is(err, replay.ErrRecordGone) || !strings.Contains(err.Error(), "offset 3") {
		t.Errorf("%v", err)
	}
	if other := errors.New("away"); gone(other) != other || gone(nil) != nil {
		t.Error("another error is made one")
	}
}
