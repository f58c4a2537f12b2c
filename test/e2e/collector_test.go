//go:build e2e

package e2e

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// collector takes what the server sends by OTLP, and looks for words in it: protobuf holds texts as they are.
type collector struct {
	url string

	mu    sync.Mutex
	bytes map[string]int
	words map[string]bool // path and word
	whole *bytes.Buffer   // all that came, where a test wants it
}

// wanted is what must come by each path.
var wanted = map[string][]string{
	"/v1/traces":  {"messaging.kafka.offset", "sightglass.position", "service.name", "last record sent or written"},
	"/v1/metrics": {"sightglass_operator_records_in", "sightglass_job_checkpoint_id", "sightglass_subtask_records_in_per_second"},
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := &collector{bytes: map[string]int{}, words: map[string]bool{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body, err := io.ReadAll(z)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.bytes[r.URL.Path] += len(body)
		if c.whole != nil {
			c.whole.Write(body)
		}
		for _, word := range wanted[r.URL.Path] {
			if bytes.Contains(body, []byte(word)) {
				c.words[r.URL.Path+" "+word] = true
			}
		}
	}))
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

// missing is the first thing that has not come.
func (c *collector) missing() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for path, words := range wanted {
		for _, word := range words {
			if !c.words[path+" "+word] {
				return path + " " + word
			}
		}
	}
	return ""
}

// testCollector wants that sampled journeys of the jobs that ran before, and metrics, have come to a collector.
func testCollector(t *testing.T, r *rig) {
	await(t, time.Minute, "journeys and metrics come to the collector", func(context.Context) (bool, error) { return r.collector.missing() == "", nil })
	r.collector.mu.Lock()
	defer r.collector.mu.Unlock()
	fmt.Printf("COLLECTOR flink %s: %v\n", r.version, r.collector.bytes)
}
