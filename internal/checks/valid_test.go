package checks

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/serde"
)

// known are schemas by their numbers; away: the registry does not answer.
type known struct {
	texts map[uint64]event.SchemaText
	away  bool
}

func (k *known) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	if k.away {
		return event.SchemaText{}, &event.RegistryError{}
	}
	t, ok := k.texts[id.Number]
	if !ok {
		return t, serde.ErrNoSchema
	}
	t.ID = id
	return t, nil
}

func framed(id uint32, body string) string {
	return "\x00" + string(binary.BigEndian.AppendUint32(nil, id)) + body
}

// JSON that its schema does not allow does not conform, also where the contract itself does not look; what is told is the place in the schema.
func TestValuesAreHeldAgainstTheirJSONSchema(t *testing.T) {
	w := newWorld(t)
	registry := &known{texts: map[uint64]event.SchemaText{7: {Language: event.LanguageJSON, Text: `{"type":"object","properties":{"n":{"type":"integer","maximum":10}},"additionalProperties":false}`}}}
	w.schemas = registry
	w.restart()
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf("", ""))
	w.write(framed(7, `{"n":1}`), framed(7, `{"n":11}`), framed(7, `{"private":1}`), framed(7, `{}`), framed(8, `{}`))
	w.round()
	var first, other Violation
	for _, v := range w.violations(ViolationQuery{Check: "orders/conformity"}) {
		if v.Writer == "7" {
			first = v
		} else {
			other = v
		}
	}
	w.same("first, last, count", []int64{first.First, first.Last, first.Count}, []int64{1, 2, 2})
	if !strings.HasSuffix(first.Hints.Detail, ": /properties/n/maximum") {
		t.Errorf("told as %q", first.Hints.Detail)
	}
	if other.First != 4 || other.Hints.Detail == "" {
		t.Errorf("a schema that is not known: %+v", other)
	}
	report, err := w.engine.Test(t.Context(), TestQuery{Cluster: "shop", Topic: "orders", Since: w.now().Add(-60e9)})
	if err != nil || report.Checks[0].First != 1 || !strings.HasSuffix(report.Checks[0].Detail, "/properties/n/maximum") {
		t.Errorf("%+v, %v", report, err)
	}
}

// A Protobuf value of another form than its schema says can be read, and does not conform; a field that is only new is none of that.
func TestProtobufIsReadStrictly(t *testing.T) {
	w := newWorld(t)
	w.schemas = &known{texts: map[uint64]event.SchemaText{7: {Language: event.LanguageProtobuf, Text: `syntax = "proto3"; message Order { int32 n = 1; string s = 2; }`}}}
	w.restart()
	w.fake.Topic("orders", 1, nil)
	w.apply(contractOf("", ""))
	w.write(framed(7, "\x00\x08\x01"), framed(7, "\x00\x08\x01\x1a\x01x"), framed(7, "\x00\x0a\x01x"), framed(7, "\x00\x12\x01\xff"), framed(7, "\x00\x08"))
	w.round()
	v := w.only("orders/conformity")
	w.same("first, last, count", []int64{v.First, v.Last, v.Count}, []int64{2, 4, 3})
	if !strings.Contains(v.Hints.Detail, "wire type") {
		t.Errorf("told as %q", v.Hints.Detail)
	}
}
