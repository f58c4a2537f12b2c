package serde

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestTagsOfSchemas(t *testing.T) {
	pii, secret := []string{"PII"}, []string{"SECRET"}
	for name, c := range map[string]struct {
		text  event.SchemaText
		want  []Tagged
		whole bool
	}{
		"avro": {event.SchemaText{Language: event.LanguageAvro, Text: `{"type":"record","name":"A","confluent:tags":["ROW"],"fields":[
			{"name":"id","type":"string","confluent:tags":["PII"],"tags":["PII","ID"]},
			{"name":"list","type":{"type":"array","items":{"type":"record","name":"B","fields":[{"name":"x","type":"long","tags":"SECRET"}]}}},
			{"name":"map","type":{"type":"map","values":["null","B"]}},
			{"name":"next","type":["null","A"]}]}`},
			[]Tagged{{"", []string{"ROW"}}, {"id", []string{"PII", "ID"}}, {"list[].x", secret}, {"map{}.x", secret},
				{"next", []string{"ROW"}}, {"next.**", nil}, {"next.**.id", []string{"PII", "ID"}}, {"next.**.list[].x", secret}, {"next.**.map{}.x", secret}, {"next.**.next", []string{"ROW"}}}, true},
		"avro of a reference": {event.SchemaText{Language: event.LanguageAvro, Text: `{"type":"record","name":"A","fields":[{"name":"b","type":"x.B"}]}`,
			References: []event.SchemaReference{{Name: "x.B", Text: `{"type":"record","name":"x.B","fields":[{"name":"x","type":"long","tags":["SECRET"]}]}`}}},
			[]Tagged{{"b.x", secret}}, true},
		"protobuf": {event.SchemaText{Language: event.LanguageProtobuf, Text: `syntax = "proto3"; import "confluent/meta.proto";
			message A { option (confluent.message_meta).tags = "ROW"; string id = 1 [(confluent.field_meta) = {tags: ["PII"], doc: "x"}];
			map<string, B> m = 2; repeated B l = 3; A next = 4; }
			message B { int64 x = 1 [(confluent.field_meta).tags = "SECRET", (confluent.field_meta).tags = "PII"]; }`},
			[]Tagged{{"", []string{"ROW"}}, {"id", pii}, {"m{}.x", []string{"SECRET", "PII"}}, {"l[].x", []string{"SECRET", "PII"}},
				{"next", []string{"ROW"}}, {"next.**.id", pii}, {"next.**.m{}.x", []string{"SECRET", "PII"}}, {"next.**.l[].x", []string{"SECRET", "PII"}}, {"next.**.next", []string{"ROW"}}}, true},
		"json": {event.SchemaText{Language: event.LanguageJSON, Text: `{"title":"A","type":"object","properties":{
			"id":{"type":"string","confluent:tags":["PII"]},"a.b":{"tags":["PII"]},"l":{"type":"array","items":{"$ref":"#/$defs/B"}},"o":{"oneOf":[{"type":"null"},{"$ref":"b.json"}]}},
			"additionalProperties":{"tags":"SECRET"},"$defs":{"B":{"properties":{"x":{"tags":["SECRET"]}}}}}`,
			References: []event.SchemaReference{{Name: "b.json", Text: `{"properties":{"y":{"tags":["PII"]},"again":{"$ref":"#"}}}`}}},
			[]Tagged{{`"a.b"`, pii}, {"id", pii}, {"l[].x", secret}, {"o.again.**.y", pii}, {"o.y", pii}, {"*", secret}}, true},
		"json that refers to nothing": {event.SchemaText{Language: event.LanguageJSON, Text: `{"properties":{"a":{"$ref":"http://x/y"}}}`}, nil, false},
	} {
		s, err := CompileSchema(c.text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := c.want[:0:0]
		for _, tag := range c.want {
			if tag.Tags != nil {
				want = append(want, tag)
			}
		}
		if got, whole := s.Tags(); fmt.Sprint(got) != fmt.Sprint(want) || whole != c.whole {
			t.Errorf("%s: %v, whole %v\nwant %v", name, got, whole, want)
		}
	}
}

func TestTagsOfOtherMessages(t *testing.T) {
	s, err := CompileSchema(event.SchemaText{Language: event.LanguageProtobuf, Text: orderProto})
	if err != nil {
		t.Fatal(err)
	}
	if got, whole := s.TagsOf("shop.Order"); !whole || !reflect.DeepEqual(got, []Tagged{{"id", []string{"PII"}}}) {
		t.Errorf("%v, whole %v", got, whole)
	}
	if got, _ := s.Tags(); got != nil {
		t.Errorf("the first message: %v", got)
	}
	if _, whole := s.TagsOf("shop.Nobody"); whole {
		t.Error("an unknown message has all its tags")
	}
}

// Types that all refer to each other have more paths than can be walked: the list says so and takes no longer.
func TestTagsOfTangledSchemas(t *testing.T) {
	var b strings.Builder
	for i := range 30 {
		fmt.Fprintf(&b, "message M%d {", i)
		for j := range 30 {
			fmt.Fprintf(&b, "M%d f%d = %d;", j, j, j+1)
		}
		b.WriteString("}\n")
	}
	defs, refs := map[string]string{}, []string{}
	for i := range 20 {
		refs = append(refs, fmt.Sprintf(`{"$ref":"#/$defs/d%d"}`, i))
	}
	for i := range 20 {
		defs[fmt.Sprint(i)] = fmt.Sprintf(`"d%d":{"anyOf":[%s]}`, i, strings.Join(refs, ","))
	}
	var members []string
	for _, d := range defs {
		members = append(members, d)
	}
	for _, text := range []event.SchemaText{
		{Language: event.LanguageProtobuf, Text: `syntax = "proto3";` + b.String()},
		{Language: event.LanguageJSON, Text: `{"$defs":{` + strings.Join(members, ",") + `},"$ref":"#/$defs/d0"}`},
	} {
		s, err := CompileSchema(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, whole := s.Tags(); whole {
			t.Errorf("%s: all paths were walked", text.Language)
		}
	}
}
