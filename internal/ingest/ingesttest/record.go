package ingesttest

import (
	"context"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// DemoRecording generates both jobs with n orders straight into w, without a connection.
func DemoRecording(w store.Writer, seed uint64, n int) (*Truth, error) {
	return Record(context.Background(), w, Options{Seed: seed, Orders: n, Codec: block.CodecLZ4})
}

// Record generates straight into w.
func Record(ctx context.Context, w store.Writer, opt Options) (*Truth, error) {
	return Generate(opt, into(ctx, w))
}

// RecordSQL gives the SQL job straight to w.
func RecordSQL(ctx context.Context, w store.Writer, seed uint64) (*SQLTruth, error) {
	return SQLJob(seed, into(ctx, w))
}

func into(ctx context.Context, w store.Writer) Output {
	return Output{
		Define: func(d event.Definition) error { return w.Define(ctx, d) },
		Block: func(_ Process, raw []byte) error {
			h, err := block.Verify(raw)
			if err != nil {
				return err
			}
			stored, err := w.Append(ctx, h, raw)
			if err == nil && !stored {
				err = fmt.Errorf("block %d of lane %s of %s was stored before", h.Number, h.Lane, h.Attempt)
			}
			return err
		},
	}
}
