package avro

import (
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

// What is written resolved is the same schema without references: each type stands where it is first needed, also one that two references lead to.
func TestResolvedSchemasNeedNoReferences(t *testing.T) {
	refs := []language.Referenced{
		{Name: "a.X", Text: `{"type":"record","name":"X","namespace":"a","doc":"d","fields":[{"name":"x","type":"int","default":1}]}`},
		{Name: "b.L", Text: `{"type":"record","name":"L","namespace":"b","fields":[{"name":"x","type":"a.X"},{"name":"next","type":["null","L"]}]}`},
	}
	s, err := New().Parse(`{"type":"record","name":"Y","namespace":"a","fields":[{"name":"l","type":"b.L"},{"name":"x","type":"X"}]}`, refs)
	if err != nil {
		t.Fatal(err)
	}
	text, ok := s.(interface{ Format(string) (string, bool) }).Format("resolved")
	if !ok {
		t.Fatal("it has no such form")
	}
	const want = `{"type":"record","name":"Y","namespace":"a","fields":[{"name":"l","type":{"type":"record","name":"L","namespace":"b","fields":[{"name":"x",` +
		`"type":{"type":"record","name":"X","namespace":"a","doc":"d","fields":[{"name":"x","type":"int","default":1}]}},{"name":"next","type":["null","L"]}]}},{"name":"x","type":"X"}]}`
	if text != want {
		t.Errorf("want %s\ngot  %s", want, text)
	}
	again := parsed(t, text)
	if again.Canonical() != text {
		t.Errorf("read again it is %s", again.Canonical())
	}
	if list, err := New().Compare(again, s, language.Rules{Profile: language.Strict}); err != nil || len(list) != 0 {
		t.Errorf("it differs: %v, %v", list, err)
	}
	if _, ok := s.(interface{ Format(string) (string, bool) }).Format("serialized"); ok {
		t.Error("a form that there is not")
	}
}
