package notify

import (
	"encoding/json"
	"time"
)

// DataSchema is where the shape of Data is described, below the server's address.
const DataSchema = "/api/v1/openapi.json#/components/schemas/NotificationData"

// CloudEvent is a telling as CloudEvents 1.0 has it.
type CloudEvent struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"` // the same in every attempt; unique within Source
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Time        time.Time `json:"time"`
	Subject     string    `json:"subject,omitempty"`
	ContentType string    `json:"datacontenttype"`
	DataSchema  string    `json:"dataschema"`
	Data        Data      `json:"data"`
}

// Data is what a CloudEvent carries.
type Data struct {
	Summary  string `json:"summary"`
	Severity string `json:"severity"`
	Phase    Phase  `json:"phase"`
	Link     string `json:"link,omitempty"` // into the web UI
	Group    string `json:"group"`          // the same for what belongs together
	Since    string `json:"since"`          // when the group began
	Count    int64  `json:"count"`          // events of the group so far

	Cluster  string `json:"cluster,omitempty"`
	Topic    string `json:"topic,omitempty"`
	Path     string `json:"path,omitempty"`
	Job      string `json:"job,omitempty"`
	Subject  string `json:"subject,omitempty"`
	Contract string `json:"contract,omitempty"`
	Facts    Facts  `json:"facts"`
}

// message is what a target is told, in all forms.
type message struct {
	delivery string // its id; of a test the event's
	event    CloudEvent
	summary  string
	more     string // of repeats; empty = there are none
	link     string
	key      string // of the group
}

// messageOf is what c says.
func (k *Keeper) messageOf(c *claimed) message {
	e := &c.event
	m := message{delivery: c.id, summary: summary(e, c.phase), more: repeated(c.repeats, c.group.Opened, c.phase), key: c.group.ID}
	if e.Link != "" {
		m.link = k.o.URL + e.Link
	}
	id := e.ID
	if c.phase == Reminder { // the event was told before; this telling is another one
		id += "/reminder/" + c.id
	}
	said := m.summary
	if m.more != "" {
		said += ", " + m.more
	}
	m.event = CloudEvent{
		SpecVersion: "1.0", ID: id, Source: k.o.URL, Type: e.Type.Full(), Time: e.Time, Subject: e.About(), ContentType: "application/json", DataSchema: k.o.URL + DataSchema,
		Data: Data{
			Summary: said, Severity: e.Severity.String(), Phase: c.phase, Link: m.link, Group: c.group.ID, Since: c.group.Opened.UTC().Format(time.RFC3339), Count: c.repeats,
			Cluster: e.Cluster, Topic: e.Topic, Path: e.Path, Job: e.Job, Subject: e.Subject, Contract: e.Contract, Facts: e.Facts,
		},
	}
	return m
}

// text is the event in structured mode.
func (c *CloudEvent) text() ([]byte, error) { return json.Marshal(c) }
