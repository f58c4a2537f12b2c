package event

// DropReason says why an operator threw a record away (spec/recording.md, section 4.1; values are wire format).
type DropReason uint8

// The reasons. What each means, and which numbers go with it, is in the specification.
const (
	DropWindowLate       DropReason = 1
	DropLateToSide       DropReason = 2
	DropNoWindow         DropReason = 3
	DropIntervalJoinLate DropReason = 4
	DropJoinTimePassed   DropReason = 5
	DropWindowJoinLate   DropReason = 6
	DropOverLate         DropReason = 7
	DropTemporalNone     DropReason = 8
	DropTemporalBuild    DropReason = 9
	DropProcessTableLate DropReason = 10
	DropPatternLate      DropReason = 11
	DropDuplicate        DropReason = 12
	DropDedupLate        DropReason = 13
	DropDeleteUnknown    DropReason = 14
	DropRetractUnknown   DropReason = 15
	DropNotNull          DropReason = 16
	DropParseError       DropReason = 17
	DropNothingDecoded   DropReason = 18
	DropTransaction      DropReason = 19
	DropWindowAggLate    DropReason = 20
	DropGroupWindowLate  DropReason = 21
	DropSortLate         DropReason = 22
	DropNullRowTime      DropReason = 23
	DropCounted          DropReason = 254
	DropUnexplained      DropReason = 255
)

var dropReasonNames = map[DropReason]string{
	DropWindowLate: "window-late", DropLateToSide: "late-to-side-output", DropNoWindow: "no-window",
	DropIntervalJoinLate: "interval-join-late", DropJoinTimePassed: "join-time-passed", DropWindowJoinLate: "window-join-late",
	DropOverLate: "over-late", DropTemporalNone: "temporal-join-no-version", DropTemporalBuild: "temporal-join-build-late",
	DropProcessTableLate: "process-table-function-late", DropPatternLate: "pattern-late", DropDuplicate: "duplicate",
	DropDedupLate: "deduplicate-late", DropDeleteUnknown: "delete-of-unknown-row", DropRetractUnknown: "retract-of-unknown-row",
	DropNotNull: "null-in-not-null-column", DropParseError: "parse-error-ignored", DropNothingDecoded: "decoded-to-nothing",
	DropTransaction: "transaction-lost", DropWindowAggLate: "window-aggregate-late", DropGroupWindowLate: "group-window-late",
	DropSortLate: "sort-late", DropNullRowTime: "null-row-time",
	DropCounted: "counted-by-a-late-metric", DropUnexplained: "unexplained",
}

// Kept tells whether the record was not lost: it went to a side output, or was taken in after all.
func (r DropReason) Kept() bool { return r == DropLateToSide || r == DropTemporalBuild }

// Late tells whether a record with this reason came too late: its numbers are times, and their difference says by how much.
func (r DropReason) Late() bool {
	switch r {
	case DropWindowLate, DropLateToSide, DropIntervalJoinLate, DropJoinTimePassed, DropWindowJoinLate, DropOverLate, DropTemporalBuild,
		DropProcessTableLate, DropPatternLate, DropDedupLate, DropWindowAggLate, DropGroupWindowLate, DropSortLate:
		return true
	}
	return false
}

// Counted tells whether a row stands for as many records as its number says: a metric rose by so much.
func (r DropReason) Counted() bool { return r == DropCounted || r == DropUnexplained }

// String is the reason's name, as in window-late.
func (r DropReason) String() string { return nameOf(dropReasonNames, r, "reason ") }

// ParseDropReason reads the name that String writes.
func ParseDropReason(s string) (DropReason, bool) { return parseName(dropReasonNames, s) }
