package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// planted is what a shape's program says of itself.
type planted struct {
	Shape string           `json:"shape"`
	Job   string           `json:"job"`
	Items int64            `json:"items"`
	Drops map[string]int64 `json:"drops"`
}

// patience is how long what was recorded may take to be stored, after a job's end.
const patience = 20 * time.Second

// compare makes the cells of a configuration from what both programs left.
func (s *stage) compare(ctx context.Context, c config) ([]cell, error) {
	files, err := filepath.Glob(filepath.Join(s.results("recorded", c), "*.json"))
	if err != nil {
		return nil, fmt.Errorf("looking for results: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no shape ran; -shapes names none of them")
	}
	var cells []cell
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("reading a result: %w", err)
		}
		var p planted
		if err := json.Unmarshal(text, &p); err != nil {
			return nil, fmt.Errorf("reading %s: %w", filepath.Base(file), err)
		}
		one := cell{version: s.version, config: c, shape: p.Shape, items: p.Items}
		again, err := s.compareLines(&one)
		if err != nil {
			return nil, err
		}
		if err := s.compareRecording(ctx, &one, p, again); err != nil {
			return nil, err
		}
		cells = append(cells, one)
	}
	return cells, nil
}

func (s *stage) compareLines(c *cell) (again bool, err error) {
	plain, _, err := readLines(filepath.Join(s.results("plain", c.config), c.shape))
	if err != nil {
		return false, err
	}
	recorded, again, err := readLines(filepath.Join(s.results("recorded", c.config), c.shape))
	if err != nil {
		return false, err
	}
	if again {
		plain, recorded = plain.once(), recorded.once()
	}
	c.lines = len(recorded)
	if c.lines == 0 {
		c.wrong = append(c.wrong, "it wrote nothing")
	}
	if d := plain.differs(recorded); d != "" {
		c.wrong = append(c.wrong, "output: "+d)
	}
	return again, nil
}

// compareRecording asks until all holds or patience ends; only the last answers count.
func (s *stage) compareRecording(ctx context.Context, c *cell, p planted, again bool) error {
	flink, err := s.recorded.Client().Job(ctx, p.Job)
	if err != nil {
		return err
	}
	deadline := time.Now().Add(patience)
	return lab.Poll(ctx, 500*time.Millisecond, func() (bool, error) {
		wrong, err := s.recordingOf(ctx, c, p, flink, again)
		if err != nil {
			wrong = []string{err.Error()}
		}
		if len(wrong) > 0 && time.Now().Before(deadline) {
			return false, nil
		}
		c.wrong = append(c.wrong, wrong...)
		return true, nil
	})
}

func (s *stage) recordingOf(ctx context.Context, c *cell, p planted, flink lab.Job, again bool) (wrong []string, err error) {
	if c.channels, err = s.ask.channels(ctx, p.Job); err != nil {
		return nil, err
	}
	// At an unaligned barrier the ends differ by what it overtook, so that there may be none to compare.
	none := c.channels.Compared == 0 && !c.config.unaligned
	if c.channels.Unequal != 0 || none || c.channels.Equal != c.channels.Compared {
		wrong = append(wrong, fmt.Sprintf("channels: %d of %d counts are equal, %d unequal", c.channels.Equal, c.channels.Compared, c.channels.Unequal))
	}
	sources, err := s.ask.events(ctx, p.Job, "source-record", "other-source-record", "source-run")
	if err != nil {
		return nil, err
	}
	want := p.Items
	if again {
		want = 0 // of the newest attempts, which began at a checkpoint
		for _, v := range flink.Vertices {
			if isSource(v) {
				want += v.Metrics.WriteRecords
			}
		}
	}
	if got := countItems(sources); got != want {
		wrong = append(wrong, fmt.Sprintf("sources: gave %d items, %d recorded", want, got))
	}
	entered, err := s.ask.entered(ctx, p.Job)
	if err != nil {
		return nil, err
	}
	c.records = 0
	for _, v := range flink.Vertices {
		if isSource(v) {
			continue // has no channels; Flink counts other things there
		}
		c.records += v.Metrics.ReadRecords
		if entered[v.ID] != v.Metrics.ReadRecords {
			wrong = append(wrong, fmt.Sprintf("records: %s took %d by Flink's counter, %d recorded", v.Name, v.Metrics.ReadRecords, entered[v.ID]))
		}
	}
	dropped, err := s.ask.drops(ctx, p.Job)
	if err != nil {
		return nil, err
	}
	c.dropped = 0
	for _, n := range dropped {
		c.dropped += n
	}
	if !maps.Equal(dropped, p.Drops) {
		wrong = append(wrong, fmt.Sprintf("drops: %v planted, %v recorded", p.Drops, dropped))
	}
	gaps, err := s.ask.gaps(ctx, p.Job)
	if err != nil {
		return nil, err
	}
	faults, err := s.ask.faults(ctx)
	return slices.Concat(wrong, gaps, faults), err
}

func isSource(v lab.Vertex) bool { return strings.HasPrefix(v.Name, "Source:") }

// countItems counts source records of the newest attempts.
func countItems(sources []recorded) int64 {
	type subtask struct {
		task string
		n    int
	}
	last := map[subtask]int{}
	for _, r := range sources {
		at := subtask{r.Task, r.Subtask}
		last[at] = max(last[at], r.Attempt)
	}
	var n int64
	for _, r := range sources {
		if r.Attempt == last[subtask{r.Task, r.Subtask}] {
			n += r.N
		}
	}
	return n
}
