//go:build duckdb

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/bench/store/peer"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
)

// The peer is asked of recordings of up to so many events, for the export of larger ones takes longer than all the rest, and each question so
// often.
const (
	peerEvents = 2_000_000
	peerAsked  = 20
)

// besides asks DuckDB, over the Parquet export of the recording, what the engine was asked.
func besides(ctx context.Context, o options, a *asked) (_ map[string]spread, err error) {
	if a.truth.Events > peerEvents {
		return nil, nil
	}
	dir := filepath.Clean(o.dir) + "-peer"
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if _, _, err := peer.Write(ctx, a.engine, a.truth.Recording, dir); err != nil {
		return nil, err
	}
	p, _, err := peer.Open(ctx, false, 0, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close(), os.RemoveAll(dir)) }()
	from, to := time.UnixMicro(a.truth.WallMin), time.UnixMicro(a.truth.WallMax+1)
	times := make(map[string]spread)
	for _, q := range questions {
		ask, ok := theirs(ctx, p, a, from, to)[q.name]
		if !ok || !o.wants(q) || q.texts && !o.indexes(a.truth.Events) {
			continue
		}
		if q.cold {
			again := ask
			ask = func() (peer.Answer, error) {
				if err := forget(dir); err != nil {
					return peer.Answer{}, err
				}
				return again()
			}
		}
		least := 1
		if q.name == "gaps" {
			least = a.truth.Gaps
		}
		if times[q.name], err = askPeer(o, a, least, ask); err != nil {
			return nil, fmt.Errorf("asking the peer for %s: %w", q.name, err)
		}
	}
	return times, nil
}

// theirs are the questions as DuckDB is asked them.
func theirs(ctx context.Context, p *peer.Peer, a *asked, from, to time.Time) map[string]func() (peer.Answer, error) {
	record := func() ingesttest.ReferenceRecord { return a.truth.Records[a.random.IntN(len(a.truth.Records))] }
	plain := func(q peer.Question) func() (peer.Answer, error) {
		return func() (peer.Answer, error) { return p.Ask(ctx, q, peer.Args{}) }
	}
	at := func(q peer.Question) func() (peer.Answer, error) {
		return func() (peer.Answer, error) {
			w := record().Window
			return p.Ask(ctx, q, peer.Args{Attempt: w.Attempt.String(), Invocation: w.Number})
		}
	}
	// Both ways, as the store answers it.
	lineage := func(id func() string) func() (peer.Answer, error) {
		return func() (peer.Answer, error) {
			args := peer.Args{Record: id()}
			up, err := p.Ask(ctx, peer.LineageUp, args)
			if err != nil {
				return up, err
			}
			down, err := p.Ask(ctx, peer.LineageDn, args)
			return peer.Answer{Columns: up.Columns, Rows: append(up.Rows, down.Rows...), Took: up.Took + down.Took}, err
		}
	}
	page := func() (peer.Answer, error) {
		begin := from.Add(time.Duration(a.random.Int64N(int64(to.Sub(from)) * 9 / 10)))
		return p.Ask(ctx, peer.Page, peer.Args{From: begin, To: to})
	}
	ofRecord := lineage(func() string { return record().Sent[2].String() })
	return map[string]func() (peer.Answer, error){
		"page": page, "page_cold": page,
		"lineage_warm": ofRecord, "lineage_cold": ofRecord,
		"result_cold": lineage(func() string { return a.truth.Results[a.random.IntN(len(a.truth.Results))].Sent.String() }),
		"timeline_whole": func() (peer.Answer, error) {
			return p.Ask(ctx, peer.Timeline, peer.Args{From: from, To: to})
		},
		"timeline_zoomed": func() (peer.Answer, error) {
			begin := from.Add(time.Duration(a.random.Int64N(int64(max(1, to.Sub(from)-time.Second)))))
			return p.Ask(ctx, peer.Timeline, peer.Args{From: begin, To: begin.Add(time.Second)})
		},
		"invocation": at(peer.Invocation), "state_at": at(peer.StateOf),
		"gaps": plain(peer.Gaps), "drops": plain(peer.Drops), "watermarks": plain(peer.Watermarks),
		"rare_text": func() (peer.Answer, error) {
			return p.Ask(ctx, peer.RareText, peer.Args{Text: ingesttest.ReferenceNeedle})
		},
	}
}

// askPeer asks one question again and again; each answer has at least so many rows.
func askPeer(o options, a *asked, least int, ask func() (peer.Answer, error)) (spread, error) {
	var times []float64
	var used time.Duration
	for i := range uint64(peerAsked) {
		a.pick(o.seed, i)
		before, err := cpu()
		if err != nil {
			return spread{}, err
		}
		answer, err := ask()
		if err != nil {
			return spread{}, err
		}
		if len(answer.Rows) < least {
			return spread{}, fmt.Errorf("the answer to question %d has %d rows, not %d", i, len(answer.Rows), least)
		}
		after, err := cpu()
		if err != nil {
			return spread{}, err
		}
		times, used = append(times, float64(answer.Took.Microseconds())/1000), used+after-before
	}
	return spreadOf(times, used), nil
}
