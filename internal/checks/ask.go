package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
)

const violationColumns = `id, contract, rule, kind, severity, cluster, topic, part, writer, first, last, bad, minute, began, seen, ended, state, who, why, hints, COALESCE(s.next, -1), COALESCE(s.until, 0), COALESCE(s.producer, '')`

func (e *Engine) violations(ctx context.Context, where string, args ...any) (out []Violation, err error) {
	err = rows(ctx, e, func(scan func(...any) error) error {
		var v Violation
		var minute, began, seen, ended, next, until int64
		var raw, producer string
		err := scan(&v.ID, &v.Contract, &v.Check, &v.Kind, &v.Severity, &v.Cluster, &v.Topic, &v.Partition, &v.Writer, &v.First, &v.Last, &v.Count, &minute, &began, &seen, &ended, &v.State, &v.Who, &v.Why, &raw, &next, &until, &producer)
		if err != nil {
			return err
		}
		v.Minute, v.Began, v.Seen, v.Ended = fromMicros(minute), fromMicros(began), fromMicros(seen), fromMicros(ended)
		if err := json.Unmarshal([]byte(raw), &v.Hints); err != nil {
			return err
		}
		if v.Search, err = searchOf(next, until, producer); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	}, `SELECT `+violationColumns+` FROM violation LEFT JOIN check_writer s ON s.violation = violation.id WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("reading violations: %w", err)
	}
	return out, nil
}

// ViolationQuery says which violations are wanted, the newest first. The zero value: all.
type ViolationQuery struct {
	Contract, Check, Topic, State string
	Before                        string // id: a page ended with it
	Limit                         int    // 0: 100
}

// Violations lists violations. more: there are others behind the last one.
func (e *Engine) Violations(ctx context.Context, q ViolationQuery) (list []Violation, more bool, err error) {
	where, args := `1 = 1`, []any{}
	for _, x := range []struct{ column, value string }{{"contract", q.Contract}, {"rule", q.Check}, {"topic", q.Topic}, {"state", q.State}} {
		if x.value != "" {
			where += ` AND ` + x.column + ` = ?`
			args = append(args, x.value)
		}
	}
	if q.Before != "" {
		where += ` AND id < ?`
		args = append(args, q.Before)
	}
	if q.Limit <= 0 || q.Limit > 1000 {
		q.Limit = 100
	}
	list, err = e.violations(ctx, where+` ORDER BY id DESC LIMIT ?`, append(args, q.Limit+1)...)
	if len(list) > q.Limit {
		return list[:q.Limit], true, err
	}
	return list, false, err
}

// Violation is one. ErrNotFound.
func (e *Engine) Violation(ctx context.Context, id string) (Violation, error) {
	list, err := e.violations(ctx, `id = ?`, id)
	switch {
	case err != nil:
		return Violation{}, err
	case len(list) == 0:
		return Violation{}, fmt.Errorf("%w with a violation %s", ErrNotFound, id)
	}
	return list[0], nil
}

// Act acknowledges a violation, or closes it; one that goes on is told anew. ErrNotFound, ErrState.
func (e *Engine) Act(ctx context.Context, id, state, who, why string) (Violation, error) {
	ended := int64(0)
	if state == Closed {
		ended = micros(e.now())
	}
	done, err := e.Tables.Exec(ctx, `UPDATE violation SET state = ?, who = ?, why = ?, ended = ? WHERE id = ? AND state <> 'closed'`, state, who, why, ended, id)
	if err != nil {
		return Violation{}, fmt.Errorf("changing a violation: %w", err)
	}
	n, err := done.RowsAffected()
	if err != nil {
		return Violation{}, fmt.Errorf("changing a violation: %w", err)
	}
	v, err := e.Violation(ctx, id)
	if err == nil && n == 0 {
		return v, fmt.Errorf("%w: it is closed", ErrState)
	}
	e.acts.Add(1)
	return v, err
}

// BurnOver are the times that burn rates are told over.
var BurnOver = []time.Duration{time.Hour, 6 * time.Hour, 24 * time.Hour, 30 * 24 * time.Hour}

// Checks tells how the checks of a contract stand. ErrNotFound.
func (e *Engine) Checks(ctx context.Context, id string) (out []State, err error) {
	v, err := e.Contract(ctx, id)
	if err != nil {
		return nil, err
	}
	c, err := contract.Read(v.Text)
	if err != nil {
		return nil, fmt.Errorf("reading contract %s again: %w", id, err)
	}
	open, err := e.violations(ctx, `contract = ? AND state <> 'closed'`, id)
	if err != nil {
		return nil, err
	}
	for _, t := range e.targets(c) {
		for i := range c.Streams {
			list, err := e.states(ctx, c, &c.Streams[i], t.cluster, open)
			if err != nil {
				return nil, err
			}
			out = append(out, list...)
		}
	}
	return out, nil
}

func (e *Engine) states(ctx context.Context, c *contract.Contract, s *contract.Stream, k *Cluster, open []Violation) (out []State, err error) {
	now := minuteOf(e.now().UnixMilli())
	e.mu.Lock()
	w := e.workers[topicKey{k.Name, s.Topic}]
	e.mu.Unlock()
	var why error
	seen := false
	if w != nil {
		w.mu.Lock()
		why, seen = w.why, w.seen
		w.mu.Unlock()
	}
	coverage, err := e.Coverage(ctx, k.Name, s.Topic, time.Hour)
	if err != nil {
		return nil, err
	}
	records := make([]int64, len(BurnOver))
	bad := make([]map[string]int64, len(BurnOver))
	for i, over := range BurnOver {
		from := now - int64(over/time.Minute)
		if err := e.Tables.QueryRow(ctx, `SELECT COALESCE(SUM(records), 0) FROM check_window WHERE contract = ? AND cluster = ? AND topic = ? AND minute > ?`, c.ID, k.Name, s.Topic, from).Scan(&records[i]); err != nil {
			return nil, fmt.Errorf("reading windows: %w", err)
		}
		bad[i] = map[string]int64{}
		err := rows(ctx, e, func(scan func(...any) error) error {
			var id string
			var n int64
			err := scan(&id, &n)
			bad[i][id] = n
			return err
		}, `SELECT rule, SUM(bad) FROM check_tally WHERE contract = ? AND cluster = ? AND topic = ? AND minute > ? GROUP BY rule`, c.ID, k.Name, s.Topic, from)
		if err != nil {
			return nil, fmt.Errorf("reading windows: %w", err)
		}
	}
	for i := range s.Checks {
		x := &s.Checks[i]
		st := State{Contract: c.ID, ID: x.ID, Kind: string(x.Kind), Severity: string(x.Severity), Says: x.Says(), Name: x.Name, Line: x.Line, Objective: x.Objective, Cluster: k.Name, Topic: s.Topic, State: StateOK}
		if x.Kind.PerRecord() {
			st.Path = x.Path.String()
			for b, over := range BurnOver {
				st.Burns = append(st.Burns, burn(over, records[b], bad[b][x.ID], x.Objective))
			}
		}
		for _, v := range open {
			if v.Check == x.ID && v.Cluster == k.Name {
				st.Open++
			}
		}
		switch {
		case st.Open > 0:
			st.State = StateViolated
		case why != nil:
			st.State, st.Detail = StateUnknown, why.Error()
		case !seen || x.Kind.PerRecord() && records[len(records)-1] == 0:
			st.State = StateWaiting
		case x.Kind.PerRecord() && coverage.Share() < 0.999:
			st.State, st.Detail = StatePartial, fmt.Sprintf("%.1f %% of the records of the last hour were looked at", 100*coverage.Share())
		}
		if x.Kind == contract.Volume && st.State == StateOK {
			if st.Detail, err = e.learning(ctx, c.ID, k.Name, s.Topic, now); err != nil {
				return nil, err
			}
			if st.Detail != "" {
				st.State = StateLearning
			}
		}
		out = append(out, st)
	}
	return out, nil
}

// learning says how much of this hour of the week is known; empty: enough.
func (e *Engine) learning(ctx context.Context, id, cluster, topic string, minute int64) (string, error) {
	n := 0
	err := rows(ctx, e, func(scan func(...any) error) error {
		var raw string
		if err := scan(&raw); err != nil {
			return err
		}
		var list []int64
		err := json.Unmarshal([]byte(raw), &list)
		n = len(list)
		return err
	}, `SELECT records FROM check_volume WHERE contract = ? AND cluster = ? AND topic = ? AND hour = ?`, id, cluster, topic, hourOfWeek(minute))
	if err != nil || n >= volumeLeast {
		return "", err
	}
	return fmt.Sprintf("%d of %d minutes of this hour of the week are known", n, volumeLeast), nil
}

func burn(over time.Duration, records, bad int64, objective float64) Burn {
	b := Burn{Over: over, Records: records, Bad: bad, BudgetLeft: 1}
	if records > 0 {
		b.Share = float64(bad) / float64(records)
		b.Rate = b.Share / (1 - objective)
		b.BudgetLeft = 1 - b.Rate
	}
	return b
}

// Coverage is how much of what came on a topic was looked at, over some time.
func (e *Engine) Coverage(ctx context.Context, cluster, topic string, over time.Duration) (c Coverage, err error) {
	from := minuteOf(e.now().Add(-over).UnixMilli())
	err = e.Tables.QueryRow(ctx, `SELECT COALESCE(SUM(appended), 0), COALESCE(SUM(checked), 0) FROM check_coverage WHERE cluster = ? AND topic = ? AND minute >= ?`, cluster, topic, from).Scan(&c.Appended, &c.Checked)
	if err != nil {
		return c, fmt.Errorf("reading coverage: %w", err)
	}
	return c, nil
}

// Gaps are records of a topic that nobody looked at, the newest first.
func (e *Engine) Gaps(ctx context.Context, cluster, topic string) (out []Gap, err error) {
	err = rows(ctx, e, func(scan func(...any) error) error {
		g := Gap{Cluster: cluster, Topic: topic}
		var at int64
		err := scan(&g.Partition, &g.From, &g.To, &g.Why, &at)
		g.At = fromMicros(at)
		out = append(out, g)
		return err
	}, `SELECT part, low, high, why, at FROM check_gap WHERE cluster = ? AND topic = ? ORDER BY at DESC, part LIMIT 200`, cluster, topic)
	return out, err
}

// Windows are those of a check, the oldest first; at most 5,000.
func (e *Engine) Windows(ctx context.Context, id, check string, from, to time.Time) (out []Window, err error) {
	err = rows(ctx, e, func(scan func(...any) error) error {
		var w Window
		var minute, span int64
		err := scan(&minute, &span, &w.Partition, &w.Writer, &w.Records, &w.Bad, &w.First)
		w.At, w.Span = time.Unix(60*minute, 0).UTC(), time.Duration(span)*time.Second
		out = append(out, w)
		return err
	}, `SELECT w.minute, w.span, w.part, w.writer, w.records, COALESCE(t.bad, 0), COALESCE(t.first, -1) FROM check_window w
		LEFT JOIN check_tally t ON t.contract = w.contract AND t.cluster = w.cluster AND t.topic = w.topic AND t.minute = w.minute AND t.part = w.part AND t.writer = w.writer AND t.span = w.span AND t.rule = ?
		WHERE w.contract = ? AND w.minute >= ? AND w.minute <= ? ORDER BY w.minute, w.part, w.writer LIMIT 5000`, check, id, minuteOf(from.UnixMilli()), minuteOf(to.UnixMilli()))
	if err != nil {
		return nil, fmt.Errorf("reading windows: %w", err)
	}
	return out, nil
}
