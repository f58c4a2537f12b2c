package kafka

import (
	"context"
	"slices"
)

// Span is where a topic's records are.
type Span struct {
	ID    [16]byte // of the topic: another one was made anew; zero: brokers do not tell
	Parts []PartSpan
}

// PartSpan is where the records of a partition are: offsets [First, End). End is before transactions that are open.
type PartSpan struct {
	Partition  int32
	First, End int64
	Err        error // why they are not known
}

// Span tells where the records of a topic are, by partition. It reads none of them. Errors: ErrUnknown, ErrForbidden.
func (c *Client) Span(ctx context.Context, topic string) (Span, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	t, err := c.topic(ctx, topic)
	if err != nil {
		return Span{}, err
	}
	var numbers []int32
	for _, p := range t.Partitions {
		numbers = append(numbers, p.Partition)
	}
	slices.Sort(numbers)
	first, end := c.bounds(ctx, map[string][]int32{topic: numbers}, true)
	if ctx.Err() != nil {
		return Span{}, told(ctx, ctx.Err())
	}
	out := Span{ID: t.TopicID}
	for _, n := range numbers {
		at := place{topic, n}
		p := PartSpan{Partition: n, First: first[at].offset, End: end[at].offset}
		p.Err = first[at].worse(end[at])
		out.Parts = append(out.Parts, p)
	}
	return out, nil
}
