package api

import (
	"bufio"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

const grantsPolicy = `masking:
  classes: {order: {rank: 30, action: redact}, money: {rank: 40, action: redact}}
  rules: [{topics: ["*"], part: [key, value], paths: {"": order, id: order, amount: money}}]
roles:
  - name: support
    allow: [{actions: ["topic:read", "topic:list", "audit:read"], resources: ["cluster/*/topic/**", "audit/log"]}]
  - name: lead
  - name: writer
    allow: [{actions: ["topic:produce"], resources: ["**"]}]
grants:
  - {name: order, ask: [support], approve: [lead], clear: [order], resources: ["cluster/shop/topic/orders"], for: 2h}
  - {name: write, ask: [support], role: writer, resources: ["cluster/shop/topic/orders"]}
`

// by is who a request is from: the header X-Who has a name.
func by(r *http.Request) (access.Principal, error) {
	switch name := r.Header.Get("X-Who"); name {
	case "lea":
		return access.Principal{ID: "oidc:x#lea", Name: "Lea", Roles: []string{"lead"}}, nil
	case "both":
		return access.Principal{ID: "oidc:x#ann", Name: "Ann", Roles: []string{"support", "lead"}}, nil
	case "bot":
		return access.Principal{ID: "token:1", Owner: "oidc:x#ann", Name: "Ann (token ci)", Roles: []string{"support", "lead"}, Scope: []access.Action{access.TopicRead, access.GrantApprove}}, nil
	case "bob":
		return access.Principal{ID: "oidc:x#bob", Name: "Bob", Roles: []string{"support"}}, nil
	}
	return access.Principal{ID: "oidc:x#ann", Name: "Ann", Roles: []string{"support"}}, nil
}

func openGranting(t *testing.T) *fixture {
	t.Helper()
	p, err := access.ReadPolicy(grantsPolicy, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	return openUnder(t, p, by)
}

// done sends a request as somebody and reads the grant that it answers with.
func done(t *testing.T, f *fixture, who, method, path, body string, want int) (g Grant) {
	t.Helper()
	status, _, answer := send2(t, f, method, Base+path, body, "X-Who", who)
	if status != want {
		t.Fatalf("%s of %s: %d %s, want %d", path, who, status, answer, want)
	}
	if want == http.StatusOK {
		if err := json.Unmarshal(answer, &g); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// seen is a record of the topic as somebody sees it.
func seen(t *testing.T, f *fixture, who string) string {
	t.Helper()
	status, _, answer := send2(t, f, http.MethodGet, Base+"/clusters/shop/topics/orders/records/1/3", "", "X-Who", who)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	return string(answer)
}

func entries(t *testing.T, f *fixture, action string) []AuditEntry {
	t.Helper()
	return auditPage(t, f, "?action="+action).Items
}

func TestAGrantFromItsAskingToItsEnd(t *testing.T) {
	f := openGranting(t)
	shows := func(who string) (order, money bool) {
		text := seen(t, f, who)
		return strings.Contains(text, "o-7"), strings.Contains(text, `"70"`)
	}
	before := seen(t, f, "ann")
	if order, money := shows("ann"); order || money {
		t.Fatal("values are clear without a grant")
	}
	g := done(t, f, "ann", http.MethodPost, "/grants", `{"rule":"order","reason":"INC-1","seconds":"600"}`, http.StatusOK)
	if g.State != "pending" || !g.Yours || g.Decide || !g.End || g.Seconds != 600 || seen(t, f, "ann") != before {
		t.Errorf("asked: %+v", g)
	}
	for _, who := range []string{"both", "bot"} { // who asked, with the right to approve and by another login
		done(t, f, who, http.MethodPost, "/grants/"+g.ID+"/approve", "", http.StatusForbidden)
	}
	done(t, f, "bob", http.MethodPost, "/grants/"+g.ID+"/approve", "", http.StatusForbidden) // no right
	done(t, f, "lea", http.MethodPost, "/grants/none/approve", "", http.StatusNotFound)
	if got := done(t, f, "lea", http.MethodPost, "/grants/"+g.ID+"/approve", "", http.StatusOK); got.State != "in-force" || got.Approver != "oidc:x#lea" || got.Until.Sub(got.Began.Time) != 10*time.Minute {
		t.Errorf("approved: %+v", got)
	}
	if order, money := shows("ann"); !order || money {
		t.Errorf("under the grant: its class %v, another class %v", order, money)
	}
	for _, who := range []string{"bob", "both"} { // both is the same person
		if order, _ := shows(who); order != (who == "both") {
			t.Errorf("%s sees it: %v", who, order)
		}
	}
	if order, _ := shows("bot"); order {
		t.Error("a token of hers that did not ask sees it")
	}
	var p Principal
	if _, _, raw := send2(t, f, http.MethodGet, Base+"/principal", "", "X-Who", "ann"); json.Unmarshal(raw, &p) != nil || len(p.Grants) != 1 || p.Grants[0].Reason != "INC-1" || !slices.Equal(p.Grants[0].Clear, []string{"order"}) {
		t.Errorf("the caller's grants: %+v", p.Grants)
	}
	look := entries(t, f, "topic:read")
	named := slices.IndexFunc(look, func(e AuditEntry) bool { return e.Principal == "oidc:x#ann" && e.Grant != "" })
	if named < 0 || look[named].Grant != g.ID || look[named].Reason != "INC-1" || !slices.Equal(look[named].Classes, []string{"order"}) {
		t.Errorf("the look under it: %+v", look)
	}
	if last := look[len(look)-1]; last.Grant != "" || len(last.Classes) != 0 {
		t.Errorf("the look before it: %+v", last)
	}
	f.ahead.Store(int64(10 * time.Minute))
	if after := seen(t, f, "ann"); after != before {
		t.Errorf("when its time is over she sees\n%s\nand before\n%s", after, before)
	}
	if last := entries(t, f, "topic:read")[0]; last.Grant != "" {
		t.Errorf("the look after it: %+v", last)
	}
	asked, approved := entries(t, f, "grant:request"), entries(t, f, "grant:approve")
	if len(asked) != 1 || asked[0].Grant != g.ID || asked[0].Reason != "INC-1" || asked[0].Outcome != "ok" || asked[0].Resource != "grant/order" || !slices.Contains(asked[0].Ranges, "classes order") {
		t.Errorf("asked: %+v", asked)
	}
	if len(approved) != 4 || approved[0].Outcome != "ok" || approved[0].Grant != g.ID || approved[1].Outcome != "denied" || approved[2].Outcome != "denied" || approved[3].Outcome != "denied" {
		t.Errorf("approved: %+v", approved)
	}
}

func TestWhoEndsAndWhoRefusesAGrant(t *testing.T) {
	f := openGranting(t)
	ask := func() string {
		return done(t, f, "ann", http.MethodPost, "/grants", `{"rule":"order","reason":"INC-1"}`, http.StatusOK).ID
	}
	refused := ask()
	if g := done(t, f, "lea", http.MethodPost, "/grants/"+refused+"/refuse", `{"why":"too much"}`, http.StatusOK); g.State != "refused" || g.Why != "too much" {
		t.Errorf("%+v", g)
	}
	done(t, f, "lea", http.MethodPost, "/grants/"+refused+"/approve", "", http.StatusConflict)
	other := ask()
	done(t, f, "lea", http.MethodPost, "/grants/"+other+"/refuse", "", http.StatusOK)
	own := ask()
	done(t, f, "bob", http.MethodDelete, "/grants/"+own, "", http.StatusForbidden)
	done(t, f, "lea", http.MethodPost, "/grants/"+own+"/approve", "", http.StatusOK)
	if g := done(t, f, "ann", http.MethodDelete, "/grants/"+own+"?why=done", "", http.StatusOK); g.State != "ended" || g.By != "oidc:x#ann" {
		t.Errorf("%+v", g)
	}
	theirs := ask()
	if g := done(t, f, "lea", http.MethodDelete, "/grants/"+theirs, "", http.StatusOK); g.State != "ended" {
		t.Errorf("%+v", g)
	}
	if strings.Contains(seen(t, f, "ann"), "o-7") {
		t.Error("she sees under what was ended")
	}
	for action, want := range map[string]int{"grant:refuse": 2, "grant:end": 3} {
		if list := entries(t, f, action); len(list) != want {
			t.Errorf("%s: %+v", action, list)
		}
	}
	var list List[Grant]
	for who, want := range map[string]int{"ann": 4, "lea": 4, "bob": 0} {
		_, _, raw := send2(t, f, http.MethodGet, Base+"/grants", "", "X-Who", who)
		if err := json.Unmarshal(raw, &list); err != nil || len(list.Items) != want {
			t.Errorf("%s sees %d grants, %v", who, len(list.Items), err)
		}
	}
	var rules List[GrantRule]
	for who, want := range map[string]int{"ann": 2, "lea": 0} {
		_, _, raw := send2(t, f, http.MethodGet, Base+"/grant-rules", "", "X-Who", who)
		if err := json.Unmarshal(raw, &rules); err != nil || len(rules.Items) != want {
			t.Errorf("%s may ask for %+v, %v", who, rules.Items, err)
		}
	}
}

func TestWrongWishesSayWhatToDo(t *testing.T) {
	f := openGranting(t)
	for body, want := range map[string]int{
		`{"rule":"order","reason":" "}`:                                       http.StatusUnprocessableEntity,
		`{"rule":"order","reason":"x","seconds":"86400"}`:                     http.StatusUnprocessableEntity,
		`{"rule":"order","reason":"x","seconds":"9223372036854775807"}`:       http.StatusUnprocessableEntity,
		`{"rule":"order","reason":"x","seconds":"-9223372036854775808"}`:      http.StatusUnprocessableEntity,
		`{"rule":"order","reason":"x","clear":["money"]}`:                     http.StatusUnprocessableEntity,
		`{"rule":"order","reason":"x","resources":["cluster/shop/topic/**"]}`: http.StatusUnprocessableEntity,
		`{"rule":"none","reason":"x"}`:                                        http.StatusForbidden,
		`{"rule":"order"}`:                                                    http.StatusUnprocessableEntity,
	} {
		status, _, answer := send2(t, f, http.MethodPost, Base+"/grants", body, "X-Who", "ann")
		var p Problem
		if err := json.Unmarshal(answer, &p); err != nil || status != want || p.Hint == "" {
			t.Errorf("%s: %d %s", body, status, answer)
		}
	}
	done(t, f, "lea", http.MethodPost, "/grants", `{"rule":"order","reason":"x"}`, http.StatusForbidden)
	done(t, f, "bot", http.MethodPost, "/grants", `{"rule":"order","reason":"x"}`, http.StatusForbidden) // its scope
}

func TestARoleForAWhile(t *testing.T) {
	f := openGranting(t)
	write := func(topic string) int {
		status, _, _ := send2(t, f, http.MethodPost, Base+"/clusters/shop/topics/"+topic+"/records", `{"records":[{"value":{"text":"x"}}]}`, "X-Who", "ann")
		return status
	}
	if s := write("orders"); s != http.StatusForbidden {
		t.Fatalf("without: %d", s)
	}
	g := done(t, f, "ann", http.MethodPost, "/grants", `{"rule":"write","reason":"INC-2"}`, http.StatusOK)
	if a, b := write("orders"), write("dead-letters"); g.State != "in-force" || a != http.StatusOK || b != http.StatusForbidden {
		t.Errorf("with it: %d on its topic, %d on another", a, b)
	}
	if e := entries(t, f, "topic:produce")[1]; e.Grant != g.ID || !strings.Contains(e.Reason, "INC-2") || e.Outcome != "ok" {
		t.Errorf("%+v", e)
	}
	done(t, f, "ann", http.MethodDelete, "/grants/"+g.ID, "", http.StatusOK)
	if s := write("orders"); s != http.StatusForbidden {
		t.Errorf("after it: %d", s)
	}
}

// A tail that began under a grant ends with it, and says so; one that begins after it is masked.
func TestATailEndsWithTheGrantThatItBeganUnder(t *testing.T) {
	f := openGranting(t)
	g := done(t, f, "ann", http.MethodPost, "/grants", `{"rule":"order","reason":"INC-1"}`, http.StatusOK)
	done(t, f, "lea", http.MethodPost, "/grants/"+g.ID+"/approve", "", http.StatusOK)
	tail := func() *bufio.Scanner {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.server.URL+Base+"/clusters/shop/topics/orders/tail?cursor=0%400,1%400", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := f.server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { response.Body.Close() })
		return bufio.NewScanner(response.Body)
	}
	until := func(lines *bufio.Scanner, want string) (came string) {
		for lines.Scan() {
			came += lines.Text() + "\n"
			if strings.Contains(lines.Text(), want) {
				return came
			}
		}
		t.Fatalf("%q does not come; there came\n%s", want, came)
		return came
	}
	lines := tail()
	until(lines, "o-7")
	f.ahead.Store(int64(3 * time.Hour))
	f.grants.Sweep(t.Context())
	until(lines, "is over")
	if lines.Scan(); lines.Scan() {
		t.Errorf("it goes on: %s", lines.Text())
	}
	lines = tail()
	if came := until(lines, "orders/1@3"); strings.Contains(came, "o-7") { // which is that record
		t.Errorf("the tail after it shows\n%s", came)
	}
}
