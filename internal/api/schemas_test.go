package api

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/avro"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/tables"
)

const (
	ordersV1 = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"amount","type":"int"}]}`
	ordersV2 = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"amount","type":"long"},{"name":"note","type":"string","default":"-"}]}`
	ordersV3 = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"who","type":"string"}]}`
)

// keptSchemas is a registry with two versions of orders-value, and a subject beside it.
func keptSchemas(t *testing.T) *registry.Registry {
	t.Helper()
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "registry.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r, err := registry.Open(t.Context(), registry.Options{DB: db, Languages: []language.Language{avro.New()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []struct{ subject, text string }{{"orders-value", ordersV1}, {"orders-value", ordersV2}, {"pages-value", `{"type":"string"}`}} {
		if _, err := r.Register(t.Context(), registry.ParseSubject(v.subject, ""), registry.Request{Schema: v.text}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func TestSubjectsAndTheirVersionsAreRead(t *testing.T) {
	f := open(t, local)
	list := answerOf[List[SchemaSubject]](t, f, "/subjects?limit=1")
	if len(list.Items) != 1 || list.Items[0].Subject != "orders-value" || list.Items[0].Version != 2 || list.Items[0].Type != "AVRO" || list.Next == "" {
		t.Errorf("%+v", list)
	}
	if more := answerOf[List[SchemaSubject]](t, f, "/subjects?cursor="+list.Next); len(more.Items) != 1 || more.Items[0].Subject != "pages-value" || more.Next != "" {
		t.Errorf("%+v", more)
	}
	if found := answerOf[List[SchemaSubject]](t, f, "/subjects?q=PAGE"); len(found.Items) != 1 {
		t.Errorf("%+v", found)
	}
	versions := answerOf[SchemaVersions](t, f, "/subjects/orders-value/versions")
	if versions.Level != "BACKWARD" || versions.Profile != "confluent-8.3" || len(versions.Items) != 2 || versions.Items[0].Version != 2 || versions.Items[0].Bytes != len(ordersV2) {
		t.Errorf("%+v", versions)
	}
	text := answerOf[SchemaText](t, f, "/subjects/orders-value/versions/latest")
	if text.Schema != ordersV2 || len(text.Fields) != 3 || text.Fields[2].Path != "note" || text.Fields[2].Default != `"-"` {
		t.Errorf("%+v", text)
	}
	sent[Problem](t, f, http.MethodGet, "/subjects/none/versions", "", http.StatusNotFound)
	sent[Problem](t, f, http.MethodGet, "/subjects/orders-value/versions/9", "", http.StatusNotFound)
}

// What people want to know of a schema is told field by field, and the verdict is the one that registering it would meet.
func TestWhatDiffersAndWhatWouldComeOfRegistering(t *testing.T) {
	f := open(t, local)
	d := sent[SchemaDifference](t, f, http.MethodPost, "/subjects/orders-value/difference", `{"from":"1","to":"2"}`, http.StatusOK)
	if d.From != 1 || d.To != 2 || !d.Compatible || len(d.Fields) != 2 || d.Fields[0].Path != "amount" || d.Fields[0].Change != "changed" || d.Fields[0].Before.Type != "int" || d.Fields[0].After.Type != "long" ||
		d.Fields[1].Change != "added" || d.Fields[0].Breaking {
		t.Errorf("%+v", d)
	}
	var forward bool // an older reader cannot read a long as an int, which BACKWARD does not ask
	for _, r := range d.Rules {
		forward = forward || r.Direction == "forward" && r.Breaking && !r.Asked && r.Path == "amount"
	}
	if !forward {
		t.Errorf("%+v", d.Rules)
	}
	raw := `{"schema":"` + jsonText(ordersV3) + `"}`
	d = sent[SchemaDifference](t, f, http.MethodPost, "/subjects/orders-value/difference", raw, http.StatusOK)
	if d.Compatible || d.To != 0 || len(d.Messages) == 0 {
		t.Errorf("%+v", d)
	}
	found := map[string]SchemaChange{}
	for _, c := range d.Fields {
		found[c.Path] = c
	}
	if who := found["who"]; who.Change != "added" || !who.Breaking || found["amount"].Change != "removed" || found["amount"].Breaking {
		t.Errorf("%+v", d.Fields)
	}
	if r := d.Rules[0]; !r.Breaking || !r.Asked || r.Path != "who" || r.Kind == "" {
		t.Errorf("%+v", d.Rules)
	}
	sent[Problem](t, f, http.MethodPost, "/subjects/orders-value/difference", `{"schema":"{"}`, http.StatusUnprocessableEntity)
	sent[Problem](t, f, http.MethodPost, "/subjects/orders-value/difference", `{"schema":"{}","to":"1"}`, http.StatusUnprocessableEntity)
	if got := answerOf[SchemaVersions](t, f, "/subjects/orders-value/versions"); len(got.Items) != 2 {
		t.Errorf("asking registered something: %+v", got)
	}
}

// jsonText is a text as it stands inside the quotes of JSON.
func jsonText(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw[1 : len(raw)-1])
}

// Who may not read a subject learns nothing of it: neither by an alias that stands for it, nor by a text that refers to it, nor from lists.
func TestASubjectIsNotReadByWayOfAnother(t *testing.T) {
	policy, err := access.ReadPolicy(`roles: [{name: reader, allow: [{actions: ["schema:read"], resources: ["registry/subject/pages-value", "registry/subject/alias-value"]}]}]`+"\n", access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	f := openUnder(t, policy, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "oidc:x#1", Name: "Bob", Roles: []string{"reader"}}, nil
	})
	if _, err := f.api.service.Schemas.SetConfig(t.Context(), registry.ParseSubject("alias-value", ""), []byte(`{"alias":"orders-value"}`)); err != nil {
		t.Fatal(err)
	}
	for _, q := range []struct{ method, path, body string }{
		{http.MethodGet, "/subjects/orders-value/versions", ""},
		{http.MethodGet, "/subjects/orders-value/versions/1", ""},
		{http.MethodGet, "/subjects/alias-value/versions", ""},
		{http.MethodGet, "/subjects/alias-value/versions/latest", ""},
		{http.MethodPost, "/subjects/pages-value/difference", `{"schema":"\"Order\"","references":[{"name":"Order","subject":"orders-value","version":1}]}`},
	} {
		sent[Problem](t, f, q.method, q.path, q.body, http.StatusForbidden)
	}
	if list := answerOf[List[SchemaSubject]](t, f, "/subjects"); len(list.Items) != 1 || list.Items[0].Subject != "pages-value" {
		t.Errorf("%+v", list)
	}
}
