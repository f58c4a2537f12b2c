package replay

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
)

// Bounds of the snapshots that a session's process takes for itself.
const (
	ownBytes = 512 << 20 // of all

	// Two places that a task can begin at lie so much of its processor apart, and four times what a snapshot takes. How many invocations that
	// are is seen by the first one.
	ownApartMS    = 30
	ownApartFirst = 5_000
	ownApartLeast = 500

	firstOwn = 1 << 40 // no checkpoint of a job has such a number
)

// ownSnapshots are places between checkpoints at which a session's task can begin: the process took snapshots there for itself. They last
// as long as the process. Safe for concurrent use; nil has none and takes none.
type ownSnapshots struct {
	mu     sync.Mutex
	known  []uint64 // invocations that need none: the beginning, checkpoints, own ones that were asked for; in order
	places []start  // in order
	apart  uint64
	bytes  int64
	last   uint64 // number
	over   string // why none is taken any more
	end    uint64 // invocation that replays do not come to, when up to endOf was recorded; 0 = not known
	endOf  uint64
}

// ownTaken is what a process says of a snapshot of its own.
type ownTaken struct {
	Number     uint64 `json:"snapshot"`
	Invocation uint64 `json:"invocation"` // that comes next
	Bytes      int64  `json:"bytes"`
	MS         uint64 `json:"ms"`     // of the processor, for this one
	Passed     uint64 `json:"passed"` // invocations since the last one, or since the task began
	PassedMS   uint64 `json:"passed_ms"`
	Lasts      string `json:"lasts"` // what clocks said last
	Ever       bool   `json:"ever"`  // with Reason: none will be taken
	Reason     string `json:"reason"`
}

func newOwnSnapshots(checkpoints []start) *ownSnapshots {
	o := &ownSnapshots{known: []uint64{0}, apart: ownApartFirst}
	for _, c := range checkpoints {
		o.know(c.invocation)
	}
	return o
}

// know notes a place that needs no snapshot. Under the lock.
func (o *ownSnapshots) know(inv uint64) {
	if i, found := slices.BinarySearch(o.known, inv); !found {
		o.known = slices.Insert(o.known, i, inv)
	}
}

// next is the first invocation from inv on before which a snapshot belongs.
func (o *ownSnapshots) next(inv uint64) uint64 {
	if o == nil {
		return math.MaxUint64
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.nextOf(inv)
}

func (o *ownSnapshots) nextOf(inv uint64) uint64 {
	if o.over != "" {
		return math.MaxUint64
	}
	for {
		i, found := slices.BinarySearch(o.known, inv)
		if found {
			i++
		}
		want := max(inv, o.known[i-1]+o.apart)
		if i == len(o.known) || want+o.apart/2 <= o.known[i] {
			return want
		}
		inv = o.known[i]
	}
}

// ask gives the number of the snapshot that is taken before an invocation.
func (o *ownSnapshots) ask(inv uint64) uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.know(inv)
	o.last++
	return o.last
}

// told takes what the process says of a snapshot.
func (o *ownSnapshots) told(t *ownTaken) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case t.Ever:
		o.over = t.Reason
	case t.Reason == "" && t.Invocation > 0:
		o.know(t.Invocation)
		o.apart = max(ownApartLeast, t.Passed*max(ownApartMS, 4*t.MS)/max(1, t.PassedMS))
		if o.bytes += t.Bytes; o.bytes > ownBytes {
			o.over = "they take as much room as they may"
		}
		at := start{checkpoint: firstOwn + t.Number, invocation: t.Invocation - 1, own: ownFolder(t.Number), lasts: t.Lasts}
		i, _ := slices.BinarySearchFunc(o.places, at.invocation, func(s start, inv uint64) int {
			return int(int64(s.invocation) - int64(inv))
		})
		o.places = slices.Insert(o.places, i, at)
	}
}

// before is the last place before an invocation; ok is false when there is none.
func (o *ownSnapshots) before(inv uint64) (at start, ok bool) {
	if o == nil {
		return at, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range slices.Backward(o.places) {
		if s.invocation < inv {
			return s, true
		}
	}
	return at, false
}

// drop forgets all of them: what comes out of them is not what was recorded.
func (o *ownSnapshots) drop(why string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.places, o.over = nil, why
}

// gap is the stretch without a place to begin at that lies nearest an invocation: the task is to run from its first until a
// snapshot belongs before an invocation. What lies before the invocation counts as nearer: one steps back more often. ok is false when there is none up to last.
func (o *ownSnapshots) gap(inv, last uint64) (from, want uint64, ok bool) {
	if o == nil {
		return 0, 0, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.end > 0 && o.endOf == last {
		last = min(last, o.end)
	}
	best := uint64(math.MaxUint64)
	for _, k := range o.known {
		next := o.nextOf(k + 1)
		if next > last {
			continue
		}
		if i, _ := slices.BinarySearch(o.known, k+1); i < len(o.known) && next > o.known[i] {
			continue // the next place is near enough
		}
		away := uint64(0)
		switch {
		case inv > next:
			away = inv - next
		case inv < k:
			away = 2 * (k - inv)
		}
		if away < best {
			best, from, want, ok = away, k+1, next, true
		}
	}
	return from, want, ok
}

// pass notes that the task ran past a place where a snapshot belongs, whether or not it took one.
func (o *ownSnapshots) pass(inv uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.know(inv)
}

// ends notes that replays come no further than to an invocation, of what was recorded up to last.
func (o *ownSnapshots) ends(inv, last uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.end, o.endOf = inv, last
}

// ownFolder is where a process lays a snapshot, in the room's folder.
func ownFolder(number uint64) string { return "own." + strconv.FormatUint(number, 10) }

// link puts a snapshot of its own where the replayer looks for it, in the folder of a run.
func (s *start) link(room *os.Root, run string) error {
	for _, name := range []string{"snapshot", "transients"} {
		if err := room.Link(filepath.Join(s.own, name), filepath.Join(run, name)); err != nil {
			return err
		}
	}
	return nil
}

// snapshots lets the task take the snapshots of its own that belong before an invocation, up to first.
func (f *feed) snapshots(ctx context.Context, inv, first uint64) error {
	s := f.stops
	if s.own.next(inv) <= inv {
		if err := f.flush(ctx, inv); err != nil {
			return err
		}
		if err := f.mark(stepSnapshot, inv, s.own.ask(inv)); err != nil {
			return err
		}
	}
	s.bound = min(first, s.own.next(inv+1))
	return nil
}
