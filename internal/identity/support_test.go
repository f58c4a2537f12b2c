package identity

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/store/meta"
)

// clock is moved by tests. Safe for concurrent use.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// cheap keeps tests fast; what a real hash costs is tested once.
var cheap = cost{time: 1, memory: 64, lanes: 1}

// door is a gate with a browser in front of it.
type door struct {
	*Gate
	t      *testing.T
	clock  *clock
	dir    string
	server *httptest.Server
	client *http.Client
}

const goodPassword = "correct horse battery"

func users(t *testing.T, dir string, c *clock) *Users {
	t.Helper()
	u := OpenUsers(filepath.Join(dir, UsersFile))
	u.cost, u.now = cheap, c.now
	return u
}

func openDoor(t *testing.T, with func(*Options, string, *clock)) *door {
	t.Helper()
	c := &clock{at: time.Now().UTC().Truncate(time.Second)} // cookies of a jar go by the real clock
	return openDoorIn(t, t.TempDir(), c, with)
}

func openDoorIn(t *testing.T, dir string, c *clock, with func(*Options, string, *clock)) *door {
	t.Helper()
	db, err := meta.Open(context.Background(), filepath.Join(dir, "meta.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	o := Options{Meta: db, Now: c.now}
	if with == nil {
		o.Users = users(t, dir, c)
	} else {
		with(&o, dir, c)
	}
	d := &door{t: t, clock: c, dir: dir}
	mux := http.NewServeMux()
	d.server = httptest.NewServer(mux)
	t.Cleanup(d.server.Close)
	if o.OIDC != nil {
		o.OIDC.BaseURL = d.server.URL
	}
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	d.Gate = g
	mux.Handle(AuthPath, g.Handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		who, err := g.Authenticate(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, who.ID)
	})
	d.client = d.browser()
	return d
}

func (d *door) browser() *http.Client {
	d.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		d.t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func (d *door) ask(r *http.Request) (int, string) {
	d.t.Helper()
	answer, err := d.client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func (d *door) get(path string, header ...string) (int, string) {
	d.t.Helper()
	r, err := http.NewRequest(http.MethodGet, d.server.URL+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return d.ask(r)
}

func (d *door) post(path string, form ...string) (int, string) {
	d.t.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	answer, err := d.client.PostForm(d.server.URL+path, values)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// is asserts who the browser is; "" = nobody.
func (d *door) is(want, when string) {
	d.t.Helper()
	status, body := d.get("/who")
	if want == "" && status == http.StatusUnauthorized || want != "" && status == http.StatusOK && body == want {
		return
	}
	d.t.Errorf("%s: %d %q, want %q", when, status, body, want)
}

func (d *door) add(name string, roles ...string) {
	d.t.Helper()
	if err := d.Users.Add(name, goodPassword, roles); err != nil {
		d.t.Fatal(err)
	}
}

func (d *door) logIn(name string) {
	d.t.Helper()
	if status, body := d.post(LoginPath, "name", name, "password", goodPassword, "next", "/who"); status != http.StatusOK || body != "local:"+name {
		d.t.Fatalf("logging in as %s: %d %s", name, status, body)
	}
}
