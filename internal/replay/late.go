package replay

import (
	"context"
	"time"
)

// What an attempt that runs did comes here in parts: that an invocation took something in may be known before what it took in is here.
const (
	lateMost  = 5 * time.Second        // so long one waits for the rest
	lateApart = 200 * time.Millisecond // so much comes together
	lateLive  = time.Minute            // an attempt of which nothing came for so long is taken for one that has ended
)

// late waits for what is on its way of an invocation.
type late struct {
	session *Session
	inv     uint64
	until   time.Time // from the first wait on
}

// wait tells whether more came that was recorded; false: none is awaited, or nothing came in time.
func (l *late) wait(ctx context.Context) bool {
	s := l.session
	at := s.o.Store.Attempt(s.rec, s.attempt)
	if s.run == nil || s.run.report().Thrown != nil || at.LastInv < l.inv || time.Since(time.UnixMicro(at.WallMax)) > lateLive {
		return false
	}
	if l.until.IsZero() {
		l.until = time.Now().Add(lateMost)
	}
	ctx, cancel := context.WithDeadline(ctx, l.until)
	defer cancel()
	select {
	case <-s.run.more:
	case <-ctx.Done():
		return false
	}
	select {
	case <-time.After(lateApart):
	case <-ctx.Done():
	}
	return true
}
