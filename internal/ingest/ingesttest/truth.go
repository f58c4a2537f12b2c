package ingesttest

import "github.com/sightglass/sightglass/internal/event"

// Truth is what a generated recording must be found to say.
type Truth struct {
	Totals, Alerts event.RecordingID // the two jobs' recordings
	Orders         []Order           // in the order in which they were produced
	Fired          []Total           // in the order in which the windows fired
	Checkpoints    uint64
	Blocks, Events uint64 // of both recordings
	WallMax        int64  // µs
}

// Order is the journey of one order through job shop-totals, as far as it got.
type Order struct {
	Read      event.KafkaPosition
	Source    event.Invocation
	Poison    bool          // ended in the parser with an exception
	Parsed    event.Element // from parse to convert
	Convert   event.Invocation
	Duplicate bool          // ended in the convert operator
	Converted event.Element // from convert to window
	Window    event.Invocation
}

// Total is one window result: written by job shop-totals, read by job shop-alerts.
type Total struct {
	Timer   event.Invocation
	Written event.KafkaPosition
	Read    event.Invocation
	Alerted bool
	Alert   event.KafkaPosition
}
