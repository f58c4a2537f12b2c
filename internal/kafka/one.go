package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// One reads one record, committed or not. Errors: ErrGone where it is not there (any more, or yet), ErrUnknown where the partition is not, ErrForbidden.
func (c *Client) One(ctx context.Context, topic string, partition int32, offset int64) (Record, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	at := leading{topic: topic, partition: partition}
	if err := c.lead(ctx, &at); err != nil {
		return Record{}, err
	}
	p, err := c.fetch(ctx, &at, span{offset, offset, offset + 1, fetchLeast, true}, new(sync.Mutex))
	where := place{topic, partition}
	switch {
	case errors.Is(err, errOutside) && p.start > offset:
		return Record{}, fmt.Errorf("%w: offset %d of %s was deleted (the topic's retention): it begins at %d", ErrGone, offset, where, p.start)
	case errors.Is(err, errOutside) || err == nil && p.bytes == 0:
		return Record{}, fmt.Errorf("%w: offset %d of %s is not there: the partition ends before it", ErrGone, offset, where)
	case err != nil:
		return Record{}, err
	case len(p.records) == 1:
		return p.records[0], nil
	case len(p.control) > 0:
		return Record{}, fmt.Errorf("%w: offset %d of %s is the end of a transaction, and no record", ErrGone, offset, where)
	case p.note != "":
		return Record{}, fmt.Errorf("offset %d of %s: %s", offset, where, p.note)
	}
	return Record{}, fmt.Errorf("%w: offset %d of %s was deleted (compaction, or a deletion of records)", ErrGone, offset, where)
}
