package checks

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/kafka"
)

// TestQuery says what is held against which contract, once.
type TestQuery struct {
	Cluster, Topic string
	Text           string                     // of a contract; empty: one that is in force for the topic,
	May            func(contract string) bool // the first that this takes; nil: any
	Since          time.Time
	Bytes          int64         // at most; 0: 256 MiB
	Within         time.Duration // at most; 0: 60 s
}

// TestReport is what came of it.
type TestReport struct {
	Contract, Version string
	Records           int64
	Coverage          Coverage
	From, To          time.Time
	Checks            []Tested
}

// Tested is a check of a report.
type Tested struct {
	ID, Kind, Severity, Says string
	State                    string // ok, violated, or skipped: it cannot be told of a stretch
	Bad                      int64
	Partition                int32 // of the first bad record, by partition; -1
	First, Last              int64
	Detail                   string
}

// StateSkipped is a check that cannot be told of a stretch of a stream.
const StateSkipped = "skipped"

// Test holds a stretch of a stream against a contract, and writes nothing down. Errors: ErrNotFound, ErrTest, contract.Problems, those of kafka.
func (e *Engine) Test(ctx context.Context, q TestQuery) (TestReport, error) {
	h, k, out, err := e.tested(ctx, q)
	if err != nil {
		return out, err
	}
	if q.Bytes <= 0 {
		q.Bytes = 256 << 20
	}
	if q.Within <= 0 {
		q.Within = time.Minute
	}
	span, err := k.Kafka.Span(ctx, q.Topic)
	if err != nil {
		return out, fmt.Errorf("asking where %s is: %w", q.Topic, err)
	}
	end := map[int32]int64{}
	for _, p := range span.Parts {
		if p.Err != nil {
			return out, fmt.Errorf("asking where partition %d of %s is: %w", p.Partition, q.Topic, p.Err)
		}
		end[p.Partition] = p.End
	}
	first, unsure := map[int]Tested{}, map[int]int64{}
	tell := func(check int, _ *decoded, m *meta) {
		t, seen := first[check]
		if !seen || m.partition < t.Partition {
			t.Partition, t.First = m.partition, m.offset
			if h.stream.Checks[check].Kind == contract.Conformity {
				t.Detail = m.why
			}
		}
		if m.partition == t.Partition {
			t.Last = m.offset
		}
		t.Bad++
		first[check] = t
	}
	read := newReading(k.Decoder, k.Subjects, k.Schemas)
	scan := k.Kafka.Scan(kafka.ScanQuery{Topic: q.Topic, From: kafka.FromTime, Time: q.Since.UnixMilli(), Forward: true, Bytes: q.Bytes, Within: q.Within})
	var newest, gap int64
	for rec, err := range scan.All(ctx) {
		if err != nil {
			return out, fmt.Errorf("reading %s: %w", q.Topic, err)
		}
		out.Records++
		d := read.decode(ctx, &rec)
		if d.value.Down {
			return out, fmt.Errorf("reading %s: %w", q.Topic, errRegistry)
		}
		h.record(d, minuteOf(out.To.UnixMilli()), false, tell)
		for _, x := range h.program.memory.doubts {
			unsure[x.check]++
		}
		if newest > 0 {
			gap = max(gap, rec.Time-newest)
		}
		newest = max(newest, rec.Time)
	}
	for _, p := range scan.Scanned().Partitions {
		out.Coverage.Checked += p.Next - p.From
		out.Coverage.Appended += max(end[p.Partition], p.Next) - p.From
	}
	h.index()
	age := max(gap, out.To.UnixMilli()-max(newest, q.Since.UnixMilli()))
	for i := range h.stream.Checks {
		if n := unsure[i]; n > 0 {
			t := first[i]
			t.Detail = fmt.Sprintf("%d records more may repeat an earlier one: more keys came than are remembered exactly", n)
			first[i] = t
		}
		x := e.testedCheck(ctx, h, i, first[i], k, out.Coverage, time.Duration(age)*time.Millisecond, q)
		if unsure[i] > 0 && x.State == StateOK {
			x.State = StateSkipped // it is not proven
		}
		out.Checks = append(out.Checks, x)
	}
	return out, nil
}

// tested finds the contract.
func (e *Engine) tested(ctx context.Context, q TestQuery) (*hold, *Cluster, TestReport, error) {
	out := TestReport{From: q.Since, To: e.now()}
	var k *Cluster
	for i := range e.Clusters {
		if e.Clusters[i].Name == q.Cluster {
			k = &e.Clusters[i]
		}
	}
	if k == nil {
		return nil, nil, out, fmt.Errorf("%w: no cluster is called %s", ErrTest, q.Cluster)
	}
	texts := []string{q.Text}
	if q.Text == "" {
		all, err := e.Contracts(ctx)
		if err != nil {
			return nil, nil, out, err
		}
		texts = texts[:0]
		for _, v := range all {
			texts = append(texts, v.Text)
		}
	}
	for _, text := range texts {
		c, err := contract.Read(text)
		if err != nil {
			if q.Text != "" {
				return nil, nil, out, err
			}
			continue
		}
		for i := range c.Streams {
			if c.Streams[i].Topic != q.Topic || q.May != nil && !q.May(c.ID) {
				continue
			}
			for _, t := range e.targets(c) {
				if t.cluster == k || q.Text != "" {
					out.Contract, out.Version = c.ID, c.Version
					return newHold(c.ID, 0, c, &c.Streams[i], t.format, q.Since.UnixMilli()), k, out, nil
				}
			}
		}
	}
	return nil, nil, out, fmt.Errorf("%w about topic %s", ErrNotFound, q.Topic)
}

func (e *Engine) testedCheck(ctx context.Context, h *hold, i int, t Tested, k *Cluster, of Coverage, age time.Duration, q TestQuery) Tested {
	c := &h.stream.Checks[i]
	t.ID, t.Kind, t.Severity, t.Says, t.State = c.ID, string(c.Kind), string(c.Severity), c.Says(), StateOK
	if t.Bad == 0 {
		t.Partition, t.First, t.Last = -1, -1, -1
	}
	judge := func(holds bool, detail string) {
		if t.Detail = detail; !holds {
			t.State = StateViolated
		}
	}
	switch c.Kind {
	case contract.Volume:
		t.State, t.Detail = StateSkipped, "it is learned over weeks"
	case contract.RowCount, contract.Throughput:
		if of.Share() < 1 {
			t.State, t.Detail = StateSkipped, "not all records were looked at"
			break
		}
		h.testMinutes(i, minuteOf(q.Since.UnixMilli())+1, minuteOf(e.now().UnixMilli())-1, judge)
	case contract.Freshness, contract.Frequency:
		if of.Share() < 1 {
			t.State, t.Detail = StateSkipped, "not all records were looked at"
			break
		}
		judge(age <= c.Within, fmt.Sprintf("%s without a record", age.Round(time.Second)))
	case contract.Retention:
		topic, err := k.Kafka.Topic(ctx, q.Topic)
		switch {
		case err != nil || topic.Retention == 0:
			t.State, t.Detail = StateSkipped, "the topic's settings are not known"
		default:
			judge(topic.Retention < 0 || topic.Cleanup == "compact" || topic.Retention >= c.Within, fmt.Sprintf("the topic's retention is %s", topic.Retention))
		}
	case contract.Ownership:
		judge(len(h.whole.Owners) > 0, "")
	case contract.Support:
		judge(len(h.whole.Support) > 0, "")
	default:
		if c.Limit.None() {
			judge(t.Bad == 0, t.Detail)
			break
		}
		h.testMinutes(i, minuteOf(q.Since.UnixMilli()), minuteOf(e.now().UnixMilli()), judge)
	}
	return t
}

// testMinutes judges each minute by itself, until one does not hold.
func (h *hold) testMinutes(check int, from, to int64, judge func(bool, string)) {
	for at := from; at <= to; at++ {
		if v := h.judgeMinute(check, at); v.known && !v.holds {
			judge(false, fmt.Sprintf("%s that begins at %s", v.detail, time.Unix(60*at, 0).UTC().Format(time.RFC3339)))
			return
		}
	}
}
