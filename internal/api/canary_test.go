package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/access/canarytest"
	"github.com/sightglass/sightglass/internal/grant"
)

// canaries are what values, keys, headers and state of the fixtures hold, and nothing else of them: who sees one sees payload.
var canaries = map[string]*regexp.Regexp{
	"order":    regexp.MustCompile(`\bo-\d+\b`),
	"merchant": regexp.MustCompile(`\bm-\d\d\b`),
	"address":  regexp.MustCompile(`@example\.org`),
	"card":     regexp.MustCompile(`4111 ?1111`),
	"phone":    regexp.MustCompile(`\+49 30 5550`),
	"article":  regexp.MustCompile(`\bsku-\d{3}\b`),

	"statement": regexp.MustCompile(`\bnorth\b`),   // a literal of the SQL job
	"exception": regexp.MustCompile(`\bof 4711\b`), // of a replay
}

// hidden finds a piece of a canary in the forms in which it may hide.
var hidden = canarytest.New(map[string]string{"address": "@example.org"})

// notText are routes whose answer is compressed; what is in it is looked into where it is made.
var notText = map[string]string{
	"export-parquet": "internal/export", "export-incident": "internal/share", "link-file": "internal/share",
}

// walk asks every route and counts by canary the answers that show it.
func walk(t *testing.T, f *fixture) (asks int, seen map[string][]string) {
	t.Helper()
	seen = make(map[string][]string)
	for _, r := range f.api.service.table {
		if strings.HasSuffix(r.id, "-live") || r.id == "topic-tail" || notText[r.id] != "" {
			continue // a stream does not end; what it shows is rendered as pages are
		}
		method := f.api.service.methods[r.id]
		if method == http.MethodDelete {
			continue
		}
		path, body := asked(f, r)
		look := []string{path}
		if method == http.MethodGet && strings.Contains(path, f.truth.Totals.String()) { // and of the SQL job
			look = append(look, strings.ReplaceAll(path, f.truth.Totals.String(), f.sql.Recording.String()))
		}
		for _, path := range look {
			_, _, answer := send2(t, f, method, Base+path, body)
			asks++
			for name, c := range canaries {
				if c.Match(answer) {
					seen[name] = append(seen[name], r.id)
				}
			}
			if !canaries["address"].Match(answer) && len(hidden.In(answer)) > 0 {
				seen["address"] = append(seen["address"], r.id)
			}
		}
	}
	return asks, seen
}

// Whoever may do everything and see nothing gets no value out of any route. Whoever sees all of it gets each: the walk can see.
func TestNoRouteShowsAValueToWhoMayNotSeeIt(t *testing.T) {
	clear := open(t, local, withCapsule)
	asks, seen := walk(t, clear)
	for name := range canaries {
		if len(seen[name]) == 0 {
			t.Errorf("no route shows the canary %s to who sees everything: the walk is blind for it", name)
		}
	}
	roles := 1
	for _, text := range []string{
		"roles: [{name: reader, allow: [{actions: [\"*\"], resources: [\"**\"]}]}]\n",
		"roles: [{name: reader, allow: [{actions: [status, \"job:view\", \"topic:list\"], resources: [\"**\"]}]}]\n",
		"roles: [{name: reader}]\n",
		// Under a grant of all classes on other things than the fixture's.
		"roles: [{name: reader, allow: [{actions: [\"*\"], resources: [\"**\"]}]}]\n" +
			"grants: [{name: elsewhere, ask: [reader], clear: [\"*\"], resources: [\"cluster/shop/topic/else*\", \"flink/else/**\", \"cluster/else/**\", \"policy/**\"]}]\n",
	} {
		policy, err := access.ReadPolicy(text, access.Keys{})
		if err != nil {
			t.Fatal(err)
		}
		masked := openUnder(t, policy, func(*http.Request) (access.Principal, error) {
			return access.Principal{ID: "oidc:x#1", Name: "Bob", Roles: []string{"reader"}}, nil
		}, withCapsule)
		if strings.Contains(text, "elsewhere") {
			g, err := masked.grants.Plan(access.Principal{ID: "oidc:x#1", Name: "Bob", Roles: []string{"reader"}}, grant.Wish{Rule: "elsewhere", Reason: "a test"})
			if err == nil {
				g, err = masked.grants.Take(g)
			}
			if err != nil || g.State != grant.InForce {
				t.Fatal(g.State, err)
			}
		}
		more, leaks := walk(t, masked)
		for name, routes := range leaks {
			t.Errorf("the canary %s leaves by %v, under %s", name, routes, text)
		}
		for name, c := range canaries {
			if c.MatchString(masked.audit.String()) {
				t.Errorf("the canary %s is in the audit log", name)
			}
		}
		asks, roles = asks+more, roles+1
	}
	t.Logf("%d answers of %d routes to %d roles, %d canaries in each", asks, len(clear.api.service.table), roles, len(canaries))
}
