package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/bench/stage"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/tools/lab"
)

// looked is a broker with a topic, and the server that looks into it.
type looked struct {
	*stage.Stage
	options options
}

const (
	topicName  = "orders"
	partitions = 12
	batch      = 1000
)

// start fills a topic and starts the server with the policy, in which its only user sees what the role support sees.
func (s *looked) start(ctx context.Context, l *lab.Lab) error {
	if err := s.Clear(); err != nil {
		return err
	}
	if err := s.StartBroker(ctx, l, "1g", map[string]int32{topicName: partitions, "tail": partitions}); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "writing %d records ...\n", s.options.records)
	for from := 0; from < s.options.records; from += batch {
		if err := s.write(ctx, topicName, from, min(batch, s.options.records-from)); err != nil {
			return err
		}
	}
	policy := filepath.Join(s.Dir, "access.yaml")
	const local = "  - name: local\n    allow: [{actions: [status, \"topic:list\", \"topic:read\", \"topic:read_raw\"], resources: [\"**\"]}]\nlimits: {tail_records_per_second: 200}\n"
	if err := os.WriteFile(policy, []byte(accessPolicy+local), 0o600); err != nil {
		return fmt.Errorf("writing the access policy: %w", err)
	}
	return s.Serve(ctx, "--access-policy", policy)
}

// write adds records of a topic, which every partition gets in turn.
func (s *looked) write(ctx context.Context, topic string, from, n int) error {
	all := make([]kafka.Message, n)
	for i := range all {
		id := from + i
		all[i] = kafka.Message{Partition: int32(id % partitions), Key: fmt.Appendf(nil, "o-%07d", id), Value: fmt.Appendf(nil, order, id)}
	}
	_, err := s.Writer.Produce(ctx, topic, all)
	return err
}

// memory is a number of /proc/<pid>/status of the server, in MiB: VmRSS, or VmHWM, the most that it was.
func (s *looked) memory(of string) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.Server.PID))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, of+":"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("the kernel does not tell %s", of)
}
