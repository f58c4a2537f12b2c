//go:build duckdb

package peer

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/export"
	"github.com/sightglass/sightglass/internal/query"
)

// Write exports a recording of a store to the folder dir, which is not there yet, as the local user would, and says how long it took.
func Write(ctx context.Context, engine *query.Engine, rec event.RecordingID, dir string) (*export.Manifest, time.Duration, error) {
	began := time.Now()
	b, err := browse.New(browse.Options{Queries: engine, Policy: access.NewInForce(access.Local()), Auditor: unaudited{}})
	if err != nil {
		return nil, 0, fmt.Errorf("exporting %s: %w", rec, err)
	}
	target, err := b.Resolve(ctx, rec.String())
	if err != nil {
		return nil, 0, fmt.Errorf("exporting %s: %w", rec, err)
	}
	m, err := export.ToFolder(ctx, export.Request{Browser: b, Who: access.LocalPrincipal("bench"), Target: target, Now: time.Now}, dir)
	if err != nil {
		return nil, 0, fmt.Errorf("exporting %s: %w", rec, err)
	}
	return m, time.Since(began), nil
}

// unaudited writes nothing down: what a benchmark generated is nobody's data.
type unaudited struct{}

func (unaudited) Begin(context.Context, access.Intent) (access.Receipt, error) { return 1, nil }
func (unaudited) End(context.Context, access.Receipt, access.Result) error     { return nil }
func (unaudited) Event(context.Context, access.Intent, access.Result) error    { return nil }
