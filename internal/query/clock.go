package query

import (
	"math"
	"time"
)

// Wall is the agent's wall clock in µs since 1970; 0 = not known.
type Wall int64

// Time is w as a time in UTC.
func (w Wall) Time() time.Time { return time.UnixMicro(int64(w)).UTC() }

// EventTime is event time in ms since 1970. NoEventTime and EndOfTime are not points in time.
type EventTime int64

const (
	// NoEventTime: there is none.
	NoEventTime EventTime = math.MinInt64
	// EndOfTime is Flink's watermark at the end of a bounded input.
	EndOfTime EventTime = math.MaxInt64
)

// Known tells whether t is a point in time.
func (t EventTime) Known() bool { return t != NoEventTime && t != EndOfTime }

// Time is t as a time in UTC; meaningful when Known.
func (t EventTime) Time() time.Time { return time.UnixMilli(int64(t)).UTC() }
