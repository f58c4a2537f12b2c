package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
)

// stored are counters of the server.
type stored struct {
	bytes, events map[string]float64 // by lane
	lost          float64            // events that agents could not keep
}

func (s stored) since(before stored) stored {
	less := func(now, then map[string]float64) map[string]float64 {
		left := make(map[string]float64, len(now))
		for lane, n := range now {
			left[lane] = n - then[lane]
		}
		return left
	}
	return stored{bytes: less(s.bytes, before.bytes), events: less(s.events, before.events), lost: s.lost - before.lost}
}

// readStored reads the server's metrics, in the text format of Prometheus.
func readStored(ctx context.Context, url string) (stored, error) {
	s := stored{bytes: make(map[string]float64), events: make(map[string]float64)}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return s, fmt.Errorf("reading the server's metrics: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return s, fmt.Errorf("reading the server's metrics: %w", err)
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, rest, ok := strings.Cut(lines.Text(), "{")
		labels, value, ok2 := strings.Cut(rest, "} ")
		if !ok || !ok2 {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return s, fmt.Errorf("reading the server's metric %s: %w", name, err)
		}
		lane := strings.TrimSuffix(strings.TrimPrefix(labels, `lane="`), `"`)
		switch name {
		case "sightglass_ingest_bytes_total":
			s.bytes[lane] = n
		case "sightglass_ingest_events_total":
			s.events[lane] = n
		case "sightglass_agent_lost_events_total":
			s.lost += n
		}
	}
	return s, nil
}

// resident is the memory of a process, bytes. It needs /proc.
func resident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, fmt.Errorf("reading the memory of process %d: %w", pid, err)
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		return 0, fmt.Errorf("reading the memory of process %d: %w", pid, err)
	}
	return pages * int64(os.Getpagesize()), nil
}
