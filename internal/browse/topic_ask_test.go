package browse

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/probe"
	"github.com/sightglass/sightglass/internal/serde"
)

// asker makes policies, filters and records of few names and values, so that they meet.
type asker struct{ *rand.Rand }

func (a asker) of(list ...string) string { return list[a.IntN(len(list))] }

func (a asker) name() string {
	return a.of("id", "email", "note", "phone", "ref", "who", "items", "at", "apiKey", "key_1")
}

func (a asker) text() string {
	return a.of("ann@example.org", "4111111111111111", "o-1", "please call me back soon", "***", "", "10.77.3.20", `{"email":"ann@example.org","id":7}`, `[1,"x"]`, "x\u00e9", "2026-08-01T14:02:11.482Z")
}

// policy hides some of what there is, by every kind of mask.
func (a asker) policy() string {
	var b strings.Builder
	fmt.Fprintf(&b, "masking:\n  classes:\n    pii.contact: {rank: 30, action: %s}\n    pii.financial: {rank: 40, action: %s}\n    plain: {rank: %d, action: clear}\n",
		a.of("redact", "drop", "token", "{keep_last: 4}", "clear"), a.of("redact", "drop", "token", "{keep_first: 2}"), a.IntN(60))
	if a.IntN(2) == 0 {
		fmt.Fprintf(&b, "  detectors: {enabled: %s, free_text: %s}\n", a.of("all", "[email, pan, names]", "[ip]"), a.of("redact", "keep"))
	}
	b.WriteString("  rules:\n")
	if a.IntN(2) == 0 {
		b.WriteString("    - {tags: [PII], class: pii.contact}\n")
	}
	for range 1 + a.IntN(4) {
		path := a.of(`"*"`, `"**"`, a.name(), a.name(), "who."+a.name(), `"items[]."`+"", `"**.`+a.name()+`"`, `"note~json.email"`, `"note~json.**"`)
		if path == `"items[]."` {
			path = `"items[].` + a.name() + `"`
		}
		fmt.Fprintf(&b, "    - {part: %s, paths: {%s: %s}%s}\n", a.of("value", "value", "value", "key", "header"), path, a.of("public", "plain", "pii.contact", "pii.financial", "unknown", "secret"),
			a.of("", "", ", override: true"))
	}
	b.WriteString("roles:\n  - {name: reader, allow: [{actions: [\"topic:read\"], resources: [\"**\"]}]}\n")
	return b.String()
}

func (a asker) literal() string {
	return a.of(fmt.Sprintf("%q", a.text()), fmt.Sprintf("%q", a.text()), "7", "12.5", "true", "null", "0", "timestamp(\"2026-08-01T14:02:11.482Z\")")
}

func (a asker) place() string {
	p := "value"
	for range 1 + a.IntN(2)*a.IntN(2) {
		if a.IntN(3) == 0 {
			p += fmt.Sprintf("[%q]", a.name())
		} else {
			p += "." + a.name()
		}
	}
	return p
}

func (a asker) filter(depth int) string {
	if depth > 0 && a.IntN(3) > 0 {
		x, y := a.filter(depth-1), a.filter(depth-1)
		return a.of(x+" && "+y, x+" && "+y, "("+x+" || "+y+")", "!("+x+")", "("+x+" ? "+y+" : false)")
	}
	switch a.IntN(14) {
	case 0, 1, 2:
		return a.place() + a.of(" == ", " != ") + a.literal()
	case 3:
		return a.place() + a.of(" > ", " <= ") + a.literal()
	case 4:
		return "has(value." + a.name() + "." + a.name() + ")"
	case 5:
		return "has(value." + a.name() + ")"
	case 6:
		return fmt.Sprintf("%s.%s(%q)", a.place(), a.of("startsWith", "contains", "endsWith"), a.text())
	case 7:
		return fmt.Sprintf("%s in [%s, %s]", a.place(), a.literal(), a.literal())
	case 8:
		return fmt.Sprintf("size(%s) %s %d", a.place(), a.of("==", ">"), a.IntN(5))
	case 9:
		return fmt.Sprintf("value.items.exists(i, i.%s == %s)", a.name(), a.literal())
	case 10:
		return a.of(`key == "o-1"`, `headers.h == "ann@example.org"`, `headers["h"].contains("***")`, "partition == 0", "offset > 3", "size > 40", `value_type == "object"`)
	case 11:
		return fmt.Sprintf("text.contains(%q)", a.text())
	case 12:
		return fmt.Sprintf("type(%s) == %s", a.place(), a.of("string", "int", "bool", "map", "list", "null_type"))
	default:
		return a.of(fmt.Sprintf("%q in value", a.name()), "value[key] == 7", "value == null", "[1].exists(value, value == 1)", "[value].exists(x, x."+a.name()+" == 7)", "value.?"+a.name()+".hasValue()")
	}
}

func (a asker) scalar() string {
	return a.of(fmt.Sprintf("%q", a.text()), fmt.Sprintf("%q", a.text()), fmt.Sprintf("%q", a.text()), "7", "-1", "12.50", "12345678901234567890", "true", "null", "\"\xff\"", `"\u0041\ud83d"`)
}

func (a asker) json(depth int) string {
	var members []string
	for range 1 + a.IntN(6) {
		v := a.scalar()
		switch {
		case depth > 0 && a.IntN(4) == 0:
			v = a.json(depth - 1)
		case a.IntN(8) == 0:
			v = "[" + a.of("", a.scalar(), a.json(0)+","+a.json(0)) + "]"
		}
		members = append(members, fmt.Sprintf("%q:%s", a.name(), v))
	}
	return "{" + strings.Join(members, a.of(",", ", ")) + "}"
}

// asked is a registry of an Avro, a Protobuf and a JSON schema with fields that asker names.
type askedSchemas struct{}

var askedTexts = map[uint64]event.SchemaText{
	7: {Language: event.LanguageAvro, Text: `{"type":"record","name":"A","fields":[{"name":"id","type":["null","string","long"]},{"name":"email","type":"string","confluent:tags":["PII"]},
	 {"name":"who","type":["null",{"type":"record","name":"W","fields":[{"name":"phone","type":"string"},{"name":"ref","type":"double"}]}]},
	 {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},{"name":"items","type":{"type":"array","items":"string"}},{"name":"note","type":"string"}]}`},
	8: {Language: event.LanguageProtobuf, Text: `syntax = "proto3"; import "confluent/meta.proto"; import "google/protobuf/timestamp.proto";
	 message P { string id = 1; string email = 2 [(confluent.field_meta).tags = "PII"]; W who = 3; google.protobuf.Timestamp at = 4; repeated int64 items = 5; string note = 6; oneof x { int32 ref = 7; string phone = 8; } }
	 message W { string phone = 1; bool ref = 2; }`},
	9: {Language: event.LanguageJSON, Text: `{"title":"Order","properties":{"email":{"type":"string","confluent:tags":["PII"]},"who":{"properties":{"ref":{"confluent:tags":["PII"]}}}}}`},
}

func (askedSchemas) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	text, ok := askedTexts[id.Number]
	if !ok {
		return text, serde.ErrNoSchema
	}
	text.ID = id
	return text, nil
}

func (a asker) avro() []byte {
	var b []byte
	text := func(s string) { b = append(binary.AppendVarint(b, int64(len(s))), s...) }
	switch a.IntN(3) {
	case 0:
		b = append(b, 0)
	case 1:
		b = append(b, 2)
		text(a.text())
	default:
		b = append(b, 4, 14)
	}
	text(a.text())
	if a.IntN(2) == 0 {
		b = append(b, 0)
	} else {
		b = append(b, 2)
		text(a.text())
		b = append(b, 0, 0, 0, 0, 0, 0, 0x1c, 0x40)
	}
	b = binary.AppendVarint(b, 1785592931482)
	if a.IntN(2) == 0 {
		b = append(b, 2)
		text("x")
	}
	b = append(b, 0)
	text(a.text())
	return b
}

func (a asker) proto() []byte {
	var b []byte
	field := func(number int, content string) {
		b = append(binary.AppendUvarint(append(b, byte(number<<3|2)), uint64(len(content))), content...)
	}
	for range a.IntN(7) {
		switch a.IntN(7) {
		case 0, 1:
			field(1+a.IntN(2), a.text())
		case 2:
			field(3, a.of("", "\x10\x01", "\x0a\x03o-1"))
		case 3:
			field(4, "\x08\x8f\x80\x80\xd3\x06")
		case 4:
			field(5, a.of("", "\x01\x07"))
		case 5:
			field(6, a.text())
		default:
			b = append(b, 7<<3, 7)
		}
	}
	return b
}

func (a asker) record(i int) kafka.Record {
	rec := kafka.Record{Topic: "orders", Partition: int32(a.IntN(2)), Offset: int64(i), Time: 1_767_600_000_000, Key: event.NewPayload([]byte(a.of("o-1", `{"id":7}`, "")))}
	if a.IntN(2) == 0 {
		rec.Headers = []kafka.Header{{Name: "h", Value: event.NewPayload([]byte(a.text()))}}
	}
	head := func(id byte) []byte { return []byte{0, 0, 0, 0, id} }
	var value []byte
	switch a.IntN(12) {
	case 0, 1, 2, 3:
		value = []byte(a.json(2))
	case 4, 5:
		value = append(head(7), a.avro()...)
	case 6, 7:
		value = append(append(head(8), 0), a.proto()...)
	case 8:
		value = append(head(9), a.json(1)...)
	case 9:
		value = append(head(99), a.json(1)...)
	case 10:
		value = []byte(a.of("text", "7", "null", "[1]", `"x"`, "{", `{"id":7} x`, "\x00\x01", ""))
	default: // none
	}
	if len(value) > 0 && a.IntN(6) == 0 {
		value = value[:a.IntN(len(value))]
	}
	if a.IntN(10) == 0 && len(value) > 0 {
		rec.Headers = append(rec.Headers, kafka.Header{Name: "__value_schema_id", Value: event.NewPayload(head(7 + byte(a.IntN(3))))})
	}
	if a.IntN(15) == 0 {
		rec.Value = event.NewCutPayload(value, len(value)+10)
	} else {
		rec.Value = event.NewPayload(value)
	}
	rec.Size = rec.Value.Len()
	return rec
}

// A question wants the same records, and finds as many unclear for the same reason, whether it is asked of the members that it looks at or of
// whole records: for every policy, filter and record.
func TestQuestionsWantTheSameOfMembersAsOfWholeRecords(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	keys, err := access.NewKeys([]byte(strings.Repeat("k", 32)), "test", 0)
	if err != nil {
		t.Fatal(err)
	}
	cluster := &Cluster{Name: "shop", Decoder: serde.NewRecordDecoder(askedSchemas{}, serde.Limits{})}
	reader := access.Principal{ID: "local:r", Roles: []string{"reader"}}
	projections, wanted, hidden, unclears := 0, 0, 0, 0
	const rounds = 100
	for seed := range uint64(rounds) {
		a := asker{rand.New(rand.NewPCG(seed, 190))}
		text := a.policy()
		p, err := access.ReadPolicy(text, keys)
		if err != nil {
			t.Fatalf("seed %d: %v: %s", seed, err, text)
		}
		var records []kafka.Record
		for i := range 30 {
			records = append(records, a.record(i))
		}
		for range 12 {
			q := from("orders")
			filter := a.filter(2)
			if q.Where, err = CompileFilter(filter); err != nil {
				continue // of a name that there is not
			}
			if a.IntN(8) == 0 {
				q.Key = "o-1"
			}
			if a.IntN(12) == 0 {
				q.Match = a.text()
			}
			if a.IntN(12) == 0 {
				q.Decoder = a.of(serde.DecoderText, serde.DecoderAuto, serde.DecoderJSON)
			}
			r := renderer{Browser: s.Browser, ctx: t.Context(), who: reader, shape: askShape, policy: p, decoder: q.Decoder}
			if seed%8 == 0 {
				r.who, r.policy = local, s.Browser.policy(t.Context())
			}
			ask := r.asking(&q)
			var of, whole Unclear
			for i := range records {
				e := r.topicRecord(cluster, &records[i])
				want := q.wants(&e.Event, &whole)
				got := ask.wants(cluster, &records[i], &of)
				if got != want || of != whole {
					t.Fatalf("seed %d, record %d: %s wants it %t, %+v, and of members %t, %+v; %s", seed, i, filter, want, whole, got, of, text)
				}
				if want {
					wanted++
				}
				if ask.of.members != nil && ask.value(cluster, &records[i]) != nil {
					projections++
					if len(e.View.Masked) > 0 {
						hidden++
					}
				}
			}
			unclears += whole.Events
		}
	}
	t.Logf("seeds 0 to %d: %d records asked by members, %d of them with masks, %d wanted, %d unclear", rounds-1, projections, hidden, wanted, unclears)
	if projections < rounds*20 || hidden < rounds*5 || wanted < rounds*5 || unclears < rounds {
		t.Error("the records, filters and policies do not meet")
	}
}

func TestFiltersTellWhatTheyLookAt(t *testing.T) {
	for text, want := range map[string]string{
		`value.a == 1`: "value [a]", `value.a.b == 1 && value["c"].contains("x")`: "value [a.b c]", `has(value.a) || value.a == null`: "value [a]",
		`value.items.exists(i, i.sku == "x")`: "value [items]", `value == null`: "value []", `"a" in value`: "value []", `value.?a.hasValue()`: "value []",
		`value[key] == 1`: "key value []", `value.key_3 == 1`: "value []", `text.contains("x")`: "key value []", `size > 3`: "value []", `change == "+I"`: "value []",
		`key == "k"`: "key []", `headers.h == "x" && value.a == 1`: "headers value [a]", `partition == 1`: "[]", `before == null`: "[]",
	} {
		f, err := CompileFilter(text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, part := range []struct {
			is   bool
			name string
		}{{f.reads.key, "key "}, {f.reads.headers, "headers "}, {f.reads.value, "value "}} {
			if part.is {
				got += part.name
			}
		}
		if got += fmt.Sprint(append([]probe.Path{}, f.reads.members...)); got != want {
			t.Errorf("%s looks at %s, want %s", text, got, want)
		}
	}
}
