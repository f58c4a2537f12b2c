package audit

import (
	"fmt"
	"os"

	"github.com/sightglass/sightglass/internal/access"
)

// retain removes full files whose entries are all older than Options.Keep. A file goes only when a signed head covers all of it, and after an
// entry that names its last entry is on disk: verify then knows that retention took it, and holds what is left against that hash.
func (l *Log) retain() error {
	if l.o.Keep <= 0 {
		return nil
	}
	until := l.o.Now().Add(-l.o.Keep)
	for {
		l.mu.Lock()
		var oldest, next segment
		if len(l.files) > 1 {
			oldest, next = l.files[0], l.files[1]
		}
		head := l.head.Seq
		l.mu.Unlock()
		// The first entry of the file behind it is younger than all of this one.
		if oldest.name == "" || next.first.Seq-1 > head || !next.first.Time.Before(until) {
			return nil
		}
		e := l.own(access.AuditKeep, fmt.Sprintf("%s, entries %d to %d", oldest.name, oldest.first.Seq, next.first.Seq-1))
		e.RemovedFirst, e.RemovedLast, e.RemovedHash = max(oldest.first.Seq, 1), next.first.Seq-1, next.first.Prev
		e.Before, e.BeforeHash = next.first.Before, next.first.BeforeHash
		if _, err := l.put(e, true); err != nil {
			return fmt.Errorf("writing down that retention takes %s: %w", oldest.name, err)
		}
		l.mu.Lock()
		l.files = l.files[1:]
		l.mu.Unlock()
		if err := os.Remove(l.path(oldest.name)); err != nil {
			return fmt.Errorf("removing a file of the audit log: %w", err)
		}
	}
}
