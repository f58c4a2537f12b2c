package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

const keptSecret = "the-secret"

// keptLinks is a Links that remembers what it was asked for. It begins with the link 1, of the caller ann's.
type keptLinks struct {
	mode  string
	asked []LinkRequest
	list  []KeptLink
}

func newKeptLinks(rec event.RecordingID) *keptLinks {
	return &keptLinks{mode: LinksLogin, list: []KeptLink{keptLink("1", rec.String(), "local:ann")}}
}

func keptLink(id, rec, owner string) KeptLink {
	now := &Time{Time: time.Unix(1_700_000_000, 0)}
	return KeptLink{
		Link:    Link{ID: id, State: "live", Recording: rec, Owner: "ann", Created: now, Expires: now, Roles: []string{}, Verdict: "not proven", Bytes: 8},
		OwnerID: owner, Resource: access.Resource("flink/local/job/shop-totals/recording/" + rec),
	}
}

func (k *keptLinks) Mode() string { return k.mode }

func (k *keptLinks) Public() string { return "https://sightglass.example.com" }

func (k *keptLinks) Make(_ context.Context, who access.Principal, t browse.Target, q LinkRequest) (KeptLink, string, error) {
	if q.File.As == "nobody" {
		return KeptLink{}, "", Refuse(http.StatusBadRequest, "the access policy has no such role", "name one of its roles")
	}
	k.asked = append(k.asked, q)
	l := keptLink(q.ID, t.Recording.String(), who.ID)
	k.list = append(k.list, l)
	return l, keptSecret, nil
}

func (k *keptLinks) All(context.Context) ([]KeptLink, int64, error) {
	return slices.Clone(k.list), 1 << 30, nil
}

func (k *keptLinks) find(id string) (*KeptLink, bool) {
	i := slices.IndexFunc(k.list, func(l KeptLink) bool { return l.ID == id })
	if i < 0 {
		return nil, false
	}
	return &k.list[i], true
}

func (k *keptLinks) Revoke(_ context.Context, id string) (KeptLink, error) {
	l, ok := k.find(id)
	if !ok {
		return KeptLink{}, fmt.Errorf("%w: link", browse.ErrNotFound)
	}
	l.State = "revoked"
	return *l, nil
}

func (k *keptLinks) Check(_ context.Context, id, secret string) (KeptLink, bool, bool, error) {
	l, ok := k.find(id)
	if !ok {
		return KeptLink{}, false, false, nil
	}
	return *l, true, secret == keptSecret && l.State == "live", nil
}

func (k *keptLinks) Fetch(_ context.Context, id string) (io.ReadCloser, error) {
	l, ok := k.find(id)
	if !ok {
		return nil, fmt.Errorf("%w: link", browse.ErrNotFound)
	}
	l.Downloads++
	return io.NopCloser(strings.NewReader("the file")), nil
}

func linksOf(f *fixture) *keptLinks { return f.api.service.Links.(*keptLinks) }

func TestALinkIsMadeAsAFileIs(t *testing.T) {
	f := open(t, local)
	path := Base + "/recordings/" + f.truth.Totals.String() + "/links"
	status, _, body := send2(t, f, http.MethodPost, path, `{"as":"support","state":true,"from":"2026-01-05","expires":"30d","lasts":"2d","for":["age1x"]}`)
	var m MadeLink
	if err := json.Unmarshal(body, &m); err != nil || status != http.StatusOK || m.Path != Base+"/links/"+m.Link.ID+"/file?secret="+keptSecret || !m.Link.Mine || m.Mode != LinksLogin ||
		m.URL != "https://sightglass.example.com"+m.Path {
		t.Fatalf("%d %v %s", status, err, body)
	}
	q := linksOf(f).asked[0]
	if q.File.As != "support" || !q.File.State || q.File.From == 0 || q.File.Expires != 30*24*time.Hour || len(q.File.For) != 1 || q.ID != m.Link.ID || q.Lasts != 48*time.Hour {
		t.Errorf("asked for %+v", q)
	}
	if status, _, body := send2(t, f, http.MethodPost, path, `{}`); status != http.StatusOK || linksOf(f).asked[1].Lasts != 7*24*time.Hour {
		t.Errorf("without an end: %d %s", status, body)
	}
	log := f.audit.String()
	for _, want := range []string{`"action":"recording:export"`, "link " + m.Link.ID, "for role support", "encrypted for 1 key"} {
		if !strings.Contains(log, want) {
			t.Errorf("written down: %s, without %s", log, want)
		}
	}
	if strings.Contains(log, keptSecret) {
		t.Error("the secret is in the audit log")
	}
	for wish, want := range map[string]int{
		`{"as":"nobody"}`: http.StatusBadRequest, `{"lasts":"31d"}`: http.StatusBadRequest, `{"lasts":"soon"}`: http.StatusBadRequest,
		`{"around":"a.1.0.1","from":"-5m"}`: http.StatusBadRequest, `{"unknown":1}`: http.StatusUnprocessableEntity,
	} {
		if status, _, body := send2(t, f, http.MethodPost, path, wish); status != want {
			t.Errorf("%s: %d %s", wish, status, body)
		}
	}
	for range maxExports {
		f.api.service.exports <- struct{}{}
	}
	if status, _, _ := send2(t, f, http.MethodPost, path, `{}`); status != http.StatusTooManyRequests {
		t.Errorf("one export too many: %d", status)
	}
}

func TestALinkGivesItsFileAndNothingElseTellsOfIt(t *testing.T) {
	f := open(t, local)
	file := Base + "/links/1/file"
	status, header, body := get2(t, f, file+"?secret="+keptSecret)
	if status != http.StatusOK || string(body) != "the file" || header.Get("Content-Length") != "8" || !strings.Contains(header.Get("Content-Disposition"), ".sgi") {
		t.Fatalf("%d %v %s", status, header, body)
	}
	answers := map[string]string{}
	ask := func(what, path string) {
		status, _, body := get2(t, f, path)
		var p Problem
		if err := json.Unmarshal(body, &p); err != nil {
			t.Fatal(err)
		}
		answers[what] = fmt.Sprintf("%d %s %s", status, p.Detail, p.Hint)
		if status != http.StatusNotFound {
			t.Errorf("%s: %d %s", what, status, body)
		}
	}
	ask("no secret", file)
	ask("a wrong secret", file+"?secret=nearly")
	ask("another link", Base+"/links/2/file?secret="+keptSecret)
	ask("a long name", Base+"/links/"+strings.Repeat("a", 3000)+"/file?secret="+strings.Repeat("b", 3000))
	l, _ := linksOf(f).find("1")
	l.State = "expired"
	ask("an expired link", file+"?secret="+keptSecret)
	l.State = "revoked"
	ask("a revoked link", file+"?secret="+keptSecret)
	for what, got := range answers {
		if got != answers["a wrong secret"] {
			t.Errorf("%s is answered otherwise: %s, not %s", what, got, answers["a wrong secret"])
		}
	}
	if l.Downloads != 1 {
		t.Errorf("%d downloads", l.Downloads)
	}
	f.api.Close()
	log := f.audit.String()
	if strings.Count(log, `"outcome":"denied"`) != 1 || !strings.Contains(log, "link 1") || !strings.Contains(log, "an incident file of 8 bytes") {
		t.Errorf("written down: %s", log)
	}
	if strings.Contains(log, keptSecret) || strings.Contains(log, "nearly") {
		t.Error("a secret is in the audit log")
	}
}

func TestWhoMayOpenALinkIsASetting(t *testing.T) {
	nobody := func(*http.Request) (access.Principal, error) { return access.Principal{}, ErrUnknownCaller }
	file := Base + "/links/1/file?secret=" + keptSecret
	for _, c := range []struct {
		mode string
		as   func(*http.Request) (access.Principal, error)
		want int
	}{
		{LinksLogin, nobody, http.StatusUnauthorized}, {LinksLogin, local, http.StatusOK},
		{LinksOpen, nobody, http.StatusOK}, {LinksOpen, local, http.StatusOK},
		{LinksOff, nobody, http.StatusForbidden}, {LinksOff, local, http.StatusForbidden},
		{LinksLogin, scoped(access.JobView), http.StatusForbidden}, {LinksLogin, scoped(access.RecordingExport), http.StatusOK},
	} {
		f := open(t, c.as)
		linksOf(f).mode = c.mode
		status, _, body := get2(t, f, file)
		if status != c.want {
			t.Errorf("%s: %d %s, want %d", c.mode, status, body, c.want)
		}
		f.api.Close()
		if log := f.audit.String(); c.mode == LinksOpen && strings.Contains(log, `"link:1"`) != (fmt.Sprintf("%p", c.as) == fmt.Sprintf("%p", nobody)) {
			t.Errorf("written down: %s", log)
		}
		if c.mode == LinksOff {
			status, _, body := send2(t, f, http.MethodPost, Base+"/recordings/"+f.truth.Totals.String()+"/links", `{}`)
			if want := http.StatusForbidden; fmt.Sprintf("%p", c.as) == fmt.Sprintf("%p", local) && (status != want || !strings.Contains(string(body), "share-links")) {
				t.Errorf("a link is made where they are off: %d %s", status, body)
			}
		}
	}
}

func scoped(a access.Action) func(*http.Request) (access.Principal, error) {
	return func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "token:1", Name: "ci", Roles: []string{access.LocalRole}, Scope: []access.Action{a}, Owner: "local:ann"}, nil
	}
}

func TestLinksOfOthersAreForWhoManagesThem(t *testing.T) {
	policy, err := access.ReadPolicy(`roles:
  - {name: maker, allow: [{actions: ["recording:export"], resources: ["**"]}]}
  - {name: admin, allow: [{actions: ["recording:links"], resources: ["**"]}]}
`, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	var who access.Principal
	f := openUnder(t, policy, func(*http.Request) (access.Principal, error) { return who, nil })
	linksOf(f).list = append(linksOf(f).list, keptLink("2", f.truth.Totals.String(), "oidc:x#bob"))
	bob := access.Principal{ID: "oidc:x#bob", Name: "Bob", Roles: []string{"maker"}}
	eve := access.Principal{ID: "oidc:x#eve", Name: "Eve", Roles: []string{"maker"}}
	token := access.Principal{ID: "token:7", Name: "ci", Roles: []string{"maker"}, Owner: bob.ID}
	narrow := access.Principal{ID: "token:8", Name: "view", Roles: []string{"maker"}, Owner: bob.ID, Scope: []access.Action{access.JobView}}
	root := access.Principal{ID: "oidc:x#root", Name: "Root", Roles: []string{"admin"}}
	for _, c := range []struct {
		who  access.Principal
		sees string
	}{{bob, "2"}, {token, "2"}, {narrow, ""}, {eve, ""}, {root, "1 2"}} {
		who = c.who
		ids := []string{}
		for _, l := range answerOf[LinkFiles](t, f, "/links").Items {
			ids = append(ids, l.ID)
		}
		if got := strings.Join(ids, " "); got != c.sees {
			t.Errorf("%s sees %q", c.who.Name, got)
		}
	}
	revoke := func(as access.Principal, id string) int {
		who = as
		status, _, _ := send2(t, f, http.MethodDelete, Base+"/links/"+id, "")
		return status
	}
	if got := revoke(eve, "2"); got != http.StatusNotFound {
		t.Errorf("another's link: %d", got)
	}
	if got := revoke(bob, "none"); got != http.StatusNotFound {
		t.Errorf("no link: %d", got)
	}
	if l, _ := linksOf(f).find("2"); l.State != "live" {
		t.Fatal("somebody else's link was revoked")
	}
	if got := revoke(bob, "2"); got != http.StatusOK {
		t.Errorf("one's own link: %d", got)
	}
	if got := revoke(root, "1"); got != http.StatusOK {
		t.Errorf("a link of others: %d", got)
	}
	if log := f.audit.String(); !strings.Contains(log, "revoke link 2") || !strings.Contains(log, "revoke link 1") {
		t.Errorf("written down: %s", log)
	}
}

// A download lasts as long as its link.
func TestADownloadEndsWithItsLink(t *testing.T) {
	f := open(t, func(*http.Request) (access.Principal, error) { return access.Principal{}, ErrUnknownCaller })
	k := linksOf(f)
	k.mode = LinksOpen
	r, err := http.NewRequest(http.MethodGet, f.server.URL+Base+"/links/1/file?secret="+keptSecret, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.SetPathValue("id", "1")
	may := func() bool { return f.api.service.stillMay(r, route{action: holder}, browse.Target{}) }
	if !may() {
		t.Error("a download of a live link is broken off")
	}
	l, _ := k.find("1")
	l.State = "revoked"
	if may() {
		t.Error("it goes on though the link was revoked")
	}
	l.State, k.mode = "live", LinksLogin
	if may() {
		t.Error("it goes on though one has to be logged in by now")
	}
}
