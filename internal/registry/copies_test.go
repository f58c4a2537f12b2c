package registry_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
)

// wanderer does to a registry what people do, and what they do seldom. Most of it is refused, as it should be; what is not is what copies have to have.
type wanderer struct {
	t    *testing.T
	r    *registry.Registry
	rng  *rand.Rand
	done map[string]int // by kind of change, those that were not refused
}

func pick[T any](w *wanderer, of ...T) T { return of[w.rng.IntN(len(of))] }

func (w *wanderer) subject() registry.Subject {
	return sub(pick(w, "", ":.eu:", ":.us:") + pick(w, "orders-value", "a/b:c", "pay", "ünï"))
}

// scope is a subject, a context, or everything.
func (w *wanderer) scope() registry.Subject {
	if w.rng.IntN(3) == 0 {
		return sub(pick(w, "", ":.eu:", ":.us:"))
	}
	return w.subject()
}

func (w *wanderer) request() registry.Request {
	q := registry.Request{Kind: pick(w, language.Avro, language.Avro, language.Avro, language.JSONSchema), Schema: fmt.Sprintf("f%d:int=0", w.rng.IntN(6))}
	if w.rng.IntN(3) == 0 {
		q.Schema += fmt.Sprintf(" g%d:text=x", w.rng.IntN(3))
	}
	if w.rng.IntN(4) == 0 {
		to := w.subject()
		q.Schema += " @other"
		q.References = []registry.Reference{{Name: "other", Subject: to.String(), Version: pick(w, 1, 2, 3, -1)}}
	}
	if w.rng.IntN(4) == 0 {
		q.Metadata = &registry.Metadata{Properties: map[string]string{"owner": pick(w, "ann", "bo")}, Tags: map[string][]string{"f0": {"PII"}}, Sensitive: []string{"owner"}}
	}
	if w.rng.IntN(4) == 0 {
		q.RuleSet = &registry.RuleSet{Domain: []registry.Rule{{Name: pick(w, "r", "s"), Type: "CEL", Kind: "CONDITION", Mode: "WRITE", Expr: "a < 1 && b > '<&>'", Params: map[string]string{"k": "v"}, Disabled: w.rng.IntN(2) == 0}}}
	}
	if w.rng.IntN(5) == 0 {
		q.ID, q.Version = 50+w.rng.IntN(30), w.rng.IntN(12)
	}
	return q
}

func (w *wanderer) step() {
	ctx, s := w.t.Context(), w.subject()
	var err error
	var what string
	switch n := w.rng.IntN(20); {
	case n < 9:
		what = "register"
		_, err = w.r.Register(ctx, s, w.request())
	case n < 11:
		what = "delete a version softly"
		_, err = w.r.DeleteVersion(ctx, s, pick(w, "1", "2", "latest"), false)
	case n < 12:
		what = "delete a version for good"
		_, err = w.r.DeleteVersion(ctx, s, pick(w, "1", "2", "3"), true)
	case n < 14:
		permanent := w.rng.IntN(2) == 0
		what = fmt.Sprintf("delete a subject, for good %t", permanent)
		_, err = w.r.DeleteSubject(ctx, s, permanent)
	case n < 17:
		what = "set a config"
		_, err = w.r.SetConfig(ctx, w.scope(), []byte(pick(w, `{"compatibility":"NONE"}`, `{"compatibility":"FULL_TRANSITIVE","normalize":true}`, `{"alias":"pay"}`, `{"alias":null}`,
			`{"compatibilityGroup":"major","compatibilityPolicy":"LENIENT"}`, `{"defaultMetadata":{"properties":{"tier":"2"}},"overrideRuleSet":{"domainRules":[{"name":"o","type":"CEL"}]}}`)))
	case n < 18:
		what = "take a config away"
		_, err = w.r.DeleteConfig(ctx, w.scope())
	case n < 19:
		what = "set a mode"
		_, err = w.r.SetMode(ctx, w.scope(), pick(w, registry.Import, registry.ReadWrite, registry.ReadWrite, registry.ReadOnly), w.rng.IntN(2) == 0)
	default:
		what = "take a mode away"
		_, err = w.r.DeleteMode(ctx, w.scope(), w.rng.IntN(2) == 0)
	}
	if err == nil {
		w.done[what]++
		return
	}
	if _, inside := registry.ErrorOf(err); inside {
		w.t.Fatalf("to %s: %v", what, err)
	}
}

// withVersions leaves out schemas that have no versions any more: a copy keeps what ids meant.
func withVersions(t *testing.T, text string) string {
	t.Helper()
	var lines []registry.Line
	used := map[string]bool{}
	all := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range all {
		var l registry.Line
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
		if l.Kind == "version" {
			used[fmt.Sprint(l.Context, l.ID)] = true
		}
	}
	var kept []string
	for i, l := range lines {
		if l.Kind != "schema" || used[fmt.Sprint(l.Context, l.ID)] {
			kept = append(kept, all[i])
		}
	}
	return strings.Join(kept, "\n")
}

// After any changes an export that is imported elsewhere, and a registry that follows, hold the same: ids, versions, what is softly deleted, contexts,
// metadata, rule sets, configs, modes and the moments; and both give the next id as the first one would.
func TestCopiesAreTheSameAfterAnyChanges(t *testing.T) {
	done := map[string]int{}
	for round := range 6 {
		seed := rand.Uint64()
		from, _ := openAt(t, filepath.Join(t.TempDir(), "from.sqlite"), nil)
		w := &wanderer{t: t, r: from, rng: rand.New(rand.NewPCG(seed, 1)), done: done}
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, written(t, from)) }))
		copied, _ := openAt(t, filepath.Join(t.TempDir(), "copy.sqlite"), func(o *registry.Options) { o.ReadOnly = true })
		f := &registry.Follower{Registry: copied, Upstream: &registry.Upstream{URL: server.URL, Client: server.Client()}, Log: quiet(), Now: time.Now}
		for range 8 {
			for range 25 {
				w.step()
			}
			f.Round(t.Context())
			if s := f.State(); s.Error != "" {
				t.Errorf("seed %d: following: %+v", seed, s)
			}
			want := withVersions(t, written(t, from))
			if got := withVersions(t, written(t, copied)); got != want {
				t.Fatalf("seed %d: who follows has\n%s\nwant\n%s", seed, got, want)
			}
		}
		server.Close()
		want := written(t, from)
		d, err := registry.ReadDump(strings.NewReader(want))
		if err != nil {
			t.Fatal(err)
		}
		fresh, _ := openAt(t, filepath.Join(t.TempDir(), "fresh.sqlite"), nil)
		report, err := fresh.Import(t.Context(), d, false)
		if err != nil || len(report.Conflicts)+len(report.Unread) > 0 {
			t.Fatalf("seed %d: importing: %+v, %v", seed, report, err)
		}
		if got := written(t, fresh); got != want {
			t.Fatalf("seed %d, round %d: who imported has\n%s\nwant\n%s", seed, round, got, want)
		}
		for _, s := range []registry.Subject{sub("new"), sub(":.eu:new")} {
			for _, r := range []*registry.Registry{from, fresh} {
				if _, err := r.SetMode(t.Context(), s, registry.ReadWrite, true); err != nil {
					t.Fatal(err)
				}
			}
			one, err := from.Register(t.Context(), s, registry.Request{Schema: "never:int"})
			other, err2 := fresh.Register(t.Context(), s, registry.Request{Schema: "never:int"})
			if err != nil || err2 != nil || one.ID != other.ID || one.GUID != other.GUID {
				t.Errorf("seed %d: the next id of %s: %+v, %v and %+v, %v", seed, s, one, err, other, err2)
			}
		}
	}
	t.Logf("%v", done)
	for _, what := range []string{"register", "delete a version softly", "delete a version for good", "delete a subject, for good false", "delete a subject, for good true", "set a config", "take a config away", "set a mode", "take a mode away"} {
		if done[what] == 0 {
			t.Errorf("to %s was refused every time", what)
		}
	}
}
