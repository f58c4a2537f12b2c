//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access/canarytest"
)

// walker is somebody with a role who looks everywhere, and what was found in what it got.
type walker struct {
	role   string
	base   string
	token  string
	finder *canarytest.Finder
	http   *http.Client
	clear  bool // this one sees everything

	answered int // questions for a planted string that found it

	mu     sync.Mutex
	looked int
	given  map[string]bool     // places that gave an answer, not a refusal
	seen   map[string][]string // by part: where
}

// newWalker adds a user with a role, logs in with the password, and makes a token for the command line as a person does.
func newWalker(t *testing.T, r *rig, role string, finder *canarytest.Finder) *walker {
	t.Helper()
	w := &walker{role: role, base: r.ask.base, finder: finder, clear: role == "local", http: &http.Client{Timeout: 2 * time.Minute}, given: make(map[string]bool), seen: make(map[string][]string)}
	const password = "correct horse battery"
	add := exec.CommandContext(t.Context(), r.binary, "user", "add", "an-"+role, "--role", role, "--data", filepath.Join(r.dir, "data"))
	add.Stdin = strings.NewReader(password + "\n")
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("adding a user of role %s: %v\n%s", role, err, out)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	session := &http.Client{Timeout: time.Minute, Jar: jar}
	in, err := session.PostForm(w.base+"/auth/login", url.Values{"name": {"an-" + role}, "password": {password}, "next": {"/api/v1/principal"}})
	if err != nil {
		t.Fatal(err)
	}
	in.Body.Close()
	if in.StatusCode != http.StatusOK {
		t.Fatalf("logging in as %s: status %d", role, in.StatusCode)
	}
	made, err := session.Post(w.base+"/api/v1/tokens", "application/json", strings.NewReader(`{"name":"walk","expires":"24h"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer made.Body.Close()
	var answer struct {
		Value string `json:"value"`
	}
	if err := decode(made, &answer); err != nil || answer.Value == "" {
		t.Fatalf("making a token as %s: status %d, %v", role, made.StatusCode, err)
	}
	w.token = answer.Value
	return w
}

// look searches what came from a place. What was typed is not looked for: messages about a filter repeat the filter.
func (w *walker) look(place string, b []byte, typed ...string) {
	found := w.finder.In(b)
	asked := w.finder.In([]byte(strings.Join(typed, " ")))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looked++
	for _, part := range found {
		if slices.Contains(asked, part) {
			continue
		}
		if !slices.Contains(w.seen[part], place) {
			w.seen[part] = append(w.seen[part], place)
		}
	}
}

func (w *walker) gave(place string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given[place] = true
}

// get asks a path and searches status, headers and body; what failed on the way is part of what is seen.
func (w *walker) get(ctx context.Context, place, path string) (status int, body []byte, err error) {
	return w.send(ctx, place, http.MethodGet, path, "")
}

func (w *walker) send(ctx context.Context, place, method, path, text string) (status int, body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, w.base+path, strings.NewReader(text))
	if err != nil {
		return 0, nil, err
	}
	if w.token != "" {
		request.Header.Set("Authorization", "Bearer "+w.token)
	}
	if text != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := w.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		return response.StatusCode, body, err
	}
	var head bytes.Buffer
	if err := response.Header.Write(&head); err != nil {
		return 0, nil, err
	}
	w.look(place, append(head.Bytes(), body...), path, text)
	if response.StatusCode == http.StatusOK {
		w.gave(place)
	}
	return response.StatusCode, body, nil
}

// environment is that of the walker's shell.
func (w *walker) environment() []string {
	return append(os.Environ(), "SIGHTGLASS_SERVER="+w.base, "SIGHTGLASS_TOKEN="+w.token)
}

// run does a command and searches both outputs.
func (w *walker) run(t *testing.T, binary, place string, args ...string) (code int, out []byte) {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary, args...)
	c.Env, c.Dir = w.environment(), t.TempDir()
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%v: %v", args, err)
	}
	w.look(place, out, args...)
	code = c.ProcessState.ExitCode()
	if code <= 3 { // an answer, whatever it says
		w.gave(place)
	}
	return code, out
}
