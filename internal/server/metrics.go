package server

import (
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Metric is one family of /metrics. docs/reference/metrics.md is printed from Metrics.
type Metric struct {
	Name   string
	Kind   string // gauge, counter or histogram
	Labels string // comma separated; empty = none
	Help   string

	value func(*scrape) []sample
}

type sample struct {
	labels labelSet
	value  float64
}

// labelSet is pairs of name and value, one behind the other.
type labelSet []string

// String is as in {job="x"}; empty = none.
func (l labelSet) String() string {
	if len(l) == 0 {
		return ""
	}
	var b strings.Builder
	sep := "{"
	for i := 0; i+1 < len(l); i += 2 {
		b.WriteString(sep + l[i] + `="` + labelEscapes.Replace(l[i+1]) + `"`)
		sep = ","
	}
	return b.String() + "}"
}

// labels makes a set of pairs of name and value.
func labels(pairs ...string) labelSet { return pairs }

// exposeMetrics writes every family in Prometheus' text format.
func (s *Server) exposeMetrics(w http.ResponseWriter, r *http.Request) {
	scrape, err := s.collect(r.Context())
	if err != nil {
		s.log.Error("collecting metrics failed", "error", err)
		plain(w, http.StatusInternalServerError, "collecting failed; the server's log says why\n")
		return
	}
	var b strings.Builder
	for _, m := range Metrics() {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", m.Name, m.Help, m.Name, m.Kind)
		if m.value == nil {
			s.metrics.expose(&b, m.Name)
			continue
		}
		for _, v := range m.value(scrape) {
			b.WriteString(m.Name + v.labels.String() + " " + number(v.value) + "\n")
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = w.Write([]byte(b.String())) // the scraper may be gone
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// requestBounds are the upper bounds of the histogram of requests, in seconds.
var requestBounds = [...]float64{0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10}

// requests counts what the API answered.
type requests struct {
	mu      sync.Mutex
	answers map[[2]string]uint64 // by route and status
	took    map[string]*histogram
}

type histogram struct {
	buckets [len(requestBounds) + 1]uint64
	sum     float64
	count   uint64
}

func newRequests() *requests {
	return &requests{answers: map[[2]string]uint64{}, took: map[string]*histogram{}}
}

func (q *requests) observe(route string, status int, took time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if status == 0 { // a stream: it answered, and how long it ran says nothing about the server
		q.answers[[2]string{route, "200"}]++
		return
	}
	q.answers[[2]string{route, strconv.Itoa(status)}]++
	h := q.took[route]
	if h == nil {
		h = &histogram{}
		q.took[route] = h
	}
	s := took.Seconds()
	h.buckets[sort.SearchFloat64s(requestBounds[:], s)]++
	h.sum += s
	h.count++
}

func (q *requests) expose(b *strings.Builder, name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var lines []string
	if strings.HasSuffix(name, "_total") {
		for key, n := range q.answers {
			lines = append(lines, fmt.Sprintf("%s%s %d", name, labels("route", key[0], "status", key[1]), n))
		}
		sort.Strings(lines)
	} else {
		routes := make([]string, 0, len(q.took))
		for route := range q.took {
			routes = append(routes, route)
		}
		sort.Strings(routes)
		for _, route := range routes {
			h, below := q.took[route], uint64(0)
			for i, bound := range requestBounds {
				below += h.buckets[i]
				lines = append(lines, fmt.Sprintf("%s_bucket%s %d", name, labels("route", route, "le", number(bound)), below))
			}
			lines = append(lines, fmt.Sprintf("%s_bucket%s %d", name, labels("route", route, "le", "+Inf"), h.count),
				fmt.Sprintf("%s_sum%s %s", name, labels("route", route), number(h.sum)),
				fmt.Sprintf("%s_count%s %d", name, labels("route", route), h.count))
		}
	}
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
}
