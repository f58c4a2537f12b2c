package checks

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"
)

// A recording gets a record some time after the topic has it: the agent collects blocks, and a job that restarts sends the rest later. So who wrote a
// record is asked for again, at growing intervals, and beside the rounds: a violation is seen at once.
const (
	searchFor  = 10 * time.Minute
	searchRest = time.Minute     // between two questions, at most
	searchHold = 3 * time.Second // for how long an event waits for it

	searchAtOnce = 4 // questions
)

// search begins the search for who wrote the first records of a hold's new violations.
func (e *Engine) search(b *batch, h *hold, now time.Time) {
	if e.Producers == nil {
		return
	}
	for _, v := range h.open {
		if v.fresh && v.First >= 0 && v.Partition >= 0 {
			b.do(`INSERT INTO check_writer (violation, asked, next, until, producer) VALUES (?, 0, ?, ?, '') ON CONFLICT (violation) DO NOTHING`, v.ID, micros(now), micros(now.Add(searchFor)))
		}
	}
}

// searchOf is a search as it is written down: next 0 is one that is over, -1 none.
func searchOf(next, until int64, producer string) (Search, error) {
	s := Search{Until: fromMicros(until)}
	switch {
	case next < 0:
		return Search{}, nil
	case producer != "":
		s.State, s.Producer = SearchFound, new(Producer)
		return s, json.Unmarshal([]byte(producer), s.Producer)
	case next > 0:
		s.State = SearchOn
	default:
		s.State = SearchOver
	}
	return s, nil
}

// seeking seeks until ctx ends.
func (e *Engine) seeking(ctx context.Context) {
	tick := time.NewTicker(e.Every)
	defer tick.Stop()
	for {
		e.seek(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// seek asks who wrote the records that it is time to ask for.
func (e *Engine) seek(ctx context.Context) {
	if e.Producers == nil {
		return
	}
	type due struct {
		id, cluster, topic string
		part               int32
		first, asked       int64
		until, anew        time.Time
		earlier            bool // the violation is of a topic that is no more
	}
	var all []due
	err := rows(ctx, e, func(scan func(...any) error) error {
		var d due
		var until, began, anew int64
		err := scan(&d.id, &d.cluster, &d.topic, &d.part, &d.first, &began, &d.asked, &until, &anew)
		d.until, d.anew, d.earlier = fromMicros(until), fromMicros(anew), began < anew
		all = append(all, d)
		return err
	}, `SELECT v.id, v.cluster, v.topic, v.part, v.first, v.began, s.asked, s.until, COALESCE(t.anew, 0) FROM violation v JOIN check_writer s ON s.violation = v.id
		LEFT JOIN check_topic t ON t.cluster = v.cluster AND t.topic = v.topic WHERE s.next > 0 AND s.next <= ? ORDER BY s.next LIMIT 100`, micros(e.now()))
	// A question takes a while where recordings are large: a few are asked at once, so that none waits for all the others.
	var asking sync.WaitGroup
	turn, failed := make(chan struct{}, searchAtOnce), make(chan error, len(all))
	for i := range all {
		turn <- struct{}{}
		asking.Go(func() {
			defer func() { <-turn }()
			d := &all[i]
			var p Producer
			found := false
			if !d.earlier {
				p, found = e.Producers.Producer(ctx, d.cluster, d.topic, d.part, d.first, d.anew)
			}
			if ctx.Err() != nil {
				return
			}
			now := e.now()
			next, producer := now.Add(min(time.Second<<min(d.asked, 10), searchRest)), ""
			if found {
				raw, _ := json.Marshal(p) // names
				producer = string(raw)
			}
			if found || d.earlier || now.After(d.until) {
				next = time.Time{}
			}
			_, err := e.Tables.Exec(ctx, `UPDATE check_writer SET asked = asked + 1, next = ?, producer = ? WHERE violation = ?`, micros(next), producer, d.id)
			failed <- err
		})
	}
	asking.Wait()
	close(failed)
	for x := range failed {
		err = errors.Join(err, x)
	}
	if err != nil && ctx.Err() == nil {
		e.Log.Warn("who wrote bad records was not looked for", "error", err)
	}
}

// holdsBack says whether an event waits a moment more, so that it can say who wrote the record.
func (e *Engine) holdsBack(ctx context.Context, x *Event) bool {
	if e.Producers == nil || x.Type != EventViolated || x.Violation == "" || e.now().Sub(x.At) >= searchHold {
		return false
	}
	v, err := e.Violation(ctx, x.Violation)
	return err == nil && v.Search.State == SearchOn
}
