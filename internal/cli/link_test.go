package cli

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/gen"
)

// fetched gives the file of a link to whoever has its address.
func fetched(t *testing.T, address string) (int, []byte) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

func TestALinkFromMakingToRevoking(t *testing.T) {
	r, dir := serve(t), t.TempDir()
	ctx := context.Background()
	if _, errs, code := r.run(ctx, "", "link", "list"); code != 0 || !strings.Contains(errs, "There are no links") {
		t.Errorf("no link: exit %d %s", code, errs)
	}
	out, errs, code := r.run(ctx, "", "export", "incident", "shop-totals", "--link", "--lasts", "2d", "--for-file", recipientFile(t, dir))
	address := strings.Replace(strings.TrimSpace(out), "http://127.0.0.1:7170", r.url, 1) // transcripts have one address for all servers
	if code != 0 || strings.Contains(address, "\n") || !strings.Contains(address, "/api/v1/links/") || !strings.Contains(errs, "is logged in") {
		t.Fatalf("exit %d %s%s", code, out, errs)
	}
	status, file := fetched(t, address)
	path := filepath.Join(dir, "totals.sgi.age")
	if err := os.WriteFile(path, file, 0o600); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v", status, err)
	}
	if out, errs, code := r.run(ctx, "", "verify", path, "--identity", keyFile(t, dir)); code != 0 {
		t.Errorf("the file: exit %d %s%s", code, out, errs)
	}

	out, errs, code = r.run(ctx, "", "link", "list", "-o", "json")
	var list gen.LinkFiles
	if err := json.Unmarshal([]byte(out), &list); err != nil || code != 0 || len(list.Items) != 1 || list.Items[0].Downloads != "1" || !list.Items[0].Encrypted {
		t.Fatalf("exit %d %v %s%s", code, err, out, errs)
	}
	id := list.Items[0].ID
	if out, _, code := r.run(ctx, "200x40", "link", "list"); code != 0 || !strings.Contains(out, id) || !strings.Contains(out, "live") || strings.Contains(out, "secret") {
		t.Errorf("exit %d %s", code, out)
	}
	if out, errs, code := r.run(ctx, "", "link", "revoke", id); code != 0 || !strings.Contains(out, "opens nothing any more") {
		t.Errorf("exit %d %s%s", code, out, errs)
	}
	if status, _ := fetched(t, address); status != http.StatusNotFound {
		t.Errorf("a revoked link: %d", status)
	}
	if _, errs, code := r.run(ctx, "", "link", "revoke", "none"); code == 0 || !strings.Contains(errs, "you have no link of this id") {
		t.Errorf("no link: exit %d %s", code, errs)
	}
	out, errs, code = r.run(ctx, "", "export", "incident", "shop-totals", "--link", "-o", "json")
	var made gen.MadeLink
	if err := json.Unmarshal([]byte(out), &made); err != nil || code != 0 || made.Path == "" || made.Link.State != "live" {
		t.Errorf("exit %d %v %s%s", code, err, out, errs)
	}
}

func TestALinkIsRefusedWithWhatMakesNoSense(t *testing.T) {
	r, dir := serve(t), t.TempDir()
	words := write(t, filepath.Join(dir, "words"), "correct horse battery staple\n")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--link", "--out", filepath.Join(dir, "x.sgi")}, "leaves the file on the server"},
		{[]string{"--link", "--preview"}, "leaves the file on the server"},
		{[]string{"--link", "--passphrase-file", words}, "keys alone"},
		{[]string{"--lasts", "2d", "--out", filepath.Join(dir, "x.sgi")}, "of a link"},
		{[]string{"--link", "--lasts", "31d"}, "30 days at most"},
		{[]string{"--link", "--for", "age1nonsense"}, "age"},
		{nil, "--link leaves it on the server"},
	} {
		if out, errs, code := r.run(context.Background(), "", append([]string{"export", "incident", "shop-totals"}, c.args...)...); code != exitUsage || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit %d %s%s", c.args, code, out, errs)
		}
	}
}
