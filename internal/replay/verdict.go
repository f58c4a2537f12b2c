package replay

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Verdicts.
const (
	Exact         = "exact"          // every output is equal: bytes, place, order; and the state at each checkpoint that could be compared
	Solved        = "exact-solved"   // the same, where the order of a map or of timers of one time was searched for and found
	PerKey        = "equal-per-key"  // of each place they are equal; the order between places is another
	Counted       = "equal-counts"   // what it gave was counted when it was recorded: as many went to each channel, and watermarks and barriers lie at the same places between
	PathEqual     = "path-equal"     // of a masked recording: values that the code made of masked ones differ; number, place and order of outputs, and each way through the operators, are the same
	Diverged      = "diverged"       // there is a first difference
	Nothing       = "nothing"        // there is nothing to hold against each other
	NotReplayable = "not-replayable" // something is missing, which was known before the run
	Unchanged     = "unchanged"      // of a replay with changes: it gave what was recorded all the same
)

// Proves tells whether what a replay with a verdict derived may stand for the recording: it did the same, at least of each key.
func Proves(verdict string) bool { return verdict == Exact || verdict == Solved || verdict == PerKey }

// Judgement is what a replay proves. It holds no payload.
type Judgement struct {
	Verdict  string   `json:"verdict"`
	Text     string   `json:"text"` // one sentence
	Recorded uint64   `json:"recorded"`
	Replayed uint64   `json:"replayed"`
	Equal    uint64   `json:"equal"`
	Reached  uint64   `json:"reached"` // invocation up to which it holds
	Last     uint64   `json:"last"`    // that was recorded
	First    *Parting `json:"first,omitempty"`
	Causes   []Cause  `json:"causes,omitempty"` // of a difference, the likeliest first
	Notes    []string `json:"notes,omitempty"`  // that bound what is proven
	Thrown   string   `json:"thrown,omitempty"` // class of the exception that ended the task
	ThrownAt uint64   `json:"thrown_at,omitempty"`
	ThrownIn string   `json:"thrown_in,omitempty"` // Class.method (File.java:12) that threw it
	Surprise bool     `json:"surprise,omitempty"`  // the recorded attempt did not throw it
	State    *AtRest  `json:"state,omitempty"`     // at checkpoints; nil: there were none
}

// Parting is the first difference.
type Parting struct {
	Number   uint64       `json:"number"` // of the output, from 1
	Recorded *OutputPlace `json:"recorded,omitempty"`
	Replayed *OutputPlace `json:"replayed,omitempty"`
}

// OutputPlace is where an output stands in a recording.
type OutputPlace struct {
	Operator     string `json:"operator"` // slug
	Index        int    `json:"index"`    // in the chain
	Invocation   uint64 `json:"invocation"`
	Nth          int    `json:"nth"` // of the outputs of its invocation, from 0
	Written      bool   `json:"written,omitempty"`
	Subpartition int    `json:"subpartition"`
}

// Cause is why two runs may have parted.
type Cause struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	Sure bool   `json:"sure,omitempty"` // seen in this replay; otherwise it is what such a difference is often from
}

// judge says what a result proves.
func judge(r *Result, p *Plan, chain []event.ChainOperatorDef) Judgement {
	c := &r.Compared
	j := Judgement{Recorded: c.Recorded, Replayed: c.Replayed, Equal: c.Equal, Reached: r.Report.Invocation, Last: p.Last}
	if t := r.Report.Thrown; t != nil {
		j.Thrown, j.ThrownAt, j.ThrownIn, j.Surprise = ClassOf(t.Text), t.Invocation, thrownIn(t.Trace), !r.seen.sameThrow
	}
	j.notes(r, p)
	j.rest(&r.State, chain)
	upTo := ""
	if !r.Whole || r.To > 0 {
		upTo = fmt.Sprintf(" up to invocation %d of %d", j.Reached, j.Last)
	}
	stuck := r.Report.How == "stuck"
	wrongEnd := r.Report.Thrown != nil && !r.seen.sameThrow
	missingEnd := r.seen.threw && r.Report.Thrown == nil && r.Whole && r.seen.threwAt > 0 && r.seen.threwAt <= j.Reached
	switch {
	case c.First != nil && r.seen.perChannel && !stuck && !wrongEnd && !missingEnd:
		j.Verdict = PerKey
		j.Text = fmt.Sprintf("%d outputs are equal at each place that they went to%s; the order between places is another", c.Recorded, upTo)
		j.first(c.First, chain)
	case c.First != nil && r.pathEqual() && !stuck && !wrongEnd && !missingEnd:
		j.Verdict = PathEqual
		j.Text = fmt.Sprintf("%d of %d outputs are equal%s; of the others, made of masked values, the values differ: the same operators gave them, in the same invocations and order, to the same places", c.Equal, c.Recorded, upTo)
		j.first(c.First, chain)
	case c.First != nil:
		j.Verdict = Diverged
		d := c.First
		if r.Masked && c.Way != nil {
			d = c.Way
		}
		j.first(d, chain)
		what := "the outputs differ"
		switch {
		case d.Recorded == nil:
			what = "the replay gave one that the recording lacks"
		case d.Replayed == nil:
			what = "the replay did not give one that was recorded"
		}
		if r.Masked {
			j.Text = fmt.Sprintf("output %d, invocation %d, operator %s: %s; %d are equal", d.Number, d.invocation(), j.operator(), what, c.Equal)
			break
		}
		j.Text = fmt.Sprintf("output %d, invocation %d, operator %s: %s; %d before it are equal", d.Number, d.invocation(), j.operator(), what, d.Number-1)
	case stuck:
		j.Verdict = Diverged
		j.Text = fmt.Sprintf("after invocation %d the task waited for something that the recording does not give", j.Reached)
	case wrongEnd && r.seen.threw:
		j.Verdict = Diverged
		j.Text = fmt.Sprintf("at invocation %d it threw %s; the recorded attempt threw another exception", j.ThrownAt, j.Thrown)
	case wrongEnd:
		j.Verdict = Diverged
		j.Text = fmt.Sprintf("at invocation %d it threw %s; the recorded attempt did not", j.ThrownAt, j.Thrown)
	case missingEnd:
		j.Verdict = Diverged
		j.Text = fmt.Sprintf("the recorded attempt threw %s at invocation %d; the replay did not", r.seen.class, r.seen.threwAt)
	case r.State.first() != nil:
		j.Verdict = Diverged
		j.Text = j.State.text() + fmt.Sprintf("; %d outputs are equal%s", c.Equal, upTo)
	case c.Untold > 0 && c.Barriers.First != nil:
		j.Verdict = Diverged
		d := c.Barriers.First
		j.Text = fmt.Sprintf("at the barrier of checkpoint %d it had sent %d elements to subpartition %d; the recorded attempt had sent %d", d.Checkpoint, d.Replayed, d.Subpartition, d.Recorded)
	case c.Untold+c.Placed > 0 && r.Steps.First > 0:
		j.Verdict = Diverged
		j.Text = fmt.Sprintf("at invocation %d it did something else than the recorded attempt: another element or timer", r.Steps.First)
	case c.Recorded+c.Untold == 0 && r.seen.sameThrow:
		j.Verdict = Exact
		j.Text = fmt.Sprintf("it threw the same %s at invocation %d; it gave no outputs, as the recorded attempt", r.seen.class, r.seen.threwAt)
	case c.Recorded+c.Untold == 0 && r.Steps.proves():
		j.Verdict = Exact
		j.Text = fmt.Sprintf("the task gives nothing; what it did is the same%s: %d elements, timers and watermarks, each on the recorded way through its operators", upTo, r.Steps.Equal)
	case c.Recorded == 0 && r.Steps.First > 0:
		j.Verdict = Diverged
		j.Text = fmt.Sprintf("at invocation %d it did something else than the recorded attempt: another element or timer, or another way through its operators", r.Steps.First)
	case c.Untold > 0 && c.Numbered+c.Barriers.Equal > 0 || c.Untold == 0 && c.Placed > 0:
		j.Verdict = Counted
		j.Text = c.counted(upTo)
	case c.Recorded+c.Untold == 0 && r.State.Equal > 0:
		j.Verdict = Exact
		j.Text = "nothing that the task gave was recorded" + upTo + ", if it gave anything"
	case c.Recorded == 0:
		j.Verdict = Nothing
		j.Text = "nothing that the task gave was recorded" + upTo + ": there is nothing to hold the replay against"
	case c.Unseen == c.Recorded && !r.Steps.proves():
		j.Verdict = Nothing
		j.Text = "the bytes of what the task gave were not recorded" + upTo + ": there is nothing to hold the replay against"
	case r.seen.sameThrow:
		j.Verdict = Exact
		j.Text = fmt.Sprintf("%d outputs are equal, bytes and order, and it threw the same %s at invocation %d", c.Equal, r.seen.class, r.seen.threwAt)
	default:
		j.Verdict = Exact
		j.Text = fmt.Sprintf("%d outputs are equal, bytes and order%s", c.Equal, upTo)
	}
	if n := c.Untold; n > 0 && j.Verdict != Counted {
		j.Notes = append(j.Notes, fmt.Sprintf("%d outputs were counted alone when they were recorded (level positions, or keys that are not of the sample): their bytes are not proven", n))
	}
	if r.Masked && j.Verdict == Exact && c.Unseen > c.Placed {
		j.Verdict = PathEqual // bytes that were taken away are proven by nothing
		j.Text += ", as far as the file has their bytes: the others have the recorded length and place"
	}
	if len(r.changed()) > 0 {
		j.changed(r)
	} else if j.Verdict == Exact && r.Report.OrdersSolved > 0 {
		j.Verdict = Solved
	}
	if len(r.changed()) == 0 && j.Verdict != Diverged && j.Verdict != Nothing && j.State != nil && j.State.Equal > 0 {
		j.Text += "; " + j.State.text()
	}
	if j.Verdict == Diverged || j.Verdict == PerKey || j.Verdict == PathEqual {
		j.causes(r, p)
	}
	return j
}

// pathEqual tells whether a replay of masked values did the same as the recorded attempt, but for values.
func (r *Result) pathEqual() bool {
	return r.Masked && r.Compared.Way == nil && r.Steps.First == 0
}

// counted says what is equal where the recording counted outputs and did not tell them.
func (c *Comparison) counted(upTo string) string {
	var all []string
	if c.Untold > 0 {
		all = append(all, fmt.Sprintf("%d outputs were counted alone when they were recorded: as many went to each channel%s, as the numbers of %d watermarks and other elements between them and the counts at %d barriers of checkpoints tell",
			c.Untold, upTo, c.Numbered, c.Barriers.Equal))
	}
	if c.Placed > 0 {
		all = append(all, fmt.Sprintf("%d records were written by the invocations that wrote one when they were recorded%s; their bytes were not", c.Placed, upTo))
	}
	if n := c.Equal - c.Placed - c.Numbered; n > 0 {
		all = append(all, fmt.Sprintf("%d outputs that have bytes are equal", n))
	}
	return strings.Join(all, "; ")
}

// ClassOf is the class in an exception's text: what follows it may hold payload.
func ClassOf(text string) string {
	class, _, _ := strings.Cut(text, ":")
	if class = strings.TrimSpace(class); strings.ContainsAny(class, " \t\n") {
		return "an exception"
	}
	return class[strings.LastIndexByte(class, '.')+1:]
}

func (j *Judgement) operator() string {
	for _, p := range []*OutputPlace{j.First.Recorded, j.First.Replayed} {
		if p != nil {
			return p.Operator
		}
	}
	return "" // a difference has one side at least
}

func (j *Judgement) first(d *Difference, chain []event.ChainOperatorDef) {
	j.First = &Parting{Number: d.Number, Recorded: outputPlace(d.Recorded, chain), Replayed: outputPlace(d.Replayed, chain)}
}

// outputPlace is where an output stands; nil for none.
func outputPlace(o *Output, chain []event.ChainOperatorDef) *OutputPlace {
	if o == nil {
		return nil
	}
	p := &OutputPlace{Index: o.Operator, Invocation: o.Invocation, Nth: o.Nth, Written: o.Kind == event.KindWritten, Subpartition: o.Subpartition}
	if i := slices.IndexFunc(chain, func(c event.ChainOperatorDef) bool { return c.Index == o.Operator }); i >= 0 {
		p.Operator = event.Slug(chain[i].Name)
	}
	return p
}

// notes say what bounds a verdict, whichever it is.
func (j *Judgement) notes(r *Result, p *Plan) {
	note := func(format string, args ...any) { j.Notes = append(j.Notes, fmt.Sprintf(format, args...)) }
	if !r.Whole {
		note("it went up to invocation %d of %d: %s", j.Reached, j.Last, r.FeedEnd)
	}
	if n := r.Report.SurplusReads; n > 0 {
		note("%d reads of clocks or random numbers have no counterpart in the recording, the first: %s", n, r.Report.FirstSurplus)
	}
	if n := r.Report.LeftReads; n > 0 {
		note("%d recorded reads of clocks or random numbers were not made", n)
	}
	if n := r.Report.OrdersLost; n > 0 {
		note("%d orders of maps, or of timers of one time, could not be had as they were recorded", n)
	}
	if n := r.Report.Renumbered; n > 0 {
		note("at %d places something happened more or less often than it did, the first: %s", n, r.Report.FirstRenumbered)
	}
	for i, x := range r.Report.Problems {
		if i == 3 {
			note("and %d more steps of the recording that the task did not do", len(r.Report.Problems)-i)
			break
		}
		note("invocation %d: %s", x.Invocation, x.Text)
	}
	if s := r.Steps; r.Compared.Recorded > 0 && s.First > 0 {
		note("%d of %d elements, timers and watermarks were handled as recorded; the first that was not is at invocation %d", s.Equal, s.Recorded, s.First)
	}
	if n := r.Compared.Unseen - r.Compared.Placed; n > 0 {
		note("of %d of the equal outputs the recording does not have all bytes: their length and place were compared", n)
	}
	if p != nil {
		for i := range p.Senders {
			s := &p.Senders[i]
			note("what %s sent is not in the recording: it comes from a replay of it (sightglass replays %s), whose verdict is %s", s, s.Replay, s.Verdict)
		}
	}
	if n := r.Compared.Cut; n > 0 {
		note("the recorded attempt was ended in the middle of its last invocation, %d, where the replay gave %d outputs more", r.Compared.end, n)
	}
	for _, f := range p.Findings {
		if !f.Stops && f.About != AboutInputs && f.About != AboutRecording {
			j.Notes = append(j.Notes, f.Text)
		}
	}
}

// causes ranks what may be behind a difference: first what was seen in this replay, by how directly it changes what a task does.
func (j *Judgement) causes(r *Result, p *Plan) {
	sure := func(kind, format string, args ...any) {
		j.Causes = append(j.Causes, Cause{kind, fmt.Sprintf(format, args...), true})
	}
	for _, w := range r.changed() {
		sure("change", "%s", w)
	}
	if n := r.Report.SurplusReads + r.Report.LeftReads; n > 0 {
		sure("reads", "%d reads of clocks or random numbers differ from the recorded ones: the code took another way, or reads where the agent does not look", n)
	}
	if len(r.Report.Problems) > 0 {
		sure("callback", "invocation %d: %s", r.Report.Problems[0].Invocation, r.Report.Problems[0].Text)
	}
	if d := r.State.first(); d != nil && r.Compared.First != nil && d.Invocation > 0 && d.Invocation < r.Compared.First.invocation() {
		sure("state", "before it, %s", j.State.text())
	}
	if r.seen.reordered {
		sure("order", "the invocation gave the same outputs in another order: the order of a hash map or set, or of timers of one time")
	}
	if n := r.Report.OrdersLost; n > 0 && !r.seen.reordered {
		sure("order", "%d orders of maps, or of timers of one time, could not be had as they were recorded", n)
	}
	if r.seen.retargeted {
		sure("target", "the invocation gave the same outputs to other subtasks: a partitioner that begins at a random one")
	}
	if n := r.Report.Renumbered; n > 0 {
		sure("count", "something happened more or less often than it did, first: %s", r.Report.FirstRenumbered)
	}
	for _, f := range p.Findings {
		if f.About == AboutSecrets || f.About == AboutJava && !f.Stops {
			sure(f.About, "%s", f.Text)
		}
	}
	if len(j.Causes) > 0 {
		return
	}
	if r.Masked {
		j.Causes = append(j.Causes, Cause{Kind: "masked", Text: "values of the recording are masked: code that reads, compares, measures or sorts them does something else with others"})
		return
	}
	for _, c := range [][2]string{
		{"untold", "threads, static fields or identity hashes in the job's code, which a recording does not hold"},
		{"call", "a call to another system that the agent does not record"},
		{"jar", "jars in Flink's lib folder that differ from the recorded cluster's"},
	} {
		j.Causes = append(j.Causes, Cause{Kind: c[0], Text: c[1]})
	}
}
