package checks

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
)

// load reads what is known of the topic, before the first round and after one that could not be written down.
func (w *worker) load(ctx context.Context) error {
	if w.loaded {
		return nil
	}
	if err := w.loadAll(ctx); err != nil {
		return fmt.Errorf("reading what was known of %s: %w", w.topic, err)
	}
	w.loaded = true
	return nil
}

func (w *worker) loadAll(ctx context.Context) error {
	db := w.e.Tables
	w.parts, w.coverage, w.id, w.newest, w.anew, w.leapt = map[int32]*place{}, map[int64]*Coverage{}, "", 0, 0, 0
	err := db.QueryRow(ctx, `SELECT id, newest, anew, leapt FROM check_topic WHERE cluster = ? AND topic = ?`, w.cluster.Name, w.topic).Scan(&w.id, &w.newest, &w.anew, &w.leapt)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	stateful := false
	for _, h := range w.holds {
		_, does := h.remembers()
		stateful = stateful || does
	}
	err = rows(ctx, w.e, func(scan func(...any) error) error {
		var n int32
		p := &place{}
		if err := scan(&n, &p.counted, &p.warm); err != nil {
			return err
		}
		p.saved = [2]int64{p.counted, p.warm}
		if p.next = p.counted; stateful {
			p.next = min(p.warm, p.counted)
		}
		w.parts[n] = p
		return nil
	}, `SELECT part, next, warm FROM check_progress WHERE cluster = ? AND topic = ?`, w.cluster.Name, w.topic)
	for _, h := range w.holds {
		if err == nil {
			err = w.loadHold(ctx, h)
		}
	}
	return err
}

// loadHold reads the windows and violations of a contract.
func (w *worker) loadHold(ctx context.Context, h *hold) error {
	h.windows, h.at, h.open = map[windowKey]*window{}, nil, map[violationKey]*violation{}
	clear(h.extra)
	clear(h.amended)
	h.program.memory.forget()
	at := []any{h.contract, w.cluster.Name, w.topic}
	err := w.e.Tables.QueryRow(ctx, `SELECT closed FROM check_hold WHERE contract = ? AND cluster = ? AND topic = ?`, at...).Scan(&h.closed)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	from := append(at, min(h.closed, minuteOf(w.e.now().UnixMilli()))-10)
	err = rows(ctx, w.e, func(scan func(...any) error) error {
		var k windowKey
		x := &window{}
		if err := scan(&k.minute, &k.part, &k.writer, &x.records); err != nil {
			return err
		}
		h.windows[k] = x
		return nil
	}, `SELECT minute, part, writer, records FROM check_window WHERE contract = ? AND cluster = ? AND topic = ? AND minute >= ? AND span = 60`, from...)
	if err != nil {
		return err
	}
	places := map[string]int{}
	for i := range h.stream.Checks {
		places[h.stream.Checks[i].ID] = i
	}
	err = rows(ctx, w.e, func(scan func(...any) error) error {
		var k windowKey
		var id string
		t := &tally{}
		if err := scan(&k.minute, &k.part, &k.writer, &id, &t.bad, &t.first, &t.last); err != nil {
			return err
		}
		if i, ok := places[id]; ok && h.windows[k] != nil {
			if h.windows[k].tallies == nil {
				h.windows[k].tallies = map[int]*tally{}
			}
			h.windows[k].tallies[i] = t
		}
		return nil
	}, `SELECT minute, part, writer, rule, bad, first, last FROM check_tally WHERE contract = ? AND cluster = ? AND topic = ? AND minute >= ? AND span = 60`, from...)
	if err != nil {
		return err
	}
	err = rows(ctx, w.e, func(scan func(...any) error) error {
		var hour int64
		var raw string
		if err := scan(&hour, &raw); err != nil {
			return err
		}
		var list []int64
		if err := json.Unmarshal([]byte(raw), &list); err != nil {
			return err
		}
		h.volume[hour] = list
		return nil
	}, `SELECT hour, records FROM check_volume WHERE contract = ? AND cluster = ? AND topic = ?`, at...)
	if err != nil {
		return err
	}
	open, err := w.e.violations(ctx, `contract = ? AND cluster = ? AND topic = ? AND state <> 'closed'`, at...)
	for i := range open {
		v := &violation{Violation: open[i]}
		check, ok := places[v.Check]
		if !ok {
			continue // the contract does not say it any more; applying it closed this one
		}
		k := violationKey{check, v.Partition, v.Writer}
		if x := &h.stream.Checks[check]; !x.Kind.PerRecord() || !x.Limit.None() {
			k = violationKey{check: check, part: -1} // whichever record it points to
		}
		h.open[k] = v
	}
	return err
}

// refresh hears of violations that somebody closed.
func (w *worker) refresh(ctx context.Context) error {
	acts := w.e.acts.Load()
	if acts == w.acts {
		return nil
	}
	open, err := w.e.violations(ctx, `cluster = ? AND topic = ? AND state <> 'closed'`, w.cluster.Name, w.topic)
	if err != nil {
		return err
	}
	still := map[string]bool{}
	for i := range open {
		still[open[i].ID] = true
	}
	for _, h := range w.holds {
		for k, v := range h.open {
			if !still[v.ID] {
				delete(h.open, k)
			}
		}
	}
	w.acts = acts
	return nil
}

// rows reads what a query gives.
func rows(ctx context.Context, e *Engine, each func(scan func(...any) error) error, query string, args ...any) error {
	all, err := e.Tables.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	for all.Next() {
		if err := each(all.Scan); err != nil {
			return errors.Join(err, all.Close())
		}
	}
	return errors.Join(all.Err(), all.Close())
}
