//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plantedPlaces are where the planted job and its topics can be looked at.
type plantedPlaces struct {
	job       string   // the recording
	derived   []string // what replays recorded
	replays   []string
	positions []string
	hashes    []string // of generated code
	seed      string
}

// operation is a route of the API.
type operation struct{ id, method, path string }

// operations are all of spec/openapi.json.
func operations(t *testing.T, repository string) (all []operation) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(repository, "spec", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		t.Fatal(err)
	}
	for path, methods := range document.Paths {
		for method, text := range methods {
			var o struct {
				ID string `json:"operationId"`
			}
			if json.Unmarshal(text, &o) == nil && o.ID != "" { // what else stands there is no operation
				all = append(all, operation{o.ID, strings.ToUpper(method), path})
			}
		}
	}
	return all
}

// streams do not end; testStreams reads them.
var streams = map[string]bool{"audit-live": true, "events-live": true, "job-live": true, "topic-tail": true}

// changes make or end something. What they answer is no data of records, but for those that are asked below; the walk over all routes of internal/api asks each of them.
var changes = map[string]bool{
	"group-reset": true, "topic-produce": true, "import-incident": true, "job-level": true, "job-level-end": true, "unpin": true, "pin": true, "recording-policy-set": true,
	"replay-start": true, "replay-jar": true, "step-end": true, "replay-cancel": true, "replay-remove": true, "session-end": true, "store-compact-cancel": true,
	"store-compact": true, "token-create": true, "token-revoke": true, "grant-request": true, "grant-approve": true, "grant-refuse": true, "grant-end": true, "link-create": true, "link-revoke": true, "impact-cancel": true, "impact-ack": true,
	"notifications-read": true, "notification-ack": true, "notification-replay": true, "subscription-add": true,
	"subscription-change": true, "subscription-test": true, "subscription-remove": true,
	"contract-apply": true, "contract-end": true, "violation-act": true,
	"catalog-change": true, "catalog-propose": true, "catalog-approve": true, "catalog-refuse": true, "catalog-withdraw": true, "openlineage": true,
}

// bodies are those of routes that answer a question that is posted.
func (p plantedPlaces) bodies() map[string]string {
	return map[string]string{
		"recording-policy-check": `{"text":"level: trace\n"}`,
		"replay-plan":            `{"position":"` + p.positions[0] + `"}`,
		"contract-lint":          `{"text":"id: planted\n"}`,
		"contract-test":          `{"since_s":"3600"}`,
		"subject-difference":     `{"from":"1","to":"latest"}`,
		"journey-export":         `{"record":"` + arrivals + `/0@4"}`,
		"impact-start":           `{"cluster":"lab","topic":"` + arrivals + `","drop":"email"}`,
	}
}

// oracles ask for a planted string by name: whoever may not see it must not learn either that it is there.
func (p plantedPlaces) oracles() []string {
	email, key := plant("value", p.seed)+"4@example.org", plant("key", p.seed)+"4"
	var all []string
	for _, q := range []url.Values{
		{"key": {key}}, {"text": {email}}, {"text": {plant("nested", p.seed)}},
		{"where": {`kind == "source-record" && key == "` + key + `"`}},
		{"where": {`kind == "record" && value.who == "` + plant("header", p.seed) + `4"`}},
		{"where": {`kind == "record" && value.text.contains("` + plant("value", p.seed) + `")`}},
	} {
		all = append(all, "?"+q.Encode())
	}
	return all
}

// queries are what a route is asked for. A route without an entry here fails the test: it has to be said how it is looked into.
func (p plantedPlaces) queries() map[string][]string {
	plain := []string{""}
	key := url.QueryEscape(plant("key", p.seed) + "4")
	timer := url.QueryEscape(plant("timer", p.seed) + "4")
	records := []string{"?from=earliest&limit=500", "?from=earliest&decoder=text", "?from=earliest&decoder=bytes", "?from=earliest&decoder=json", "?from=earliest&key=" + key,
		"?from=earliest&text=" + url.QueryEscape(plant("nested", p.seed)), "?from=earliest&where=" + url.QueryEscape(`value.email.startsWith("`+plant("value", p.seed)+`")`),
		"?from=earliest&where=" + url.QueryEscape(`value.nothing == "`+plant("value", p.seed)+`"`), "?from=earliest&where=" + url.QueryEscape(`value.id == "`+plant("value", p.seed))}
	events := []string{"?limit=1000&explain=true", "?limit=1000&order=asc", "?around=" + url.QueryEscape(p.positions[0]), "?where=" + url.QueryEscape(`value.text == "`+plant("value", p.seed))}
	for _, lane := range []string{"out", "det", "src", "trace", "state", "job", "log", "gap", "env"} {
		events = append(events, "?limit=1000&lane="+lane)
	}
	events = append(events, p.oracles()...)
	of := []string{"?key=" + key + "&explain=true", "?key=" + timer, "?of=" + arrivals + "/0@4", "?of=" + url.QueryEscape(p.positions[0])}
	steps := []string{"?step=-1", "?step=-1&until=output", "?step=-1&move=out", "?step=2&evaluate=secret&evaluate=p.text&evaluate=record&evaluate=state&evaluate=" + url.QueryEscape(`secret == "`+plant("local", p.seed)+`4"`),
		"?step=-1&until=state&evaluate=locals", "?step=-1&until=exception", "?step=-1&until=condition&where=" + url.QueryEscape(`secret.startsWith("`+plant("local", p.seed)+`")`)}
	lineage := []string{"?payload=true&record=" + arrivals + "/0@4", "?payload=true&record=" + departures + "/0@1", "?payload=true&record=" + url.QueryEscape(p.positions[0])}
	return map[string][]string{
		"agents": plain, "clusters": plain, "acls": plain, "brokers": plain, "groups": plain, "group": plain, "quotas": plain, "topics": plain, "topic": plain,
		"doctor": plain, "job": plain, "job-channels": plain, "job-doctor": plain, "job-drops": plain, "job-levels": plain, "job-reports": {"?limit=1000"},
		"jobs": {"?all=true"}, "parquet": plain, "pins": plain, "principal": plain, "status": plain, "sessions": plain, "tokens": plain, "store-compaction": plain,
		"audit": {"?limit=500", "?resource=" + arrivals}, "audit-entries": plain, "audit-status": plain,
		"recording-policy": plain, "recording-policy-versions": plain, "recording-policy-effective": {"?job=" + p.job}, "recording-policy-check": plain,
		"recordings": plain, "recording": plain, "capsules": plain, "code": plain, "exceptions": plain, "gaps": plain, "incident": plain, "sql": plain,
		"topic-records": records, "topic-record": {"", "?decoder=bytes", "?decoder=text"},
		"moment": plain, "events": events, "key-history": of, "state-history": of, "lineage": lineage, "lineage-parts": lineage,
		"filter-completions": {"?where=value.&at=6", "?where=" + url.QueryEscape(`value.text == "`) + "&at=15", "?where=" + url.QueryEscape(`key == "zq`) + "&at=10"},
		"timeline":           append([]string{""}, p.oracles()...), "tracks": append([]string{""}, p.oracles()...),
		"latency": plain, "in-flight": {"?checkpoint=1", "?checkpoint=2"}, "watermarks": {"?op=keep", "?op=wait"},
		"export-incident": {"", "?as=engineer", "?state=true&jars=true"}, "export-incident-preview": {"", "?as=engineer", "?state=true&jars=true"}, "export-parquet": plain,
		"export-test": {"", "?pom=true&before=20"}, "journey-export": plain,
		"replays": plain, "replay": plain, "replay-difference": plain, "replay-differences": plain, "replay-plan": plain,
		"step": steps, "step-progress": plain,
		"impacts": plain, "impact": plain, "impact-report": {"?format=text", "?format=sarif"}, "impact-records": plain, "impact-start": {"?wait=60"},
		"notifications": {"", "?open=true&limit=500"}, "notifications-unread": plain, "notification-deliveries": {"", "?all=true"}, "subscriptions": plain, "subscriptions-all": plain,
		"contracts": plain, "contract": plain, "contract-versions": plain, "contract-checks": plain, "contract-windows": {"?check=" + arrivals + "/conformity"}, "violations": plain, "violation": plain, "subjects": plain, "subject-versions": plain, "subject-version": plain, "subject-difference": plain, "contract-lint": plain,
		"contract-test": plain, "contract-proposal": plain,
		"grants": plain, "grant-rules": plain, "links": plain, "link-file": {"?secret=" + plant("value", p.seed)},
		"catalog": {"", "?kind=operator&kind=program&limit=500", "?q=" + url.QueryEscape(plant("value", p.seed))}, "catalog-entity": plain, "catalog-history": plain, "catalog-lineage": {"", "?depth=5&field=text"}, "catalog-who": plain, "catalog-proposals": plain,
	}
}

// fill gives the paths that a route's path stands for.
func (p plantedPlaces) fill(o operation) []string {
	recs := append([]string{p.job}, p.derived...)
	positions := p.positions
	if strings.HasPrefix(o.id, "step") || o.id == "export-test" { // each starts a process
		recs, positions = recs[:1], positions[:1]
	}
	paths := []string{o.path}
	for name, values := range map[string][]string{
		"{cluster}": {"lab"}, "{topic}": {arrivals, departures}, "{group}": {plantedJob}, "{partition}": {"0"}, "{offset}": {"0", "3", "4"},
		"{job}": {p.job}, "{rec}": recs, "{position}": positions, "{hash}": p.hashes, "{id}": p.replays, "{contract}": {"planted"}, "{violation}": {"1"}, "{subject}": {arrivals + "-value"}, "{version}": {"latest"}, "{entity}": {"stream:lab/" + arrivals, "stream:lab/" + departures, "job:" + plantedJob},
	} {
		var more []string
		for _, path := range paths {
			if !strings.Contains(path, name) {
				more = append(more, path)
				continue
			}
			for _, value := range values {
				more = append(more, strings.ReplaceAll(path, name, url.PathEscape(value)))
			}
		}
		paths = more
	}
	return paths
}

// wantUnanswered wants that a question for a planted string finds nothing, unless whoever asks sees everything: a guess must not be confirmed.
func (w *walker) wantUnanswered(t *testing.T, path string, body []byte) {
	t.Helper()
	var answer struct {
		Items []json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || len(answer.Items) == 0 {
		return // no list, or an empty one
	}
	if w.clear {
		w.answered++
		return
	}
	t.Errorf("%s as %s: a guess is confirmed by %d items", path, w.role, len(answer.Items))
}

// testRoutes asks every route, in every way of its entry.
func testRoutes(t *testing.T, w *walker, all []operation, p plantedPlaces) {
	t.Helper()
	queries, bodies := p.queries(), p.bodies()
	for _, o := range all {
		if streams[o.id] || changes[o.id] {
			continue
		}
		asked, known := queries[o.id]
		if !known {
			t.Errorf("nobody has said how %s %s (%s) is looked into", o.method, o.path, o.id)
			continue
		}
		for _, path := range p.fill(o) {
			for _, query := range asked {
				status, body, err := w.send(t.Context(), "route "+o.id, o.method, path+query, bodies[o.id])
				if err != nil {
					t.Errorf("%s as %s: %v", path+query, w.role, err)
				}
				if status == http.StatusInternalServerError {
					t.Errorf("%s as %s: status %d: %.300s", path+query, w.role, status, body)
				}
				if oracle := len(w.finder.In([]byte(query))) > 0; oracle && status == http.StatusOK {
					w.wantUnanswered(t, path+query, body)
				}
			}
		}
	}
	for _, path := range []string{"/metrics", "/healthz", "/readyz", "/", "/api/v1/no-such-route?x=1"} {
		if _, _, err := w.get(t.Context(), path, path); err != nil {
			t.Errorf("%s as %s: %v", path, w.role, err)
		}
	}
}
