package impact

import (
	"cmp"
	"slices"
	"time"
)

// State is how a run stands.
type State string

// The states.
const (
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Run is one report that was asked for, kept with what people said of it.
type Run struct {
	ID          string
	At, Ended   time.Time // Ended zero: it runs
	By, Name    string    // id and name of who asked
	State       State
	Error       string
	Phase       string // of one that runs
	Step, Steps int    // done of the phase, of how much
	Proposal    Proposal
	Stream      Stream
	Report      *Report // nil: none yet
	Acks        []Ack   // the oldest first; of a team the last one counts
	Outcome     *Outcome
}

// Ack is what a team says of a proposal.
type Ack struct {
	Team     string
	At       time.Time
	Decision Decision
	Reason   string
	By, Name string
}

// Decision is what an Ack says.
type Decision string

// The decisions.
const (
	Agree  Decision = "agree"
	Object Decision = "object"
)

// Standing is what each team said last.
func (r *Run) Standing() map[string]Decision {
	out := map[string]Decision{}
	for _, a := range r.Acks {
		out[a.Team] = a.Decision
	}
	return out
}

// Outcome is what came after a proposal was released, beside what was predicted.
type Outcome struct {
	Released time.Time `json:"released"`
	Until    time.Time `json:"until"` // that it was looked at
	Over     bool      `json:"over"`  // the days are
	Systems  []Came    `json:"systems"`
}

// Came is one system's prediction and what came of it. System empty: the stream itself.
type Came struct {
	System    string    `json:"system"`
	Name      string    `json:"name"`
	Predicted Verdict   `json:"predicted"` // empty: it was not named
	Troubles  []Trouble `json:"troubles"`
	Held      bool      `json:"held"`            // what was predicted came: trouble where it was broken, none of its reading where it was safe
	Blind     bool      `json:"blind,omitempty"` // whether it can read is seen of recorded jobs alone: of this one nothing is known
}

// watchedFor is how long after a release what goes wrong is taken to come of it.
const watchedFor = 7 * 24 * time.Hour

// outcomeOf holds a prediction against what came.
func outcomeOf(r *Report, released, until time.Time, troubles []Trouble) *Outcome {
	o := &Outcome{Released: released, Until: until, Over: until.Sub(released) >= watchedFor, Systems: []Came{}}
	of := map[string][]Trouble{}
	for _, t := range troubles {
		of[t.System] = append(of[t.System], t)
	}
	for i := range r.Systems {
		s := &r.Systems[i]
		c := Came{System: s.ID, Name: s.Name, Predicted: s.Verdict, Troubles: of[s.ID], Blind: s.Kind != "job" && s.Role == "consumer" && len(of[s.ID]) == 0}
		delete(of, s.ID)
		switch s.Verdict {
		case Broken:
			c.Held = len(c.Troubles) > 0
		case Safe:
			// Exceptions have other reasons, too: that it cannot read any more they do not show.
			c.Held = !slices.ContainsFunc(c.Troubles, func(t Trouble) bool { return t.Kind != TroubleException })
		default:
			c.Held = true // nothing was promised
		}
		o.Systems = append(o.Systems, c)
	}
	for _, id := range sortedKeys(of) { // nobody had named them
		o.Systems = append(o.Systems, Came{System: id, Name: cmp.Or(id, r.Stream.Topic), Troubles: of[id], Held: id == ""})
	}
	return o
}
