package audit

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// EntryType names an entry in CloudEvents.
const EntryType = "io.sightglass.audit.entry.v1"

// CloudEvent is an entry or a head as CloudEvents 1.0 has it, in JSON.
type CloudEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`     // unique within Source
	Source      string          `json:"source"` // the log, by its key
	Type        string          `json:"type"`
	Time        time.Time       `json:"time"`
	Subject     string          `json:"subject,omitempty"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"` // canonical JSON
}

func (l *Log) source() string { return "urn:sightglass:audit:" + Fingerprint(l.Key()) }

// EventOf is an entry as a CloudEvent.
func (l *Log) EventOf(e *access.Entry) CloudEvent {
	return CloudEvent{
		SpecVersion: "1.0", ID: strconv.FormatUint(e.Seq, 10), Source: l.source(), Type: EntryType, Time: e.Time.UTC(), Subject: string(e.Resource),
		ContentType: "application/json", Data: e.Canonical(nil, true),
	}
}

// headEvent is a head as a CloudEvent.
func (l *Log) headEvent(h access.Head) CloudEvent {
	return CloudEvent{
		SpecVersion: "1.0", ID: "head-" + strconv.FormatUint(h.Seq, 10), Source: l.source(), Type: access.HeadType, Time: h.Time.UTC(),
		ContentType: "application/json", Data: h.Canonical(nil, true),
	}
}

// text is the event on one line. json.Marshal would write < and > of the data in another form, which is the same JSON and not the same bytes.
func (c CloudEvent) text() ([]byte, error) {
	data := c.Data
	c.Data = json.RawMessage("null")
	b, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	b = append(b[:len(b)-len("null}")], data...)
	return append(b, '}'), nil
}
