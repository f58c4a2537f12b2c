package api

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/sightglass/sightglass/internal/access"
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

// spelled are forms in which a piece of a canary may hide, wherever it begins in what is encoded.
func spelled(text string) [][]byte {
	forms := [][]byte{[]byte(text), []byte(hex.EncodeToString([]byte(text)))}
	for _, order := range []int{0, 1} {
		var b []byte
		for _, u := range utf16.Encode([]rune(text)) {
			two := []byte{byte(u >> 8), byte(u)}
			if order == 1 {
				two[0], two[1] = two[1], two[0]
			}
			b = append(b, two...)
		}
		forms = append(forms, b)
	}
	for shift := range 3 {
		whole := append(bytes.Repeat([]byte{'-'}, shift), text...)
		encoded := base64.StdEncoding.EncodeToString(whole)
		from, to := (shift*8+5)/6, len(whole)*8/6
		forms = append(forms, []byte(encoded[from:to]))
	}
	return forms
}

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
			for _, form := range spelled("@example.org") {
				if bytes.Contains(answer, form) && !canaries["address"].Match(answer) {
					seen["address"] = append(seen["address"], r.id)
				}
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
	} {
		policy, err := access.ReadPolicy(text, access.Keys{})
		if err != nil {
			t.Fatal(err)
		}
		masked := openUnder(t, policy, func(*http.Request) (access.Principal, error) {
			return access.Principal{ID: "oidc:x#1", Name: "Bob", Roles: []string{"reader"}}, nil
		}, withCapsule)
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
