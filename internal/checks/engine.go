package checks

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/tables"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options of an engine. Tables is required.
type Options struct {
	Tables    *tables.DB
	Clusters  []Cluster
	Sink      Sink      // nil: events wait
	Producers Producers // nil: nobody knows who wrote a record

	Budget       int64         // bytes of a topic that are read a second; default 5 MiB
	RecoverAfter time.Duration // how long a check must be kept before its violation is over; default 5 min
	Every        time.Duration // rounds; default 1 s
	Now          func() time.Time
	Log          *slog.Logger
}

// Engine keeps contracts and holds them against streams. Safe for concurrent use.
type Engine struct {
	Options
	changed atomic.Bool  // contracts are to be read again
	acts    atomic.Int64 // changes of violations by people

	mu      sync.Mutex
	workers map[topicKey]*worker
	gone    []topicKey // topics that no contract is about any more, to be forgotten
	rounds  sync.Mutex // one caller of Round at a time
}

type topicKey struct{ cluster, topic string }

// New prepares an engine, and brings its tables to their newest form.
func New(ctx context.Context, o Options) (*Engine, error) {
	if o.Budget <= 0 {
		o.Budget = 5 << 20
	}
	if o.RecoverAfter <= 0 {
		o.RecoverAfter = 5 * time.Minute
	}
	if o.Every <= 0 {
		o.Every = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := o.Tables.Migrate(ctx, "checks", files); err != nil {
		return nil, err
	}
	e := &Engine{Options: o, workers: map[topicKey]*worker{}}
	e.changed.Store(true)
	return e, nil
}

func (e *Engine) now() time.Time { return e.Now().UTC() }

// Run looks at all streams until ctx ends. Each topic has a goroutine of its own: a cluster that is away holds up no other.
func (e *Engine) Run(ctx context.Context) {
	type follower struct {
		stop context.CancelFunc
		done chan struct{}
	}
	running := map[*worker]follower{}
	defer func() {
		for _, f := range running {
			f.stop()
			<-f.done
		}
	}()
	var seeking sync.WaitGroup
	defer seeking.Wait()
	seeking.Go(func() { e.seeking(ctx) })
	tick := time.NewTicker(e.Every)
	defer tick.Stop()
	tidied := e.now()
	for {
		if err := e.reload(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("contracts cannot be read; those that were read are held on", "error", err)
		}
		wanted := e.all()
		for w, f := range running {
			if !slices.Contains(wanted, w) { // it ends before another one begins with what it has written down
				f.stop()
				<-f.done
				delete(running, w)
			}
		}
		e.forget(ctx)
		for _, w := range wanted {
			if _, runs := running[w]; !runs {
				of, stop := context.WithCancel(ctx)
				f := follower{stop, make(chan struct{})}
				running[w] = f
				go func() {
					defer close(f.done)
					e.follow(of, w)
				}()
			}
		}
		e.deliver(ctx)
		if now := e.now(); now.Sub(tidied) > time.Minute {
			tidied = now
			if err := e.tidy(ctx, now); err != nil && ctx.Err() == nil {
				e.Log.Warn("old windows of checks were not put together", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// forget drops how far topics were read that no contract is about any more: one that comes later begins at their end.
func (e *Engine) forget(ctx context.Context) {
	e.mu.Lock()
	gone := e.gone
	e.gone = nil
	e.mu.Unlock()
	for _, key := range gone {
		err := e.Tables.Do(ctx, func(tx *tables.Tx) error {
			b := batch{ctx: ctx, tx: tx}
			for _, table := range []string{"check_topic", "check_progress", "check_hold"} {
				b.do(`DELETE FROM `+table+` WHERE cluster = ? AND topic = ?`, key.cluster, key.topic)
			}
			return b.err
		})
		if err != nil && ctx.Err() == nil {
			e.Log.Warn("how far a topic was read was not forgotten", "topic", key.topic, "error", err)
		}
	}
}

// follow runs a worker's rounds.
func (e *Engine) follow(ctx context.Context, w *worker) {
	said := ""
	for {
		err := w.round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && err.Error() != said:
			said = err.Error()
			e.Log.Warn("a stream is not checked", "cluster", w.cluster.Name, "topic", w.topic, "error", err)
		case err == nil:
			said = ""
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(e.Every):
		}
	}
}

// Round looks once at what came on all streams, and tells what it found. It is for tests and for those who do without Run.
func (e *Engine) Round(ctx context.Context) error {
	e.rounds.Lock()
	defer e.rounds.Unlock()
	if err := e.reload(ctx); err != nil {
		return err
	}
	e.forget(ctx)
	var failed error
	for _, w := range e.all() {
		failed = errors.Join(failed, w.round(ctx))
	}
	e.seek(ctx)
	e.deliver(ctx)
	return failed
}

func (e *Engine) all() (out []*worker) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range e.workers {
		out = append(out, w)
	}
	return out
}

// target is where a contract holds.
type target struct {
	cluster *Cluster
	format  string
}

// targets are the clusters that a contract's servers name; the only one, where it names none.
func (e *Engine) targets(c *contract.Contract) (out []target) {
	if len(c.Servers) == 0 && len(e.Clusters) == 1 {
		return []target{{&e.Clusters[0], ""}}
	}
	for _, s := range c.Servers {
		for i := range e.Clusters {
			k := &e.Clusters[i]
			named := s.Name == k.Name
			for host := range strings.SplitSeq(s.Host, ",") {
				named = named || slices.Contains(k.Bootstrap, strings.TrimSpace(host))
			}
			if named && !slices.ContainsFunc(out, func(t target) bool { return t.cluster == k }) {
				out = append(out, target{k, s.Format})
			}
		}
	}
	return out
}

// placeless notes a contract that holds nowhere.
func (e *Engine) placeless(c *contract.Contract) []contract.Note {
	if len(e.targets(c)) > 0 || len(c.Streams) == 0 {
		return nil
	}
	var names []string
	for i := range e.Clusters {
		names = append(names, e.Clusters[i].Name)
	}
	return []contract.Note{{Line: 1, Text: "its servers name no cluster that is known here, so that nothing is checked; known are: " + strings.Join(names, ", ")}}
}

// reload reads the contracts again when one changed. A worker whose contracts are others begins with what is written down.
func (e *Engine) reload(ctx context.Context) error {
	if !e.changed.Swap(false) {
		return nil
	}
	all, err := e.Contracts(ctx)
	if err != nil {
		e.changed.Store(true)
		return err
	}
	wanted := map[topicKey][]*hold{}
	clusters := map[topicKey]*Cluster{}
	for i := range all {
		c, err := contract.Read(all[i].Text)
		if err != nil { // it was read by another version of the program
			e.Log.Error("a contract cannot be read any more", "contract", all[i].Contract, "error", err)
			continue
		}
		for _, t := range e.targets(c) {
			for k := range c.Streams {
				key := topicKey{t.cluster.Name, c.Streams[k].Topic}
				wanted[key] = append(wanted[key], newHold(c.ID, all[i].Number, c, &c.Streams[k], t.format, e.now().UnixMilli()))
				clusters[key] = t.cluster
			}
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for key, w := range e.workers {
		if !sameHolds(w.holds, wanted[key]) {
			delete(e.workers, key)
			if wanted[key] == nil {
				e.gone = append(e.gone, key)
			}
		}
	}
	for key, holds := range wanted {
		if e.workers[key] == nil {
			k := clusters[key]
			e.workers[key] = &worker{e: e, cluster: k, topic: key.topic, reading: newReading(k.Decoder, k.Subjects, k.Schemas), holds: holds, acts: e.acts.Load()}
		}
	}
	return nil
}

func sameHolds(a, b []*hold) bool {
	return slices.EqualFunc(a, b, func(x, y *hold) bool { return x.contract == y.contract && x.number == y.number })
}

// deliver tells the sink what rounds found. What it does not take waits.
func (e *Engine) deliver(ctx context.Context) {
	if e.Sink == nil {
		return
	}
	type waiting struct{ id, body string }
	var all []waiting
	err := rows(ctx, e, func(scan func(...any) error) error {
		var x waiting
		err := scan(&x.id, &x.body)
		all = append(all, x)
		return err
	}, `SELECT id, body FROM check_outbox ORDER BY id LIMIT 100`)
	for _, x := range all {
		var event Event
		if err = json.Unmarshal([]byte(x.body), &event); err == nil {
			if e.holdsBack(ctx, &event) {
				continue
			}
			err = e.Sink.Emit(ctx, event)
		}
		if err != nil {
			break
		}
		if _, err = e.Tables.Exec(ctx, `DELETE FROM check_outbox WHERE id = ?`, x.id); err != nil {
			break
		}
	}
	if err != nil && ctx.Err() == nil {
		e.Log.Warn("an event of a contract was not told yet", "error", err)
	}
}

// Kept is for how long windows and closed violations are kept, and for how long minute by minute; then they are put together by hours.
const (
	keptFor     = 31 * 24 * time.Hour
	keptMinutes = 25 * time.Hour
	keptEvents  = 7 * 24 * time.Hour // that nobody took
)

// tidy puts old windows together, and deletes the oldest.
func (e *Engine) tidy(ctx context.Context, now time.Time) error {
	border := minuteOf(now.Add(-keptMinutes).UnixMilli()) / 60 * 60
	gone := minuteOf(now.Add(-keptFor).UnixMilli())
	err := e.Tables.Do(ctx, func(tx *tables.Tx) error {
		b := batch{ctx: ctx, tx: tx}
		b.do(`INSERT INTO check_window (contract, cluster, topic, minute, part, writer, span, records)
			SELECT contract, cluster, topic, minute / 60 * 60, part, writer, 3600, SUM(records) FROM check_window WHERE span = 60 AND minute < ? GROUP BY contract, cluster, topic, minute / 60 * 60, part, writer
			ON CONFLICT (contract, cluster, topic, minute, part, writer, span) DO UPDATE SET records = check_window.records + excluded.records`, border)
		b.do(`DELETE FROM check_window WHERE span = 60 AND minute < ?`, border)
		b.do(`INSERT INTO check_tally (contract, cluster, topic, minute, part, writer, span, rule, bad, first, last)
			SELECT contract, cluster, topic, minute / 60 * 60, part, writer, 3600, rule, SUM(bad), MIN(first), MAX(last) FROM check_tally WHERE span = 60 AND minute < ?
			GROUP BY contract, cluster, topic, minute / 60 * 60, part, writer, rule
			ON CONFLICT (contract, cluster, topic, minute, part, writer, span, rule) DO UPDATE SET bad = check_tally.bad + excluded.bad`, border)
		b.do(`DELETE FROM check_tally WHERE span = 60 AND minute < ?`, border)
		for _, table := range []string{"check_window", "check_tally", "check_coverage"} {
			b.do(`DELETE FROM `+table+` WHERE minute < ?`, gone)
		}
		b.do(`DELETE FROM violation WHERE state = 'closed' AND ended < ?`, micros(now.Add(-3*keptFor)))
		b.do(`DELETE FROM check_writer WHERE NOT EXISTS (SELECT 1 FROM violation WHERE violation.id = check_writer.violation)`)
		b.do(`DELETE FROM check_gap WHERE at < ?`, micros(now.Add(-keptFor)))
		b.do(`DELETE FROM check_outbox WHERE at < ?`, micros(now.Add(-keptEvents)))
		return b.err
	})
	if err != nil {
		return fmt.Errorf("putting windows together: %w", err)
	}
	return nil
}

// Place is a topic that a contract holds for.
type Place struct{ Cluster, Topic, Quarantine string }

// Places are where a contract holds, of the clusters that are known here.
func (e *Engine) Places(c *contract.Contract) (out []Place) {
	for _, t := range e.targets(c) {
		for i := range c.Streams {
			out = append(out, Place{t.cluster.Name, c.Streams[i].Topic, c.Streams[i].Quarantine})
		}
	}
	return out
}

// Holds are the clusters that a contract holds for.
func (e *Engine) Holds(c *contract.Contract) (out []string) {
	for _, t := range e.targets(c) {
		out = append(out, t.cluster.Name)
	}
	return out
}

// Host is an address of a cluster, as contracts name it; empty: it is not known.
func (e *Engine) Host(cluster string) string {
	for i := range e.Clusters {
		if k := &e.Clusters[i]; k.Name == cluster && len(k.Bootstrap) > 0 {
			return strings.Join(k.Bootstrap, ",")
		}
	}
	return ""
}
