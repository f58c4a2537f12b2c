// Package stage is what benchmarks start before they measure: a folder of their own, a broker with topics, and the built server. Each benchmark says
// what goes into the topics, and with what the server runs.
package stage

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

// Stage is a folder with what runs in it. The server knows the broker as the cluster "bench".
type Stage struct {
	Dir     string // absolute
	Broker  *lab.Kafka
	Writer  *kafka.Client // of the broker
	Server  *lab.Process
	Address string // http://host:port of the server

	binary string
}

// grace is how long the server may take to stop.
const grace = 20 * time.Second

// New is a stage on which nothing runs. An error says that the binary is to be built first.
func New(dir, binary string) (*Stage, error) {
	var s Stage
	var err error
	if s.binary, err = filepath.Abs(binary); err != nil {
		return nil, err
	}
	if _, err := os.Stat(s.binary); err != nil {
		return nil, fmt.Errorf("the benchmark needs %s: run make build first", s.binary)
	}
	s.Dir, err = filepath.Abs(dir)
	return &s, err
}

// Clear empties the folder of what the last run left.
func (s *Stage) Clear() error {
	if err := os.RemoveAll(s.Dir); err != nil {
		return fmt.Errorf("clearing the last run: %w", err)
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return fmt.Errorf("making the benchmark's folder: %w", err)
	}
	return nil
}

// StartBroker starts a broker with topics, by their number of partitions. heap is of its JVM, empty for the lab's own.
func (s *Stage) StartBroker(ctx context.Context, l *lab.Lab, heap string, topics map[string]int32) error {
	var err error
	if s.Broker, err = l.StartKafka(ctx, lab.KafkaOptions{Dir: filepath.Join(s.Dir, "kafka"), Heap: heap}); err != nil {
		return err
	}
	if err := s.Broker.CreateTopics(ctx, topics); err != nil {
		return err
	}
	s.Writer, err = kafka.NewClient(kafka.Cluster{Bootstrap: []string{s.Broker.Bootstrap}})
	return err
}

// Serve starts the server with more flags, beside the broker where one was started, and waits until it answers.
func (s *Stage) Serve(ctx context.Context, flags ...string) error {
	ports, err := lab.FreePorts(3)
	if err != nil {
		return err
	}
	local := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	s.Address = "http://" + local(0)
	args := []string{"up", "--data", filepath.Join(s.Dir, "data"), "--listen", local(0), "--agent-listen", local(1), "--registry-listen", local(2)}
	if s.Broker != nil {
		clusters := filepath.Join(s.Dir, "kafka.yaml")
		if err := os.WriteFile(clusters, fmt.Appendf(nil, "clusters: [{name: bench, bootstrap: [%s]}]\n", s.Broker.Bootstrap), 0o600); err != nil {
			return fmt.Errorf("naming the broker: %w", err)
		}
		args = append(args, "--kafka-file", clusters)
	}
	s.Server, err = lab.Start(lab.Command{Name: "server", Path: s.binary, Dir: s.Dir, Log: filepath.Join(s.Dir, "log", "server.log"), Args: append(args, flags...)})
	if err != nil {
		return err
	}
	return lab.AwaitHTTP(ctx, s.Address+"/readyz", s.Server)
}

// Stop ends everything. The folder stays, with the logs of a run that failed.
func (s *Stage) Stop(ctx context.Context) error {
	var failed error
	if s.Server != nil {
		failed = s.Server.Stop(ctx, grace)
	}
	if s.Writer != nil {
		s.Writer.Close()
	}
	if s.Broker != nil {
		failed = errors.Join(failed, s.Broker.Stop(ctx))
	}
	return failed
}
