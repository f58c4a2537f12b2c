package notify

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// ids makes ids that no other is equal to, and of one process each behind the one before, also within a microsecond.
type ids struct {
	mu   sync.Mutex
	last int64
}

func (i *ids) next(now time.Time) string {
	i.mu.Lock()
	i.last = max(now.UnixMicro(), i.last+1)
	us := i.last
	i.mu.Unlock()
	var random [6]byte
	_, _ = rand.Read(random[:]) // it never fails
	return fmt.Sprintf("%014x%s", us, hex.EncodeToString(random[:]))
}

// instant is a time of a table; zero = never.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
