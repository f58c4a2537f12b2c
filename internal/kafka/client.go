package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Errors that callers tell apart.
var (
	ErrForbidden   = errors.New("the server's user may not do this in the cluster")
	ErrUnknown     = errors.New("the cluster has none of that name")
	ErrGroupActive = errors.New("the group has members")
)

// Bounds of what a client waits for.
const (
	askPatience   = 10 * time.Second // of a method, when its context has no nearer end
	retryPatience = 6 * time.Second  // of one request, its retries included; nearer, so that the reason is told and not the end of time
	dialPatience  = 4 * time.Second
	// brokerPatience is that of one broker of several, nearer than a scan's end: the others' answers are worth something without it.
	brokerPatience = 2500 * time.Millisecond
)

// batchBytes is what a batch of records may become when it is decompressed, so that a hostile one takes no more memory than that.
const batchBytes = 12 << 20

// Client is one cluster. It connects when something is asked for, and is safe for concurrent use.
type Client struct {
	cluster Cluster
	client  *kgo.Client
	admin   *kadm.Client
	unpack  kgo.Decompressor // of at most batchBytes a batch
	patient time.Duration
}

// NewClient prepares a client. It fails when the cluster's description is none, not when nobody answers.
func NewClient(c Cluster) (*Client, error) {
	options, err := c.options("sightglass")
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(append(options,
		kgo.DialTimeout(dialPatience), kgo.RetryTimeout(retryPatience), kgo.RequestRetries(4), kgo.ConnIdleTimeout(5*time.Minute), kgo.MaxDecompressBatchBytes(batchBytes),
		kgo.RecordPartitioner(chosen{}), kgo.RequiredAcks(kgo.AllISRAcks()), kgo.AllowIdempotentProduceCancellation(), kgo.ProduceRequestTimeout(askPatience), kgo.ProducerLinger(0),
		kgo.UnknownTopicRetries(1), kgo.ProducerBatchMaxBytes(produceBytes+1<<20),
	)...)
	if err != nil {
		return nil, fmt.Errorf("preparing a client of Kafka: %w", err)
	}
	unpack, ok := client.OptValue(kgo.WithDecompressor).(kgo.Decompressor)
	if !ok {
		client.Close()
		return nil, errors.New("preparing a client of Kafka: the library gives no bounded decompression")
	}
	return &Client{cluster: c, client: client, admin: kadm.NewClient(client), unpack: unpack, patient: askPatience}, nil
}

// Close ends all connections. Who still asks gets an error.
func (c *Client) Close() { c.client.Close() }

// bounded gives what is asked for within ctx an end.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, c.patient, fmt.Errorf("the brokers did not answer within %s", c.patient))
}

// within waits for what the library does, but no longer than ctx lasts: while a connection is made the library hears of no end. What it
// does then comes to its own end, some seconds later, and nobody hears of it.
func within[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type answer struct {
		got T
		err error
	}
	came := make(chan answer, 1)
	go func() {
		got, err := do()
		came <- answer{got, err}
	}()
	select {
	case a := <-came:
		return a.got, a.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// shards sends a request to all brokers that have a part of the answer.
func (c *Client) shards(ctx context.Context, r kmsg.Request) []kgo.ResponseShard {
	all, err := within(ctx, func() ([]kgo.ResponseShard, error) { return c.client.RequestSharded(ctx, r), nil })
	if err != nil {
		return []kgo.ResponseShard{{Req: r, Err: err}}
	}
	return all
}

// ask sends one request to a broker that can answer it.
func ask[T kmsg.Response](ctx context.Context, c *Client, r kmsg.Request) (T, error) {
	var none T
	got, err := within(ctx, func() (kmsg.Response, error) { return c.client.Request(ctx, r) })
	if err != nil {
		return none, told(ctx, err)
	}
	answer, ok := got.(T)
	if !ok {
		return none, fmt.Errorf("%s was answered by something else", kmsg.NameForKey(r.Key()))
	}
	return answer, nil
}

// code is the error of a row of an answer; nil: there is none.
func code(n int16) error { return meant(kerr.ErrorForCode(n)) }

// told is the error of what was asked for within ctx: its end is the reason of all errors after it.
func told(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("asking Kafka: %w", context.Cause(ctx))
	}
	return meant(err)
}

// meant makes an error of the library one that callers can tell apart and people can read.
func meant(err error) error {
	if err == nil {
		return nil
	}
	if denied, ok := errors.AsType[*kadm.AuthError](err); ok {
		err = denied.Err
	}
	var e *kerr.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("asking Kafka: %w", err)
	}
	switch e {
	case kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.ClusterAuthorizationFailed, kerr.TransactionalIDAuthorizationFailed:
		return fmt.Errorf("%w: %w", ErrForbidden, e)
	case kerr.UnknownTopicOrPartition, kerr.UnknownTopicID, kerr.GroupIDNotFound, kerr.InvalidTopicException:
		return fmt.Errorf("%w: %w", ErrUnknown, e)
	case kerr.NonEmptyGroup, kerr.UnknownMemberID:
		return fmt.Errorf("%w: %w", ErrGroupActive, e)
	}
	return fmt.Errorf("asking Kafka: %w", err)
}
