package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A key of age that nobody uses, and its public half.
const (
	secretKey = "AGE-SECRET-KEY-133MZ7HG77HHE5SR57J5KVRR3AHMVVUXMRYACH0WUNV98S85U45FQWZ7NYX"
	publicKey = "age1gqvvzfyqls4mldm8lvvam34u5dm7jcnmaajpgutwhgnd6lyjv4nqrvxzdd"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func keyFile(t *testing.T, dir string) string {
	return write(t, filepath.Join(dir, "age-key"), secretKey+"\n")
}

func recipientFile(t *testing.T, dir string) string {
	return write(t, filepath.Join(dir, "age-recipients"), "# support\n"+publicKey+"\n")
}

func TestAnIncidentFileIsVerifiedWithoutAServer(t *testing.T) {
	r, dir := serve(t), t.TempDir()
	ctx := context.Background()
	file := filepath.Join(dir, "totals.sgi")
	out, errs, code := r.run(ctx, "", "export", "incident", "shop-totals", "--expires", "30d", "--out", file)
	if code != 0 || !strings.Contains(out, "signed by") {
		t.Fatalf("export: exit %d %s%s", code, out, errs)
	}
	fingerprint := regexp.MustCompile(`SHA256:\S+`).FindString(out)
	known := write(t, filepath.Join(dir, "known"), fingerprint+" the shop's recorder\n")
	other := write(t, filepath.Join(dir, "other"), "SHA256:abc somebody else\n")

	// The server's clock is in the past of this one: what it made for 30 days has expired.
	if out, errs, code := r.run(ctx, "", "verify", file, "--signers", known); code != 1 || !strings.Contains(out, "the shop's recorder") || !strings.Contains(errs, "expired") {
		t.Errorf("an expired file: exit %d %s%s", code, out, errs)
	}
	if _, _, code := r.run(ctx, "", "export", "incident", "shop-totals", "--out", file); code != 0 {
		t.Fatal("export without an expiry")
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"verify", file}, 0, "is whole"},
		{[]string{"verify", file, "--signers", known}, 0, "the shop's recorder"},
		{[]string{"verify", file, "--signers", other}, 1, "not known"},
		{[]string{"verify", file, "-o", "json"}, 0, fingerprint},
		{[]string{"verify", known}, 2, "not an incident file"},
		{[]string{"verify", filepath.Join(dir, "none")}, 64, "no such file"},
	} {
		if out, errs, code := r.run(ctx, "", c.args...); code != c.code || !strings.Contains(out+errs, c.says) {
			t.Errorf("%v: exit %d %s%s", c.args, code, out, errs)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 { // a single byte may be one that nobody reads, as of an index
		raw[len(raw)/3+i] ^= 1
	}
	if _, errs, code := r.run(ctx, "", "verify", write(t, file, string(raw))); code != 1 {
		t.Errorf("a changed file: exit %d %s", code, errs)
	}
	if _, errs, code := r.run(ctx, "", "import", file); code != 64 || !strings.Contains(errs, "not as it was signed") {
		t.Errorf("import of a changed file: exit %d %s", code, errs)
	}
	if _, errs, code := r.run(ctx, "", "verify", write(t, file, string(raw[:len(raw)/2]))); code != 1 {
		t.Errorf("half a file: exit %d %s", code, errs)
	}
}

func TestAnEncryptedFileIsForItsRecipients(t *testing.T) {
	r, dir := serve(t), t.TempDir()
	ctx := context.Background()
	file := filepath.Join(dir, "totals.sgi")
	if out, errs, code := r.run(ctx, "", "export", "incident", "shop-totals", "--for", publicKey, "--out", file); code != 0 || !strings.HasPrefix(out, file+".age\n") {
		t.Fatalf("exit %d %s%s", code, out, errs)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a clear file is there as well")
	}
	file += ".age"
	if _, errs, code := r.run(ctx, "", "verify", file); code != 2 || !strings.Contains(errs, "encrypted") {
		t.Errorf("without a key: exit %d %s", code, errs)
	}
	if out, errs, code := r.run(ctx, "", "verify", file, "--identity", keyFile(t, dir)); code != 0 || !strings.Contains(out, "is whole") {
		t.Errorf("with the key: exit %d %s%s", code, out, errs)
	}
	words := write(t, filepath.Join(dir, "words"), "correct horse battery staple\n")
	if _, errs, code := r.run(ctx, "", "export", "incident", "shop-totals", "--passphrase-file", words, "--out", file); code != 0 {
		t.Fatalf("exit %d %s", code, errs)
	}
	if _, errs, code := r.run(ctx, "", "verify", file, "--passphrase-file", words); code != 0 {
		t.Errorf("with the passphrase: exit %d %s", code, errs)
	}
	if _, errs, code := r.run(ctx, "", "export", "incident", "shop-totals", "--for", "age1nonsense", "--out", file); code != 64 {
		t.Errorf("a recipient that is none: exit %d %s", code, errs)
	}
}

func TestAPreviewSaysWhatLeaves(t *testing.T) {
	r := serve(t)
	ctx := context.Background()
	out, errs, code := r.run(ctx, "", "export", "incident", "shop-totals", "--as", "export", "--preview")
	if code != 0 || !strings.Contains(out, "redact") || !strings.Contains(out, "yes, for export") || strings.Contains(out, "@example") {
		t.Errorf("exit %d %s%s", code, out, errs)
	}
	for _, c := range [][]string{
		{"--as", "nobody", "--preview"}, {"--preview", "--out", "x"}, {}, {"--preview", "--around", "convert.1.0.12", "--from", "-5m"},
		{"--preview", "--expires", "soon"}, {"--preview", "--from", "nonsense"},
	} {
		if _, errs, code := r.run(ctx, "", append([]string{"export", "incident", "shop-totals"}, c...)...); code != 64 || errs == "" {
			t.Errorf("%v: exit %d %s", c, code, errs)
		}
	}
	if out, errs, code := r.run(ctx, "", "export", "incident", "shop-totals", "--around", "convert.1.0.12", "--preview"); code != 0 {
		t.Errorf("around a position: exit %d %s%s", code, out, errs)
	}
}

// lines is what a command writes while it runs.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// An opened file answers as the server does that it came from, changes nothing, and leaves nothing behind.
func TestAnOpenedFileAnswersAsItsServer(t *testing.T) {
	r, dir := serve(t), t.TempDir()
	file := filepath.Join(dir, "totals.sgi")
	if _, errs, code := r.run(context.Background(), "", "export", "incident", "shop-totals", "--out", file); code != 0 {
		t.Fatal(errs)
	}
	t.Setenv("TMPDIR", dir)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var out, errs lines
	ended := make(chan int, 1)
	go func() {
		ended <- Main(ctx, []string{"open", file}, Streams{Out: &out, Err: &errs, Env: func(string) (string, bool) { return "", false }}, "1.2.3")
	}()
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	var url string
	for limit := time.Now().Add(time.Minute); url == ""; url = address.FindString(out.String()) {
		if time.Now().After(limit) || len(ended) > 0 {
			t.Fatalf("nothing is shown: %s%s", out.String(), errs.String())
		}
		time.Sleep(10 * time.Millisecond)
	}
	opened := &recorded{url: url, agents: r.agents, data: r.data, truth: r.truth}
	for _, args := range [][]string{
		{"events", "shop-totals", "--limit", "0"}, {"at", "convert.1.0.12"}, {"lineage", "orders/1@17"}, {"drops", "shop-totals"},
		{"channels", "shop-totals"}, {"gaps", "shop-totals"},
	} {
		want, _, code := r.run(context.Background(), "", args...)
		got, errs, code2 := opened.run(context.Background(), "", args...)
		if args[0] == "lineage" { // the other job is not in the file
			if code2 > 2 || got == "" {
				t.Errorf("%v: exit %d %s", args, code2, errs)
			}
			continue
		}
		if code != code2 || got != want {
			t.Errorf("%v: exit %d and %d\n%s\n%s%s", args, code, code2, firstDifference(want, got), errs, "")
		}
	}
	answer, err := http.Get(url + "/api/v1/status")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var status struct {
		Opened *struct {
			Job, Signer, Verdict string
		} `json:"opened"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&status); err != nil || status.Opened == nil || status.Opened.Job != "shop-totals" ||
		!strings.HasPrefix(status.Opened.Signer, "SHA256:") || status.Opened.Verdict != "not proven" {
		t.Errorf("%v %+v", err, status.Opened)
	}
	for _, args := range [][]string{{"pin", "shop-totals"}, {"export", "incident", "shop-totals", "--preview"}, {"import", file}} {
		if _, errs, code := opened.run(context.Background(), "", args...); code != exitDenied {
			t.Errorf("%v: exit %d %s", args, code, errs)
		}
	}
	stop()
	if code := <-ended; code != exitOK && code != exitInterrupted {
		t.Errorf("exit %d %s", code, errs.String())
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
