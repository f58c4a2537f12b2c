package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// mark is one line of a job: records so far, and the time.
type mark struct {
	records int64
	wall    time.Time
}

// output is what a job printed in a stretch of time.
type output struct {
	marks []mark
	p99   []time.Duration // of stretches of results
}

// readOutput reads a process's output from an offset on, and keeps what was printed between start and end. A line of latency has the time of the
// mark before it.
func readOutput(log string, offset int64, start, end time.Time) (output, error) {
	f, err := os.Open(log)
	if err != nil {
		return output{}, fmt.Errorf("reading the job's output: %w", err)
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return output{}, fmt.Errorf("reading the job's output: %w", err)
	}
	var (
		o      output
		inside bool
	)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "MARK":
			var records, wall int64
			if _, err := fmt.Sscan(rest, &records, &wall); err != nil {
				return o, fmt.Errorf("reading the job's mark %q: %w", rest, err)
			}
			at := time.Unix(0, wall)
			if inside = at.After(start) && at.Before(end); inside {
				o.marks = append(o.marks, mark{records, at})
			}
		case "LATENCY":
			var p50, p99, count int64
			if _, err := fmt.Sscan(rest, &p50, &p99, &count); err != nil {
				return o, fmt.Errorf("reading the job's latency %q: %w", rest, err)
			}
			if inside {
				o.p99 = append(o.p99, time.Duration(p99))
			}
		}
	}
	return o, lines.Err()
}

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
