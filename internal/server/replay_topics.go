package server

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/replay"
)

// topics is replay.Topics: it reads topics of the clusters that jobs name.
type topics struct {
	clusters []knownCluster
	policy   func() *policy.Policy
}

var _ replay.Topics = (*topics)(nil)

// openTopics is nil where no topic is read again.
func (s *Server) openTopics() replay.Topics {
	if s.cfg.Replay.Kafka != "on" {
		return nil
	}
	return &topics{clusters: s.clusters.all, policy: s.steer.Policy}
}

// find says how the cluster is reached that a job names by bootstrap servers with commas between.
func (t *topics) find(named string) (kafka.Cluster, error) {
	var servers []string
	for a := range strings.SplitSeq(named, ",") {
		if a = strings.TrimSpace(a); a != "" {
			servers = append(servers, a)
		}
	}
	how := kafka.Cluster{}
	for _, c := range t.clusters {
		known := slices.DeleteFunc(slices.Clone(servers), func(a string) bool { return !slices.Contains(c.names, a) })
		if len(c.names) > 0 && len(known) == 0 {
			continue
		}
		if how = c.how; len(how.Bootstrap) == 0 {
			// What the server logs in with goes to no address that a recording alone names.
			how.Bootstrap = known
		}
		break
	}
	if len(how.Bootstrap) == 0 {
		how.Bootstrap = servers
	}
	if len(how.Bootstrap) == 0 {
		return how, errors.New("which brokers the job read from was not recorded; kafka-file names them: clusters: [{bootstrap: [host:port]}]")
	}
	return how, nil
}

// Open is that of replay.Topics.
func (t *topics) Open(named string) (replay.TopicReader, error) {
	how, err := t.find(named)
	if err != nil {
		return nil, err
	}
	r, err := kafka.Open(how)
	if err != nil {
		return nil, err
	}
	return topicReader{r}, nil
}

// Kept is that of replay.Topics.
func (t *topics) Kept(job []string, topic string) bool {
	return t.policy().TopicPayload(job, topic) != "full"
}

// topicReader is replay.TopicReader.
type topicReader struct{ r *kafka.Reader }

// Check is that of replay.TopicReader.
func (t topicReader) Check(ctx context.Context, topic string, partition int32, offset int64) error {
	return gone(t.r.Check(ctx, topic, partition, offset))
}

// Read is that of replay.TopicReader.
func (t topicReader) Read(ctx context.Context, topic string, partition int32, offset int64) (replay.TopicRecord, error) {
	x, err := t.r.At(ctx, topic, partition, offset)
	if err != nil {
		return replay.TopicRecord{}, gone(err)
	}
	out := replay.TopicRecord{Time: x.Time, TimeType: replay.TimeUnknown, Epoch: x.Epoch, Key: x.Key, Value: x.Value, Headers: x.Column}
	switch x.TimeType {
	case kafka.Created:
		out.TimeType = replay.TimeCreated
	case kafka.Appended:
		out.TimeType = replay.TimeAppended
	}
	return out, nil
}

// Close is that of replay.TopicReader.
func (t topicReader) Close() { t.r.Close() }

// gone makes of the reader's error the one that a replay knows.
func gone(err error) error {
	if errors.Is(err, kafka.ErrGone) {
		return goneError{err}
	}
	return err
}

// goneError is replay.ErrRecordGone with the text of what was found.
type goneError struct{ err error }

func (e goneError) Error() string        { return e.err.Error() }
func (e goneError) Is(target error) bool { return target == replay.ErrRecordGone }
