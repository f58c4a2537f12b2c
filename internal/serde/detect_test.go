package serde

import (
	"context"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestDetectsTheFormat(t *testing.T) {
	for in, want := range map[string]event.PayloadFormat{
		"":                         event.FormatText,
		"order o-1":                event.FormatText,
		"two\nlines\tand\r":        event.FormatText,
		"日本語":                      event.FormatText,
		`{"a":1}`:                  event.FormatJSON,
		" [1]\n":                   event.FormatJSON,
		"42":                       event.FormatJSON,
		`"s"`:                      event.FormatJSON,
		"null":                     event.FormatJSON,
		"nullable":                 event.FormatText,
		"{not json":                event.FormatText,
		"a\x00b":                   event.FormatBytes,
		"\xff\xfe":                 event.FormatBytes,
		"\u0085":                   event.FormatBytes,
		"\x00\x00\x00\x00\x07rest": event.FormatBytes,
		"Obj\x01":                  event.FormatAvro,
		"   ":                      event.FormatText,
	} {
		if got := detect(in).Info(); got.Format != want || got.Size != len(in) {
			t.Errorf("%q: %+v, want %s", in, got, want)
		}
	}
}

func TestTombstoneIsNull(t *testing.T) {
	d := NewDetector(nil, Limits{})
	if tree := d.Detect(context.Background(), event.Payload{}); open(tree).Kind != event.NodeNull || tree.Info().Reason != "" {
		t.Errorf("%+v", tree.Info())
	}
	if tree := d.Detect(context.Background(), event.NewCutPayload(nil, 9)); open(tree).Kind != event.NodeNull || tree.Info().Reason == "" {
		t.Errorf("withheld: %+v", tree.Info())
	}
}

func TestCutTextMayEndInACharacter(t *testing.T) {
	p := event.NewCutPayload([]byte("caf\xc3"), 50)
	if got := NewDetector(nil, Limits{}).Detect(context.Background(), p); got.Info().Format != event.FormatText {
		t.Errorf("%+v", got.Info())
	}
	if got := detect("caf\xc3"); got.Info().Format != event.FormatBytes {
		t.Errorf("not cut: %+v", got.Info())
	}
}

// countingSchemas answers as a registry does and counts the questions.
type countingSchemas struct {
	asked map[uint32]int
	err   error
}

func (c *countingSchemas) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	c.asked[uint32(id.Number)]++
	text := event.SchemaText{ID: id, Language: event.LanguageAvro}
	switch {
	case c.err != nil:
		return text, c.err
	case id.Number == 1:
		text.Text = `{"type":"record","name":"shop.Order","fields":[{"name":"id","type":"string"},{"name":"n","type":["null","long"]}]}`
	case id.Number == 2:
		text.Text = `{"type":"recor`
	case id.Number == 3:
		text.Text = "string"
	default:
		return text, ErrNoSchema
	}
	return text, nil
}

func framed(id uint32, body string) event.Payload {
	return event.NewPayload(append(binary.BigEndian.AppendUint32([]byte{0}, id), body...))
}

func TestAvroBehindASchemaID(t *testing.T) {
	c := &countingSchemas{asked: map[uint32]int{}}
	d := NewDetector(c, Limits{})
	ctx := context.Background()
	for range 3 {
		tree := d.Detect(ctx, framed(1, "\x06o-1\x02\x54"))
		root := open(tree)
		if i := tree.Info(); i.Format != event.FormatAvro || i.Type != "shop.Order" || i.Reason != "" {
			t.Fatalf("%+v", i)
		}
		if root.Items[0].Value.Text() != "o-1" || root.Items[1].Value.Int() != 42 || root.Items[1].Off != 9 || root.Items[1].Len != 2 {
			t.Errorf("decoded %s", show(asExpect(root)))
		}
	}
	if tree := d.Detect(ctx, framed(3, "\x06o-1")); open(tree).Value.Text() != "o-1" {
		t.Errorf("a primitive schema: %+v", tree.Info())
	}
	if tree := d.Detect(ctx, framed(2, "\x06o-1")); open(tree).Kind != event.NodeOpaque || tree.Info().Reason != "not a usable Avro schema: not JSON" {
		t.Errorf("a broken schema: %+v", tree.Info())
	}
	if tree := d.Detect(ctx, framed(1, "\x06o-1\x02\x54zz")); tree.Info().Reason != "2 bytes are left over after the value" {
		t.Errorf("trailing bytes: %+v", tree.Info())
	}
	for range 3 {
		if tree := d.Detect(ctx, framed(9, "\x06o-1")); tree.Info().Format != event.FormatBytes {
			t.Errorf("an unknown id: %+v", tree.Info())
		}
	}
	if c.asked[1] != 1 || c.asked[9] != 1 {
		t.Errorf("the registry was asked %v", c.asked)
	}
	c.err = errors.New("connection refused to registry.internal")
	for range 2 {
		tree := d.Detect(ctx, framed(4, "\x06o-1"))
		if open(tree).Kind != event.NodeOpaque || tree.Info().Reason != "the schema registry could not be asked" {
			t.Errorf("registry down: %+v", tree.Info())
		}
	}
	if c.asked[4] != 2 {
		t.Errorf("a passing failure is kept: asked %d times", c.asked[4])
	}
}

func TestSchemaCacheIsBounded(t *testing.T) {
	c := &countingSchemas{asked: map[uint32]int{}}
	d := NewDetector(c, Limits{})
	for id := uint32(100); id < 100+3*maxSchemas; id++ {
		d.Detect(context.Background(), framed(id, "x"))
	}
	if len(d.schemas.known) > maxSchemas {
		t.Errorf("%d schemas are kept", len(d.schemas.known))
	}
}

func TestAvroSchemas(t *testing.T) {
	for name, schema := range map[string]string{
		"unknown name":   `{"type":"record","name":"A","fields":[{"name":"x","type":"Nope"}]}`,
		"no name":        `{"type":"record","fields":[]}`,
		"no type":        `{"name":"A"}`,
		"number":         `7`,
		"array no items": `{"type":"array"}`,
		"deep":           strings.Repeat(`{"type":"array","items":`, 80) + `"int"` + strings.Repeat(`}`, 80),
	} {
		if _, err := parseAvro(schema); !errors.Is(err, errSchema) {
			t.Errorf("%s: %v", name, err)
		}
	}
	nested := `{"type":"record","name":"A","namespace":"x","fields":[{"name":"b","type":{"type":"enum","name":"B","symbols":["S"]}},
		{"name":"c","type":"x.B"},{"name":"d","type":"B"},{"name":"e","type":{"type":{"type":"map","values":["null","A"]}}}]}`
	a, err := parseAvro(nested)
	if err != nil {
		t.Fatal(err)
	}
	if a.fields[1].typ != a.fields[0].typ || a.fields[2].typ != a.fields[0].typ || a.fields[3].typ.items.oneOf[1] != a {
		t.Error("names do not find the types that they name")
	}
}
