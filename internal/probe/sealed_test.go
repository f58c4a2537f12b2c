package probe

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/serde"
)

// No verb, encoder or logger prints anything of what a row holds, wherever it is kept.
func TestRowsAreNotPrinted(t *testing.T) {
	const secret = "tango-7719342"
	p, err := JSON([]Path{Members("a"), {{Name: "l"}, {Kind: StepElement}}}, serde.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var row Row
	if err := p.Run([]byte(`{"a":"`+secret+`","l":["`+secret+`",7719342]}`), &row); err != nil {
		t.Fatal(err)
	}
	cells := row.Open(sealed.Take())
	cell := cells.One(0)
	if got := cell.Value().Text(); got != secret {
		t.Fatalf("the cell holds %q", got)
	}
	type holder struct {
		Shown  any
		hidden Row
		cells  Cells
		cell   Cell
	}
	for _, x := range []any{row, &row, cells, cell, &cell, cell.Value(), holder{row, row, cells, cell}, &holder{&row, row, cells, cell}, []Row{row}, map[string]Cell{"x": cell}} {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q", "%T"} {
			fmt.Fprintf(&out, verb, x)
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "x", x)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "x", x)
		if b, err := json.Marshal(x); err == nil {
			out.Write(b)
		}
		if b, err := xml.Marshal(x); err == nil {
			out.Write(b)
		}
		_ = gob.NewEncoder(&out).Encode(x)
		if text := out.String(); strings.Contains(text, "tango") || strings.Contains(text, "7719342") || strings.Contains(text, fmt.Sprintf("%x", secret)) ||
			strings.Contains(text, "116 97 110") {
			t.Errorf("%T is printed: %.300s", x, text)
		}
	}
	if !row.Open(sealed.Key{}).Closed() {
		t.Error("a row opens without a key")
	}
}

// Errors name places and never what is there.
func TestErrorsHoldNoPayload(t *testing.T) {
	p, err := JSON(nil, serde.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var row Row
	for text, want := range map[string]string{
		`{"tango":tango}`: "no JSON value at byte 9", `{"a":"tango`: "the text ends early at byte 11", `{"a":1}tango`: "more text after the value at byte 7",
	} {
		if err := p.Run([]byte(text), &row); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := p.RunPayload(event.NewCutPayload([]byte("{}"), 10), 0, &row); err == nil {
		t.Error("a payload that was cut is read as if it were whole")
	}
}
