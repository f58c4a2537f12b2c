package checks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/kafka"
)

// doubt is a key that may have come before: a Bloom filter has it.
type doubt struct {
	check int
	key   uint64
}

// doubted is a record with such a key, until records before it were read again.
type doubted struct {
	h     *hold
	check int
	key   uint64
	d     *decoded
	m     meta
	found bool
}

// Bounds of a round: how many doubts are looked into, and how much is read for them.
const (
	mostDoubts  = 1000
	doubtBytes  = 256 << 20
	doubtWithin = 30 * time.Second
)

// doubts notes the doubts of the record that was judged last.
func (h *hold) doubts(d *decoded, c *change) {
	for _, x := range h.program.memory.doubts {
		if len(c.doubted) < mostDoubts {
			c.doubted = append(c.doubted, &doubted{h: h, check: x.check, key: x.key, d: d, m: h.doubtful})
		} else {
			c.undecided++
		}
	}
}

// confirm reads again what is before the records that are in doubt. Those whose key came within the span are bad; what there was no time for is told as a
// gap, and not as a violation.
func (w *worker) confirm(ctx context.Context, c *change) error {
	if len(c.doubted) == 0 {
		return nil
	}
	from, wanted := c.doubted[0].m.time, map[*hold]map[int]map[uint64][]*doubted{}
	for _, x := range c.doubted {
		from = min(from, x.m.time-x.h.stream.Checks[x.check].Within.Milliseconds())
		if wanted[x.h] == nil {
			wanted[x.h] = map[int]map[uint64][]*doubted{}
		}
		if wanted[x.h][x.check] == nil {
			wanted[x.h][x.check] = map[uint64][]*doubted{}
		}
		wanted[x.h][x.check][x.key] = append(wanted[x.h][x.check][x.key], x)
	}
	partly := false // not all that could hold the key before was read
	scan := w.cluster.Kafka.Scan(kafka.ScanQuery{Topic: w.topic, From: kafka.FromTime, Time: from, Forward: true, Bytes: doubtBytes, Within: doubtWithin})
	for rec, err := range scan.All(ctx) {
		if err != nil {
			return fmt.Errorf("reading %s again: %w", w.topic, err)
		}
		d := w.reading.decode(ctx, &rec)
		partly = partly || d.value.Down
		for h, checks := range wanted {
			var m meta
			h.program.fill(d, h.cells, &m)
			for i, keys := range checks {
				if key, whole := h.program.rules[i].key(h.cells); whole {
					for _, x := range keys[key] {
						x.found = x.found || before(&m, x)
					}
				}
			}
		}
	}
	done := scan.Scanned()
	partly = partly || done.Ended == kafka.EndedBytes || done.Ended == kafka.EndedTime ||
		slices.ContainsFunc(done.Partitions, func(p kafka.PartitionScan) bool { return p.Err != nil })
	for _, x := range c.doubted {
		switch {
		case x.found:
			x.h.late(x, minuteOf(c.now.UnixMilli()))
			w.broken(x.h, x.check, x.d, &x.m, c)
			if k := &x.h.stream.Checks[x.check]; x.h.stream.Quarantine != "" && rank(k.Severity) >= rank(contract.Error) {
				c.copies = append(c.copies, quarantined{x.h, *x.d.rec, k.ID})
			}
		case partly:
			c.undecided++
		}
	}
	if c.undecided > 0 {
		c.gap(w, c.doubted[0].m.partition, c.doubted[0].m.offset, -1, fmt.Sprintf("of %d records from here on it is not known whether their keys came before: what is before them could not all be read again", c.undecided))
	}
	return nil
}

// before says whether a record with the same key was there before one that is in doubt. Partitions have no order among them but time.
func before(m *meta, x *doubted) bool {
	if m.partition == x.m.partition {
		if m.offset >= x.m.offset {
			return false
		}
	} else if m.time > x.m.time || m.time == x.m.time && m.partition > x.m.partition {
		return false
	}
	return distance(m.time, x.m.time) <= x.h.stream.Checks[x.check].Within.Milliseconds()
}

// late counts a record that turned out to be bad after it was judged.
func (h *hold) late(x *doubted, nowMinute int64) {
	at := min(max(minuteOf(x.m.time), nowMinute-windowBack), nowMinute+windowAhead)
	h.window(windowKey{at, x.m.partition, x.d.writer}).add(x.check, x.m.offset)
	if at <= h.closed {
		h.amended[at] = true
	}
}
