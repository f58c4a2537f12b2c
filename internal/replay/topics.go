package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// Topics reads topics of Kafka again.
type Topics interface {
	// Open prepares to read topics of the cluster that a job names by these bootstrap servers; it need not connect. The error says why
	// they are not read, and what would get them.
	Open(cluster string) (TopicReader, error)
	// Kept tells whether the policy in force keeps back what a job, known by these names, reads of a topic.
	Kept(job []string, topic string) bool
}

// TopicReader reads records of one cluster by their places. One goroutine uses it.
type TopicReader interface {
	// Check tells whether a record may be there, without reading it. ErrRecordGone.
	Check(ctx context.Context, topic string, partition int32, offset int64) error
	// Read gives a record; offsets of a partition ascend from call to call. ErrRecordGone: it is not there any more.
	Read(ctx context.Context, topic string, partition int32, offset int64) (TopicRecord, error)
	Close()
}

// ErrRecordGone: a record is not in its topic any more. Its text says which, and why.
var ErrRecordGone = errors.New("the record is gone")

// TopicRecord is a record of a topic.
type TopicRecord struct {
	Time                int64 // ms; -1 = none
	TimeType            uint8 // TimeCreated, …
	Epoch               int32 // of the partition's leader; -1 = not known
	Key, Value, Headers event.Payload
}

// Types of a record's time, as Kafka numbers them (values are wire format).
const (
	TimeCreated  = 0
	TimeAppended = 1
	TimeUnknown  = 255 // not recorded, or there is none
)

// topics gives records of which the places alone were recorded.
type topics struct {
	from  Topics
	open  map[string]TopicReader // by cluster
	away  map[string]error       // of a plan: clusters that did not answer; they are asked once
	looks bool                   // of a plan: offsets are looked at, records are not read
}

func newTopics(from Topics) *topics {
	return &topics{from: from, open: make(map[string]TopicReader), away: make(map[string]error)}
}

func (t *topics) close() {
	for _, r := range t.open {
		r.Close()
	}
}

func (t *topics) kept(job []string, topic string) bool { return t != nil && t.from.Kept(job, topic) }

// lookAtBrokers is how long a plan waits for brokers, less than it looks at one task: who drops packets answers nothing.
const lookAtBrokers = 3 * time.Second

func lookAt(ctx context.Context, r TopicReader, s event.SplitDef, offset int64) error {
	soon, cancel := context.WithTimeout(ctx, lookAtBrokers)
	defer cancel()
	err := r.Check(soon, s.Topic, s.Partition, offset)
	if err != nil && soon.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("its brokers gave no answer within %s: %w", lookAtBrokers, err)
	}
	return err
}

// clocksApart is how far the clocks of brokers and of the job may be apart.
const clocksApart = 10 * time.Minute

// record reads a record again that the job read at a time (µs).
func (t *topics) record(ctx context.Context, s event.SplitDef, offset, read int64) (x TopicRecord, err error) {
	missing := func(format string, args ...any) error {
		return &MissingInput{Why: fmt.Sprintf("of the record %s@%d only the place was recorded, and it cannot be read again: %s", place(s), offset, fmt.Sprintf(format, args...)), Source: true}
	}
	if t == nil {
		return x, missing("this server reads no topics (the setting replay-kafka)")
	}
	r := t.open[s.Cluster]
	if r == nil {
		if r, err = t.from.Open(s.Cluster); err != nil {
			return x, missing("%v", err)
		}
		t.open[s.Cluster] = r
	}
	if t.looks {
		if err = t.away[s.Cluster]; err == nil {
			err = lookAt(ctx, r, s, offset)
		}
	} else {
		x, err = r.Read(ctx, s.Topic, s.Partition, offset)
	}
	switch {
	case errors.Is(err, ErrRecordGone):
		return x, missing("%v", err)
	case err != nil && t.looks && ctx.Err() == nil:
		t.away[s.Cluster] = err
		return x, missing("%v", err)
	case err != nil:
		return x, err
	case x.TimeType == TimeAppended && !t.looks && read > 0 && x.Time > read/1000+clocksApart.Milliseconds():
		return x, missing("what is there now was appended after the job read it: the topic was made anew")
	}
	return x, nil
}
