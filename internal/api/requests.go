package api

// What requests carry. Path parameters and queries are validated against these tags before a handler runs.

type none struct{}

type jobsRequest struct {
	All bool `query:"all" doc:"Every run, not only the newest of each name."`
}

type jobRequest struct {
	Job string `path:"job" maxLength:"256" doc:"Recording id, beginning of one, or the job's name (its newest run)."`
}

// RecordingPath names the recording; exported because huma skips embedded structs that are not.
type RecordingPath struct {
	Rec string `path:"rec" maxLength:"256" doc:"Recording id, beginning of one, or the job's name (its newest run)."`
}

// EventFilter is what events are chosen by. From and To take RFC 3339, a date, or an offset from now such as -5m.
type EventFilter struct {
	Op         string   `query:"op" maxLength:"256" doc:"Operator: slug, name, or beginning of its id."`
	Subtask    int      `query:"subtask" default:"-1" minimum:"-1" doc:"-1 = every one."`
	Attempt    int      `query:"attempt" default:"-1" minimum:"-1" doc:"-1 = every one."`
	Lane       []string `query:"lane,explode" maxItems:"16" doc:"out, det, src, trace, job, log, gap."`
	Kind       []string `query:"kind,explode" maxItems:"64" doc:"Names of spec/recording.md with dashes."`
	Reason     []string `query:"reason,explode" maxItems:"32" doc:"Dropped records alone, thrown away for one of these reasons (spec/recording.md, section 4.1)."`
	From       string   `query:"from" maxLength:"64" doc:"Time or -5m."`
	To         string   `query:"to" maxLength:"64" doc:"Time or -5m; exclusive."`
	Key        string   `query:"key" maxLength:"1024" doc:"Text of the key's view."`
	Text       string   `query:"text" maxLength:"1024" doc:"Part of the one line of the key's or the value's view."`
	Where      string   `query:"where" maxLength:"4096" doc:"Filter in CEL over fields and decoded values as you may see them (docs/guides/filter.md)."`
	Invocation string   `query:"invocation" maxLength:"20" pattern:"^[0-9]*$" doc:"Number of one invocation."`
	Payload    bool     `query:"payload" default:"true" doc:"With views of key and value."`
}

type dropsRequest struct {
	Job     string   `path:"job" maxLength:"256" doc:"Recording id, beginning of one, or the job's name (its newest run)."`
	Op      string   `query:"op" maxLength:"256" doc:"Operator: slug, name, or beginning of its id."`
	Subtask int      `query:"subtask" default:"-1" minimum:"-1" doc:"-1 = every one."`
	Reason  []string `query:"reason,explode" maxItems:"32" doc:"Names of spec/recording.md, section 4.1."`
	From    string   `query:"from" maxLength:"64" doc:"Time or -5m."`
	To      string   `query:"to" maxLength:"64" doc:"Time or -5m; exclusive."`
}

type eventsRequest struct {
	RecordingPath
	EventFilter
	Order  string `query:"order" enum:"asc,desc" default:"asc"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Cursor string `query:"cursor" maxLength:"512" doc:"next or previous of a page before, or cursor of an event."`
	Around string `query:"around" maxLength:"256" doc:"Position to begin at; the page holds events on both sides."`

	Explain bool `query:"explain" doc:"Say what the search had to look at."`
}

type liveEventsRequest struct {
	RecordingPath
	EventFilter
	After string `header:"Last-Event-ID" maxLength:"512" doc:"Cursor of the last event seen; without it, from now."`
}

type timelineRequest struct {
	RecordingPath
	EventFilter
	Buckets int `query:"buckets" minimum:"1" maximum:"2000" default:"200"`
}

type positionRequest struct {
	RecordingPath
	Position string `path:"position" maxLength:"256" doc:"operator.subtask.attempt.invocation"`
}

type codeRequest struct {
	RecordingPath
	Hash string `path:"hash" minLength:"4" maxLength:"16" pattern:"^[0-9a-f]+$" doc:"Hash of a generated class, or the beginning of it."`
}

type lineageRequest struct {
	Rec     string `path:"rec" maxLength:"256" doc:"As elsewhere; any searches all recordings for a Kafka position."`
	Record  string `query:"record" required:"true" minLength:"3" maxLength:"512" doc:"Element, topic/partition@offset, or position."`
	Dir     string `query:"dir" enum:"up,down,both" default:"both"`
	Depth   int    `query:"depth" minimum:"1" maximum:"256" default:"32"`
	Limit   int    `query:"limit" minimum:"1" maximum:"10000" default:"500" doc:"Nodes."`
	Payload bool   `query:"payload" default:"true"`
}
