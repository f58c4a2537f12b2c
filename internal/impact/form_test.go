package impact

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

// A type that records are read into does not say that it refuses records without one of its fields; that a long is a long it says.
func TestATypeRefusesOtherTypesAndNotWhatIsMissing(t *testing.T) {
	form, by := formOf("", "", nil, []language.Field{{Path: "amount", Type: "long"}, {Path: "customer.email", Type: "String"}, {Path: "items[].sku", Type: "String"}})
	if by != browse.ReadJSON || len(form.Fields) != 3 {
		t.Fatalf("%+v is read by %v", form, by)
	}
	var look func(f *browse.Form, at string)
	look = func(f *browse.Form, at string) {
		for _, m := range f.Fields {
			if m.Required {
				t.Errorf("%s.%s is required", at, m.Name)
			}
			look(m.Of, at+"."+m.Name)
		}
		if f.Items != nil {
			look(f.Items, at+"[]")
		}
	}
	look(form, "")
	if form.Fields[0].Of.Kind != browse.FormLong {
		t.Errorf("amount is a %v", form.Fields[0].Of.Kind)
	}
}

// The shop's own schema is understood whole: a keyword that is not would make all of its records undecided.
func TestTheShopsSchemasAreUnderstood(t *testing.T) {
	files, err := filepath.Glob("../../examples/shop/schemas/*.json")
	if err != nil || len(files) < 4 {
		t.Fatalf("%v, %v", files, err)
	}
	var look func(f *browse.Form, at string)
	look = func(f *browse.Form, at string) {
		if f == nil {
			return
		}
		if f.Kind == browse.FormUnknown {
			t.Errorf("%s: %s", at, f.Why)
		}
		for _, m := range f.Fields {
			look(m.Of, at+"."+m.Name)
		}
		look(f.Items, at+"[]")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		look(jsonForm(string(text)), filepath.Base(file))
	}
	if f := jsonForm(`{"type":"array","minItems":1,"maxItems":3}`); f.Fewest != 1 || f.Most != 3 {
		t.Errorf("%+v", f)
	}
}
