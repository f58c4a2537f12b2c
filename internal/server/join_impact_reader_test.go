package server

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

// A consumer's contract that names the schema it reads by has what is proposed held against that schema: of the registry, of a file beside the contracts, or
// in the contract itself. One that cannot be found is told, and shows nobody to be safe.
func TestTheSchemaOfAConsumersContractIsHeldAgainstTheProposal(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "reader.avsc"), []byte(`{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	j := shop(t, kafkatest.Start(t), map[string]string{"contracts-folder": folder})
	at := j.Info().Registry + "/subjects/orders-value/versions"
	if status, body := asks(t, "POST", at, orderSchema, nil); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	reader := func(name, schema string) {
		j.apply(`apiVersion: v3.1.0
kind: DataContract
id: ` + name + `
name: ` + name + `
version: 0.1.0
status: active
customProperties:
  - {property: sightglass.reads, value: ['orders#id']}
  - property: sightglass.reader
    value: {orders: '` + schema + `'}
`)
	}
	reader("by-version", "orders-value/1")
	reader("by-id", "id:1")
	reader("by-file", "file:reader.avsc")
	reader("by-text", `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"never","type":"int","default":0}]}`)
	reader("gone-version", "orders-value/9")
	reader("gone-id", "id:99")
	reader("gone-file", "file:none.avsc")
	j.catalog.Fill(t.Context())
	judge := func(schema string) map[string]impact.System {
		out := map[string]impact.System{}
		for _, s := range j.report(impact.Proposal{Kind: impact.OfSchema, Subject: "orders-value", Schema: schema}).Report.Systems {
			out[s.Name] = s
		}
		return out
	}
	compatibility := func(s *impact.System) bool {
		return slices.ContainsFunc(s.Evidence, func(e impact.Evidence) bool {
			return e.Kind == "compatibility" && strings.HasPrefix(e.Source, "contract "+s.Name)
		})
	}
	all := judge(`{"type":"record","name":"Order","fields":[{"name":"id","type":"long"},{"name":"email","type":["null","string"],"default":null}]}`)
	for _, name := range []string{"by-version", "by-id", "by-file", "by-text"} {
		if s := all[name]; s.Verdict != impact.Broken || !compatibility(&s) {
			t.Errorf("id becomes a long: %s: %+v", name, s)
		}
	}
	for _, name := range []string{"gone-version", "gone-id", "gone-file"} {
		s := all[name]
		if s.Verdict != impact.Maybe || compatibility(&s) || !slices.ContainsFunc(s.Evidence, func(e impact.Evidence) bool { return strings.Contains(e.Detail, "could not be found") }) {
			t.Errorf("id becomes a long: %s: %+v", name, s)
		}
	}
	all = judge(`{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`)
	for _, name := range []string{"by-version", "by-id", "by-file", "by-text"} {
		if s := all[name]; s.Verdict != impact.Safe || !compatibility(&s) {
			t.Errorf("email goes: %s: %+v", name, s)
		}
	}
	for _, name := range []string{"gone-version", "gone-id", "gone-file"} {
		if s := all[name]; s.Verdict == impact.Safe || s.Verdict == impact.Broken {
			t.Errorf("email goes: %s: %+v", name, s)
		}
	}
}
