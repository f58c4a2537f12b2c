package export

// The tables. Names of columns are those of the API (spec/openapi.json) where it has the same thing; they, their types and meanings
// are stable within Version. Pointers are columns that may be null. The docs become docs/reference/parquet.md.

// Version of the tables; it rises when a column changes its meaning or goes. New columns do not raise it.
const Version = 1

// Place is what rows of most tables begin with: which event it was, and whose.
type Place struct {
	Event      int64  `parquet:"event,delta" doc:"Number of the event in this export, in order from 1; joins the tables."`
	Recording  string `parquet:"recording,dict" doc:"Id of the recording."`
	Op         string `parquet:"op,dict" doc:"Slug of the operator; empty when it belongs to none."`
	OpName     string `parquet:"op_name,dict"`
	Task       string `parquet:"task,dict"`
	Subtask    int32  `parquet:"subtask" doc:"-1 for events of a whole job or process."`
	Attempt    int32  `parquet:"attempt"`
	AttemptKey string `parquet:"attempt_key,dict" doc:"Names the attempt of the subtask in all recordings."`
	Invocation int64  `parquet:"invocation,delta" doc:"Number of the invocation within the attempt; 0 = none."`
	Time       int64  `parquet:"time,delta,timestamp(microsecond)" doc:"When it was recorded, clock of the process."`
}

// EventRow is one event of any kind.
type EventRow struct {
	Place
	Lane          string  `parquet:"lane,dict"`
	Kind          string  `parquet:"kind,dict" doc:"Names of spec/recording.md with dashes."`
	OperatorIndex int32   `parquet:"operator_index" doc:"Place in the chain; -1 = not known."`
	Vertex        string  `parquet:"vertex,dict"`
	N             int64   `parquet:"n" doc:"Invocations that the event stands for, from invocation on."`
	Position      string  `parquet:"position" doc:"For sightglass at; empty when it belongs to no invocation."`
	EventTime     *int64  `parquet:"event_time,optional,timestamp(millisecond)"`
	EventTimeMS   *int64  `parquet:"event_time_ms,optional" doc:"Only where event_time cannot hold it: 9223372036854775807 is the end of input."`
	Element       *string `parquet:"element,optional" doc:"partition:subpartition:seq, sent or the first one taken in."`
	Channel       string  `parquet:"channel,dict" doc:"Where it came in or went out."`
	Path          string  `parquet:"path,dict" doc:"What the invocation did inside the chain (spec/recording.md, section 3.1)."`
	Kafka         *string `parquet:"kafka,optional" doc:"topic/partition@offset"`
	Checkpoint    *int64  `parquet:"checkpoint,optional"`
	Text          string  `parquet:"text" doc:"One line of at most 240 characters, masked."`
	Value         *string `parquet:"value,optional" doc:"JSON of what the event carries, where no other table holds it: log lines, exceptions, what was taken from outside."`
	Body          *string `parquet:"body,optional" doc:"JSON of events of the job as a whole."`
	PayloadError  *string `parquet:"payload_error,optional" doc:"Why payload that is recorded could not be read."`
}

// RecordRow is a record that was sent between tasks, read by a source, or written to an external system.
type RecordRow struct {
	Place
	Kind           string   `parquet:"kind,dict" doc:"record (sent), source-record, other-source-record, source-run (read), written, write-failed."`
	N              int64    `parquet:"n" doc:"Records that the row stands for; above 1 in source-run only, whose offsets and invocations rise by one."`
	EventTime      *int64   `parquet:"event_time,optional,timestamp(millisecond)"`
	EventTimeMS    *int64   `parquet:"event_time_ms,optional" doc:"Only where event_time cannot hold it."`
	Element        *string  `parquet:"element,optional" doc:"partition:subpartition:seq of a record that was sent; of a broadcast one at the lowest subpartition."`
	Broadcast      bool     `parquet:"broadcast"`
	Kafka          *string  `parquet:"kafka,optional" doc:"topic/partition@offset"`
	Topic          *string  `parquet:"topic,optional,dict"`
	KafkaPartition *int32   `parquet:"kafka_partition,optional"`
	Split          *string  `parquet:"split,optional,dict" doc:"Of a source that is not Kafka."`
	Offset         *int64   `parquet:"offset,optional" doc:"In the topic's partition or the split."`
	RecordTime     *int64   `parquet:"record_time,optional,timestamp(millisecond)" doc:"Timestamp of the Kafka record."`
	Key            *string  `parquet:"key,optional" doc:"A text or number as it is, anything else as JSON."`
	Value          *string  `parquet:"value,optional" doc:"JSON. null where it could not be decoded, and SQL NULL where there is none: not recorded, withheld, or a tombstone."`
	ValueType      *string  `parquet:"value_type,optional,dict"`
	ValueReason    *string  `parquet:"value_reason,optional,dict" doc:"Why the value could not be decoded whole."`
	Size           int64    `parquet:"size" doc:"Bytes that the value had; of a value with masks the next power of two."`
	Change         *string  `parquet:"change,optional,dict" doc:"+I, -U, +U or -D: what the row is in a stream of changes."`
	Headers        *string  `parquet:"headers,optional" doc:"JSON list of {name, value} of a Kafka record."`
	Transaction    *string  `parquet:"transaction,optional,dict" doc:"Kafka transaction that a write is part of."`
	Masked         []string `parquet:"masked,list" doc:"Paths of what the policy hid in key, value and headers."`
}

// StateRow is one access of an operator to keyed or operator state.
type StateRow struct {
	Place
	Kind      string  `parquet:"kind,dict" doc:"state-read, state-written, state-cleared or state-expired."`
	State     string  `parquet:"state,dict" doc:"Name of the state; empty when its definition has not come."`
	StateKind string  `parquet:"state_kind,dict" doc:"value, list, map, reducing, aggregating, broadcast, operator-list, union-list."`
	Backend   string  `parquet:"backend,dict"`
	What      int32   `parquet:"what" doc:"The call (spec/recording.md, section 4: column what of lane state)."`
	Key       *string `parquet:"key,optional" doc:"A text or number as it is, anything else as JSON."`
	Namespace *string `parquet:"namespace,optional" doc:"JSON, as of a window."`
	MapKey    *string `parquet:"map_key,optional" doc:"As key."`
	Before    *string `parquet:"before,optional" doc:"JSON of the value before; SQL NULL = there was none, or it was not recorded (text of the event says so)."`
	After     *string `parquet:"after,optional" doc:"JSON of the value read or written."`
	Expires   *int64  `parquet:"expires,optional,timestamp(millisecond)"`
}

// TimerRow is a timer that was registered, deleted or fired.
type TimerRow struct {
	Place
	Kind      string  `parquet:"kind,dict" doc:"timer-registered, timer-deleted, timer-fired; and the invocations event-timer, processing-timer and processing-callback."`
	N         int64   `parquet:"n" doc:"Invocations that the row stands for."`
	Timer     *int64  `parquet:"timer,optional,timestamp(millisecond)" doc:"What it is set for."`
	TimerMS   *int64  `parquet:"timer_ms,optional" doc:"Only where timer cannot hold it."`
	Domain    string  `parquet:"domain,dict" doc:"event or processing; empty = not known."`
	Name      string  `parquet:"state,dict" doc:"Name of the timer service."`
	Key       *string `parquet:"key,optional" doc:"A text or number as it is, anything else as JSON."`
	Namespace *string `parquet:"namespace,optional" doc:"JSON, as of a window."`
}

// WatermarkRow is a watermark that was sent, taken in, given out, or held back.
type WatermarkRow struct {
	Place
	Kind        string  `parquet:"kind,dict" doc:"watermark (sent), watermark-in, internal-watermark, watermark-out, watermark-held."`
	Watermark   *int64  `parquet:"watermark,optional,timestamp(millisecond)"`
	WatermarkMS *int64  `parquet:"watermark_ms,optional" doc:"Only where watermark cannot hold it: 9223372036854775807 is the end of input."`
	Element     *string `parquet:"element,optional"`
	Channel     string  `parquet:"channel,dict"`
	HeldBy      *string `parquet:"held_by,optional,dict" doc:"The channel, input or split that holds it back."`
}

// WindowRow is something that a window operator did.
type WindowRow struct {
	Place
	Kind        string  `parquet:"kind,dict" doc:"window-assigned, window-merged, window-fired or window-purged."`
	Key         *string `parquet:"key,optional" doc:"A text or number as it is, anything else as JSON."`
	Window      *string `parquet:"window,optional" doc:"JSON."`
	WindowEnd   *int64  `parquet:"window_end,optional,timestamp(millisecond)"`
	WindowEndMS *int64  `parquet:"window_end_ms,optional" doc:"Only where window_end cannot hold it."`
	Into        *string `parquet:"into,optional" doc:"JSON of the window that a merged one became part of."`
}

// EdgeRow leads from a cause to an effect. A record and an invocation take turns: an invocation takes a record in (received, read)
// and gives records out (sent, written). A record that one invocation handed to another appears in two rows.
type EdgeRow struct {
	Event      int64  `parquet:"event,delta" doc:"Number of the event that says so."`
	Recording  string `parquet:"recording,dict"`
	Kind       string `parquet:"kind,dict" doc:"sent, received, read or written."`
	FromID     string `parquet:"from_id" doc:"Element (partition:subpartition:seq), Kafka record (topic/partition@offset), split@offset, or invocation (attempt_key#invocation)."`
	ToID       string `parquet:"to_id" doc:"As from_id."`
	What       string `parquet:"what,dict" doc:"Of sent: record, watermark, status …; only record carries data. Of others: record, or empty = the sender's row says it."`
	Op         string `parquet:"op,dict" doc:"Operator that took in or gave out."`
	AttemptKey string `parquet:"attempt_key,dict" doc:"Of the invocation."`
	Invocation int64  `parquet:"invocation,delta"`
	Time       int64  `parquet:"time,delta,timestamp(microsecond)"`
}

// DropRow is a record that an operator threw away, or was late and kept.
type DropRow struct {
	Place
	Reason      string  `parquet:"reason,dict" doc:"spec/recording.md, section 4.1."`
	Kept        bool    `parquet:"kept" doc:"Late, but not lost."`
	Records     int64   `parquet:"records" doc:"How many the row stands for."`
	Partial     bool    `parquet:"partial" doc:"A partial aggregate, that stands for several."`
	EventTime   *int64  `parquet:"event_time,optional,timestamp(millisecond)" doc:"Of the record."`
	LateMS      *int64  `parquet:"late_ms,optional"`
	Against     *int64  `parquet:"against,optional,timestamp(millisecond)" doc:"What its time was compared with."`
	AgainstWhat *string `parquet:"against_what,optional,dict"`
	AllowedMS   *int64  `parquet:"allowed_ms,optional"`
	Cause       *string `parquet:"cause,optional" doc:"What raised the watermark last, or who counted."`
	CauseAt     *string `parquet:"cause_at,optional" doc:"Position of that invocation."`
	Key         *string `parquet:"key,optional" doc:"A text or number as it is, anything else as JSON."`
	Value       *string `parquet:"value,optional" doc:"JSON."`
}

// GapRow is a stretch that was not recorded. The table holds all of the recording that touch the time of the export, whatever
// operator was chosen.
type GapRow struct {
	Recording  string `parquet:"recording,dict"`
	Lane       string `parquet:"lane,dict"`
	Reason     string `parquet:"reason,dict"`
	Text       string `parquet:"text"`
	Op         string `parquet:"op,dict"`
	Task       string `parquet:"task,dict"`
	Subtask    int32  `parquet:"subtask" doc:"-1 = of no task."`
	Attempt    int32  `parquet:"attempt"`
	AttemptKey string `parquet:"attempt_key,dict"`
	First      int64  `parquet:"first" doc:"First invocation concerned; 0 = not known."`
	Last       int64  `parquet:"last"`
	Events     int64  `parquet:"events" doc:"Events lost, as far as known."`
	Bytes      int64  `parquet:"bytes"`
	FromTime   *int64 `parquet:"from_time,optional,timestamp(microsecond)"`
	ToTime     *int64 `parquet:"to_time,optional,timestamp(microsecond)"`
	Derived    bool   `parquet:"derived" doc:"Nobody said so: blocks are missing, or one that is there could not be read."`
}
