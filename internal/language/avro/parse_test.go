package avro

import (
	"errors"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

func TestReferencesDefineTypes(t *testing.T) {
	refs := []language.Referenced{
		{Name: "shop.Money", Text: `{"type":"record","name":"shop.Money","fields":[{"name":"currency","type":{"type":"enum","name":"Currency","symbols":["EUR","USD"]}},{"name":"cents","type":"long"}]}`},
		{Name: "shop.Item", Text: `{"type":"record","name":"Item","namespace":"shop","fields":[{"name":"price","type":"Money"}]}`},
	}
	s := parsed(t, `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"items","type":{"type":"array","items":"shop.Item"}},{"name":"in","type":"Currency"}]}`, refs...)
	// Types that references define inside others are written out, as Confluent's registry does.
	want := `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"items","type":{"type":"array","items":"Item"}},{"name":"in","type":{"type":"enum","name":"Currency","symbols":["EUR","USD"]}}]}`
	if s.Canonical() != want {
		t.Errorf("canonical: %s", s.Canonical())
	}
	var paths []string
	for _, f := range s.Fields() {
		paths = append(paths, f.Path)
	}
	if got := strings.Join(paths, " "); got != "items items[] items[].price items[].price.currency items[].price.cents in" {
		t.Errorf("fields: %s", got)
	}
	older := parsed(t, s.Text(), language.Referenced{Name: "shop.Money", Text: strings.Replace(refs[0].Text, `"long"`, `"int"`, 1)}, refs[1])
	list, err := New().Compare(s, older, language.Rules{})
	if err != nil || len(list) != 1 || list[0].Field != "items[].price.cents" || list[0].Kind != typePromoted {
		t.Errorf("%+v, %v", list, err)
	}

	// Two ways may lead to one reference, of a type that contains itself too.
	node := language.Referenced{Name: "n.Node", Text: `{"type":"record","name":"n.Node","fields":[{"name":"next","type":["null","Node"]}]}`}
	parsed(t, `{"type":"array","items":"n.Node"}`, node, refs[0], node)

	// In the wrong order, or without one of them.
	for _, refs := range [][]language.Referenced{{refs[1], refs[0]}, refs[1:], nil} {
		_, err := New().Parse(s.Text(), refs)
		if !errors.Is(err, language.ErrSyntax) || !strings.Contains(err.Error(), "is no type that is known") {
			t.Errorf("%d references: %v", len(refs), err)
		}
	}
	// A type that a reference defines may be defined again if it is the same.
	again := `{"type":"record","name":"o.Order","fields":[{"name":"m","type":` + refs[0].Text + `}]}`
	parsed(t, again, refs[0])
	if _, err := New().Parse(strings.Replace(again, `"long"`, `"int"`, 1), refs[:1]); !errors.Is(err, language.ErrSyntax) {
		t.Errorf("defined differently: %v", err)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	_, err := New().Parse("{\"type\":\"record\",\"name\":\"R\",\n \"fields\":[\n  {\"name\":\"ä\",\"type\":\"int\"}]}", nil)
	var at *language.SyntaxError
	if !errors.As(err, &at) || at.Line != 3 || at.Column != 11 || at.Pointer != "/fields/0" {
		t.Errorf("%+v", at)
	}
	_, err = New().Parse(`"a.B"`, []language.Referenced{{Name: "a.B", Text: "{"}})
	if !errors.As(err, &at) || !strings.Contains(err.Error(), `"a.B"`) {
		t.Errorf("of a reference: %v", err)
	}
	if _, err := New().Parse("\"str\xffing\"", nil); !errors.Is(err, language.ErrSyntax) {
		t.Errorf("not UTF-8: %v", err)
	}
}

func TestRegisteredSchemasAreReadAsTheyAre(t *testing.T) {
	for _, text := range []string{
		`{"type":"record","name":"Größe","fields":[{"name":"höhe","type":"int"}]}`,
		`{"type":"record","name":"R","fields":[{"name":"a","type":"int","default":"none"}]}`,
		`{"type":"record","name":"R","namespace":"my-shop","fields":[]}`,
	} {
		if _, err := New().Parse(text, nil); !errors.Is(err, language.ErrSyntax) {
			t.Errorf("new: %s: %v", text, err)
		}
		s, err := Registered().Parse(text, nil)
		if err != nil {
			t.Errorf("registered: %s: %v", text, err)
			continue
		}
		if list, err := Registered().Compare(s, s, language.Rules{}); err != nil || len(list) > 0 {
			t.Errorf("%+v, %v", list, err)
		}
	}
	if _, err := Registered().Parse(`{"type":"record","name":"a b","fields":[]}`, nil); !errors.Is(err, language.ErrSyntax) {
		t.Errorf("a space in a name: %v", err)
	}
}

func TestNumbersAreWrittenAsJavaWritesThem(t *testing.T) {
	for given, want := range map[string]string{
		"1": "1", "-0": "0", "1.0": "1.0", "1e0": "1.0", "100000.5": "100000.5", "1e7": "1.0E7", "12345678.9": "1.23456789E7", "0.001": "0.001",
		"0.00012": "1.2E-4", "-0.0": "-0.0", "1e400": `"Infinity"`, "-1e400": `"-Infinity"`, "123456789012345678901": "123456789012345678901", "3000000000": "3000000000",
	} {
		v, err := readJSON(given)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(writeJSON(nil, v)); got != want {
			t.Errorf("%s: %s in place of %s", given, got, want)
		}
	}
}

func TestSchemasOfOtherLanguagesAreNotCompared(t *testing.T) {
	if _, err := New().Compare(parsed(t, `"int"`), foreign{}, language.Rules{}); err == nil {
		t.Error("no error")
	}
}

type foreign struct{ language.Schema }

func (foreign) Kind() language.Kind { return language.Protobuf }
