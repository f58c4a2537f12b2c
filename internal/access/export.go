package access

import (
	"encoding/hex"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// ExportRole is the role of what leaves by itself for other systems. It may see jobs and export recordings; it changes nothing.
const ExportRole = "export"

// ExportPrincipal is a part of the server that sends what is recorded to another system.
func ExportPrincipal(name string) Principal {
	return Principal{ID: "service:" + name, Name: name, Roles: []string{ExportRole}}
}

// WithExport is p with the role of exports, whose values are hidden unless clear.
func (p *Policy) WithExport(clear bool) *Policy {
	role := Role{Name: ExportRole, Statements: []Statement{{
		Effect: Allow, Actions: []Action{JobView, JobRead, RecordingExport}, Resources: []string{"flink/**"},
	}}}
	if clear {
		role.Clear = []string{"*"}
	}
	return p.with(role)
}

// TraceParent is the W3C trace context that a record carries.
type TraceParent struct {
	Trace [16]byte
	Span  [8]byte
}

// TraceParentOf reads the value of a header named traceparent. Only what has exactly the form of version 00 passes (two ids made
// to be shown to every system on the way); anything else that a header holds stays payload.
func TraceParentOf(header event.Payload) (t TraceParent, ok bool) {
	b := header.Open(sealed.Take())
	if len(b) != 55 || string(b[:3]) != "00-" || b[35] != '-' || b[52] != '-' {
		return TraceParent{}, false
	}
	for i, c := range b {
		if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'f') || c == '-' && i != 2 && i != 35 && i != 52 {
			return TraceParent{}, false
		}
	}
	_, err1 := hex.Decode(t.Trace[:], b[3:35])
	_, err2 := hex.Decode(t.Span[:], b[36:52])
	if err1 != nil || err2 != nil || t.Trace == [16]byte{} || t.Span == [8]byte{} {
		return TraceParent{}, false
	}
	return t, true
}
