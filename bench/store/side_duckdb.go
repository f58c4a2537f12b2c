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
	for name, ask := range map[string]func() (peer.Answer, error){
		"page": func() (peer.Answer, error) {
			at := from.Add(time.Duration(a.random.Int64N(int64(to.Sub(from)) * 9 / 10)))
			return p.Ask(ctx, peer.Page, peer.Args{From: at, To: to})
		},
		"timeline_whole": func() (peer.Answer, error) {
			return p.Ask(ctx, peer.Timeline, peer.Args{From: from, To: to})
		},
		"lineage_cold": func() (peer.Answer, error) {
			r := a.truth.Records[a.random.IntN(len(a.truth.Records))]
			return p.Ask(ctx, peer.LineageUp, peer.Args{Record: r.Sent[2].String()})
		},
	} {
		if times[name], err = askPeer(o, a, ask); err != nil {
			return nil, fmt.Errorf("asking the peer for %s: %w", name, err)
		}
	}
	return times, nil
}

func askPeer(o options, a *asked, ask func() (peer.Answer, error)) (spread, error) {
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
		if len(answer.Rows) == 0 {
			return spread{}, fmt.Errorf("question %d has no answer", i)
		}
		after, err := cpu()
		if err != nil {
			return spread{}, err
		}
		times, used = append(times, float64(answer.Took.Microseconds())/1000), used+after-before
	}
	return spreadOf(times, used), nil
}
