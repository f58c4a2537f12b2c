package replay

import (
	"fmt"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// AtRest is what holding the state at checkpoints against the recorded one found. It holds no payload.
type AtRest struct {
	Checkpoints int            `json:"checkpoints"` // whose handles were recorded, as far as the replay came
	Compared    int            `json:"compared"`
	Equal       int            `json:"equal"`
	Entries     uint64         `json:"entries"`          // of states, in all that were compared
	Reason      string         `json:"reason,omitempty"` // why some could not be compared
	First       []StateParting `json:"first,omitempty"`  // states that differ at the first checkpoint at which one does
}

// StateParting is a state that is not the same at a checkpoint.
type StateParting struct {
	Checkpoint uint64 `json:"checkpoint"`
	Invocation uint64 `json:"invocation"` // the last one before it
	Operator   string `json:"operator"`   // slug
	State      string `json:"state"`
	Recorded   uint64 `json:"recorded"` // entries
	Replayed   uint64 `json:"replayed"`
	Lost       int64  `json:"lost"`      // entries that the replay lacks; -1 = not counted
	Extra      int64  `json:"extra"`     // entries that only the replay has; -1 = not counted
	KeyGroup   int    `json:"key_group"` // of one of these; -1 = not known
}

func (j *Judgement) rest(c *StateComparison, chain []event.ChainOperatorDef) {
	if c.Recorded == 0 {
		return
	}
	j.State = &AtRest{Checkpoints: c.Recorded, Compared: c.Compared, Equal: c.Equal, Entries: c.Entries, Reason: c.Reason}
	for _, d := range c.Differing {
		name := d.Operator
		if i := slices.IndexFunc(chain, func(o event.ChainOperatorDef) bool { return o.Operator == d.Operator }); i >= 0 {
			name = event.Slug(chain[i].Name)
		}
		j.State.First = append(j.State.First, StateParting{d.Checkpoint, d.Invocation, name, d.State, d.Recorded, d.Replayed, d.Lost, d.Extra, d.KeyGroup})
	}
	switch missing := c.Recorded - c.Compared; {
	case c.Compared == 0 && c.Reason != "":
		j.Notes = append(j.Notes, "the state at checkpoints was not compared: "+c.Reason)
	case c.Compared == 0:
		j.Notes = append(j.Notes, "the state at checkpoints was not compared")
	case c.Reason != "":
		j.Notes = append(j.Notes, fmt.Sprintf("the state at %d of %d checkpoints was not compared: %s", missing, c.Recorded, c.Reason))
	case missing > 0:
		j.Notes = append(j.Notes, fmt.Sprintf("the state was compared at %d of %d checkpoints", c.Compared, c.Recorded))
	}
}

// text is what was found, as part of a sentence.
func (a *AtRest) text() string {
	if len(a.First) == 0 {
		return fmt.Sprintf("the state is equal at %d checkpoints", a.Equal)
	}
	d := a.First[0]
	s := fmt.Sprintf("at checkpoint %d the state %s of %s differs", d.Checkpoint, d.State, d.Operator)
	if d.Lost >= 0 {
		s += fmt.Sprintf(": %d of %d entries are missing or other, %d are there that were not", d.Lost, d.Recorded, d.Extra)
	}
	if n := len(a.First) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more states)", n)
	}
	return s
}
