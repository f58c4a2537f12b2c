package api

import (
	"context"
	"net/url"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/grant"
)

// paths fills the route table's parameters with things that are there.
func paths(f *fixture) map[string]string {
	rec := f.truth.Totals.String()
	return map[string]string{"{hash}": f.sql.CodeHash, "{id}": "1", "{job}": rec, "{rec}": rec, "{position}": f.truth.Orders[5].Source.String(),
		"{cluster}": "shop", "{topic}": "orders", "{partition}": "1", "{offset}": "3", "{group}": "billing", "{entity}": "stream:shop/orders"}
}

// asked is a request to a route that it can answer: its path and its body.
func asked(f *fixture, r route) (path, body string) {
	path = r.path
	for name, value := range paths(f) {
		path = strings.ReplaceAll(path, name, url.PathEscape(value))
	}
	if r.id == "sql" || r.id == "code" {
		path = strings.ReplaceAll(path, f.truth.Totals.String(), f.sql.Recording.String())
	}
	switch r.id {
	case "lineage":
		path += "?record=" + url.QueryEscape(f.truth.Orders[5].Parsed.String())
	case "watermarks":
		path += "?op=dedup"
	case "in-flight":
		path += "?checkpoint=1"
	case "key-history", "state-history":
		path += "?key=m-1&explain=true"
	case "recording-policy-effective":
		path += "?job=" + f.truth.Totals.String()
	case "recording-policy-set", "recording-policy-check":
		body = `{"text":"level: trace\n"}`
	case "journey-export":
		body = `{"record":"orders/1@17"}`
	case "export-test": // not of a source
		path = strings.ReplaceAll(path, url.PathEscape(f.truth.Orders[5].Source.String()), url.PathEscape(f.truth.Orders[0].Window.String()))
	case "job-level":
		body = `{"level":"trace"}`
	case "replay-plan", "replay-start":
		body = `{"task":"dedup"}`
	case "replay-jar":
		body = "a jar"
	case "topic-produce":
		body = `{"records":[{"value":{"text":"x"}}]}`
	case "group-reset":
		body = `{"to":"earliest","dry":true}`
	case "pin":
		body = `{"reason":"hold"}`
	case "grant-request":
		body = `{"rule":"once","reason":"a test"}`
	case "grant-approve", "grant-refuse": // of what somebody else asked for
		g, err := f.grants.Plan(access.Principal{ID: "oidc:x#9", Name: "Eve"}, grant.Wish{Rule: "two", Reason: "a test"})
		if err == nil {
			g, err = f.grants.Take(g)
		}
		if err == nil {
			path = strings.ReplaceAll(path, "/1/", "/"+g.ID+"/")
		}
	case "grant-end": // the caller's own
		for _, g := range f.grants.List(access.LocalPrincipal("ann"), func(*grant.Grant) bool { return false }) {
			path = strings.TrimSuffix(path, "1") + g.ID
		}
	case "catalog-change", "catalog-propose":
		body = `{"attribute":"tags","values":["critical"],"reason":"a test"}`
	case "catalog-approve", "catalog-refuse": // what somebody else proposed
		path = strings.ReplaceAll(path, "/1/", "/"+proposed(f, access.Principal{ID: "oidc:x#9", Name: "Eve"})+"/")
	case "catalog-withdraw": // the caller's own
		path = strings.TrimSuffix(path, "1") + proposed(f, access.LocalPrincipal("ann"))
	case "openlineage":
		body = `{"eventTime":"2026-01-05T08:00:00Z","eventType":"START","producer":"https://example.org","run":{"runId":"0"},"job":{"namespace":"flink","name":"other"},"inputs":[{"namespace":"kafka://b:9092","name":"orders"}]}`
	case "link-create":
		body = `{"as":"support","lasts":"2d"}`
	case "link-file":
		path += "?secret=" + keptSecret
	case "token-create":
		body = `{"name":"ci","expires":"720h"}`
	}
	return path, body
}

// proposed is the id of a proposal of who.
func proposed(f *fixture, who access.Principal) string {
	p, err := f.catalog.Propose(context.Background(), who, catalog.Edit{Entity: "stream:shop/orders", Attribute: catalog.Doc, Values: []string{"x"}, Reason: "a test"})
	if err != nil {
		panic(err) // a bug of the fixture
	}
	return p.ID
}
