package replay

import (
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// What a legacy source's function does between records is a mail of one of two texts, with a row that says what it was. Of the steps of
// kind 10 that come of them, in the place of a partition of Kafka:
const (
	watermarkGiven = -4
	statusGiven    = -5 // idle or not
)

// hasLegacySource is true of a task whose source is of the old interface: a function that gives records from a thread of its own.
func (c *capsule) hasLegacySource() bool {
	return strings.HasSuffix(c.Of.Invokable, ".SourceStreamTask")
}

// legacySource is false when what such a task did is not known, since the agent that recorded it did not tell it.
func (p *Plan) legacySource(recorder event.ProcessDef) bool {
	if recorder.TellsLegacySources() {
		return true
	}
	p.stop(AboutInputs, "replay the task behind it, or record the job anew: the agent of this version tells it",
		"its source is of the old interface (SourceFunction), and the agent that recorded it did not tell what such a task does between records")
	return false
}
