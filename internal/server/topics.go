package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/policy"
	"github.com/sightglass/sightglass/internal/replay"
)

// topics is replay.Topics: it reads topics of the clusters that jobs name.
type topics struct {
	clusters []cluster
	policy   func() *policy.Policy
}

// cluster is how brokers are reached that jobs name by one of some addresses; none: by any.
type cluster struct {
	names []string
	how   kafka.Cluster
}

var _ replay.Topics = (*topics)(nil)

// openTopics reads how clusters are reached; nil: no topic is read again.
func (s *Server) openTopics() (replay.Topics, error) {
	if s.cfg.Replay.Kafka != "on" {
		return nil, nil
	}
	t := &topics{policy: s.steer.Policy}
	if s.cfg.Replay.KafkaFile == "" {
		return t, nil
	}
	all, err := config.ReadKafka(s.cfg.Replay.KafkaFile)
	if err != nil {
		return nil, err
	}
	for i := range all {
		c, err := clusterOf(&all[i])
		if err != nil {
			return nil, fmt.Errorf("setting replay-kafka-file: cluster %d: %w", i+1, err)
		}
		t.clusters = append(t.clusters, c)
	}
	return t, nil
}

func clusterOf(k *config.KafkaCluster) (cluster, error) {
	c := cluster{names: k.For, how: kafka.Cluster{Bootstrap: k.Bootstrap}}
	if t := k.TLS; t != nil {
		c.how.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
		if t.CA != "" {
			pem, err := os.ReadFile(t.CA)
			if err != nil {
				return c, fmt.Errorf("tls: ca: %w", err)
			}
			c.how.TLS.RootCAs = x509.NewCertPool()
			if !c.how.TLS.RootCAs.AppendCertsFromPEM(pem) {
				return c, fmt.Errorf("tls: ca: %s has no certificate in PEM", t.CA)
			}
		}
		if t.Cert != "" {
			pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
			if err != nil {
				return c, fmt.Errorf("tls: cert: %w", err)
			}
			c.how.TLS.Certificates = []tls.Certificate{pair}
		}
	}
	if s := k.SASL; s != nil {
		password, err := os.ReadFile(s.PasswordFile)
		if err != nil {
			return c, fmt.Errorf("sasl: password-file: %w", err)
		}
		c.how.Mechanism, c.how.User, c.how.Password = s.Mechanism, s.User, strings.TrimRight(string(password), "\r\n")
	}
	return c, nil
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
		return how, errors.New("which brokers the job read from was not recorded; replay-kafka-file names them: clusters: [{bootstrap: [host:port]}]")
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
