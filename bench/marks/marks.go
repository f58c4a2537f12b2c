// Package marks reads what jobs of the benchmarks print while they run: how far they are, and how long their results take.
package marks

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Mark is one line of a job: records so far, and the time.
type Mark struct {
	Records int64
	Wall    time.Time
}

// Output is what a job printed in a stretch of time.
type Output struct {
	Marks []Mark
	P99   []time.Duration // of stretches of results
}

// Read reads a process's output from an offset on, and keeps what was printed between start and end. A line of latency has the time of the
// mark before it.
func Read(log string, offset int64, start, end time.Time) (Output, error) {
	f, err := os.Open(log)
	if err != nil {
		return Output{}, fmt.Errorf("reading the job's output: %w", err)
	}
	defer f.Close()
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return Output{}, fmt.Errorf("reading the job's output: %w", err)
	}
	var (
		o      Output
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
				o.Marks = append(o.Marks, Mark{records, at})
			}
		case "LATENCY":
			var p50, p99, count int64
			if _, err := fmt.Sscan(rest, &p50, &p99, &count); err != nil {
				return o, fmt.Errorf("reading the job's latency %q: %w", rest, err)
			}
			if inside {
				o.P99 = append(o.P99, time.Duration(p99))
			}
		}
	}
	return o, lines.Err()
}
