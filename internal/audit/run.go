package audit

import (
	"context"
	"time"
)

// headEvery is how often the end of the chain is signed, when it has moved.
const headEvery = 10 * time.Minute

// checkEvery is how often the log is read from its beginning.
const checkEvery = 24 * time.Hour

// Run signs the end of the chain every ten minutes and reads the log from its beginning at once and every day, until ctx ends. Close signs
// once more.
func (l *Log) Run(ctx context.Context) {
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
		}
	}
}
