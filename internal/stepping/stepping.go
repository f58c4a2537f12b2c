package stepping

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
)

// Options of Stepping. All are required but Sources, Now, Idle and Most.
type Options struct {
	Browser *browse.Browser
	Policy  *access.InForce
	// Replay says how an attempt is replayed here, or why it is not.
	Replay  func(ctx context.Context, rec event.RecordingID, attempt event.Key) (replay.Options, error)
	Sources *Sources // nil = none but what was recorded
	Now     func() time.Time
	Idle    time.Duration // a replay waits so long for the next question, default 10 min
	Most    int           // replays that wait at a time, default 4
}

// Errors that callers decide on.
var (
	ErrRequest = errors.New("not a step")               // the request says something that does not exist
	ErrReplay  = errors.New("the replay cannot run")    // nothing can be shown of the code
	ErrBusy    = errors.New("too many replays at hand") // all of them are at work
)

// Stepping holds the replays that people step through. Safe for concurrent use.
type Stepping struct {
	o    Options
	mu   sync.Mutex
	held map[key]*entry
	done chan struct{}
}

type key struct {
	rec     event.RecordingID
	attempt event.Key
}

type entry struct {
	session *replay.Session
	used    time.Time
	users   int
}

// New makes a Stepping. Close ends its replays.
func New(o Options) (*Stepping, error) {
	if o.Browser == nil || o.Policy == nil || o.Replay == nil {
		return nil, errors.New("stepping needs a browser, a policy and a way to replay")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Idle <= 0 {
		o.Idle = 10 * time.Minute
	}
	if o.Most <= 0 {
		o.Most = 4
	}
	s := &Stepping{o: o, held: make(map[key]*entry), done: make(chan struct{})}
	go s.tidy()
	return s, nil
}

// tidy ends replays that nobody asks any more.
func (s *Stepping) tidy() {
	t := time.NewTicker(s.o.Idle / 4)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			s.endIdle(s.o.Now().Add(-s.o.Idle))
		case <-s.done:
			return
		}
	}
}

func (s *Stepping) endIdle(since time.Time) {
	s.mu.Lock()
	var over []*replay.Session
	for k, e := range s.held {
		if e.users == 0 && e.used.Before(since) {
			over = append(over, e.session)
			delete(s.held, k)
		}
	}
	s.mu.Unlock()
	for _, x := range over {
		x.Close()
	}
}

// session finds or begins the replay of an attempt; the caller gives it back.
func (s *Stepping) session(ctx context.Context, k key) (*replay.Session, func(), error) {
	s.mu.Lock()
	e := s.held[k]
	s.mu.Unlock()
	if e == nil {
		o, err := s.o.Replay(ctx, k.rec, k.attempt)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrReplay, err)
		}
		if err := s.room(); err != nil {
			return nil, nil, err
		}
		s.mu.Lock()
		if e = s.held[k]; e == nil {
			e = &entry{session: replay.OpenSession(o, k.rec, k.attempt)}
			s.held[k] = e
		}
		s.mu.Unlock()
	}
	s.mu.Lock()
	e.users++
	e.used = s.o.Now()
	s.mu.Unlock()
	return e.session, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		e.users--
		e.used = s.o.Now()
	}, nil
}

// room ends the replay that waits longest when there are too many.
func (s *Stepping) room() error {
	s.mu.Lock()
	if len(s.held) < s.o.Most {
		s.mu.Unlock()
		return nil
	}
	var oldest key
	var found *entry
	for k, e := range s.held {
		if e.users == 0 && (found == nil || e.used.Before(found.used)) {
			oldest, found = k, e
		}
	}
	if found != nil {
		delete(s.held, oldest)
	}
	s.mu.Unlock()
	if found == nil {
		return fmt.Errorf("%w: %d, and all of them are at work", ErrBusy, s.o.Most)
	}
	found.session.Close()
	return nil
}

// End ends the replay of a position's attempt; false: there is none.
func (s *Stepping) End(ctx context.Context, who access.Principal, t browse.Target, p browse.Position) (bool, error) {
	m, err := s.o.Browser.At(ctx, who, t, p)
	if err != nil {
		return false, err
	}
	k := key{t.Recording, m.Invocation.AttemptKey}
	s.mu.Lock()
	e := s.held[k]
	delete(s.held, k)
	s.mu.Unlock()
	if e != nil {
		e.session.Close()
	}
	return e != nil, nil
}

// Close ends all replays.
func (s *Stepping) Close() {
	close(s.done)
	s.mu.Lock()
	all := s.held
	s.held = make(map[key]*entry)
	s.mu.Unlock()
	for _, e := range all {
		e.session.Close()
	}
}

// Goal is what a search stops at.
type Goal string

// The goals.
const (
	GoalException Goal = "exception" // leaves a method, or the task
	GoalDrop      Goal = "drop"      // a record was thrown away
	GoalOutput    Goal = "output"    // a record left the task
	GoalState     Goal = "state"     // a state was written; Of: that state
	GoalValue     Goal = "value"     // a variable or field changed; Of: its name
	GoalLine      Goal = "line"      // File:Line, where Condition holds
	GoalWhere     Goal = "condition" // Condition holds, and did not at the stop before
)

// Goals lists them.
func Goals() []Goal {
	return []Goal{GoalException, GoalDrop, GoalOutput, GoalState, GoalValue, GoalLine, GoalWhere}
}

// Breakpoint is a line, and what must hold there.
type Breakpoint struct {
	File      string // its name, or the end of its path
	Line      int
	Condition string
}

// Command says where to go. The zero Command stays.
type Command struct {
	Step   int         // the step that one is at; -1 = the first
	Move   replay.Move // empty = none
	Goal   Goal        // empty = none; in place of Move
	Of     string
	Back   bool
	Breaks []Breakpoint // of GoalLine
	Thrown bool         // GoalLine stops at exceptions too
	Where  string       // of GoalWhere

	Frame    int      // the call whose text is shown, counted from the innermost
	Evaluate []string // expressions that are given there
}

// Do goes where a command says from a position, and shows what is there.
func (s *Stepping) Do(ctx context.Context, who access.Principal, t browse.Target, p browse.Position, c Command) (*Place, error) {
	at, err := s.o.Browser.At(ctx, who, t, p)
	if err != nil {
		return nil, err
	}
	k := key{t.Recording, at.Invocation.AttemptKey}
	session, back, err := s.session(ctx, k)
	if err != nil {
		return nil, err
	}
	defer back()
	var place *Place
	err = s.o.Browser.Change(ctx, who, access.JobReplay, t.Resource, []string{"position " + p.String()}, "", func() error {
		w := &walker{Stepping: s, who: who, policy: s.o.Policy.In(ctx), target: t, session: session, position: at.Position, attempt: k.attempt}
		found, err := w.do(ctx, p.Invocation, c)
		if err != nil {
			return err
		}
		if place, err = w.show(ctx, found, c.Frame); err != nil {
			return err
		}
		return w.evaluateAll(ctx, c.Evaluate, found, place)
	})
	return place, err
}

// walker answers one question.
type walker struct {
	*Stepping
	who      access.Principal
	policy   *access.Policy // of the whole answer
	target   browse.Target
	session  *replay.Session
	position browse.Position
	attempt  event.Key
	known    browse.Moment // that was asked for last
}

func (w *walker) do(ctx context.Context, inv uint64, c Command) (replay.Walk, error) {
	t, err := w.session.Trace(ctx, inv)
	if err != nil {
		return replay.Walk{}, w.failed(err)
	}
	from := replay.Place{Invocation: inv, Step: c.Step}
	if c.Step < 0 {
		from.Step = t.First()
	}
	if from.Step >= len(t.Steps) {
		return replay.Walk{}, fmt.Errorf("%w: invocation %d has %d steps", ErrRequest, inv, len(t.Steps))
	}
	var found replay.Walk
	switch {
	case c.Goal != "":
		found, err = w.search(ctx, from, t, c)
	case c.Move != "":
		if !slices.Contains([]replay.Move{replay.MoveOver, replay.MoveIn, replay.MoveOut, replay.MoveRecord}, c.Move) {
			return found, fmt.Errorf("%w: %q is no move", ErrRequest, c.Move)
		}
		found, err = w.session.Move(ctx, from, c.Move, c.Back)
	default:
		return replay.Walk{Place: from, Trace: t, Found: true}, nil
	}
	if err != nil {
		return found, w.failed(err)
	}
	if !found.Found { // one stays where one was
		found.Place, found.Trace = from, t
	}
	return found, nil
}

// failed marks what the replay, and not the request, is at fault for.
func (w *walker) failed(err error) error {
	var q *browse.FilterProblem
	switch {
	case errors.As(err, &q), errors.Is(err, ErrRequest), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, replay.ErrBeyond):
		return fmt.Errorf("%w: %w", ErrReplay, err)
	}
	return fmt.Errorf("%w: %w", ErrReplay, err)
}

// search goes through steps, and then through invocations, until a goal is met.
func (w *walker) search(ctx context.Context, from replay.Place, t *replay.Trace, c Command) (replay.Walk, error) {
	meets, err := w.meets(c)
	if err != nil {
		return replay.Walk{}, err
	}
	step, err := w.within(ctx, t, from.Step, c.Back, meets)
	if err != nil || step >= 0 {
		return replay.Walk{Place: replay.Place{Invocation: from.Invocation, Step: step}, Trace: t, Found: step >= 0}, err
	}
	return w.session.Find(ctx, from.Invocation, c.Back, func(t *replay.Trace) (int, error) {
		begin := -1
		if c.Back {
			begin = len(t.Steps)
		}
		return w.within(ctx, t, begin, c.Back, meets)
	})
}

// goal tells whether a step is one that is looked for.
type goal func(ctx context.Context, t *replay.Trace, i int) (bool, error)

func (w *walker) within(ctx context.Context, t *replay.Trace, from int, back bool, meets goal) (int, error) {
	by := 1
	if back {
		by = -1
	}
	for i := from + by; i >= 0 && i < len(t.Steps); i += by {
		if !t.Stop(i) {
			continue
		}
		if ok, err := meets(ctx, t, i); err != nil || ok {
			if err != nil {
				return -1, err
			}
			return i, nil
		}
	}
	return -1, nil
}
