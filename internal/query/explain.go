package query

import "slices"

// Explain says what a scan had to look at. Where a scan went through several windows of time, a block that reaches into two of them counts
// in both.
type Explain struct {
	Index    Index
	Blocks   uint64 // of the recording
	Headers  int    // looked at
	Skipped  int    // of these: the header says that nothing selected is inside
	Absent   int    // an index says that what is looked for is not inside: of texts, then they are of the skipped; of keys, then not even headers were looked at
	Decoded  int    // blocks whose rows were read; the cache may have held them
	Rows     int    // in decoded blocks
	Selected int    // of these; not all of them need be given out
}

// Add takes in another scan of the same question.
func (e *Explain) Add(o Explain) {
	e.Index, e.Blocks = o.Index, max(e.Blocks, o.Blocks)
	e.Headers, e.Skipped, e.Decoded = e.Headers+o.Headers, e.Skipped+o.Skipped, e.Decoded+o.Decoded
	e.Absent += o.Absent
	e.Rows, e.Selected = e.Rows+o.Rows, e.Selected+o.Selected
}

// Index is what finds the blocks that a scan looks at.
type Index string

// Indexes, in the order in which a scan prefers them.
const (
	ByKey        Index = "key"        // the blocks that indexes by key name, and those of segments without one
	ByInvocation Index = "invocation" // of the attempts that fit, the blocks that hold the invocation
	ByLane       Index = "lane"       // all blocks of lanes that get few
	ByTime       Index = "time"       // blocks that overlap the stretch of time
)

// index chooses what leaves least to look at.
func (s *selection) index() Index {
	switch {
	case s.listed != nil:
		return ByKey
	case s.inv != nil && *s.inv > 0 && s.attempts != nil:
		return ByInvocation
	case len(s.lanes) > 0 && !slices.ContainsFunc(s.lanes, busy):
		return ByLane
	}
	return ByTime
}
