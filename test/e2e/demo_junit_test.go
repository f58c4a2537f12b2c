//go:build e2e

package e2e

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
	"github.com/sightglass/sightglass/tools/lab/demo"
)

// shopFixes are what mends the shop's jobs, file by file. Each adds a method too, so that the class's implicit serialVersionUID is
// another one than that of the recorded function.
var shopFixes = map[string][2]string{
	"ConvertToEuro.java":  {`throw new IllegalStateException("no exchange rate for " + order.currency);`, "euros = standard();"},
	"DropDuplicates.java": {"StateTtlConfig.newBuilder(memory)", "StateTtlConfig.newBuilder(longer())"},
}

var shopMethods = map[string]string{
	"ConvertToEuro.java":  "  double standard() {\n    return 1;\n  }\n}\n",
	"DropDuplicates.java": "  Duration longer() {\n    return memory.multipliedBy(60);\n  }\n}\n",
}

// wantExportedTests exports the poison order and an order that passed twice as JUnit tests: in Maven they fail as production did, and pass with
// jobs that are mended. It gives what did not hold.
func wantExportedTests(t *testing.T, l *lab.Lab, r *demo.Running) (failed []string) {
	fail := func(format string, args ...any) {
		failed = append(failed, fmt.Sprintf(format, args...))
		t.Error(failed[len(failed)-1])
	}
	ctx := t.Context()
	project := filepath.Join(l.Repository, "examples", "shop", "jobs")
	jar, err := l.BuildJobs(ctx, project, r.Flink, "shop-jobs.jar")
	if err != nil {
		t.Fatal(err)
	}
	mended, err := l.BuildJobs(ctx, mend(t, project), r.Flink, "shop-jobs.jar")
	if err != nil {
		t.Fatal(err)
	}
	sightglass := commandOf(l, r)
	events := func(ctx context.Context, op string, args ...string) [][]byte {
		out, _ := sightglass(ctx, append([]string{"events", "order-totals", "--op", op, "-o", "jsonl"}, args...)...) // nothing yet: it is asked again
		return bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	}
	var poison, twice, plain string
	waiting, cancel := context.WithTimeoutCause(ctx, 8*time.Minute, errors.New("no order was poison, or none passed twice, within eight minutes"))
	defer cancel()
	if err := lab.Poll(waiting, 5*time.Second, func() (bool, error) {
		for _, e := range events(waiting, "convert-to-euro", "--kind", "exception", "--limit", "1") {
			poison = positionIn(e)
		}
		// Both times in one attempt: of an order that came before it, the mended job would drop the first one, too.
		first := map[string]string{}
		for _, e := range events(waiting, "drop-duplicates", "--kind", "record", "--limit", "0") {
			at := positionIn(e)
			task := at[:max(0, strings.LastIndexByte(at, '.'))]
			switch id := orderIn(e); {
			case id == "" || twice != "":
			case first[id] == "":
				first[id] = task
			case first[id] == task:
				twice = at
			}
		}
		// Not the newest: what came in may not be stored yet of it.
		for _, e := range events(waiting, "convert-to-euro", "--kind", "record", "--limit", "300", "--newest") {
			plain = positionIn(e)
		}
		return poison != "" && twice != "" && plain != "", nil
	}); err != nil {
		t.Fatalf("poison %q, twice %q: %v", poison, twice, err)
	}
	for name, c := range map[string]struct {
		position string
		args     []string
		fails    string // empty: it passes, with the mended jobs as well
	}{
		"poison":    {poison, nil, "java.lang.IllegalStateException: no exchange rate for ISK"},
		"duplicate": {twice, []string{"--expect", "no-output"}, "givesNothing"},
		"plain":     {plain, []string{"--before", "3"}, ""},
	} {
		dir := filepath.Join(t.TempDir(), name)
		told, err := sightglass(ctx, append([]string{"export", "test", "order-totals", c.position, "--pom", "--out", dir}, c.args...)...)
		if err != nil {
			fail("%s: %v", name, err)
			continue
		}
		t.Logf("%s", told)
		if out, err := mavenTest(ctx, dir, jar); (err != nil) != (c.fails != "") || !strings.Contains(out, c.fails) {
			fail("%s at %s with the jobs as they ran: %v\n%s", name, c.position, err, out)
		}
		if out, err := mavenTest(ctx, dir, mended); err != nil {
			fail("%s at %s with the mended jobs: %v\n%s", name, c.position, err, out)
		}
	}
	return failed
}

// commandOf gives the command of a running demo.
func commandOf(l *lab.Lab, r *demo.Running) func(ctx context.Context, args ...string) ([]byte, error) {
	return func(ctx context.Context, args ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, filepath.Join(l.Repository, "bin", "sightglass"), append([]string{"--server", r.URL}, args...)...)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil {
			err = fmt.Errorf("sightglass %s: %w\n%s%s", strings.Join(args, " "), err, out, errs.String())
		}
		return out, err
	}
}

// wantDownloadedTest compares the zip that the browser saved of the duplicate, with --expect no-output and --pom, with the folder that the
// command writes of the same moment. The zip's name is the position.
func wantDownloadedTest(t *testing.T, l *lab.Lab, r *demo.Running, downloads string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(downloads, "*.zip"))
	if err != nil || len(found) != 1 {
		t.Fatalf("the browser saved %d tests: %v", len(found), err)
	}
	position := strings.TrimSuffix(filepath.Base(found[0]), ".zip")
	dir := filepath.Join(t.TempDir(), "test")
	if _, err := commandOf(l, r)(t.Context(), "export", "test", "order-totals", position, "--expect", "no-output", "--pom", "--out", dir); err != nil {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(found[0])
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	saved, written := contents(t, z), contents(t, os.DirFS(dir))
	if len(saved) < 6 || !maps.Equal(saved, written) {
		t.Errorf("%s: the zip holds %v, the folder %v, or what is in them differs", position, slices.Sorted(maps.Keys(saved)), slices.Sorted(maps.Keys(written)))
	}
}

// contents is what is in all files of a folder.
func contents(t *testing.T, of fs.FS) map[string]string {
	t.Helper()
	files := map[string]string{}
	if err := fs.WalkDir(of, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(of, path)
		files[path] = string(b)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

// mavenTest runs an exported test with a job's classes.
func mavenTest(ctx context.Context, dir, jar string) (string, error) {
	out, err := exec.CommandContext(ctx, "mvn", "--batch-mode", "--quiet", "-f", filepath.Join(dir, "pom.xml"), "test", "-Djob.classes="+jar).CombinedOutput()
	return string(out), err
}

// mend copies the jobs and mends them.
func mend(t *testing.T, project string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mended")
	if err := os.CopyFS(filepath.Join(dir, "src"), os.DirFS(filepath.Join(project, "src"))); err != nil {
		t.Fatal(err)
	}
	pom, err := os.ReadFile(filepath.Join(project, "pom.xml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pom.xml"), pom, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, fix := range shopFixes {
		path := filepath.Join(dir, "src", "main", "java", "com", "example", "shop", name)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSuffix(strings.Replace(string(b), fix[0], fix[1], 1), "}\n") + "\n" + shopMethods[name]
		if !strings.Contains(text, fix[1]) {
			t.Fatalf("%s has nothing to mend", name)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func positionIn(line []byte) string {
	var e struct {
		Position string `json:"position"`
	}
	_ = json.Unmarshal(line, &e)
	return e.Position
}

// orderIn is the id of the order that an event's view shows.
func orderIn(line []byte) string {
	_, after, _ := bytes.Cut(line, []byte(`"name":"orderId"`))
	_, after, _ = bytes.Cut(after, []byte(`"value":"`))
	id, _, _ := bytes.Cut(after, []byte(`"`))
	return string(id)
}
