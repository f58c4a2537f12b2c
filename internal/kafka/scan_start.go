package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// lanes are the partitions that a scan looks at, each with where it begins.
func (c *Client) lanes(ctx context.Context, q *ScanQuery) ([]*lane, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	t, err := c.topic(ctx, q.Topic)
	if err != nil {
		return nil, err
	}
	there := make(map[int32]*kmsg.MetadataResponseTopicPartition, len(t.Partitions))
	for i := range t.Partitions {
		there[t.Partitions[i].Partition] = &t.Partitions[i]
	}
	numbers := q.wanted(there)
	want := map[string][]int32{q.Topic: numbers}
	first, end := c.bounds(ctx, want, !q.Uncommitted)
	if ctx.Err() != nil {
		return nil, told(ctx, ctx.Err())
	}
	var starts func(*lane)
	if starts, err = c.starts(ctx, q, want); err != nil {
		return nil, err
	}
	lanes := make([]*lane, len(numbers))
	for i, n := range numbers {
		l := &lane{
			at: leading{topic: q.Topic, id: t.TopicID, partition: n, leader: -1, epoch: -1}, forward: q.Forward,
			share: max(scanLeast, scanHeld/max(1, len(numbers))), size: firstFetch, most: fetchMost, window: firstWindow,
		}
		lanes[i] = l
		if p := there[n]; p != nil {
			l.at.leader, l.at.epoch = p.Leader, p.LeaderEpoch
		}
		at := place{q.Topic, n}
		l.start, l.end = first[at].offset, end[at].offset
		if l.err = errors.Join(first[at].err, end[at].err); l.err != nil {
			l.err = fmt.Errorf("asking which offsets %s has: %w", at, first[at].worse(end[at]))
			l.first, l.reach = max(0, q.Positions[n]), max(0, q.Positions[n]) // a later try goes on where this one was to begin
			continue
		}
		starts(l)
		l.begin()
	}
	return lanes, nil
}

// worse is the error of the first one that has one.
func (l listed) worse(o listed) error {
	if l.err != nil {
		return l.err
	}
	return o.err
}

// wanted are the numbers of the partitions that are asked for, ascending, each once.
func (q *ScanQuery) wanted(there map[int32]*kmsg.MetadataResponseTopicPartition) (out []int32) {
	switch {
	case q.From == FromPositions:
		for n := range q.Positions {
			if len(q.Partitions) == 0 || slices.Contains(q.Partitions, n) {
				out = append(out, n)
			}
		}
	case len(q.Partitions) > 0:
		out = slices.Clone(q.Partitions)
	default:
		for n := range there {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// starts gives what sets where a lane begins, or its error.
func (c *Client) starts(ctx context.Context, q *ScanQuery, want map[string][]int32) (func(*lane), error) {
	switch q.From {
	case FromStart:
		return func(l *lane) { l.first = l.start }, nil
	case FromOffset:
		return func(l *lane) { l.first = q.Offset }, nil
	case FromPositions:
		return func(l *lane) { l.first = q.Positions[l.at.partition] }, nil
	case FromTime:
		found := c.offsets(ctx, want, max(0, q.Time), false)
		return func(l *lane) {
			f := found[place{q.Topic, l.at.partition}]
			switch {
			case f.err != nil:
				l.err = fmt.Errorf("asking for the offset of a time: %w", f.err)
			case f.offset < 0:
				l.first = l.end
			default:
				l.first = min(f.offset, l.end) // records behind the end are of transactions that are open
			}
		}, nil
	case FromGroup:
		all, err := c.committed(ctx, q.Group)
		if err != nil {
			return nil, err
		}
		return func(l *lane) {
			f, ok := all[place{q.Topic, l.at.partition}]
			switch {
			case ok && f.err != nil:
				l.err = f.err
			case !ok || f.offset < 0:
				l.first = l.start
				l.say("the group committed nothing here")
			default:
				l.first = f.offset
			}
		}, nil
	}
	return func(l *lane) { l.first = l.end }, nil
}

// begin brings where the lane begins into the partition, and says so.
func (l *lane) begin() {
	switch {
	case l.first < l.start:
		l.say(fmt.Sprintf("offset %d was deleted (the topic's retention): the partition begins at %d", l.first, l.start))
		l.first = l.start
	case l.first > l.end:
		l.say(fmt.Sprintf("offset %d is not there yet: the partition ends before %d", l.first, l.end))
		l.first = l.end
	}
	l.reach = l.first
}
