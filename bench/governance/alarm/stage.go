package main

import (
	"context"

	"github.com/sightglass/sightglass/bench/stage"
	"github.com/sightglass/sightglass/tools/lab"
)

// watched is a broker with a topic, and the server that holds a contract against it.
type watched struct {
	*stage.Stage
	options options
}

const (
	topicName  = "orders"
	partitions = 4
)

func (s *watched) start(ctx context.Context, l *lab.Lab) error {
	if err := s.Clear(); err != nil {
		return err
	}
	if err := s.StartBroker(ctx, l, "", map[string]int32{topicName: partitions}); err != nil {
		return err
	}
	return s.Serve(ctx)
}
