package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/identity"
	"github.com/sightglass/sightglass/internal/share"
)

// ask sends JSON and reads the answer into to, when it is 200.
func (r *running) ask(method, path, body string, to any) (int, string) {
	r.t.Helper()
	q, err := http.NewRequest(method, r.base+api.Base+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	answer, err := r.http.Do(q)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode == http.StatusOK && to != nil {
		err = json.Unmarshal(text, to)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func filesOf(t *testing.T, dir string) (names []string) {
	t.Helper()
	found, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		names = append(names, f.Name())
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f.Name(), info, err)
		}
	}
	return names
}

// A link gives the same file to whoever has its address, over restarts, until it is revoked.
func TestALinkSurvivesARestartAndEndsWhenItIsRevoked(t *testing.T) {
	cfg := settings(t, map[string]string{"retain-free": "0"})
	r := start(t, cfg)
	truth := r.record(3, 60)
	var m api.MadeLink
	if status, body := r.ask(http.MethodPost, "/recordings/"+truth.Totals.String()+"/links", `{"as":"parquet","lasts":"2d"}`, &m); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	dir := filepath.Join(cfg.Data, linksDir)
	if names := filesOf(t, dir); len(names) != 1 || names[0] != m.Link.ID {
		t.Fatalf("files: %v", names)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v %v", info, err)
	}
	_, secret, _ := strings.Cut(m.Path, "secret=")
	if len(secret) < 43 {
		t.Errorf("the secret is short: %q", secret)
	}
	status, header, file := r.get(m.Path)
	if status != http.StatusOK || header.Get("Content-Type") != "application/vnd.sightglass.incident" || int64(m.Link.Bytes) != int64(len(file)) {
		t.Fatalf("%d %v, %d bytes", status, header, len(file))
	}
	report, err := share.Verify(t.Context(), strings.NewReader(file))
	if err != nil || !report.Manifest.Masked || strings.Contains(file, "@example.org") {
		t.Fatalf("%v %+v", err, report)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"meta.sqlite", "meta.sqlite-wal", audit.Active} {
		if raw, err := os.ReadFile(filepath.Join(cfg.Data, name)); err == nil && bytes.Contains(raw, []byte(secret)) {
			t.Errorf("the secret is in %s", name)
		}
	}

	r = start(t, cfg)
	if status, _, again := r.get(m.Path); status != http.StatusOK || again != file {
		t.Errorf("after a restart: %d, %d bytes", status, len(again))
	}
	var list api.LinkFiles
	if r.read("/links", &list); len(list.Items) != 1 || list.Items[0].Downloads != 2 || list.Items[0].Last == nil || list.Items[0].State != "live" || list.Bytes != m.Link.Bytes {
		t.Errorf("%+v", list)
	}
	var ended api.Link
	if status, body := r.ask(http.MethodDelete, "/links/"+m.Link.ID, "", &ended); status != http.StatusOK || ended.State != "revoked" {
		t.Errorf("%d %s", status, body)
	}
	if names := filesOf(t, dir); len(names) != 0 {
		t.Errorf("files: %v", names)
	}
	if status, _, _ := r.get(m.Path); status != http.StatusNotFound {
		t.Errorf("a revoked link: %d", status)
	}
	if r.read("/links", &list); len(list.Items) != 1 || list.Items[0].State != "revoked" || list.Bytes != 0 {
		t.Errorf("%+v", list)
	}
	log, err := os.ReadFile(filepath.Join(cfg.Data, audit.Active))
	if err != nil || strings.Count(string(log), "link "+m.Link.ID) < 4 || strings.Contains(string(log), secret) {
		t.Errorf("the audit log: %v %s", err, log)
	}
}

// A file is encrypted by the server for keys that a request names, behind a link and as a download.
func TestTheServerEncryptsForKeys(t *testing.T) {
	const publicKey, secretKey = "age1gqvvzfyqls4mldm8lvvam34u5dm7jcnmaajpgutwhgnd6lyjv4nqrvxzdd", "AGE-SECRET-KEY-133MZ7HG77HHE5SR57J5KVRR3AHMVVUXMRYACH0WUNV98S85U45FQWZ7NYX"
	r := start(t, settings(t, map[string]string{"retain-free": "0"}))
	rec := r.record(3, 60).Totals.String()
	var m api.MadeLink
	if status, body := r.ask(http.MethodPost, "/recordings/"+rec+"/links", `{"for":["`+publicKey+`"]}`, &m); status != http.StatusOK || !m.Link.Encrypted {
		t.Fatalf("%d %s", status, body)
	}
	for _, path := range []string{m.Path, api.Base + "/recordings/" + rec + "/export/incident?for=" + publicKey} {
		status, header, file := r.get(path)
		if status != http.StatusOK || !share.IsEncrypted([]byte(file)) || !strings.Contains(header.Get("Content-Disposition"), ".sgi.age") {
			t.Fatalf("%s: %d %v", path, status, header)
		}
		var with share.Identities
		if err := with.Add(strings.NewReader(secretKey)); err != nil {
			t.Fatal(err)
		}
		clear, err := share.Decrypt(strings.NewReader(file), with)
		if err != nil {
			t.Fatal(err)
		}
		if report, err := share.Verify(t.Context(), clear); err != nil || report.Manifest.Recording.ID != rec {
			t.Errorf("%s: %v %+v", path, err, report)
		}
	}
	for key, says := range map[string]string{"age1nonsense": "key 1 is no public key", secretKey: "private key", "words": "key 1 is no public key"} {
		for _, path := range []string{"/export/incident?for=", "/export/incident/preview?for="} {
			if status, _, body := r.get(api.Base + "/recordings/" + rec + path + key); status != http.StatusBadRequest || !strings.Contains(body, says) || strings.Contains(body, key) {
				t.Errorf("%s: %d %s", path, status, body)
			}
		}
		if status, body := r.ask(http.MethodPost, "/recordings/"+rec+"/links", `{"for":["`+key+`"]}`, nil); status != http.StatusBadRequest || strings.Contains(body, key) {
			t.Errorf("a link for %.4s: %d %s", key, status, body)
		}
	}
}

// linking is the links of a running server with a clock, a disk and a folder of their own.
type linking struct {
	*links
	at    time.Time
	space int64
	who   access.Principal
	on    browse.Target
	t     *testing.T
}

func linkingOf(t *testing.T, r *running, rec string) *linking {
	t.Helper()
	on, err := r.Server.browser.Resolve(t.Context(), rec)
	if err != nil {
		t.Fatal(err)
	}
	x := &linking{at: time.Unix(1_800_000_000, 0), space: 1 << 40, who: access.LocalPrincipal("ann"), on: on, t: t}
	x.links = x.again(r, filepath.Join(t.TempDir(), linksDir))
	return x
}

// again is what a server that starts makes of a folder.
func (x *linking) again(r *running, dir string) *links {
	x.t.Helper()
	l, err := newLinks(x.t.Context(), &links{
		incidents: r.incidents, meta: r.meta, dir: dir, mode: config.LinksLogin, free: func() int64 { return x.space }, now: func() time.Time { return x.at }, log: r.log,
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return l
}

func (x *linking) make(id string) (secret string, err error) {
	_, secret, err = x.Make(x.t.Context(), x.who, x.on, api.LinkRequest{ID: id, Lasts: time.Hour})
	return secret, err
}

func (x *linking) opens(id, secret string) bool {
	x.t.Helper()
	_, _, opens, err := x.Check(x.t.Context(), id, secret)
	if err != nil {
		x.t.Fatal(err)
	}
	return opens
}

func TestALinkExpires(t *testing.T) {
	r := start(t, settings(t, map[string]string{"retain-free": "0"}))
	x := linkingOf(t, r, r.record(3, 30).Totals.String())
	one, err := x.make("one")
	if err != nil {
		t.Fatal(err)
	}
	two, err := x.make("two")
	if err != nil || one == two {
		t.Fatal(err)
	}
	if !x.opens("one", one) || !x.opens("two", two) || x.opens("one", two) || x.opens("one", "") || x.opens("none", one) || x.opens("none", "") {
		t.Error("a link opens with another's secret, or not with its own")
	}
	x.at = x.at.Add(time.Hour)
	if x.opens("one", one) {
		t.Error("it opens though it has expired")
	}
	if _, err := x.Fetch(t.Context(), "one"); !errors.Is(err, browse.ErrNotFound) {
		t.Errorf("its file is given: %v", err)
	}
	if err := x.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := filesOf(t, x.dir); len(names) != 0 {
		t.Errorf("files: %v", names)
	}
	if list, _, err := x.All(t.Context()); err != nil || len(list) != 2 || list[0].State != "expired" {
		t.Errorf("%+v %v", list, err)
	}
	x.at = x.at.Add(linkRemembered + time.Second)
	if err := x.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, _, _ := x.All(t.Context()); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

// A process that is killed between the file and its row, or while it writes, leaves what nobody can open and what the next start removes.
func TestWhatAKilledServerHadBegunOpensNothingAndGoes(t *testing.T) {
	r := start(t, settings(t, map[string]string{"retain-free": "0"}))
	x := linkingOf(t, r, r.record(3, 30).Totals.String())
	secret, err := x.make("whole")
	if err != nil {
		t.Fatal(err)
	}
	q, err := x.incidents.request(t.Context(), x.who, x.on, api.IncidentRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := x.write(t.Context(), "orphan", q, share.Recipients{}, room{bytes: 1 << 30}); err != nil { // killed here
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(x.dir, ".torn.part-123"), []byte("a piece"), 0o600); err != nil {
		t.Fatal(err)
	}
	if len(filesOf(t, x.dir)) != 3 || x.opens("orphan", secret) || x.opens("orphan", "") {
		t.Error("a file without a row can be opened")
	}
	if _, err := x.Fetch(t.Context(), "orphan"); !errors.Is(err, browse.ErrNotFound) {
		t.Errorf("a file without a row is given: %v", err)
	}
	x.links = x.again(r, x.dir)
	if names := filesOf(t, x.dir); len(names) != 1 || names[0] != "whole" {
		t.Errorf("files: %v", names)
	}
	if !x.opens("whole", secret) {
		t.Error("a whole link is gone")
	}
	if err := os.Remove(filepath.Join(x.dir, "whole")); err != nil { // by somebody
		t.Fatal(err)
	}
	if _, err := x.Fetch(t.Context(), "whole"); !errors.Is(err, browse.ErrNotFound) {
		t.Errorf("a file that is gone: %v", err)
	}
}

// The sweep leaves alone what is being made.
func TestASweepLeavesAFileInTheMaking(t *testing.T) {
	r := start(t, settings(t, map[string]string{"retain-free": "0"}))
	x := linkingOf(t, r, r.record(3, 30).Totals.String())
	for _, name := range []string{".one.part-9", "one", ".two.part-9", "two"} {
		if err := os.WriteFile(filepath.Join(x.dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	x.begin("one")
	if err := x.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(filesOf(t, x.dir), " "); got != ".one.part-9 one" {
		t.Errorf("left: %s", got)
	}
}

func TestAFileThatDoesNotFitLeavesNothing(t *testing.T) {
	r := start(t, settings(t, map[string]string{"retain-free": "0"}))
	x := linkingOf(t, r, r.record(3, 60).Totals.String())
	fails := func(what, says string) {
		t.Helper()
		_, err := x.make("big")
		var p *api.Problem
		if !errors.As(err, &p) || p.Status != http.StatusInsufficientStorage || !strings.Contains(p.Error(), says) {
			t.Errorf("%s: %v", what, err)
		}
		if names := filesOf(t, x.dir); len(names) != 0 {
			t.Errorf("%s left %v", what, names)
		}
		if list, _, _ := x.All(t.Context()); len(list) != 0 {
			t.Errorf("%s left %+v", what, list)
		}
	}
	x.space = minFree + 5000 // it ends in the middle
	fails("a full disk", "all that the disk has to give")
	x.space = 0
	fails("a disk that was full before", "all that the disk has to give")
	x.space, x.quota = 1<<40, 5000
	fails("a full quota", "share-links-quota")
	x.quota = 1 << 30
	if _, err := x.make("fits"); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(filepath.Join(x.dir, "fits"))
	if err != nil {
		t.Fatal(err)
	}
	x.quota = info.Size() + 5000 // what is there counts
	if _, err := x.make("more"); err == nil || len(filesOf(t, x.dir)) != 1 {
		t.Errorf("over the quota: %v, %v", err, filesOf(t, x.dir))
	}
}

func TestLinksAreBoundedInNumber(t *testing.T) {
	r := start(t, settings(t, map[string]string{"retain-free": "0"}))
	x := linkingOf(t, r, r.record(3, 10).Totals.String())
	for i := range linksOfOwner {
		if _, err := x.make(string(rune('A'+i/10)) + string(rune('a'+i%10))); err != nil {
			t.Fatal(err)
		}
	}
	_, err := x.make("one-more")
	var p *api.Problem
	if !errors.As(err, &p) || p.Status != http.StatusConflict {
		t.Errorf("one more: %v", err)
	}
	if _, err := os.Stat(filepath.Join(x.dir, "one-more")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its file: %v", err)
	}
	if _, err := x.Revoke(t.Context(), "Aa"); err != nil {
		t.Fatal(err)
	}
	if _, err := x.make("one-more"); err != nil {
		t.Errorf("after one was revoked: %v", err)
	}
	if _, err := x.Revoke(t.Context(), "none"); !errors.Is(err, browse.ErrNotFound) {
		t.Errorf("%v", err)
	}
	f, err := x.Fetch(t.Context(), "one-more")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := x.Revoke(t.Context(), "one-more"); err != nil { // while it is read
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, f); err != nil || n == 0 {
		t.Errorf("%d bytes, %v", n, err)
	}
}

// Where people log in, the setting says whether a link is enough.
func TestALinkAndALogin(t *testing.T) {
	for mode, anonymous := range map[string]int{config.LinksLogin: http.StatusUnauthorized, config.LinksOpen: http.StatusOK, config.LinksOff: http.StatusForbidden} {
		cfg := settings(t, map[string]string{"retain-free": "0", "auth": "on", "share-links": mode})
		r := start(t, cfg)
		rec := r.record(3, 10).Totals.String()
		token, err := os.ReadFile(r.Info().TokenFile)
		if err != nil {
			t.Fatal(err)
		}
		bearer := "Bearer " + strings.TrimSpace(string(token))
		on, err := r.Server.browser.Resolve(t.Context(), rec)
		if err != nil {
			t.Fatal(err)
		}
		who := access.Principal{ID: "token:server", Name: "server", Roles: []string{access.LocalRole}}
		_, secret, err := r.links.Make(t.Context(), who, on, api.LinkRequest{ID: "abc", Lasts: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		path := api.Base + "/links/abc/file?secret=" + secret
		if status, _, body := r.get(path); status != anonymous {
			t.Errorf("%s: nobody known gets %d %.200s", mode, status, body)
		}
		r.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		status, header, _ := r.get(path, "Sec-Fetch-Mode", "navigate")
		if to := header.Get("Location"); (status == http.StatusSeeOther) != (mode == config.LinksLogin) ||
			(to == identity.LoginPath+"?next="+url.QueryEscape(path)) != (mode == config.LinksLogin) {
			t.Errorf("%s: a browser of nobody known is led to %d %s", mode, status, to)
		}
		known := http.StatusOK
		if mode == config.LinksOff {
			known = http.StatusForbidden
		}
		if status, _, body := r.get(path, "Authorization", bearer); status != known {
			t.Errorf("%s: who is logged in gets %d %.200s", mode, status, body)
		}
		if status, _, _ := r.get(api.Base + "/links"); status != http.StatusUnauthorized {
			t.Errorf("%s: links are listed to nobody known: %d", mode, status)
		}
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		log, err := os.ReadFile(filepath.Join(cfg.Data, audit.Active))
		if err != nil || strings.Contains(string(log), `"link:abc"`) != (mode == config.LinksOpen) {
			t.Errorf("%s: the audit log: %v %s", mode, err, log)
		}
	}
}
