package api

// RecordingPolicy is what is to be recorded, and how things stand with it.
type RecordingPolicy struct {
	Version  I64             `json:"version" doc:"0: nobody wrote one yet."`
	At       *Time           `json:"at,omitempty"`
	Who      string          `json:"who" doc:"Who put it in force: a principal, or file."`
	Why      string          `json:"why"`
	Text     string          `json:"text" doc:"YAML, docs/operations/policy.md."`
	File     string          `json:"file" doc:"Where it lies on the server."`
	Told     string          `json:"told" doc:"Version that agents are told; changes for a while count behind the dot."`
	Mistakes []Mistake       `json:"mistakes" doc:"Of the file as it is now, which is then not in force."`
	Changes  []LevelChange   `json:"changes" doc:"Of levels, that hold now, newest first."`
	Triggers []TriggerStatus `json:"triggers"`
}

// Mistake is something in a policy's text that cannot be followed.
type Mistake struct {
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"text"`
}

// TriggerStatus is a trigger of the policy.
type TriggerStatus struct {
	Name     string `json:"name"`
	On       string `json:"on"`
	Line     int    `json:"line"`
	Job      string `json:"job,omitempty"`
	Operator string `json:"operator,omitempty"`
	When     string `json:"when,omitempty"`
	Level    string `json:"level"`
	Seconds  I64    `json:"for_s"`
	Unclear  I64    `json:"unclear" doc:"Events for which the predicate could not be told."`
	Reason   string `json:"reason,omitempty" doc:"Why, of the last one."`
}

// PolicyVersion is a version that is or was in force.
type PolicyVersion struct {
	Version I64    `json:"version"`
	At      *Time  `json:"at,omitempty"`
	Who     string `json:"who"`
	Why     string `json:"why"`
	Text    string `json:"text"`
}

// PolicyText asks whether a text is a policy.
type PolicyText struct {
	Text string `json:"text" maxLength:"262144"`
}

// PolicyChange puts a text in force.
type PolicyChange struct {
	Text   string `json:"text" maxLength:"262144"`
	Why    string `json:"why,omitempty" maxLength:"1000"`
	Base   *I64   `json:"base,omitempty" doc:"Version that the text was made from: another one in force refuses the change."`
	DryRun bool   `json:"dry_run,omitempty" doc:"Say what would change, and change nothing."`
}

// PolicyReport says what a text would come to.
type PolicyReport struct {
	Mistakes []Mistake   `json:"mistakes"`
	Rules    int         `json:"rules"`
	Triggers int         `json:"triggers"`
	Moves    []LevelMove `json:"moves" doc:"Operators of running jobs whose recording would change."`
	Warnings []string    `json:"warnings"`
	Version  *I64        `json:"version,omitempty" doc:"That it has now; absent when nothing was changed."`
}

// LevelMove is what would change for one operator.
type LevelMove struct {
	Job      string `json:"job"`
	Operator string `json:"operator"`
	From     string `json:"from"`
	To       string `json:"to"`
}

// EffectivePolicy is what the policy comes to in a job.
type EffectivePolicy struct {
	Recording string              `json:"recording"`
	Job       string              `json:"job"`
	Told      string              `json:"told"`
	Operators []EffectiveOperator `json:"operators"`
	Agents    []EffectiveAgent    `json:"agents"`
}

// EffectiveOperator is what holds for an operator, by which rule, and what its subtasks really record.
type EffectiveOperator struct {
	Vertex   string         `json:"vertex"`
	Op       string         `json:"op"`
	Name     string         `json:"name"`
	Kind     string         `json:"kind"`
	Level    string         `json:"level"`
	Word     string         `json:"word" doc:"Level, look-back, payload and sample as recordings write them."`
	Rule     string         `json:"rule" doc:"Where the level comes from: line of the policy, the default, or a change for a while."`
	Change   *LevelChange   `json:"change,omitempty"`
	Payload  string         `json:"payload"`
	Sample   string         `json:"sample" doc:"As in 1 of 50, or every key."`
	LookBack bool           `json:"lookback"`
	Logs     string         `json:"logs"`
	Applied  []AppliedLevel `json:"applied" doc:"Empty while no recording says so: no subtask runs, or its agent is old."`
	Pending  bool           `json:"pending" doc:"Some subtask records something else than what holds; it changes over as soon as it has something to do."`
}

// AppliedLevel is what some subtasks record, as their recordings say.
type AppliedLevel struct {
	Word     string `json:"word"`
	Level    string `json:"level"`
	Why      string `json:"why,omitempty"`
	Version  string `json:"version"`
	Subtasks []int  `json:"subtasks"`
	Since    *Time  `json:"since,omitempty"`
}

// EffectiveAgent is what one process makes of the policy.
type EffectiveAgent struct {
	Process string `json:"process"`
	Host    string `json:"host"`
	PID     int64  `json:"pid"`
	Version string `json:"version" doc:"That it follows."`
	State   string `json:"state" enum:"follows,lags,refuses,off,unknown" doc:"unknown: an old agent, which does not tell."`
	Reason  string `json:"reason,omitempty"`
	Tasks   int    `json:"tasks"`
	Behind  int    `json:"behind" doc:"Tasks that had nothing to do since the version came."`
}

// LevelChange is a change of levels for a while.
type LevelChange struct {
	ID        I64              `json:"id"`
	Recording string           `json:"recording"`
	Job       string           `json:"job"`
	At        *Time            `json:"at"`
	Until     *Time            `json:"until"`
	Ended     *Time            `json:"ended,omitempty"`
	Trigger   string           `json:"trigger,omitempty" doc:"Absent: a person said so."`
	On        string           `json:"on,omitempty"`
	Who       string           `json:"who,omitempty"`
	Why       string           `json:"why,omitempty"`
	Cause     string           `json:"cause,omitempty" doc:"What made the trigger fire."`
	Position  string           `json:"position,omitempty" doc:"Where."`
	Operators []OperatorChange `json:"operators"`
	LookBack  bool             `json:"lookback" doc:"What agents kept was sent for."`
	Again     I64              `json:"again" doc:"How often it happened again while the change held."`
}

// OperatorChange is the level of one operator, or of all that fit a pattern.
type OperatorChange struct {
	Operator string `json:"operator"`
	From     string `json:"from,omitempty"`
	To       string `json:"to"`
}

// LevelWish changes levels of a job for a while.
type LevelWish struct {
	Operator string `json:"operator,omitempty" maxLength:"300" doc:"Name, slug or pattern; absent: all of the job."`
	Level    string `json:"level,omitempty" enum:"positions,flight,trace" doc:"Absent: it stays."`
	Seconds  int64  `json:"for_s,omitempty" minimum:"1" maximum:"86400" doc:"Default 600."`
	LookBack bool   `json:"lookback,omitempty" doc:"Have agents send what they kept."`
	Why      string `json:"why,omitempty" maxLength:"1000"`
	DryRun   bool   `json:"dry_run,omitempty" doc:"Say what would change, and change nothing."`
}

type checkRequest struct{ Body PolicyText }

type setPolicyRequest struct{ Body PolicyChange }

type effectiveRequest struct {
	Job string `query:"job" required:"true" maxLength:"256" doc:"Recording id, beginning of one, or the job's name."`
}

type versionsRequest struct {
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type levelRequest struct {
	Job  string `path:"job" maxLength:"256" doc:"Recording id, beginning of one, or the job's name (its newest run)."`
	Body LevelWish
}

type endLevelRequest struct {
	Job string `path:"job" maxLength:"256"`
	ID  int64  `path:"id" doc:"Of the change."`
}
