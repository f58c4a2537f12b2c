package api

// ReplayRun is an attempt of a task that runs again, ran again, or is to.
type ReplayRun struct {
	ID         string          `json:"id"`
	Recording  string          `json:"recording" doc:"Of what runs again."`
	Job        string          `json:"job"`
	Task       string          `json:"task"`
	Operator   string          `json:"operator" doc:"Head of its chain, as positions have it."`
	Subtask    int             `json:"subtask"`
	Attempt    int             `json:"attempt"`
	Key        string          `json:"attempt_key"`
	To         I64             `json:"to" doc:"Invocation to end with; 0 = the attempt's end."`
	From       I64             `json:"from" doc:"Invocation that it was asked from; 0 = none."`
	Checkpoint I64             `json:"checkpoint" doc:"It begins behind; 0 = the attempt's beginning."`
	Who        string          `json:"who"`
	State      string          `json:"state" enum:"queued,running,done,failed,cancelled"`
	Ahead      int             `json:"ahead" doc:"Replays that run or wait before it."`
	Phase      string          `json:"phase,omitempty" doc:"While it runs: planning, building or running, or which of its senders runs."`
	Created    *Time           `json:"created"`
	Began      *Time           `json:"began,omitempty"`
	Ended      *Time           `json:"ended,omitempty"`
	Elements   I64             `json:"elements" doc:"Fed so far."`
	Reached    I64             `json:"reached" doc:"Invocation that it came to."`
	Last       I64             `json:"last" doc:"Invocation that was recorded; 0 = not known yet."`
	Share      float64         `json:"share" doc:"How far it is, from 0 to 1."`
	CPU        I64             `json:"cpu_us" doc:"Processor time of the task, as far as it told."`
	Derived    string          `json:"derived,omitempty" doc:"Recording of what the task did this time."`
	Sandbox    string          `json:"sandbox,omitempty" doc:"That was in force; absent: none."`
	Verdict    *ReplayVerdict  `json:"verdict,omitempty"`
	Findings   []ReplayFinding `json:"findings" doc:"Of the plan."`
	For        string          `json:"for,omitempty" doc:"Id of the replay that it runs before, to give what that one takes in; absent: it was asked for itself."`
	Senders    []ReplaySender  `json:"senders" doc:"Replays that give what it takes in, where the recording does not have it."`
	Error      string          `json:"error,omitempty" doc:"Why it failed."`

	Kind        string             `json:"kind" enum:"replay,what-if,diff" doc:"Of a what-if something is changed in what it is fed, of a diff the program: they prove nothing of the recording."`
	Changes     []ReplayChange     `json:"changes,omitempty"`
	Base        string             `json:"base,omitempty" doc:"Of a what-if: recording of what the task did unchanged."`
	Unchanged   *ReplayVerdict     `json:"unchanged,omitempty" doc:"Of a what-if: what the unchanged run proved of the recording."`
	Differences *ReplayDifferences `json:"differences,omitempty" doc:"Of a what-if or diff: how much it did otherwise than the unchanged run."`
	Variant     *ReplayVariant     `json:"variant,omitempty" doc:"Of a diff: the program that it ran."`
	Parted      *ReplayParted      `json:"parted,omitempty" doc:"Of a diff: the line where the two runs parted."`
}

// ReplayVariant is a program, or a set-up of it, other than the recorded one.
type ReplayVariant struct {
	Jars   []ReplayJar       `json:"jars,omitempty" maxItems:"20"`
	Config map[string]string `json:"config,omitempty" doc:"Settings of the job and the TaskManager. Values are shown as messages of exceptions are."`
	Flink  string            `json:"flink,omitempty" maxLength:"32" doc:"Version. Absent: the recorded one."`
}

// ReplayJar is an uploaded jar. It takes the place of the recorded jar of that name, or of the only one; otherwise it comes before all others.
type ReplayJar struct {
	Name string `json:"name,omitempty" maxLength:"256" doc:"Of its file."`
	ID   string `json:"id" maxLength:"64" doc:"SHA-256, as the upload answers it. It is kept for a day at least, and while a replay waits for it."`
}

// ReplayParted is where the code of two runs first did not do the same. Values are not part of it: step through both runs to see them.
type ReplayParted struct {
	Invocation I64        `json:"invocation"`
	Position   string     `json:"position"`
	Before     *CodePlace `json:"before,omitempty" doc:"The last line that both ran, of the changed program."`
	Unchanged  *CodePlace `json:"unchanged,omitempty" doc:"Absent: the recorded program did nothing more."`
	Changed    *CodePlace `json:"changed,omitempty"`
	Variables  []string   `json:"variables" doc:"That have other values there; none: the runs took other ways."`
	Note       string     `json:"note,omitempty"`
}

// CodePlace is a line of the job's code.
type CodePlace struct {
	Class  string `json:"class"`
	Method string `json:"method"`
	Source string `json:"source,omitempty"`
	Line   int    `json:"line" doc:"0 = not known."`
}

// ReplayChange is one thing that is otherwise than recorded.
type ReplayChange struct {
	Kind   string `json:"kind" enum:"remove,repeat,set,drop-field,bytes,time,swap,drop-timer,move-timer,clock,random,state,state-bytes,add-state,clear-state"`
	At     I64    `json:"at,omitempty" doc:"Invocation. 0 or absent in a wish: that of the position."`
	Path   string `json:"path,omitempty" maxLength:"512" doc:"Of drop-field a path as schemas have it, as items[].sku; of set and state: names of fields and indexes with dots between; of clear-state the number of a list's element."`
	Value  string `json:"value,omitempty" maxLength:"65536" doc:"Of set a value; of bytes the element and of state-bytes the value in hexadecimal; of state and add-state the value; of time, move-timer and clock ms since 1970; of random the number. Shown as messages of exceptions are."`
	ByMS   I64    `json:"by_ms,omitempty" doc:"Of time, move-timer and clock, instead of a value: moves by so much."`
	Source string `json:"source,omitempty" maxLength:"32" doc:"Of clock: wall, nanos, runtime, runtime-ms, runtime-ns, ttl or instant; of random: int, long, double, gaussian or boolean. Absent: any."`
	Nth    int    `json:"nth,omitempty" minimum:"0" doc:"Of random: which draw of the invocation, from 0."`

	State     string `json:"state,omitempty" maxLength:"512" doc:"Of state, state-bytes, add-state and clear-state: name of the state, which is changed right before the invocation."`
	Operator  string `json:"operator,omitempty" maxLength:"512" doc:"Of a state: name, slug or beginning of the id of its operator. Absent: the one that has such a state."`
	Key       string `json:"key,omitempty" maxLength:"4096" doc:"Of a state: the key, as views show it. Absent: that under which the invocation uses the state. Shown as messages of exceptions are, as namespace and map_key."`
	Namespace string `json:"namespace,omitempty" maxLength:"4096" doc:"Of a state that is kept for each window: its start and end, with a comma between. Absent: as for the key."`
	MapKey    string `json:"map_key,omitempty" maxLength:"4096" doc:"Of a map: the key of its entry."`
	Begin     bool   `json:"begin,omitempty" doc:"Of a state: at the beginning of the replay instead."`
}

// ReplayDifferences counts what two runs did otherwise.
type ReplayDifferences struct {
	Outputs ReplayCounts `json:"outputs"`
	State   ReplayCounts `json:"state" doc:"Entries of keyed state that a run wrote, as it left them."`
	Note    string       `json:"note,omitempty" doc:"Why state was not compared."`
}

// ReplayCounts are of outputs or entries of state.
type ReplayCounts struct {
	Equal   I64 `json:"equal"`
	Altered I64 `json:"altered" doc:"Both have it, and it is another."`
	Added   I64 `json:"added" doc:"The unchanged run does not have it."`
	Missing I64 `json:"missing" doc:"The unchanged run alone has it."`
}

// ReplayComparison is what two runs did otherwise, decoded.
type ReplayComparison struct {
	ReplayDifferences
	Shown []RunDifference `json:"shown" doc:"Outputs in their order, then entries of state by invocation."`
	More  I64             `json:"more" doc:"That are not shown."`
}

// RunDifference is an output or an entry of state that two runs have otherwise. Either side is absent when that run does not have it.
type RunDifference struct {
	Of        string         `json:"of" enum:"output,state"`
	Kind      string         `json:"kind" enum:"altered,added,missing"`
	Unchanged *Event         `json:"unchanged,omitempty"`
	Changed   *Event         `json:"changed,omitempty"`
	Position  string         `json:"position"`
	Fields    []FieldChanged `json:"fields" doc:"Recorded: of the unchanged run; replayed: of the changed one."`
	Note      string         `json:"note,omitempty" doc:"Why there is nothing to show, or not all."`
}

// ReplayVerdict is what a replay proves.
type ReplayVerdict struct {
	Verdict  string         `json:"verdict" enum:"exact,exact-solved,equal-per-key,equal-counts,path-equal,diverged,nothing,not-replayable,unchanged" doc:"unchanged: of a what-if that gave what was recorded."`
	Text     string         `json:"text"`
	Recorded I64            `json:"recorded" doc:"Outputs."`
	Replayed I64            `json:"replayed"`
	Equal    I64            `json:"equal" doc:"Bytes, place and order."`
	Reached  I64            `json:"reached" doc:"Invocation up to which it holds."`
	Last     I64            `json:"last" doc:"Invocation that was recorded."`
	First    *ReplayParting `json:"first,omitempty" doc:"The first difference."`
	Causes   []ReplayCause  `json:"causes" doc:"Of the difference, the likeliest first."`
	Notes    []string       `json:"notes" doc:"What bounds the verdict."`
	Thrown   string         `json:"thrown,omitempty" doc:"Class of the exception that ended the task."`
	ThrownAt I64            `json:"thrown_at" doc:"Its invocation."`
	State    *ReplayState   `json:"state,omitempty" doc:"At checkpoints; absent: the attempt took part in none."`
}

// ReplayState is what holding the state at checkpoints against the recorded one found.
type ReplayState struct {
	Checkpoints int                  `json:"checkpoints" doc:"Whose state was recorded, as far as the replay came."`
	Compared    int                  `json:"compared" doc:"Of them; at most 50 are."`
	Equal       int                  `json:"equal"`
	Entries     I64                  `json:"entries" doc:"Of all states that were compared."`
	Reason      string               `json:"reason,omitempty" doc:"Why some could not be compared."`
	First       []ReplayStateParting `json:"first" doc:"States that differ at the first checkpoint at which one does."`
}

// ReplayStateParting is a state that is not the same at a checkpoint.
type ReplayStateParting struct {
	Checkpoint I64    `json:"checkpoint"`
	Invocation I64    `json:"invocation" doc:"The last one before it."`
	Operator   string `json:"operator"`
	State      string `json:"state"`
	Recorded   I64    `json:"recorded" doc:"Entries."`
	Replayed   I64    `json:"replayed"`
	Lost       I64    `json:"lost" doc:"Entries that the replay lacks, or has otherwise; -1 = not counted."`
	Extra      I64    `json:"extra" doc:"Entries that only the replay has; -1 = not counted."`
	KeyGroup   int    `json:"key_group" doc:"Of one of these; -1 = not known, or of no key."`
}

// ReplayParting is where two runs parted.
type ReplayParting struct {
	Number   I64          `json:"number" doc:"Of the output, from 1."`
	Recorded *ReplayPlace `json:"recorded,omitempty" doc:"Absent: the recorded attempt gave no more."`
	Replayed *ReplayPlace `json:"replayed,omitempty"`
}

// ReplayPlace is an output of an invocation.
type ReplayPlace struct {
	Operator     string `json:"operator"`
	Position     string `json:"position"`
	Invocation   I64    `json:"invocation"`
	Nth          int    `json:"nth" doc:"Of the outputs of its kind of the invocation, from 0."`
	Written      bool   `json:"written" doc:"To the outside; otherwise to other tasks."`
	Subpartition int    `json:"subpartition" doc:"-1 = all, or none."`
}

// ReplayCause is why two runs may have parted.
type ReplayCause struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	Sure bool   `json:"sure" doc:"Seen in this replay; otherwise it is what such differences often are from."`
}

// ReplayFinding is something that a plan found.
type ReplayFinding struct {
	About string `json:"about" enum:"capsule,parts,state,flink,java,agent,sandbox,secrets,inputs,recording"`
	Stops bool   `json:"stops" doc:"Nothing can be replayed; otherwise it is a warning."`
	Text  string `json:"text"`
	Do    string `json:"do,omitempty" doc:"What to do about it."`
}

// ReplayPlan says what a replay would need, and what of it is there.
type ReplayPlan struct {
	Recording  string          `json:"recording"`
	Job        string          `json:"job"`
	Task       string          `json:"task"`
	Operator   string          `json:"operator"`
	Subtask    int             `json:"subtask"`
	Attempt    int             `json:"attempt"`
	Key        string          `json:"attempt_key"`
	Replayable bool            `json:"replayable"`
	Reaches    I64             `json:"reaches" doc:"Invocation up to which everything is there."`
	Last       I64             `json:"last" doc:"Invocation that was recorded."`
	Starts     []ReplayStart   `json:"starts" doc:"Checkpoints that it can begin behind, oldest first."`
	Restored   bool            `json:"restored" doc:"It begins with the state of a checkpoint."`
	Flink      string          `json:"flink"`
	Home       string          `json:"flink_home,omitempty" doc:"Where its jars are; absent: not found."`
	Java       string          `json:"java,omitempty" doc:"That it was recorded on."`
	Has        string          `json:"java_here,omitempty" doc:"That it would run on."`
	Sandbox    string          `json:"sandbox,omitempty" doc:"That would be in force; absent: none."`
	Findings   []ReplayFinding `json:"findings"`
	Senders    []ReplaySender  `json:"senders" doc:"Replays that give what it takes in, where the recording does not have it: those that are over, and those that have to run first, in their order."`
	Before     []ReplayRun     `json:"before" doc:"Replays of this attempt, the newest first."`
}

// ReplaySender is a replay of a task that sent what another one takes in.
type ReplaySender struct {
	Key        string `json:"attempt_key"`
	Task       string `json:"task"`
	Operator   string `json:"operator" doc:"Head of its chain, as positions have it."`
	Subtask    int    `json:"subtask"`
	Attempt    int    `json:"attempt"`
	Checkpoint I64    `json:"checkpoint" doc:"It begins behind; 0 = the attempt's beginning."`
	To         I64    `json:"to" doc:"Invocation that it ends with; 0 = the attempt's end."`
	Replay     string `json:"replay,omitempty" doc:"Id of it; absent: it has to run."`
	Verdict    string `json:"verdict,omitempty" enum:"exact,exact-solved,equal-per-key,equal-counts,path-equal,diverged,nothing,not-replayable,unchanged" doc:"Absent: it is not over."`
}

// ReplayStart is a checkpoint that a replay can begin behind.
type ReplayStart struct {
	Checkpoint I64    `json:"checkpoint"`
	Invocation I64    `json:"invocation" doc:"The last one before it."`
	Absent     string `json:"absent,omitempty" doc:"Why it cannot, after all: a file of its state that is not there."`
}

// ReplayDifference is the first difference of a replay, decoded.
type ReplayDifference struct {
	Verdict  string         `json:"verdict"`
	Number   I64            `json:"number"`
	Recorded *Event         `json:"recorded,omitempty"`
	Replayed *Event         `json:"replayed,omitempty"`
	Fields   []FieldChanged `json:"fields" doc:"Places of the decoded values that differ, as far as both may be seen."`
	Note     string         `json:"note,omitempty" doc:"Why there is nothing to show, or not all."`
}

// FieldChanged is a place of two decoded values that differ.
type FieldChanged struct {
	Path     string `json:"path"`
	Recorded string `json:"recorded,omitempty"`
	Replayed string `json:"replayed,omitempty"`
}

// DerivedFrom says what a derived recording is of.
type DerivedFrom struct {
	Replay    string `json:"replay,omitempty" doc:"Absent: what is known of the replay was lost."`
	Recording string `json:"recording,omitempty"`
	Task      string `json:"task,omitempty"`
	Subtask   int    `json:"subtask"`
	Attempt   int    `json:"attempt"`
	State     string `json:"state" enum:"queued,running,done,failed,cancelled,lost" doc:"Of the replay; lost: what was known of it is no more."`
	Verdict   string `json:"verdict,omitempty"`
	Kind      string `json:"kind,omitempty" enum:"replay,what-if,diff" doc:"Absent: lost. Of a what-if or diff the run that was changed; its unchanged run is a replay."`
}

// ReplayWish asks for a replay: by a position, or by task, subtask and attempt.
type ReplayWish struct {
	Position   string `json:"position,omitempty" maxLength:"256" doc:"Of an invocation of the attempt: operator.subtask.attempt.invocation, or key#invocation."`
	Task       string `json:"task,omitempty" maxLength:"256" doc:"Operator or task."`
	Subtask    int    `json:"subtask,omitempty" minimum:"0"`
	Attempt    string `json:"attempt,omitempty" maxLength:"16" doc:"Number. Absent: the newest."`
	Checkpoint string `json:"checkpoint,omitempty" maxLength:"32" doc:"Number of one to begin behind, or nearest (the last one before the position). Absent: the attempt's beginning."`
	To         string `json:"to,omitempty" maxLength:"32" doc:"Invocation to end with, or here (that of the position). Absent: the attempt's end."`

	Changes []ReplayChange `json:"changes,omitempty" maxItems:"100" doc:"Makes a what-if of it: what is to be otherwise."`
	Variant *ReplayVariant `json:"variant,omitempty" doc:"Makes a diff of it: the program to compare the recorded one with."`
}

type replayRequest struct {
	RecordingPath
	Body ReplayWish
}

type replaysRequest struct {
	Recording string `query:"recording" maxLength:"256" doc:"Recording id, beginning of one, or the job's name (its newest run). Absent: all."`
	Limit     int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type jarUpload struct {
	RecordingPath
	RawBody []byte `contentType:"application/java-archive"`
}

type differencesRequest struct {
	ID    string `path:"id" maxLength:"64" doc:"Of the replay."`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type replayPath struct {
	ID string `path:"id" maxLength:"64" doc:"Of the replay."`
}
