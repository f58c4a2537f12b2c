package audit

import (
	"context"
	"sync"
	"time"
)

// headEvery is how often the end of the chain is signed, when it has moved.
const headEvery = 10 * time.Minute

// checkEvery is how often the log is read from its beginning.
const checkEvery = 24 * time.Hour

// Run signs the end of the chain every ten minutes, sends it and what else is wanted elsewhere, lets retention have its share, and reads the
// log from its beginning at once and every day, until ctx ends. Close signs once more.
func (l *Log) Run(ctx context.Context) {
	var sending sync.WaitGroup
	defer sending.Wait()
	for _, p := range l.pumps {
		sending.Go(func() { p.run(ctx) })
	}
	l.Check(ctx)
	tick, check := time.NewTicker(headEvery), time.NewTicker(checkEvery)
	defer tick.Stop()
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-check.C:
			l.Check(ctx)
		case <-tick.C:
			if _, err := l.sign(); err != nil {
				l.o.Log.Warn("the end of the audit log was not signed", "error", err)
			}
			if err := l.retain(); err != nil {
				l.o.Log.Warn("old files of the audit log stay", "error", err)
			}
		}
	}
}
