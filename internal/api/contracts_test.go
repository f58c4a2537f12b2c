package api

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/tables"
)

// promise is a contract about the topic that the API's tests look into. Nobody owns it, which is a violation without a record.
const promise = `apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: string, required: true}
      - {name: amount, logicalType: integer, logicalTypeOptions: {maximum: 50}}
`

// held is an engine with the contract in force.
func held(t *testing.T, shop browse.Cluster) *checks.Engine {
	t.Helper()
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "governance.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	e, err := checks.New(t.Context(), checks.Options{Tables: db, Clusters: []checks.Cluster{{Name: shop.Name, Bootstrap: []string{"broker:9092"}, Kafka: shop.Kafka, Decoder: shop.Decoder}}})
	if err == nil {
		_, err = e.Apply(t.Context(), promise, "ann", "", "api")
	}
	if err == nil { // one that the walk over all routes ends
		_, err = e.Apply(t.Context(), "apiVersion: v3.1.0\nkind: DataContract\nid: spare\nversion: 1.0.0\nstatus: draft\n", "ann", "", "api")
	}
	if err == nil {
		err = e.Round(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func sent[T any](t *testing.T, f *fixture, method, path, body string, want int) (out T) {
	t.Helper()
	status, _, answer := send2(t, f, method, Base+path, body)
	if status != want {
		t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func contractWish(text string) string {
	raw, _ := json.Marshal(ContractWish{Text: text, Why: "a test"})
	return string(raw)
}

// A contract from its mistakes to its end: mistakes have pointers and lines, the version before stays in force, what it checks is found, and each
// change is in the audit log.
func TestAContractFromItsTextToItsEnd(t *testing.T) {
	f := open(t, local)
	p := sent[Problem](t, f, http.MethodPost, "/contracts", contractWish(strings.Replace(promise, "integer", "intger", 1)), http.StatusUnprocessableEntity)
	if len(p.Errors) == 0 || p.Errors[0].Pointer != "/schema/0/properties/1/logicalType" || p.Errors[0].Line != 10 {
		t.Errorf("%+v", p)
	}
	if c := answerOf[Contract](t, f, "/contracts/orders"); c.Number != 1 || c.Text != promise || c.Open != 2 || len(c.Topics) != 1 || c.Topics[0].Cluster != "shop" {
		t.Errorf("%+v", c)
	}
	a := sent[ContractApplied](t, f, http.MethodPost, "/contracts", contractWish(strings.Replace(promise, "maximum: 50", "maximum: 60", 1)), http.StatusOK)
	if a.Number != 2 || len(a.Changes) != 1 || !a.Changes[0].Weaker {
		t.Errorf("%+v", a)
	}
	if v := answerOf[List[ContractVersion]](t, f, "/contracts/orders/versions"); len(v.Items) != 2 || v.Items[0].Number != 2 || len(v.Items[0].Changes) != 1 || v.Items[0].Why != "a test" {
		t.Errorf("%+v", v)
	}
	if err := f.contracts.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.kafka.Write("orders", kafkatest.Record{Key: []byte("o-99"), Value: []byte(`{"id":"o-99","amount":4711}`)})
	if err := f.contracts.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := answerOf[List[Violation]](t, f, "/violations?check=orders/amount/range")
	if len(list.Items) != 1 || list.Items[0].First != 5 || list.Items[0].Count != 1 {
		t.Fatalf("%+v", list)
	}
	v := sent[Violation](t, f, http.MethodPost, "/contracts/orders/violations/"+list.Items[0].ID, `{"state":"acked","why":"is looked into"}`, http.StatusOK)
	if v.State != "acked" || v.Why != "is looked into" {
		t.Errorf("%+v", v)
	}
	sent[Problem](t, f, http.MethodPost, "/contracts/another/violations/"+list.Items[0].ID, `{"state":"acked"}`, http.StatusNotFound)
	states := answerOf[ContractChecks](t, f, "/contracts/orders/checks")
	found := false
	for _, c := range states.Items {
		found = found || c.ID == "orders/amount/range" && c.State == "violated" && len(c.Burns) == 4 && c.Burns[0].Bad == 1
	}
	if !found || len(states.Coverage) != 1 || states.Coverage[0].Share != 1 {
		t.Errorf("%+v", states)
	}
	tested := sent[ContractTested](t, f, http.MethodPost, "/clusters/shop/topics/orders/contract-test", `{"since_s":"3600"}`, http.StatusOK)
	if tested.Records != 1 || tested.Coverage != 1 || tested.Violated != 3 {
		t.Errorf("%+v", tested)
	}
	sent[Contract](t, f, http.MethodDelete, "/contracts/orders", "", http.StatusOK)
	sent[Problem](t, f, http.MethodGet, "/contracts/orders", "", http.StatusNotFound)
	log := f.audit.String()
	for _, want := range []string{"contract:write", "contract:ack", "contract/orders", "is looked into"} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is not in the audit log", want)
		}
	}
	if strings.Contains(log, "4711") {
		t.Error("a value is in the audit log")
	}
}

// Rules tell their writer what records hold: who sees a topic masked writes no contract about it, and who may not write there has nothing copied.
func TestWhoMayWriteContracts(t *testing.T) {
	for roles, want := range map[string]int{
		`{actions: ["contract:read", "contract:write"], resources: ["**"]}`:                                                                                                 http.StatusForbidden,
		`{actions: ["contract:read", "contract:write", "topic:read_raw"], resources: ["**"]}`:                                                                               http.StatusForbidden,
		`{actions: ["contract:read", "contract:write", "topic:read_raw"], resources: ["**"]}, {actions: ["topic:produce"], resources: ["cluster/shop/topic/dead-letters"]}`: http.StatusOK,
		`{actions: ["contract:read", "topic:read_raw", "topic:produce"], resources: ["**"]}`:                                                                                http.StatusForbidden,
	} {
		policy, err := access.ReadPolicy("roles: [{name: reader, allow: ["+roles+"]}]\n", access.Keys{})
		if err != nil {
			t.Fatal(err)
		}
		f := openUnder(t, policy, func(*http.Request) (access.Principal, error) {
			return access.Principal{ID: "oidc:x#1", Name: "Bob", Roles: []string{"reader"}}, nil
		})
		text := promise + "customProperties: [{property: sightglass.quarantine, value: dead-letters}]\n"
		status, _, body := send2(t, f, http.MethodPost, Base+"/contracts", contractWish(text))
		if status != want {
			t.Errorf("%s: %d %s", roles, status, body)
		}
	}
}

// A proposal says nothing of values that its reader sees masked, and is a contract.
func TestAProposalIsMadeOfWhatItsReaderSees(t *testing.T) {
	f := open(t, local)
	p := answerOf[ContractProposal](t, f, "/clusters/shop/topics/orders/contract-proposal")
	if p.Records != 10 || p.Masked != 0 || !strings.Contains(p.Text, "name: amount") || !strings.Contains(p.Text, "broker:9092") {
		t.Errorf("%+v", p)
	}
	raw, _ := json.Marshal(ContractText{Text: p.Text})
	if lint := sent[ContractLint](t, f, http.MethodPost, "/contracts/lint", string(raw), http.StatusOK); len(lint.Mistakes) > 0 || len(lint.Checks) == 0 {
		t.Errorf("%+v\n%s", lint, p.Text)
	}
	policy, err := access.ReadPolicy("roles: [{name: reader, allow: [{actions: [\"*\"], resources: [\"**\"]}]}]\n", access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	masked := openUnder(t, policy, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "oidc:x#1", Name: "Bob", Roles: []string{"reader"}}, nil
	})
	if p := answerOf[ContractProposal](t, masked, "/clusters/shop/topics/orders/contract-proposal"); p.Masked == 0 || strings.Contains(p.Text, "o-1") || strings.Contains(p.Text, "validValues") {
		t.Errorf("%+v", p)
	}
}
