package browse

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// ExcerptQuery says which moment is cut out of a recording.
type ExcerptQuery struct {
	Position Position // of the operator at the head of its chain
	Before   int      // most records before it: those of its key or, where the operator has no keys, of its input; negative = 20 of a key, else none
	Traced   []Traced // recordings of the same attempt at level trace, as replays derive them; that of Position is looked at first
}

// Traced is a derived recording.
type Traced struct {
	Recording  event.RecordingID
	Checkpoint uint64 // that its replay began behind; 0 = the attempt's beginning
}

// Excerpt is what one operator took in and gave up to a position, in bytes that can be run again: of one key where it has keys.
type Excerpt struct {
	Recording   event.RecordingID
	Job, Flink  string
	Position    Position
	Operator    OperatorRef
	Function    string // class of the user's function; empty = it has none
	Task        string
	Subtask     int
	Parallelism int
	// MaxParallelism is the number of key groups.
	MaxParallelism int
	Inputs         int // 1 or 2
	Keyed          bool
	Key            *ExcerptValue // nil: it has no keys, or the record's is not known

	Configuration access.Raw // the task's, as Java serialized it (spec/recording.md, section 9)
	Execution     access.Raw
	Checkpoint    uint64      // that State is of
	State         *access.Raw // of an operator without keys: its task's snapshot, or what it was restored with; nil = none

	Cells    []ExcerptCell     // of the key, before the first step
	Timers   []ExcerptTimer    // of the key, before the first step
	Traced   event.RecordingID // where what was done under the key comes from; zero: it was not asked for
	Steps    []ExcerptStep     // oldest first; the last is that of the position
	Reads    []string          // what the user's code read of clocks and chance in these steps
	Unproven []string          // what a run of the excerpt may do otherwise, and why
}

// ExcerptValue is a value as bytes and as people read it.
type ExcerptValue struct {
	access.Raw
	Text string
}

// ExcerptCell is one place of a keyed state.
type ExcerptCell struct {
	State     string
	Value     ExcerptValue
	Namespace *ExcerptValue // nil = none
	MapKey    *ExcerptValue // nil: the state is no map
	Written   int64         // when its time to live began, ms; 0 = it has none
}

// ExcerptTimer is a timer of the key.
type ExcerptTimer struct {
	Service   string
	Event     bool // of event time
	Time      EventTime
	Namespace *ExcerptValue // a TimeWindow; nil = none
}

// ExcerptStep is one invocation of the operator.
type ExcerptStep struct {
	Position   Position
	Wall       Wall
	Clock      int64         // of processing time, ms
	TimeToLive int64         // clock of time to live, ms; 0 = it was not read
	Watermark  EventTime     // of the task when it began
	Input      int           // that the record came into, from 1; 0: a timer fired
	Record     *ExcerptValue // the element; nil with Input 0
	Timer      EventTime     // with Input 0
	Processing bool          // the timer is of processing time

	Counted int            // records that it gave to the next operator of its chain, whose bytes are not recorded; -1 = see Outputs
	Outputs []ExcerptValue // elements that it sent
	Aside   []ExcerptSide
	Thrown  string // class of the exception that ended it; empty = none
	Message string // of that exception
}

// ExcerptSide are elements that a step sent into a side output.
type ExcerptSide struct {
	Output int // of the task, from 0
	Values []ExcerptValue
}

// Errors of excerpts.
var (
	// ErrUntraced: what the operator did with its keys is not recorded; a replay of its attempt is.
	ErrUntraced = errors.New("what the operator does with its keys is not recorded")
	// ErrNoExcerpt: of this operator there cannot be one.
	ErrNoExcerpt = errors.New("no test can be made of this")
)

// Excerpt cuts a moment out of a recording. It is payload without a mask: who must be permitted to export, and to see all. Errors: ErrDenied, ErrAudit, ErrNotFound, ErrUntraced,
// ErrNoExcerpt, *AmbiguousError.
func (b *Browser) Excerpt(ctx context.Context, who access.Principal, t Target, q ExcerptQuery) (*Excerpt, error) {
	if err := b.policy(ctx).MayTakeRaw(who, t.Resource); err != nil {
		return nil, err
	}
	end, err := b.beginAs(ctx, who, access.RecordingExport, t, []string{
		"test of " + q.Position.String() + ", with " + before(q.Before),
	}, "")
	if err != nil {
		return nil, err
	}
	out, err := (&cutter{renderer: b.renderer(ctx, who, nodeShape), t: t, q: q}).cut()
	n := 0
	if out != nil {
		n = len(out.Steps)
	}
	if err2 := end(n, err); err == nil && err2 != nil {
		return nil, err2
	}
	return out, err
}

// before says how many records an excerpt takes, for the audit log.
func before(n int) string {
	if n < 0 {
		return "records before it"
	}
	return "at most " + strconv.Itoa(n) + " records before it"
}

// cutter makes one excerpt.
type cutter struct {
	renderer
	t Target
	q ExcerptQuery

	attempt event.Key
	parts   query.AttemptParts
	head    *event.ChainOperatorDef
	out     *Excerpt
}

func (c *cutter) cut() (*Excerpt, error) {
	m, err := c.queries.At(c.ctx, c.t.Recording, c.q.Position)
	if err != nil {
		return nil, err
	}
	c.attempt = m.Invocation.AttemptKey
	if c.parts, err = c.queries.AttemptParts(c.ctx, c.t.Recording, c.attempt); err != nil {
		return nil, err
	}
	if err := c.operator(&m); err != nil {
		return nil, err
	}
	if c.out.Configuration, err = c.part("task_configuration"); err != nil {
		return nil, err
	}
	if c.out.Execution, err = c.part("execution_config"); err != nil {
		return nil, err
	}
	found, reached, err := c.ofKey()
	switch {
	case err != nil:
	case found:
	case !c.out.Keyed:
		err = c.ofInput(&m)
	case !reached:
		err = fmt.Errorf("%w: %s", ErrUntraced, c.out.Operator.Name)
	default:
		err = c.withoutKey(&m)
	}
	if err != nil {
		return nil, err
	}
	return c.out, nil
}

// operator finds out what is cut out, or why it cannot be.
func (c *cutter) operator(m *query.Moment) error {
	for i := range c.parts.Chain {
		if op := &c.parts.Chain[i]; op.Index == 0 {
			c.head = op
		}
	}
	refuse := func(text string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrNoExcerpt, fmt.Sprintf(text, args...))
	}
	switch {
	case c.head == nil:
		return refuse("what %s consists of is not recorded", m.Task)
	case m.Operator.Index > 0:
		head := m.Position
		head.Operator = event.Slug(c.head.Name)
		return refuse("%s stands behind %s in one chain, and records between operators of a chain are not written down; %s is the same moment of that one",
			m.Operator.Name, c.head.Name, head)
	case c.head.Kind == "source":
		return refuse("%s reads from outside; take an operator behind it", c.head.Name)
	case len(c.head.In) > 2:
		return refuse("%s has %d inputs", c.head.Name, len(c.head.In))
	}
	job, flink := c.queries.Origin(c.t.Recording)
	c.out = &Excerpt{
		Recording: c.t.Recording, Job: job, Flink: flink, Position: m.Position, Operator: m.Operator, Task: m.Task, Subtask: m.Subtask,
		Parallelism: c.parts.Parallelism, MaxParallelism: c.parts.MaxParallelism, Inputs: max(1, len(c.head.In)), Keyed: c.head.Key != "",
	}
	if f := c.head.Function; f != nil {
		c.out.Function = f.Class
	}
	return nil
}

func (c *cutter) part(name string) (access.Raw, error) {
	p, err := c.queries.CapsulePart(c.ctx, c.t.Recording, c.attempt, name)
	if err != nil {
		return access.Raw{}, err
	}
	return c.policy.Raw(c.who, c.t.Resource, p)
}

func (c *cutter) raw(p event.Payload) (access.Raw, error) {
	return c.policy.Raw(c.who, c.t.Resource, p)
}

// value pairs bytes with what people read; nil for bytes that are not there.
func (c *cutter) value(p event.Payload, v *access.View) (*ExcerptValue, error) {
	if p.Null() {
		return nil, nil
	}
	raw, err := c.raw(p)
	if err != nil {
		return nil, err
	}
	x := &ExcerptValue{Raw: raw}
	if v != nil {
		x.Text = v.Text()
	}
	return x, nil
}

func (c *cutter) unproven(text string, args ...any) {
	c.out.Unproven = append(c.out.Unproven, fmt.Sprintf(text, args...))
}
