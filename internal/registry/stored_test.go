package registry_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/registrytest"
)

// narrow is the language as new schemas are read: it knows no field of the name odd.
type narrow struct{ registrytest.Tiny }

func (n narrow) Parse(text string, refs []language.Referenced) (language.Schema, error) {
	if strings.Contains(text, "odd") {
		return nil, &language.SyntaxError{Line: 1, Column: 1, Message: "it is odd"}
	}
	return n.Tiny.Parse(text, refs)
}

// What another registry once took stays in use here: its producers register it at every start, and others look it up.
func TestWhatNoNewSchemaCouldBeIsFoundWhereItIsThere(t *testing.T) {
	r, _ := openAt(t, filepath.Join(t.TempDir(), "g.sqlite"), func(o *registry.Options) {
		o.Languages, o.Registered = []language.Language{narrow{registrytest.Tiny{As: language.Avro}}}, []language.Language{registrytest.Tiny{As: language.Avro}}
	})
	ctx := t.Context()
	if _, err := r.SetMode(ctx, sub("s"), registry.Import, false); err != nil {
		t.Fatal(err)
	}
	if v, err := r.Register(ctx, sub("s"), registry.Request{Schema: "odd:int", ID: 7, Version: 3}); err != nil || v.ID != 7 {
		t.Fatalf("importing: %+v, %v", v, err)
	}
	if _, err := r.SetMode(ctx, sub("s"), registry.ReadWrite, false); err != nil {
		t.Fatal(err)
	}
	if v, err := r.Register(ctx, sub("s"), registry.Request{Schema: "odd:int"}); err != nil || v.ID != 7 || v.Version != 3 {
		t.Errorf("registering it again: %+v, %v", v, err)
	}
	if v, err := r.Lookup(ctx, sub("s"), registry.Request{Schema: "odd:int"}, false); err != nil || v.ID != 7 {
		t.Errorf("looking it up: %+v, %v", v, err)
	}
	for s, schema := range map[string]string{"s": "odd:int b:int=0", "other": "odd:int"} {
		_, err := r.Register(ctx, sub(s), registry.Request{Schema: schema})
		wants(t, "a new one in "+s, err, registry.CodeSchema)
		if err != nil && !strings.Contains(err.Error(), "it is odd") {
			t.Errorf("in %s: it does not say why: %v", s, err)
		}
	}
	if v := register(t, r, "s", "b:int=0"); v.Version != 4 {
		t.Errorf("the next one: %+v", v)
	}
}
