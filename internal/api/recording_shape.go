package api

// Recording is what is kept of one job run.
type Recording struct {
	ID      string `json:"id"`
	Job     string `json:"job" doc:"Name of the job."`
	State   string `json:"state" doc:"As of the job." enum:"running,finished,failed,canceled,last-seen"`
	Flink   string `json:"flink"`
	Started *Time  `json:"started,omitempty"`
	Ended   *Time  `json:"ended,omitempty"`
	Blocks  I64    `json:"blocks"`
	Events  I64    `json:"events"`
	Bytes   I64    `json:"bytes"`
	Gaps    int    `json:"gaps"`
	Removed I64    `json:"removed" doc:"Events that retention removed."`
	Until   *Time  `json:"removed_until,omitempty" doc:"Up to when retention removed, the newest of them."`
	Agents  int    `json:"agents"`

	Derived *DerivedFrom `json:"derived,omitempty" doc:"A replay told it: what a task did when it ran again."`
}

// Gap is a stretch that was not recorded.
type Gap struct {
	Lane       string `json:"lane"`
	Reason     string `json:"reason"`
	Text       string `json:"text"`
	Operator   string `json:"operator,omitempty"`
	Task       string `json:"task"`
	Subtask    *int   `json:"subtask,omitempty"`
	AttemptKey string `json:"attempt_key"`
	First      I64    `json:"first" doc:"First invocation concerned."`
	Last       I64    `json:"last"`
	Events     I64    `json:"events"`
	Bytes      I64    `json:"bytes"`
	From       *Time  `json:"from,omitempty"`
	To         *Time  `json:"to,omitempty"`
}

// Capsule is what rebuilds a task attempt in another JVM.
type Capsule struct {
	Time       *Time            `json:"time,omitempty"`
	Task       string           `json:"task"`
	Subtask    int              `json:"subtask" doc:"-1 = not known."`
	Attempt    int              `json:"attempt"`
	AttemptKey string           `json:"attempt_key"`
	Bytes      I64              `json:"bytes" doc:"Of all parts."`
	Stored     I64              `json:"stored" doc:"Bytes of it that arrived."`
	Parts      []CapsulePart    `json:"parts"`
	Hidden     []string         `json:"hidden" doc:"Names under which secrets were taken out."`
	Missing    []CapsuleMissing `json:"missing" doc:"Parts that could not be taken."`
}

// CapsulePart is one byte string of a capsule.
type CapsulePart struct {
	Name     string `json:"name"`
	Format   string `json:"format" doc:"java = Java's serialized form, or jar."`
	SHA256   string `json:"sha256"`
	Bytes    I64    `json:"bytes"`
	Stored   I64    `json:"stored"`
	Complete bool   `json:"complete" doc:"All of it arrived, and its hash is right."`
}

// CapsuleMissing is a part that could not be taken, and why.
type CapsuleMissing struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Channel compares both ends of one connection between two subtasks at every barrier.
type Channel struct {
	Edge                string     `json:"edge"`
	From                ChannelEnd `json:"from"`
	To                  ChannelEnd `json:"to"`
	Subpartition        int        `json:"subpartition"`
	CheckpointsCompared I64        `json:"checkpoints_compared"`
	Equal               I64        `json:"equal"`
	Unequal             I64        `json:"unequal"`
	Unaligned           I64        `json:"unaligned" doc:"Barriers that overtook records: received may be below sent."`
	LastCheckpoint      I64        `json:"last_checkpoint"`
	Sent                I64        `json:"sent"`
	Consumed            I64        `json:"consumed"`
}

// ChannelEnd is one end of a channel.
type ChannelEnd struct {
	Task    string `json:"task"`
	Subtask int    `json:"subtask"`
	Attempt int    `json:"attempt"`
}

// ChannelTotals sums the comparison over all channels.
type ChannelTotals struct {
	Channels  int `json:"channels"`
	Compared  I64 `json:"compared" doc:"Aligned barriers: equal plus unequal."`
	Equal     I64 `json:"equal"`
	Unequal   I64 `json:"unequal"`
	Unaligned I64 `json:"unaligned" doc:"Barriers that overtook records, with received at most sent."`
	Exceeded  I64 `json:"exceeded" doc:"Unaligned, and more received than sent."`
	Pending   I64 `json:"pending" doc:"One end is known only."`
}

// ChannelReport is the comparison of every channel and their totals.
type ChannelReport struct {
	List[Channel]
	ChannelTotals
}

// Timeline counts events per bucket.
type Timeline struct {
	From        *Time            `json:"from,omitempty"`
	To          *Time            `json:"to,omitempty"`
	BucketUS    I64              `json:"bucket_us"`
	Total       I64              `json:"total" doc:"Events that the list yields for the same filter."`
	Approximate bool             `json:"approximate" doc:"Blocks across bucket borders were split in proportion."`
	Series      []TimelineSeries `json:"series"`
	Gaps        []Gap            `json:"gaps"`
}

// TimelineSeries is one operator's count of one kind per bucket.
type TimelineSeries struct {
	Op     string  `json:"op"`
	Kind   string  `json:"kind"`
	Counts []int64 `json:"counts" doc:"One per bucket; below 2^53."`
}
