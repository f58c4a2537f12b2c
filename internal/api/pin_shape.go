package api

// Pin keeps a recording, or a stretch of it, from retention.
type Pin struct {
	ID        string `json:"id"`
	Recording string `json:"recording"`
	Job       string `json:"job"`
	From      *Time  `json:"from,omitempty" doc:"Of what is kept: the completed checkpoint at or before asked_from. Absent: from the beginning."`
	To        *Time  `json:"to,omitempty" doc:"Of what is kept: the next completed checkpoint behind asked_to. Absent: to the end."`
	AskedFrom *Time  `json:"asked_from,omitempty"`
	AskedTo   *Time  `json:"asked_to,omitempty"`
	Open      bool   `json:"open" doc:"No checkpoint behind asked_to is completed yet: everything from from on is kept until one is."`
	Reason    string `json:"reason" enum:"bookmark,incident,export,hold"`
	Note      string `json:"note"`
	Owner     string `json:"owner"`
	Created   *Time  `json:"created"`
	Segments  int    `json:"segments" doc:"That it holds."`
	Bytes     I64    `json:"bytes" doc:"Of these segments."`
}

// Pins are all pins.
type Pins struct {
	Kind    string `json:"kind"`
	Version int    `json:"version"`
	Items   []Pin  `json:"items" doc:"The oldest first."`
	Bytes   I64    `json:"bytes" doc:"Of all segments that a pin holds, each once."`
	Quota   I64    `json:"quota" doc:"Bytes that pins may hold; 0 = no limit."`
}

// PinWish asks for a pin.
type PinWish struct {
	From   string `json:"from,omitempty" maxLength:"64" doc:"Time or -5m; empty: from the beginning."`
	To     string `json:"to,omitempty" maxLength:"64" doc:"Time or -5m; empty: to the end."`
	Reason string `json:"reason" enum:"bookmark,incident,export,hold"`
	Note   string `json:"note,omitempty" maxLength:"1000"`
}

// Compaction is how far the compaction is that somebody asked for, or how the last one ended.
type Compaction struct {
	State    string `json:"state" enum:"none,running,done,cancelled,failed"`
	Began    *Time  `json:"began,omitempty"`
	Ended    *Time  `json:"ended,omitempty"`
	Done     I64    `json:"done" doc:"Bytes of segments looked at."`
	Total    I64    `json:"total"`
	Before   I64    `json:"before" doc:"Bytes of segments that were replaced."`
	After    I64    `json:"after" doc:"Bytes of what replaced them."`
	Segments int    `json:"segments" doc:"That were replaced."`
	Into     int    `json:"into" doc:"Segments that replaced them."`
	Left     int    `json:"left" doc:"Segments that are damaged and stay as they are."`
	Error    string `json:"error,omitempty"`
}

type pinRequest struct {
	RecordingPath
	Body PinWish
}

type unpinRequest struct {
	ID string `path:"id" maxLength:"64" doc:"Of the pin."`
}
