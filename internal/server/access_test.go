package server

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

const supportPolicy = "roles: [{name: support, allow: [{actions: [job:view], resources: [\"flink/**\"]}]}]\n"

// ruled is the policy of a file in an empty folder, as a server looks after it.
func ruled(t *testing.T, wanted bool) (*rules, func(text string)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), accessFile)
	keys, err := accessKeys("", t.TempDir(), "test")
	if err != nil {
		t.Fatal(err)
	}
	r := &rules{file: file, wanted: wanted, keys: keys, log: slog.New(slog.DiscardHandler), force: access.NewInForce(access.Local()),
		dress: func(p *access.Policy) (*access.Policy, error) { return p, nil }}
	at := time.Now().Add(-time.Hour)
	return r, func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Second) // a write within one tick of the file system's clock counts as well
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnAccessPolicyIsTakenOverAndNeverLost(t *testing.T) {
	r, write := ruled(t, false)
	ctx := context.Background()
	support := access.Principal{ID: "x", Roles: []string{"support"}}
	may := func() bool { return r.force.Policy().Decide(support, access.JobView, "flink/local/job/a").Allowed }
	if err := r.look(ctx); !errors.Is(err, fs.ErrNotExist) || may() || r.check().State != stateOK {
		t.Fatalf("without a file: %v, %+v", err, r.check())
	}
	write(supportPolicy)
	if err := r.look(ctx); err != nil || !may() {
		t.Fatalf("a file came: %v", err)
	}
	first := r.force.Policy().Version()

	write("roles: [{name: support, allow: [{actions: [job:see], resources: [\"flink/**\"]}]}]\n")
	var mistakes access.Problems
	if err := r.look(ctx); !errors.As(err, &mistakes) || !may() || r.force.Policy().Version() != first {
		t.Fatalf("a file with mistakes: %v, in force %s", err, r.force.Policy().Version())
	}
	if c := r.check(); c.State != stateFail || !strings.Contains(c.Detail, "1 mistakes") || !strings.Contains(c.Fix, "access check") {
		t.Errorf("%+v", c)
	}

	if err := os.Remove(r.file); err != nil {
		t.Fatal(err)
	}
	if err := r.look(ctx); err == nil || !may() || r.force.Policy().Version() != first {
		t.Errorf("a file that is gone opened what it closed: %v", err)
	}
	if c := r.check(); c.State != stateFail || !strings.Contains(c.Detail, "is gone") {
		t.Errorf("%+v", c)
	}

	write("roles: []\n")
	if err := r.look(ctx); err != nil || may() {
		t.Errorf("another file: %v", err)
	}
}

func TestAPolicyThatCannotBeWrittenDownIsNotInForce(t *testing.T) {
	r, write := ruled(t, false)
	full := errors.New("no room")
	r.audit = func(context.Context, string, string) error { return full }
	write(supportPolicy)
	if err := r.look(context.Background()); !errors.Is(err, full) || r.force.Policy().HasRole("support") {
		t.Fatalf("%v", err)
	}
	r.audit = func(context.Context, string, string) error { return nil }
	if err := r.look(context.Background()); err != nil || !r.force.Policy().HasRole("support") {
		t.Errorf("it is not tried again: %v", err)
	}
}

func TestKeysOfTokensAreMadeOnceAndRead(t *testing.T) {
	data := t.TempDir()
	if _, err := accessKeys("", data, "a"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(data, accessKeyFile)
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := accessKeys("", data, "a"); err != nil {
		t.Error(err)
	}
	if again, _ := os.ReadFile(path); string(again) != string(first) {
		t.Error("a second start makes another key: all tokens change")
	}
	short := filepath.Join(data, "short")
	if err := os.WriteFile(short, []byte("abcd\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{short, filepath.Join(data, "none")} {
		if _, err := accessKeys(file, data, "a"); err == nil {
			t.Errorf("%s is taken", file)
		}
	}
}

func TestAServerDoesNotStartWithAnAccessPolicyThatHasMistakes(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, accessFile), []byte("roles: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(context.Background(), Options{Config: settings(t, map[string]string{"data": data}), Version: "1"})
	if err == nil || !strings.Contains(err.Error(), "access-policy") || !strings.Contains(err.Error(), "line 1") {
		t.Errorf("%v", err)
	}
}
