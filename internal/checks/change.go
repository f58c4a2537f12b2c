package checks

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/tables"
)

// change is what a round came to, before it is written down.
type change struct {
	now     time.Time
	id      bool // the topic's id or its newest record
	anew    bool // the topic is another one
	gaps    []Gap
	closed  []*hold
	learned []learnedHour
	events  []pending
	drifts  []drifting
	ended   []*violation
	copies  []quarantined
	failed  error // of a partition

	doubted   []*doubted
	undecided int // doubts that there was no room for
}

type learnedHour struct {
	h    *hold
	hour int64
}

// pending is an event that is told once the round is written down.
type pending struct {
	h     *hold
	check int
	v     *violation
	what  string
}

type drifting struct {
	h    *hold
	path contract.Path
	of   drift
	by   string
}

// newID is unique, and ascends with time.
func newID(at time.Time) string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return fmt.Sprintf("%013x%s", at.UnixMicro(), hex.EncodeToString(b[:]))
}

func (c *change) gap(w *worker, part int32, from, to int64, why string) {
	c.gaps = append(c.gaps, Gap{w.cluster.Name, w.topic, part, from, to, why, c.now})
}

func (c *change) cover(w *worker, appended, checked int64) {
	at := minuteOf(c.now.UnixMilli())
	if w.coverage[at] == nil {
		w.coverage[at] = new(Coverage)
	}
	w.coverage[at].Appended += appended
	w.coverage[at].Checked += checked
}

// quarantined is a bad record on its way.
type quarantined struct {
	h      *hold
	rec    kafka.Record
	checks string
}

func (c *change) quarantine(h *hold, rec *kafka.Record) {
	var broken []string
	for _, i := range h.bad {
		broken = append(broken, h.stream.Checks[i].ID)
	}
	c.copies = append(c.copies, quarantined{h, *rec, strings.Join(broken, " ")})
}

// hinted keeps what the first records of new violations tell of who wrote them.
func (w *worker) hinted() {
	for _, h := range w.holds {
		for _, v := range h.open {
			if v.fresh && v.First >= 0 && v.d != nil {
				v.Hints.Headers, v.d = v.d.hints(), nil
			}
		}
	}
}

// commit writes a round down, all of it or nothing.
func (w *worker) commit(ctx context.Context, c *change) error {
	w.quarantine(ctx, c)
	out := w.outbox(c)
	if c.nothing(w, out) {
		return nil
	}
	err := w.e.Tables.Do(ctx, func(tx *tables.Tx) error { return w.write(ctx, tx, c, out) })
	if err != nil {
		return fmt.Errorf("writing down what checks of %s found: %w", w.topic, err)
	}
	w.coverage = map[int64]*Coverage{}
	for _, p := range w.parts {
		p.saved = [2]int64{p.counted, p.warm}
	}
	for _, h := range w.holds {
		for _, x := range h.windows {
			x.fresh = 0
			for _, t := range x.tallies {
				t.fresh = 0
			}
		}
		for _, v := range h.open {
			v.dirty, v.fresh = false, false
		}
	}
	return nil
}

// nothing says whether a round has nothing to write.
func (c *change) nothing(w *worker, out []Event) bool {
	if len(out) > 0 || c.id || c.anew || len(c.gaps) > 0 || len(c.closed) > 0 || len(c.ended) > 0 || len(w.coverage) > 0 {
		return false
	}
	for _, h := range w.holds {
		for _, v := range h.open {
			if v.dirty {
				return false
			}
		}
	}
	for _, p := range w.parts {
		if p.saved != [2]int64{p.counted, p.warm} {
			return false
		}
	}
	return true
}

// eventID is that of the nth event of a round: they are told in this order.
func (c *change) eventID(n int) string { return newID(c.now.Add(time.Duration(n) * time.Microsecond)) }

// outbox are the events of a round.
func (w *worker) outbox(c *change) (out []Event) {
	for _, p := range c.events {
		x, v := &p.h.stream.Checks[p.check], &p.v.Violation
		e := Event{
			ID: c.eventID(len(out)), Type: p.what, At: c.now, Contract: p.h.contract, Check: x.ID, Kind: string(x.Kind), Severity: string(x.Severity), Says: x.Says(),
			Cluster: w.cluster.Name, Topic: w.topic, Violation: v.ID, Partition: v.Partition, Offset: v.First, Count: v.Count, Writer: v.Writer, Detail: v.Hints.Detail,
		}
		if x.Kind.PerRecord() {
			e.Path = x.Path.String()
		}
		if p.what == EventDrift {
			e.Detail = "a value that is none of the set"
		}
		out = append(out, e)
	}
	for _, d := range c.drifts {
		out = append(out, Event{
			ID: c.eventID(len(out)), Type: EventDrift, At: c.now, Contract: d.h.contract, Kind: "undeclared", Severity: string(contract.Info), Says: "members of records are declared",
			Cluster: w.cluster.Name, Topic: w.topic, Path: d.path.String(), Partition: d.of.part, Offset: d.of.first, Count: d.of.records, Writer: d.by,
			Detail: "records have members that the contract does not declare",
		})
	}
	return out
}

func (w *worker) write(ctx context.Context, tx *tables.Tx, c *change, out []Event) error {
	b := batch{ctx: ctx, tx: tx}
	at := []any{w.cluster.Name, w.topic}
	with := func(args ...any) []any { return append(append([]any{}, at...), args...) }
	if c.id {
		b.do(`INSERT INTO check_topic (cluster, topic, id, newest, anew, leapt) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (cluster, topic) DO UPDATE SET id = excluded.id, newest = excluded.newest, anew = excluded.anew, leapt = excluded.leapt`,
			with(w.id, w.newest, w.anew, w.leapt)...)
	}
	if c.anew {
		b.do(`DELETE FROM check_progress WHERE cluster = ? AND topic = ?`, at...)
	}
	for n, p := range w.parts {
		if p.saved == [2]int64{p.counted, p.warm} && !c.anew {
			continue
		}
		b.do(`INSERT INTO check_progress (cluster, topic, part, next, warm) VALUES (?, ?, ?, ?, ?) ON CONFLICT (cluster, topic, part) DO UPDATE SET next = excluded.next, warm = excluded.warm`,
			with(n, p.counted, p.warm)...)
	}
	for _, g := range c.gaps {
		b.do(`INSERT INTO check_gap (cluster, topic, part, low, high, why, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, with(g.Partition, g.From, g.To, g.Why, micros(g.At))...)
	}
	for m, x := range w.coverage {
		b.do(`INSERT INTO check_coverage (cluster, topic, minute, appended, checked) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (cluster, topic, minute) DO UPDATE SET appended = check_coverage.appended + excluded.appended, checked = check_coverage.checked + excluded.checked`, with(m, x.Appended, x.Checked)...)
	}
	for _, h := range w.holds {
		h.write(&b, at)
		w.e.search(&b, h, c.now)
	}
	for _, h := range c.closed {
		b.do(`INSERT INTO check_hold (contract, cluster, topic, closed) VALUES (?, ?, ?, ?) ON CONFLICT (contract, cluster, topic) DO UPDATE SET closed = excluded.closed`,
			h.contract, w.cluster.Name, w.topic, h.closed)
	}
	for _, l := range c.learned {
		raw, _ := json.Marshal(l.h.volume[l.hour]) // numbers
		b.do(`INSERT INTO check_volume (contract, cluster, topic, hour, records) VALUES (?, ?, ?, ?, ?) ON CONFLICT (contract, cluster, topic, hour) DO UPDATE SET records = excluded.records`,
			l.h.contract, w.cluster.Name, w.topic, l.hour, string(raw))
	}
	for _, v := range c.ended {
		b.violation(&v.Violation)
	}
	for _, e := range out {
		raw, err := json.Marshal(e)
		if err != nil {
			return err
		}
		b.do(`INSERT INTO check_outbox (id, at, body) VALUES (?, ?, ?)`, e.ID, micros(e.At), string(raw))
	}
	return b.err
}

// write writes windows and violations that have something new.
func (h *hold) write(b *batch, at []any) {
	for k, x := range h.windows {
		if x.fresh == 0 {
			continue
		}
		key := append(append([]any{h.contract}, at...), k.minute, k.part, k.writer, 60)
		b.do(`INSERT INTO check_window (contract, cluster, topic, minute, part, writer, span, records) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (contract, cluster, topic, minute, part, writer, span) DO UPDATE SET records = check_window.records + excluded.records`, append(key, x.fresh)...)
		for i, t := range x.tallies {
			if t.fresh == 0 {
				continue
			}
			b.do(`INSERT INTO check_tally (contract, cluster, topic, minute, part, writer, span, rule, bad, first, last) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT (contract, cluster, topic, minute, part, writer, span, rule) DO UPDATE SET bad = check_tally.bad + excluded.bad, first = CASE WHEN check_tally.first >= 0 AND check_tally.first <= excluded.first THEN check_tally.first ELSE excluded.first END,
				last = CASE WHEN check_tally.last >= excluded.last THEN check_tally.last ELSE excluded.last END`,
				append(append([]any{}, key...), h.stream.Checks[i].ID, t.fresh, t.first, t.last)...)
		}
	}
	for _, v := range h.open {
		if v.dirty {
			b.violation(&v.Violation)
		}
	}
}

// batch does one thing after the other until one fails.
type batch struct {
	ctx context.Context
	tx  *tables.Tx
	err error
}

func (b *batch) do(query string, args ...any) {
	if b.err == nil {
		_, b.err = b.tx.Exec(b.ctx, query, args...)
	}
}

// violation writes one down. What people said of it meanwhile stays.
func (b *batch) violation(v *Violation) {
	raw, _ := json.Marshal(v.Hints) // names and numbers
	ended := int64(0)
	if !v.Ended.IsZero() {
		ended = micros(v.Ended)
	}
	b.do(`INSERT INTO violation (id, contract, rule, kind, severity, cluster, topic, part, writer, first, last, bad, minute, began, seen, ended, state, who, why, hints)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET part = excluded.part, writer = excluded.writer, first = excluded.first, last = excluded.last, bad = excluded.bad, minute = excluded.minute, seen = excluded.seen, ended = CASE WHEN violation.state = 'closed' THEN violation.ended ELSE excluded.ended END,
		hints = excluded.hints, state = CASE WHEN excluded.state = 'closed' THEN 'closed' ELSE violation.state END`,
		v.ID, v.Contract, v.Check, v.Kind, v.Severity, v.Cluster, v.Topic, v.Partition, v.Writer, v.First, v.Last, v.Count, micros(v.Minute), micros(v.Began), micros(v.Seen), ended, v.State, v.Who, v.Why, string(raw))
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// quarantine copies bad records, with headers that say where from and why. A crash between the copy and what is written down copies them again; one
// that cannot be copied is told as a gap of the quarantine, and checks go on.
func (w *worker) quarantine(ctx context.Context, c *change) {
	for i := range c.copies {
		q := &c.copies[i]
		_, err := w.cluster.Kafka.CopyWith(ctx, q.h.stream.Quarantine, &q.rec, []kafka.MessageHeader{
			{Name: "sightglass.contract", Value: []byte(q.h.contract)}, {Name: "sightglass.checks", Value: []byte(q.checks)},
			{Name: "sightglass.from", Value: fmt.Appendf(nil, "%s/%d@%d", q.rec.Topic, q.rec.Partition, q.rec.Offset)},
		})
		if err != nil {
			c.gap(w, q.rec.Partition, q.rec.Offset, q.rec.Offset+1, fmt.Sprintf("not copied into the quarantine %s: %v", q.h.stream.Quarantine, err))
		}
	}
}
