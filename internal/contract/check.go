package contract

import (
	"regexp"
	"time"
)

// Kind is a kind of check.
type Kind string

// The kinds. Those up to Late look at records one by one, the next ones at windows of them or at offsets alone, the last ones at the contract.
const (
	Conformity Kind = "conformity" // framing known, schema known and of the subject, decodes whole
	Type       Kind = "type"
	Required   Kind = "required" // there, and not null
	Missing    Kind = "missing"  // null, absent, or one of values that stand for nothing
	Pattern    Kind = "pattern"
	Range      Kind = "range"
	Length     Kind = "length"
	Format     Kind = "format"
	Values     Kind = "values" // one of a set
	Unique     Kind = "unique" // within a span
	Rule       Kind = "rule"   // CEL
	Ordering   Kind = "ordering"
	Latency    Kind = "latency" // event time to append time
	Late       Kind = "late"    // event time behind the newest of its partition

	RowCount   Kind = "row-count"  // records of a window
	Volume     Kind = "volume"     // records of a window, against what was learned of this hour of the week
	Throughput Kind = "throughput" // records a second
	Freshness  Kind = "freshness"  // age of the newest record
	Frequency  Kind = "frequency"  // time between records
	Retention  Kind = "retention"  // the topic's setting

	Ownership Kind = "ownership"
	Support   Kind = "support"

	DeadLetter Kind = "dead-letter" // none comes; of a topic that serializers put records into which fail a rule of their schema
)

// Kinds lists all of them.
func Kinds() []Kind {
	return []Kind{Conformity, Type, Required, Missing, Pattern, Range, Length, Format, Values, Unique, Rule, Ordering, Latency, Late, RowCount, Volume, Throughput,
		Freshness, Frequency, Retention, Ownership, Support, DeadLetter}
}

// PerRecord says whether a check tells good records from bad ones.
func (k Kind) PerRecord() bool {
	switch k {
	case RowCount, Volume, Throughput, Freshness, Frequency, Retention, Ownership, Support:
		return false
	}
	return true
}

// Decodes says whether a check needs to look into records; others are about offsets and times alone.
func (k Kind) Decodes() bool { return k.PerRecord() }

// Check is something that is held against a stream. Which members it has goes by its kind.
type Check struct {
	ID        string // unique within the contract, the same from version to version while it is about the same: orders/amount/range
	Kind      Kind
	Severity  Severity
	Name      string // the author's; may be empty
	Line      int
	Objective float64 // share of records that are to be good, below 1

	Path  Path   // of the field
	Paths []Path // of Unique: the fields that are unique together

	Limit *Limit // how many of a window may be bad; of RowCount how many records it may have; nil: none may be bad

	LogicalType      string         // Type
	Pattern          *regexp.Regexp // Pattern
	Min, Max         *float64       // Range
	OpenMin, OpenMax bool           // Min and Max themselves are not allowed
	Multiple         float64        // Range: a multiple of it; 0: any
	Least, Most      int            // Length; Most below 0: no end
	Format           string         // Format
	Texts            map[string]bool
	Numbers          map[float64]bool // Values, and of Missing what stands for nothing, as texts, numbers and truths
	Truths           map[bool]bool
	Within           time.Duration // Latency, Late, Freshness, Frequency, Retention, Unique
	Share            float64       // Late: of records that may be
	Rate             float64       // Throughput: records a second at least
	ByKey            bool          // Ordering: of each key; else of each partition
	Expression       *Expression   // Rule

	says string
}

// Says is what the check demands, in words.
func (c *Check) Says() string { return c.says }

// Limit bounds a number of a window.
type Limit struct {
	Op      string // mustBe …, as ODCS writes it
	A, B    float64
	Percent bool // of the records of the window
}

// Holds says whether n of so many records is allowed.
func (l *Limit) Holds(n, records int64) bool {
	x := float64(n)
	if l.Percent {
		if records == 0 {
			return true
		}
		x = 100 * x / float64(records)
	}
	switch l.Op {
	case "mustBe":
		return x == l.A
	case "mustNotBe":
		return x != l.A
	case "mustBeGreaterThan":
		return x > l.A
	case "mustBeGreaterOrEqualTo":
		return x >= l.A
	case "mustBeLessThan":
		return x < l.A
	case "mustBeLessOrEqualTo":
		return x <= l.A
	case "mustBeBetween":
		return x >= l.A && x <= l.B
	case "mustNotBeBetween":
		return x < l.A || x > l.B
	}
	return true
}

// None says whether a limit is that nothing may be bad.
func (l *Limit) None() bool {
	return l == nil || l.Op == "mustBe" && l.A == 0 || l.Op == "mustBeLessOrEqualTo" && l.A == 0 || l.Op == "mustBeLessThan" && l.A <= 1 && !l.Percent
}
