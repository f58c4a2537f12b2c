package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// sample is what one run of the job gave, between two of its marks.
type sample struct {
	records int64
	wall    time.Duration
	cpu     time.Duration // of the TaskManager
	server  time.Duration // processor time of the server meanwhile
}

func (s sample) perSecond() float64    { return float64(s.records) / s.wall.Seconds() }
func (s sample) cpuPerRecord() float64 { return float64(s.cpu.Nanoseconds()) / float64(s.records) }

// mark is one line of the job: records so far, and the clocks of its process at that moment.
type mark struct {
	records int64
	wall    time.Time
	cpu     time.Duration
}

// measure runs the job once and cancels it.
func (s *stage) measure(ctx context.Context, jar, name string, cluster *lab.Flink) (sample, error) {
	log := cluster.TaskManagers[0].Log
	from, err := os.Stat(log)
	if err != nil {
		return sample{}, fmt.Errorf("finding the TaskManager's output: %w", err)
	}
	job, err := cluster.Run(ctx, jar, "bench.HotJob", fmt.Sprint(s.options.parallelism))
	if err != nil {
		return sample{}, err
	}
	if err := cluster.Client().AwaitJob(ctx, job, "RUNNING"); err != nil {
		return sample{}, err
	}
	var one sample
	err = func() error {
		if err := wait(ctx, s.options.warm); err != nil {
			return err
		}
		before, err := s.server.CPU()
		if err != nil {
			return err
		}
		start := time.Now()
		if err := wait(ctx, s.options.span); err != nil {
			return err
		}
		after, err := s.server.CPU()
		if err != nil {
			return err
		}
		marks, err := readMarks(log, from.Size())
		if err != nil {
			return err
		}
		one, err = between(marks, start, time.Now())
		one.server = after - before
		return err
	}()
	if err := errors.Join(err, cluster.Client().Cancel(context.WithoutCancel(ctx), job)); err != nil {
		return sample{}, err
	}
	s.lab.Say("%-9s %8.0f records/s  %6.0f ns of processor time per record", name, one.perSecond(), one.cpuPerRecord())
	return one, nil
}

// wait lets the job run: a benchmark is the one place where time itself is what is waited for.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// between takes the first and the last mark inside a stretch of time.
func between(marks []mark, start, end time.Time) (sample, error) {
	var inside []mark
	for _, m := range marks {
		if m.wall.After(start) && m.wall.Before(end) {
			inside = append(inside, m)
		}
	}
	if len(inside) < 2 {
		return sample{}, fmt.Errorf("the job made %d marks in %s: measure longer with --span", len(inside), end.Sub(start).Round(time.Second))
	}
	first, last := inside[0], inside[len(inside)-1]
	return sample{records: last.records - first.records, wall: last.wall.Sub(first.wall), cpu: last.cpu - first.cpu}, nil
}

func readMarks(log string, offset int64) ([]mark, error) {
	f, err := os.Open(log)
	if err != nil {
		return nil, fmt.Errorf("reading the job's marks: %w", err)
	}
	defer f.Close()
	if _, err := f.Seek(offset, 0); err != nil {
		return nil, fmt.Errorf("reading the job's marks: %w", err)
	}
	var marks []mark
	for lines := bufio.NewScanner(f); lines.Scan(); {
		rest, ok := strings.CutPrefix(lines.Text(), "MARK ")
		if !ok {
			continue
		}
		var records, wall, cpu int64
		if _, err := fmt.Sscan(rest, &records, &wall, &cpu); err != nil {
			return nil, fmt.Errorf("reading the job's mark %q: %w", rest, err)
		}
		marks = append(marks, mark{records, time.Unix(0, wall), time.Duration(cpu)})
	}
	return marks, nil
}

// lost asks the server how many events the agent could not keep.
func (s *stage) lost(ctx context.Context) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/jobs?all=true", nil)
	if err != nil {
		return 0, fmt.Errorf("asking for what was lost: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, fmt.Errorf("asking for what was lost: %w", err)
	}
	defer response.Body.Close()
	var answer struct {
		Items []struct {
			Cost struct {
				Lost int64 `json:"lost,string"`
			} `json:"cost"`
		} `json:"items"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, fmt.Errorf("reading what was lost: %w", err)
	}
	if len(answer.Items) == 0 {
		return 0, errors.New("the server has recorded no job: the agent was not attached")
	}
	var lost int64
	for _, job := range answer.Items {
		lost += job.Cost.Lost
	}
	return lost, nil
}
