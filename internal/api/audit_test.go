package api

import (
	"bufio"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
)

func auditPage(t *testing.T, f *fixture, query string) List[AuditEntry] {
	t.Helper()
	return answerOf[List[AuditEntry]](t, f, "/audit"+query)
}

func TestALookAtAnEventStandsInTheAuditLogAndSoDoesTheLookAtTheLog(t *testing.T) {
	f := open(t, local)
	rec := f.truth.Totals.String()
	if status, _, body := get2(t, f, Base+"/recordings/"+rec+`/events?limit=3&where=value.id%20==%20"o-0000017"`); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	l := auditPage(t, f, "?action=job:read")
	if len(l.Items) != 1 {
		t.Fatalf("%d entries", len(l.Items))
	}
	e := l.Items[0]
	if e.Principal != "local:ann" || !strings.HasSuffix(e.Resource, "/recording/"+rec) || e.Outcome != "ok" || e.Records == 0 || !slices.Equal(e.Classes, []string{"*"}) ||
		e.Filter != "value.id == string" || e.Policy != "local-clear" || e.Ended == nil || e.Phase != "intent" {
		t.Errorf("%+v", e)
	}
	// The look before is an entry, and the one that asks is one that goes on.
	own := auditPage(t, f, "?action=audit:*")
	if len(own.Items) < 3 || own.Items[0].Outcome != "open" || own.Items[1].Outcome != "ok" || own.Items[1].Records != 1 || own.Items[0].Resource != "audit/log" ||
		!slices.Contains(own.Items[1].Ranges, "action job:read") {
		t.Errorf("%+v", own.Items)
	}
	if n := len(auditPage(t, f, "?who=nobody").Items); n != 0 {
		t.Errorf("%d entries of nobody", n)
	}
	if n := len(auditPage(t, f, "?to=2001-01-01").Items); n != 0 {
		t.Errorf("%d entries of long ago", n)
	}
	seen, cursor := map[I64]bool{}, ""
	for {
		p := auditPage(t, f, "?limit=2&to=2100-01-01&cursor="+cursor)
		for _, e := range p.Items {
			seen[e.Seq] = true
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if !seen[e.Seq] || len(seen) < 6 {
		t.Errorf("pages hold %v", seen)
	}
	if status, _, body := get2(t, f, Base+"/audit?cursor=!"); status != http.StatusBadRequest || !strings.Contains(string(body), "begin again") {
		t.Errorf("a cursor that is none: %d %s", status, body)
	}
	st := answerOf[AuditStatus](t, f, "/audit/status")
	if st.Chain != "checking" || st.End < e.Seq || len(st.Fingerprint) != 32 || st.Files != 1 || st.Sinks == nil {
		t.Errorf("%+v", st)
	}
}

func TestRefusalsAreWrittenDownAndTheLogIsForAuditorsAlone(t *testing.T) {
	f := open(t, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "eve", Name: "eve", Roles: []string{"guest"}}, nil
	})
	for _, path := range []string{"/audit", "/audit/status", "/audit/live", "/audit/entries"} {
		if status, _, body := get2(t, f, Base+path); status != http.StatusForbidden {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	for _, want := range []string{`"action":"audit:read"`, `"outcome":"denied"`, `"principal":"eve"`, `"ranges":["route audit-entries"]`, `"reason":"no role of eve allows`} {
		if !strings.Contains(f.audit.String(), want) {
			t.Errorf("the log lacks %s: %s", want, f.audit)
		}
	}
}

func TestEntriesAreCloudEventsInOrder(t *testing.T) {
	f := open(t, local)
	_ = auditPage(t, f, "")
	response, err := http.Get(f.server.URL + Base + "/audit/entries?after=1")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got []AuditEvent
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		data, is := strings.CutPrefix(lines.Text(), "data: ")
		var e struct {
			AuditEvent
			Data access.Entry `json:"data"`
		}
		if !is {
			continue
		}
		if err := json.Unmarshal([]byte(data), &e); err != nil || !e.Data.Whole() {
			t.Fatalf("%s: %v", data, err)
		}
		got = append(got, e.AuditEvent)
	}
	if len(got) != 3 || got[0].ID != "2" || got[2].Type != "io.sightglass.audit.entry.v1" || !strings.HasPrefix(got[0].Source, "urn:sightglass:audit:") {
		t.Errorf("%d events: %+v", len(got), got)
	}
}
