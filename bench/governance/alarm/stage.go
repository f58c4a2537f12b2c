package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/tools/lab"
)

// stage is a broker with a topic, and the server that holds a contract against it.
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
	partitions = 4
	grace      = 20 * time.Second
)

func (s *stage) start(ctx context.Context) error {
	dir := s.options.dir
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("clearing the last run: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("making the benchmark's folder: %w", err)
	}
	var err error
	if s.broker, err = s.lab.StartKafka(ctx, lab.KafkaOptions{Dir: filepath.Join(dir, "kafka")}); err != nil {
		return err
	}
	if err := s.broker.CreateTopics(ctx, map[string]int32{topicName: partitions}); err != nil {
		return err
	}
	if s.writer, err = kafka.NewClient(kafka.Cluster{Bootstrap: []string{s.broker.Bootstrap}}); err != nil {
		return err
	}
	clusters := filepath.Join(dir, "kafka.yaml")
	if err := os.WriteFile(clusters, fmt.Appendf(nil, "clusters: [{name: bench, bootstrap: [%s]}]\n", s.broker.Bootstrap), 0o600); err != nil {
		return fmt.Errorf("naming the broker: %w", err)
	}
	ports, err := lab.FreePorts(3)
	if err != nil {
		return err
	}
	local := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	s.address = "http://" + local(0)
	s.server, err = lab.Start(lab.Command{
		Name: "server", Path: s.options.binary, Dir: dir, Log: filepath.Join(dir, "log", "server.log"),
		Args: []string{"up", "--data", filepath.Join(dir, "data"), "--listen", local(0), "--agent-listen", local(1), "--registry-listen", local(2), "--kafka-file", clusters},
	})
	if err != nil {
		return err
	}
	return lab.AwaitHTTP(ctx, s.address+"/readyz", s.server)
}

// stop ends everything and leaves nothing behind: logs of a run that failed stay.
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
