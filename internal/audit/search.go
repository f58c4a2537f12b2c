package audit

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// OutcomeOpen is the outcome of an intent without a result: it goes on, or was cut short.
const OutcomeOpen access.Outcome = "open"

// Act is one read, change or event: an intent with its result, or an entry that stands alone.
type Act struct {
	access.Entry           // Outcome, Records and Classes are those of the result
	Ended        time.Time // of the result; zero without one
	Result       uint64    // number of the result; 0 without one
}

// Query chooses acts. Zero values choose all.
type Query struct {
	Who      string // part of the principal's id, in any case
	Action   string // whole, or with a star at its end
	Resource string // part of it, in any case
	Outcome  access.Outcome
	From, To time.Time // To is exclusive
	Limit    int       // acts; 0 = 100
	Cursor   string    // Next of a page before
}

// Page is a part of the log, newest first.
type Page struct {
	Acts []Act
	// Next is the cursor of what is older; empty at the end. With a page that is not full it says that looking took too long.
	Next string
}

// ErrCursor: the cursor is none that a page gave.
var ErrCursor = errors.New("the cursor is none of a page of the audit log")

// Bounds of one page: what is looked at, and results whose intents are older than the page.
const (
	searchBytes   = 16 << 20
	searchPending = 64
	pageLimit     = 100
)

// search is a walk from the newest entry to the oldest.
type search struct {
	q       Query
	before  uint64                  // entries below this number
	results map[uint64]access.Entry // by the number of their intent
	page    Page
	bytes   int64
	last    uint64 // the number of the entry that was looked at last
}

// Search gives a page of what q chooses. Errors: ErrCursor, what reading gave.
func (l *Log) Search(ctx context.Context, q Query) (Page, error) {
	if q.Limit <= 0 {
		q.Limit = pageLimit
	}
	sources, close, err := l.sources()
	if err != nil {
		return Page{}, err
	}
	defer close()
	s := &search{q: q, results: map[uint64]access.Entry{}}
	if err := s.takeUp(sources); err != nil {
		return Page{}, err
	}
	done := false
	for i := len(sources) - 1; i >= 0 && !done; i-- {
		if done, err = s.file(ctx, &sources[i]); err != nil {
			return Page{}, err
		}
	}
	if done && s.last > 0 {
		s.page.Next = s.cursor()
	}
	return s.page, ctx.Err()
}

// takeUp reads the cursor: the number below which to go on, and those of results whose intents lie there.
func (s *search) takeUp(sources []source) error {
	if s.q.Cursor == "" {
		return nil
	}
	for i, part := range strings.Split(s.q.Cursor, ".") {
		n, err := strconv.ParseUint(part, 36, 64)
		if err != nil || i > searchPending {
			return ErrCursor
		}
		if i == 0 {
			s.before = n
			continue
		}
		e, ok, err := find(sources, n)
		if err != nil {
			return err
		}
		if ok && e.Phase == access.PhaseResult {
			s.results[e.Of] = e
		}
	}
	if s.before == 0 {
		return ErrCursor
	}
	return nil
}

func (s *search) cursor() string {
	var pending []uint64
	for of, r := range s.results {
		if of < s.last {
			pending = append(pending, r.Seq)
		}
	}
	slices.Sort(pending)
	text := strconv.FormatUint(s.last, 36)
	for _, n := range pending[:min(len(pending), searchPending)] {
		text += "." + strconv.FormatUint(n, 36)
	}
	return text
}

// file looks through one file. done is true when the page is full or took too long.
func (s *search) file(ctx context.Context, f *source) (done bool, err error) {
	end := f.size
	if s.before > 0 {
		if f.first.Seq >= s.before {
			return false, nil
		}
		if end, err = f.bisect(func(e *access.Entry) bool { return e.Seq >= s.before }); err != nil {
			return false, err
		}
	}
	past := false
	err = f.backwards(end, func(line []byte) bool {
		s.bytes += int64(len(line))
		if e, ok := entryOf(line); ok {
			past = s.entry(&e)
		}
		done = len(s.page.Acts) >= s.q.Limit || s.bytes >= searchBytes || ctx.Err() != nil
		return !done && !past
	})
	if past { // nothing older was asked for
		s.last, done = 0, true
	}
	return done, err
}

// entry takes one in. past is true when it, and all before it, are older than what is asked for.
func (s *search) entry(e *access.Entry) (past bool) {
	if !s.q.From.IsZero() && e.Time.Before(s.q.From) {
		return true
	}
	s.last = e.Seq
	if e.Phase == access.PhaseResult {
		s.results[e.Of] = *e
		return false
	}
	a := Act{Entry: *e}
	if r, ok := s.results[e.Seq]; ok {
		a.complete(&r)
		delete(s.results, e.Seq)
	} else if e.Phase == access.PhaseIntent {
		a.Outcome = OutcomeOpen
	}
	if s.q.To.IsZero() || e.Time.Before(s.q.To) {
		if s.q.chooses(&a) {
			s.page.Acts = append(s.page.Acts, a)
		}
	}
	return false
}

func (a *Act) complete(r *access.Entry) {
	a.Outcome, a.Records, a.Classes, a.Ended, a.Result = r.Outcome, r.Records, r.Classes, r.Time, r.Seq
}

func (q *Query) chooses(a *Act) bool {
	outcome := a.Outcome
	if a.Phase == access.PhaseFile {
		outcome = access.OutcomeOK
	}
	action := string(a.Action)
	if prefix, star := strings.CutSuffix(q.Action, "*"); star {
		if !strings.HasPrefix(action, prefix) {
			return false
		}
	} else if q.Action != "" && action != q.Action {
		return false
	}
	return (q.Outcome == "" || q.Outcome == outcome) && holds(a.Principal, q.Who) && holds(string(a.Resource), q.Resource)
}

func holds(s, part string) bool {
	return part == "" || strings.Contains(strings.ToLower(s), strings.ToLower(part))
}

// Follow gives acts that are written behind the entry after (0: from now on), until ctx ends or yield fails. An intent is given when it is written,
// and again with its result.
func (l *Log) Follow(ctx context.Context, q Query, after uint64, yield func(Act) error) error {
	for {
		l.mu.Lock()
		end, moved := l.end.Seq, l.moved
		l.mu.Unlock()
		if after == 0 {
			after = end
		}
		if after < end {
			next, err := l.forward(ctx, q, after, yield)
			if err != nil {
				return err
			}
			if after = max(next, after); next < end && ctx.Err() == nil {
				after = end // what lies there cannot be read, which verify tells
			}
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}

// forward gives the acts behind after in one round, in order, and answers the last number that it saw.
func (l *Log) forward(ctx context.Context, q Query, after uint64, yield func(Act) error) (uint64, error) {
	sources, close, err := l.sources()
	if err != nil {
		return after, err
	}
	defer close()
	return entries(ctx, sources, after, func(e *access.Entry) error {
		a, ok, err := actOf(sources, *e)
		if err != nil || !ok || !q.chooses(&a) {
			return err
		}
		return yield(a)
	})
}

// Entries gives the entries behind after in order, up to what is written now, and answers the last number that it gave. What cannot be
// read is left out, which a check tells.
func (l *Log) Entries(ctx context.Context, after uint64, yield func(*access.Entry) error) (uint64, error) {
	sources, close, err := l.sources()
	if err != nil {
		return after, err
	}
	defer close()
	return entries(ctx, sources, after, yield)
}

func entries(ctx context.Context, sources []source, after uint64, yield func(*access.Entry) error) (uint64, error) {
	for i := range sources {
		s := &sources[i]
		if i+1 < len(sources) && sources[i+1].first.Seq <= after+1 {
			continue
		}
		at, err := s.bisect(func(e *access.Entry) bool { return e.Seq > after })
		if err != nil {
			return after, err
		}
		for at < s.size {
			if ctx.Err() != nil {
				return after, ctx.Err()
			}
			e, _, end, ok, err := s.lineFrom(at)
			if err != nil {
				return after, err
			}
			if !ok {
				break
			}
			if err := yield(&e); err != nil {
				return after, err
			}
			at, after = end, e.Seq
		}
	}
	return after, nil
}

// actOf makes an act of an entry that is followed; a result brings its intent. ok is false for a result whose intent is gone.
func actOf(sources []source, e access.Entry) (Act, bool, error) {
	if e.Phase != access.PhaseResult {
		a := Act{Entry: e}
		if e.Phase == access.PhaseIntent {
			a.Outcome = OutcomeOpen
		}
		return a, true, nil
	}
	intent, ok, err := find(sources, e.Of)
	if err != nil || !ok {
		return Act{}, false, err
	}
	a := Act{Entry: intent}
	a.complete(&e)
	return a, true, nil
}
