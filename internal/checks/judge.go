package checks

import (
	"context"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
)

// Judge judges records by the checks of one stream and keeps nothing but counts. It is what workers do with each record, for benchmarks. Not safe for
// concurrent use.
type Judge struct {
	hold *hold
	read *reading
	bad  int
}

// NewJudge makes a judge.
func NewJudge(c *contract.Contract, s *contract.Stream, format string, d *serde.RecordDecoder) *Judge {
	return &Judge{hold: newHold(c.ID, 1, c, s, format, 0), read: newReading(d, nil, nil)}
}

// Record says how many checks a record breaks.
func (j *Judge) Record(ctx context.Context, rec *kafka.Record) int {
	j.bad = 0
	j.hold.record(j.read.decode(ctx, rec), minuteOf(rec.Time), false, func(int, *decoded, *meta) { j.bad++ })
	return j.bad
}

// Again judges the record before once more, without reading it again: what checks alone cost.
func (j *Judge) Again(at int64) int {
	j.hold.bad = j.hold.program.judge(j.hold.cells, &meta{time: at, conforms: true}, j.hold.bad[:0])
	return len(j.hold.bad)
}
