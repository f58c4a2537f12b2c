package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/tools/lab"
)

// stage is a broker with a topic, and the server that looks into it.
type stage struct {
	lab     *lab.Lab
	options options
	broker  *lab.Kafka
	writer  *kafka.Client
	server  *lab.Process
	address string
}

const (
	topicName  = "orders"
	partitions = 12
	batch      = 1000
	clusterOf  = `clusters: [{name: bench, bootstrap: [%s]}]` + "\n"
	grace      = 20 * time.Second
)

// start fills a topic and starts the server with the policy, in which its only user sees what the role support sees.
func (s *stage) start(ctx context.Context) error {
	if err := os.RemoveAll(s.options.dir); err != nil {
		return fmt.Errorf("clearing the last run: %w", err)
	}
	if err := os.MkdirAll(s.options.dir, 0o755); err != nil {
		return fmt.Errorf("making the benchmark's folder: %w", err)
	}
	var err error
	if s.broker, err = s.lab.StartKafka(ctx, lab.KafkaOptions{Dir: filepath.Join(s.options.dir, "kafka"), Heap: "1g"}); err != nil {
		return err
	}
	if err := s.broker.CreateTopics(ctx, map[string]int32{topicName: partitions, "tail": partitions}); err != nil {
		return err
	}
	if s.writer, err = kafka.NewClient(kafka.Cluster{Bootstrap: []string{s.broker.Bootstrap}}); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "writing %d records ...\n", s.options.records)
	for from := 0; from < s.options.records; from += batch {
		if err := s.write(ctx, topicName, from, min(batch, s.options.records-from)); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"kafka.yaml":  fmt.Sprintf(clusterOf, s.broker.Bootstrap),
		"access.yaml": accessPolicy + "  - name: local\n    allow: [{actions: [status, \"topic:list\", \"topic:read\", \"topic:read_raw\"], resources: [\"**\"]}]\nlimits: {tail_records_per_second: 200}\n",
	} {
		if err := os.WriteFile(filepath.Join(s.options.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return s.serve(ctx)
}

// write adds records of a topic, which every partition gets in turn.
func (s *stage) write(ctx context.Context, topic string, from, n int) error {
	all := make([]kafka.Message, n)
	for i := range all {
		id := from + i
		all[i] = kafka.Message{Partition: int32(id % partitions), Key: fmt.Appendf(nil, "o-%07d", id), Value: fmt.Appendf(nil, order, id)}
	}
	_, err := s.writer.Produce(ctx, topic, all)
	return err
}

func (s *stage) serve(ctx context.Context) error {
	ports, err := lab.FreePorts(2)
	if err != nil {
		return err
	}
	listen := fmt.Sprintf("127.0.0.1:%d", ports[0])
	s.address = "http://" + listen
	s.server, err = lab.Start(lab.Command{
		Name: "server", Path: s.options.binary, Dir: s.options.dir, Log: filepath.Join(s.options.dir, "log", "server.log"),
		Args: []string{
			"up", "--data", filepath.Join(s.options.dir, "data"), "--listen", listen, "--agent-listen", fmt.Sprintf("127.0.0.1:%d", ports[1]),
			"--kafka-file", filepath.Join(s.options.dir, "kafka.yaml"), "--access-policy", filepath.Join(s.options.dir, "access.yaml"),
		},
	})
	if err != nil {
		return err
	}
	return lab.AwaitHTTP(ctx, s.address+"/readyz", s.server)
}

func (s *stage) stop(ctx context.Context) error {
	var failed error
	if s.server != nil {
		failed = s.server.Stop(ctx, grace)
	}
	if s.writer != nil {
		s.writer.Close()
	}
	if s.broker != nil {
		failed = errors.Join(failed, s.broker.Stop(ctx))
	}
	return failed
}

// memory is a number of /proc/<pid>/status of the server, in MiB: VmRSS, or VmHWM, the most that it was.
func (s *stage) memory(of string) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.server.PID))
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
