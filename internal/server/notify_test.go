package server

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/notify"
	"github.com/sightglass/sightglass/internal/tables"
)

// What happened before a server ended is told by the next one, to a topic that was not there before.
func TestNotificationsGoToATopicAfterARestart(t *testing.T) {
	c := kafkatest.Start(t)
	data := t.TempDir()
	file := filepath.Join(data, "kafka.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, "clusters: [{name: shop, bootstrap: [%q]}]\n", c.Bootstrap()[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(do func(s *Server)) {
		t.Helper()
		s, err := New(t.Context(), Options{Config: settings(t, map[string]string{"data": data, "kafka-file": file, "public-url": "https://sightglass.example"}), Version: "1"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.release()
		do(s)
	}
	run(func(s *Server) {
		for cluster, want := range map[string]bool{"shop": true, "elsewhere": false} {
			_, err := s.notify.Add(t.Context(), access.LocalPrincipal("ann"), notify.Wish{Target: notify.Target{Kind: notify.Topic, Cluster: cluster, Topic: "alerts"}}, "", true)
			if (err == nil) != want {
				t.Errorf("cluster %s: %v", cluster, err)
			}
		}
		err := s.tables.Do(t.Context(), func(tx *tables.Tx) error {
			return s.notify.Enqueue(t.Context(), tx, notify.Event{ID: "one", Type: notify.ConsumerAppeared, Cluster: "shop", Topic: "orders", Resource: access.ResourceOf("cluster", "shop", "topic", "orders")})
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.notify.Deliver(t.Context()); err != nil { // the topic is not there
			t.Fatal(err)
		}
		if checks := s.checkNotify(t.Context()); len(checks) != 1 || checks[0].State != stateOK || !strings.HasPrefix(checks[0].Detail, "1 deliveries wait") {
			t.Errorf("doctor: %+v", checks)
		}
	})
	c.Topic("alerts", 1, nil)
	run(func(s *Server) {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.notify.Run(ctx); close(done) }()
		defer func() { stop(); <-done }()
		for end := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			pending, failed, _, err := s.notify.Counts(t.Context())
			if err != nil || failed > 0 || time.Now().After(end) {
				t.Fatal(pending, failed, err)
			}
			if pending == 0 {
				break
			}
		}
	})
	r := c.Read("alerts", 0, 0)
	headers := map[string]string{}
	for _, h := range r.Headers {
		headers[h.Name] = string(h.Value)
	}
	var d notify.Data
	if err := json.Unmarshal(r.Value, &d); err != nil || headers["ce_id"] != "one" || headers["ce_source"] != "https://sightglass.example" || d.Topic != "orders" || string(r.Key) != "orders" {
		t.Errorf("%v %s %v", headers, r.Value, err)
	}
	if info, err := os.Stat(filepath.Join(data, notifyKeyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info, err)
	}
}
