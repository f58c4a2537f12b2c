package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

// Every entry goes to the topic, in its order and without a gap, also when the topic is not there for a while and after a restart.
func TestTheAuditLogGoesToATopic(t *testing.T) {
	c := kafkatest.Start(t)
	data := t.TempDir()
	file := filepath.Join(data, "kafka.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, "clusters: [{name: shop, bootstrap: [%q]}]\n", c.Bootstrap()[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(settled func(s *Server) bool) {
		t.Helper()
		s, err := New(t.Context(), Options{Config: settings(t, map[string]string{"data": data, "kafka-file": file, "audit-export": "kafka:shop/audit"}), Version: "1"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.release()
		for range 5 {
			if err := s.browser.Note(t.Context(), access.LocalPrincipal("ann"), access.JobRead, "flink/local/job/a", access.OutcomeDenied, nil, "no <role>"); err != nil {
				t.Fatal(err)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { s.audit.Run(ctx); close(done) }()
		defer func() { stop(); <-done }()
		for end := time.Now().Add(60 * time.Second); !settled(s); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%+v", s.audit.Sinks())
			}
		}
	}
	sent := func(s *Server) bool {
		k := s.audit.Sinks()[0]
		return k.State == audit.SinkOK && k.To == s.audit.State().End.Seq
	}
	run(func(s *Server) bool { return s.audit.Sinks()[0].State == audit.SinkFailing })
	c.Topic("audit", 1, nil)
	run(sent)
	var last uint64
	run(func(s *Server) bool { last = s.audit.State().End.Seq; return sent(s) })
	var prev string
	for n := uint64(1); n <= last; n++ {
		r := c.Read("audit", 0, int64(n-1))
		var e struct {
			SpecVersion, ID, Source, Type string
			Data                          struct {
				Seq  uint64 `json:"seq"`
				Prev string `json:"prev_hash"`
				Hash string `json:"hash"`
			}
		}
		if err := json.Unmarshal(r.Value, &e); err != nil {
			t.Fatal(err)
		}
		if e.ID != strconv.FormatUint(n, 10) || e.Data.Seq != n || e.Data.Prev != prev || e.SpecVersion != "1.0" || e.Type != audit.EntryType || string(r.Key) != e.Source {
			t.Fatalf("record %d: %s", n, r.Value)
		}
		prev = e.Data.Hash
		if len(r.Headers) != 1 || r.Headers[0].Name != "content-type" || !strings.HasPrefix(string(r.Headers[0].Value), "application/cloudevents+json") {
			t.Errorf("headers of record %d: %+v", n, r.Headers)
		}
		if n > 1 && !bytes.Contains(r.Value, []byte("no <role>")) && !bytes.Contains(r.Value, []byte(`"phase":"file"`)) {
			t.Errorf("record %d has other bytes than its entry: %s", n, r.Value)
		}
	}
	if last < 16 {
		t.Errorf("%d entries", last)
	}
}

func TestATopicOfAClusterThatNobodyKnowsIsRefused(t *testing.T) {
	_, err := New(t.Context(), Options{Config: settings(t, map[string]string{"data": t.TempDir(), "audit-anchors": "kafka:none/audit"}), Version: "1"})
	if err == nil || !strings.Contains(err.Error(), "audit-anchors") || !strings.Contains(err.Error(), "is called none") {
		t.Errorf("%v", err)
	}
}
