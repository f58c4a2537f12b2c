package query

import "github.com/sightglass/sightglass/internal/event"

// Measure is what is measured of an operator's records.
type Measure uint8

// The measures. What of a record's way they tell is recorded with clocks that are read every five milliseconds.
const (
	// MeasureInside: µs from when the task took a record in to when the operator sent on or wrote what came of it. A run of
	// records has the time of its first, at most 10 ms before. Of an asynchronous operator: to when the result came.
	MeasureInside Measure = 1
	// MeasureAge: µs from a record's own time to when a source read it, or another operator sent it on or wrote it. The two clocks
	// are not one.
	MeasureAge Measure = 2
	// MeasureLateness: ms by which the task's watermark was ahead of a record's time when the record came in; below zero the
	// record was ahead. From zero on it is late.
	MeasureLateness Measure = 3
	// MeasureDropped: ms by which records that an operator treated as late were too late by its rule.
	MeasureDropped Measure = 4

	measures = 4
)

var measureNames = [...]string{MeasureInside: "inside", MeasureAge: "age", MeasureLateness: "lateness", MeasureDropped: "dropped"}

// String is the measure's name in the API.
func (m Measure) String() string { return measureNames[min(int(m), measures)] }

// Unmeasured says why something that went through an operator is in no measure.
type Unmeasured uint8

// The reasons.
const (
	UnmeasuredNoTime      Unmeasured = iota // it has no time of its own
	UnmeasuredNotRecorded                   // its row, or that of what it came with, is not recorded
	UnmeasuredNoWatermark                   // no watermark had come yet, or that of the end of the input
	UnmeasuredInputs                        // the task has several inputs, and rows of its watermark do not say which one they are of

	unmeasured = 4
)

var unmeasuredNames = [unmeasured]string{"no-time", "not-recorded", "no-watermark", "several-inputs"}

// String is the reason's name in the API.
func (u Unmeasured) String() string { return unmeasuredNames[min(u, unmeasured-1)] }

// LatencyQuery selects what is measured. Of the events' filter, operator, subtask, attempt and time count.
type LatencyQuery struct {
	TimelineQuery
	BySubtask bool
}

// Latency is how long records took, and how late they came, by operator and bucket.
type Latency struct {
	From, To    Wall
	BucketUS    int64
	Buckets     int
	Series      []LatencySeries
	Approximate bool   // sums of stretches across bucket borders count where their middle lies
	Pending     uint64 // blocks that are not in it: they are summed up in the background
}

// LatencySeries is one measure of an operator.
type LatencySeries struct {
	Operator OperatorRef
	Subtask  int // -1 = all
	Measure  Measure
	Total    Measured
	Buckets  []*Measured // nil = nothing within
}

// Measured is a histogram, and what is not in it.
type Measured struct {
	Histogram
	Without [unmeasured]uint64 // by reason
}

func (m *Measured) mergeAll(o *Measured) {
	m.merge(&o.Histogram)
	for i, n := range o.Without {
		m.Without[i] += n
	}
}

// sumKey is what sums are kept of.
type sumKey struct {
	attempt  event.Key
	operator int32 // index into the chain, -1 = not known
	measure  Measure
}
