package api

// WatermarkReport is what holds event time back in the subtasks of an operator's task.
type WatermarkReport struct {
	List[TaskWatermark]
	Op     string `json:"op"`
	OpName string `json:"op_name"`
	At     *Time  `json:"at,omitempty" doc:"The moment; absent: the end of what is recorded."`
}

// TaskWatermark is one subtask: its inputs, and which of them its watermark is.
type TaskWatermark struct {
	Task       string              `json:"task"`
	Vertex     string              `json:"vertex"`
	Subtask    int                 `json:"subtask"`
	Attempt    int                 `json:"attempt"`
	AttemptKey string              `json:"attempt_key"`
	Position   string              `json:"position,omitempty" doc:"The last invocation that counts."`
	Time       *Time               `json:"time,omitempty" doc:"Its clock."`
	Watermark  *Time               `json:"watermark,omitempty" doc:"What the inputs come to; absent: none yet, or ended."`
	LagMS      *I64                `json:"lag_ms,omitempty" doc:"From the watermark to the moment."`
	Idle       bool                `json:"idle" doc:"All inputs are idle."`
	Ended      bool                `json:"ended" doc:"The watermark is the end of time."`
	Inputs     []WatermarkInput    `json:"inputs"`
	Operators  []OperatorWatermark `json:"operators" doc:"What operators of the chain passed on, where they were at level trace."`
	Notes      []Note              `json:"notes"`
}

// WatermarkInput is a channel of a task, or a split of a source.
type WatermarkInput struct {
	Channel    string      `json:"channel,omitempty" doc:"Partition and subpartition, as elements name them."`
	Edge       string      `json:"edge,omitempty" doc:"Data set."`
	From       *ChannelEnd `json:"from,omitempty"`
	Split      string      `json:"split,omitempty"`
	Offset     *I64        `json:"offset,omitempty" doc:"Of the split's record that was read last."`
	LastRecord *Time       `json:"last_record,omitempty" doc:"Its time."`
	State      string      `json:"state" enum:"active,idle,unaligned,ended,unknown" doc:"unaligned: it was idle, is active again and has not come up to the task's watermark: until then it holds nothing."`
	Holds      bool        `json:"holds" doc:"The task's watermark is this one's."`
	Watermark  *Time       `json:"watermark,omitempty" doc:"Absent: it has brought none, it has ended, or it is not known."`
	LagMS      *I64        `json:"lag_ms,omitempty"`
	Since      *Time       `json:"since,omitempty" doc:"When it was sent, or said."`
	Element    string      `json:"element,omitempty" doc:"That brought it."`
	Taken      I64         `json:"taken" doc:"Elements of the channel that were taken in."`
	Exact      bool        `json:"exact"`
	Note       string      `json:"note,omitempty" doc:"Why it is not exact."`
}

// OperatorWatermark is the last watermark that an operator passed on.
type OperatorWatermark struct {
	Op        string `json:"op"`
	OpName    string `json:"op_name"`
	Watermark *Time  `json:"watermark,omitempty"`
	LagMS     *I64   `json:"lag_ms,omitempty"`
	Since     *Time  `json:"since,omitempty"`
	HeldBy    string `json:"held_by,omitempty" doc:"Of an operator with several inputs: the one that holds it."`
}

// InFlightReport is what was on its way at a checkpoint.
type InFlightReport struct {
	List[InFlightChannel]
	Checkpoint I64    `json:"checkpoint"`
	State      string `json:"state,omitempty" doc:"triggered, completed, failed; absent: the JobManager did not say."`
	Triggered  *Time  `json:"triggered,omitempty"`
	Completed  *Time  `json:"completed,omitempty"`
	At         *Time  `json:"at,omitempty" doc:"The moment; absent: of each channel when its sender passed the barrier."`
	Waiting    I64    `json:"waiting" doc:"Elements of all channels that were sent before the barrier and not taken in at the moment."`
	Overtaken  I64    `json:"overtaken" doc:"Elements that the barriers went past."`
	Proven     bool   `json:"proven" doc:"Both ends of every channel are recorded."`
	Notes      []Note `json:"notes"`
}

// InFlightChannel is one channel at the checkpoint. Numbers count elements: records, watermarks, statuses.
type InFlightChannel struct {
	Channel   string     `json:"channel"`
	Edge      string     `json:"edge"`
	From      ChannelEnd `json:"from"`
	To        ChannelEnd `json:"to"`
	State     string     `json:"state" enum:"aligned,unaligned,on-the-way,no-sender,recovering,unequal"`
	Sent      I64        `json:"sent" doc:"Before the sender's barrier."`
	SentAt    *Time      `json:"sent_at,omitempty" doc:"When the sender took its snapshot, by its clock."`
	Taken     I64        `json:"taken" doc:"Before the receiver's snapshot."`
	TakenAt   *Time      `json:"taken_at,omitempty" doc:"When the receiver took its snapshot, by its clock."`
	Arrived   *Time      `json:"arrived,omitempty" doc:"When the barrier came to the receiver."`
	TravelUS  *I64       `json:"travel_us,omitempty" doc:"From sent_at to arrived; two machines' clocks may be in it."`
	WaitedUS  *I64       `json:"waited_us,omitempty" doc:"Aligned: how long the channel stood still until the other channels' barriers had come."`
	Last      bool       `json:"last" doc:"Of the receiver's channels this one's barrier came last: the others waited for it."`
	Overtaken Stretch    `json:"overtaken" doc:"Unaligned: what the barrier went past, kept in the checkpoint."`
	Waiting   Stretch    `json:"waiting" doc:"What was sent before the barrier and not taken in at the moment."`
}

// Stretch is some elements of a channel, one behind the other.
type Stretch struct {
	Elements I64    `json:"elements"`
	First    string `json:"first,omitempty"`
	Last     string `json:"last,omitempty"`
}
