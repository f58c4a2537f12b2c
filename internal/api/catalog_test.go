package api

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/tables"
)

// filledCatalog is a catalog over the fixture's recordings and cluster, filled once. The recordings' brokers are the cluster's.
func filledCatalog(t *testing.T, f *fixture) *catalog.Catalog {
	t.Helper()
	db, err := tables.Open(t.Context(), filepath.Join(t.TempDir(), "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := catalog.Open(t.Context(), catalog.Options{DB: db, Browser: f.browser, Clusters: func(string) string { return "shop" }})
	if err != nil {
		t.Fatal(err)
	}
	c.Fill(t.Context())
	return c
}

// lateTags is browse.FieldTags over a catalog that is opened after the browser.
type lateTags struct {
	atomic.Pointer[catalog.Catalog]
}

func (l *lateTags) TagsOf(cluster, topic string, part access.Part) *access.Tagged {
	if c := l.Load(); c != nil {
		return c.TagsOf(cluster, topic, part)
	}
	return nil
}

func entityPath(id string) string { return "/catalog/entities/" + url.PathEscape(id) }

// The catalog finds by itself what the recordings and the cluster show.
func TestTheCatalogShowsWhoReadsAndWritesATopic(t *testing.T) {
	f := open(t, local)
	hits := answerOf[List[CatalogHit]](t, f, "/catalog?q=orders&kind=stream")
	if len(hits.Items) == 0 || hits.Items[0].ID != "stream:shop/orders" || hits.Items[0].Matched[0].What != "name" {
		t.Fatalf("searching orders: %+v", hits.Items)
	}
	p := answerOf[CatalogEntity](t, f, entityPath("stream:shop/orders"))
	kinds := map[string][]string{}
	for _, r := range p.Readers {
		for _, e := range r.Evidence {
			kinds[r.ID] = append(kinds[r.ID], e.Kind)
		}
	}
	if !slices.Contains(kinds["job:shop-totals"], "recorded-records") || !slices.Contains(kinds["group:shop/billing"], "consumer-group") || p.Facts["partitions"] != "2" {
		b, _ := json.MarshalIndent(p, "", " ")
		t.Errorf("the page: %s", b)
	}
	m := answerOf[CatalogMap](t, f, entityPath("stream:shop/orders")+"/lineage?direction=down&depth=3")
	var names []string
	for _, n := range m.Nodes {
		names = append(names, n.ID)
	}
	if !slices.Contains(names, "stream:shop/merchant-totals") || !slices.Contains(names, "stream:shop/alerts") {
		t.Errorf("downstream of orders: %v", names)
	}
}

const catalogPolicy = `roles:
  - {name: reader, allow: [{actions: ["topic:list"], resources: ["cluster/shop/topic/orders"]}]}
  - {name: viewer, allow: [{actions: ["topic:list", "job:view", "group:view"], resources: ["**"]}]}
  - {name: writer, allow: [{actions: ["topic:list", "job:view", "catalog:write"], resources: ["**"]}]}
`

// Whoever may not see a topic does not find it, by no route; what they see of another does not name it.
func TestTheCatalogHidesWhatACallerMayNotSee(t *testing.T) {
	policy, err := access.ReadPolicy(catalogPolicy, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	f := openUnder(t, policy, func(r *http.Request) (access.Principal, error) {
		return access.Principal{ID: "oidc:x#" + r.Header.Get("X-Who"), Name: r.Header.Get("X-Who"), Roles: []string{r.Header.Get("X-Who")}}, nil
	})
	for _, path := range []string{"/catalog", "/catalog?q=merchant", "/catalog?kind=job", entityPath("stream:shop/orders"), entityPath("stream:shop/orders") + "/lineage?depth=5", entityPath("stream:shop/orders") + "/who"} {
		status, _, body := send2(t, f, http.MethodGet, Base+path, "", "X-Who", "reader")
		if status != http.StatusOK {
			t.Errorf("%s: %d %s", path, status, body)
		}
		for _, hidden := range []string{"merchant-totals", "shop-totals", "billing", "dead-letters"} {
			if strings.Contains(string(body), hidden) {
				t.Errorf("%s shows %s: %s", path, hidden, body)
			}
		}
	}
	for _, path := range []string{"", "/history", "/lineage", "/who"} {
		if status, _, body := send2(t, f, http.MethodGet, Base+entityPath("stream:shop/dead-letters")+path, "", "X-Who", "reader"); status != http.StatusNotFound {
			t.Errorf("a hidden topic%s: %d %s", path, status, body)
		}
	}
	status, _, body := send2(t, f, http.MethodPost, Base+entityPath("stream:shop/dead-letters")+"/proposals", `{"attribute":"doc","values":["x"],"reason":"r"}`, "X-Who", "reader")
	if status != http.StatusNotFound {
		t.Errorf("a proposal about a hidden topic: %d %s", status, body)
	}
}

// Who may not change proposes; an owner or who may write approves, and nobody their own.
func TestProposalsAreApprovedByOthers(t *testing.T) {
	policy, err := access.ReadPolicy(catalogPolicy, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	f := openUnder(t, policy, func(r *http.Request) (access.Principal, error) {
		name, role, _ := strings.Cut(r.Header.Get("X-Who"), "/")
		return access.Principal{ID: "oidc:x#" + name, Name: name, Roles: []string{role}}, nil
	})
	do := func(who, method, path, body string, want int, out any) {
		t.Helper()
		status, _, answer := send2(t, f, method, Base+path, body, "X-Who", who)
		if status != want {
			t.Fatalf("%s %s by %s: %d %s", method, path, who, status, answer)
		}
		if out != nil {
			if err := json.Unmarshal(answer, out); err != nil {
				t.Fatal(err)
			}
		}
	}
	orders := entityPath("stream:shop/orders")
	tag := `{"attribute":"tags","values":["critical"],"reason":"the shop stops without it"}`
	do("ann/viewer", http.MethodPost, orders+"/changes", tag, http.StatusForbidden, nil)
	var made CatalogProposal
	do("ann/viewer", http.MethodPost, orders+"/proposals", tag, http.StatusOK, &made)
	do("ann/viewer", http.MethodPost, "/catalog/proposals/"+made.ID+"/approve", "", http.StatusForbidden, nil)
	do("bob/viewer", http.MethodPost, "/catalog/proposals/"+made.ID+"/approve", "", http.StatusForbidden, nil)
	var change CatalogChange
	do("wil/writer", http.MethodPost, orders+"/changes", `{"attribute":"owners","values":["team:checkout"],"reason":"they wrote it"}`, http.StatusOK, &change)
	if change.By != "oidc:x#wil" || change.Reason != "they wrote it" || !slices.Equal(change.After, []string{"team:checkout"}) || len(change.Before) != 0 {
		t.Errorf("the change: %+v", change)
	}
	do("bob/viewer", http.MethodPost, "/catalog/entities/"+url.PathEscape("team:checkout")+"/changes", `{"attribute":"members","values":["person:oidc:x#bob"],"reason":"me"}`, http.StatusForbidden, nil)
	do("wil/writer", http.MethodPost, "/catalog/entities/"+url.PathEscape("team:checkout")+"/changes", `{"attribute":"members","values":["person:oidc:x#bob"],"reason":"he is"}`, http.StatusOK, nil)
	var approved CatalogProposal
	do("bob/viewer", http.MethodPost, "/catalog/proposals/"+made.ID+"/approve", "", http.StatusOK, &approved)
	do("wil/writer", http.MethodPost, "/catalog/proposals/"+made.ID+"/approve", "", http.StatusNotFound, nil)
	var page CatalogEntity
	do("ann/viewer", http.MethodGet, orders, "", http.StatusOK, &page)
	if approved.State != "approved" || approved.DecidedBy != "oidc:x#bob" || !slices.Equal(page.Tags, []string{"critical"}) || len(page.Proposals) != 0 || page.Changes[0].Proposal != made.ID || page.Changes[0].By != "oidc:x#ann" {
		t.Errorf("after the approval: %+v\n%+v", approved, page)
	}
	do("ann/viewer", http.MethodPost, orders+"/proposals", `{"attribute":"doc","values":["*Orders* of the shop"],"reason":"r"}`, http.StatusOK, &made)
	do("bob/viewer", http.MethodDelete, "/catalog/proposals/"+made.ID, "", http.StatusForbidden, nil)
	do("bob/viewer", http.MethodPost, "/catalog/proposals/"+made.ID+"/refuse", `{"why":"too short"}`, http.StatusOK, &made)
	if made.State != "refused" || made.Why != "too short" {
		t.Errorf("refused: %+v", made)
	}
	if log := f.audit.String(); !strings.Contains(log, `catalog:decide`) || !strings.Contains(log, "catalog:write") || !strings.Contains(log, "catalog:propose") {
		t.Error("changes and decisions are not in the audit log")
	}
}

// A field is masked from the moment on in which somebody tags it; a tag shows nothing that was hidden.
func TestATaggedFieldIsMaskedFromThenOn(t *testing.T) {
	policy, err := access.ReadPolicy(`masking:
  classes:
    pii: {rank: 95, action: redact}
    open: {rank: 1, action: clear}
  rules:
    - {topics: [orders], part: value, paths: {amount: public, id: public, orderId: public, currency: public}}
    - {topics: [orders], part: value, tags: [PII], class: pii}
    - {topics: [orders], part: value, tags: [harmless], class: open, override: true}
roles: [{name: reader, allow: [{actions: ["*"], resources: ["**"]}]}]
`, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	f := openUnder(t, policy, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "oidc:x#ann", Name: "ann", Roles: []string{"reader"}}, nil
	})
	err = f.catalog.Take(t.Context(), catalog.Batch{Fields: []catalog.FieldSet{{Stream: "stream:shop/orders", Origin: catalog.SchemaOrigin, Fields: []catalog.Field{
		{Part: catalog.Value, Path: "id"}, {Part: catalog.Value, Path: "amount"}, {Part: catalog.Value, Path: "secret"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	records := func() string {
		_, _, body := get2(t, f, Base+"/clusters/shop/topics/orders/records?from=earliest&limit=3")
		return string(body)
	}
	classOf := func(path string) string {
		for _, x := range answerOf[CatalogEntity](t, f, entityPath("stream:shop/orders")).FieldList {
			if x.Path == path {
				return x.Class + " " + x.Mask
			}
		}
		return "no such field"
	}
	tag := func(path, tag string) {
		t.Helper()
		if status, _, body := send2(t, f, http.MethodPost, Base+entityPath("stream:shop/orders")+"/changes", `{"attribute":"tags","path":"`+path+`","values":["`+tag+`"],"reason":"r"}`); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	if text := records(); !strings.Contains(text, "\"value\":\"o-") || classOf("id") != "public " {
		t.Fatalf("before: class %s, %s", classOf("id"), text)
	}
	tag("id", "pii")
	if text := records(); strings.Contains(text, "\"value\":\"o-") || classOf("id") != "pii redact" {
		t.Errorf("after: class %s, %s", classOf("id"), text)
	}
	tag("secret", "harmless")
	if got := classOf("secret"); got != "unknown redact" {
		t.Errorf("a field that no rule shows is %s once it is tagged", got)
	}
}
