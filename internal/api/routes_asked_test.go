package api

import (
	"context"
	"net/url"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/grant"
)

// paths fills the route table's parameters with things that are there.
func paths(f *fixture) map[string]string {
	rec := f.truth.Totals.String()
	return map[string]string{"{hash}": f.sql.CodeHash, "{id}": "1", "{job}": rec, "{rec}": rec, "{position}": f.truth.Orders[5].Source.String(),
		"{cluster}": "shop", "{topic}": "orders", "{partition}": "1", "{offset}": "3", "{group}": "billing", "{contract}": "orders", "{entity}": "stream:shop/orders", "{subject}": "orders-value", "{version}": "1"}
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
	case "contract-windows":
		path += "?check=" + url.QueryEscape("orders/id/required")
	case "contract-apply", "contract-lint":
		body = contractWish(promise)
		if r.id == "contract-lint" {
			body = strings.Replace(body, `,"why":"a test"`, "", 1)
		}
	case "contract-end":
		path = "/contracts/spare"
	case "contract-test":
		body = `{"since_s":"3600"}`
	case "subject-difference":
		body = `{"schema":"{\"type\":\"string\"}"}`
	case "violation", "violation-act":
		list, _, err := f.contracts.Violations(context.Background(), checks.ViolationQuery{})
		if err == nil && len(list) > 0 {
			path = strings.ReplaceAll(path, "{violation}", list[0].ID)
		}
		if r.id == "violation-act" {
			body = `{"state":"acked"}`
		}
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
	case "notification-ack":
		path = strings.ReplaceAll(path, "/1/", "/"+f.happened("ann")+"/")
	case "notification-replay":
		path = strings.ReplaceAll(path, "/1/", "/"+f.undelivered("ann")+"/")
	case "subscription-add":
		body = `{"filter":{},"target":{"kind":"inbox"}}`
	case "subscription-change", "subscription-test", "subscription-remove":
		path, body = strings.Replace(path, "/1", "/"+f.subscribed("ann").ID, 1), `{"filter":{},"target":{"kind":"inbox"}}`
		if r.id != "subscription-change" {
			body = ""
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
	case "impact-start":
		body = `{"topic":"orders","cluster":"shop","drop":"amount"}`
	case "impact-cancel":
		path = strings.ReplaceAll(path, "/impact/1", "/impact/"+f.proposedOf("slow"))
	case "impact", "impact-report", "impact-records", "impact-ack":
		path, body = strings.ReplaceAll(path, "/impact/1", "/impact/"+f.proposed()), map[bool]string{true: `{"team":"billing","decision":"agree"}`}[r.id == "impact-ack"]
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
