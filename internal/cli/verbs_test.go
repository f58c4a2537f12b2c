package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/duckdb"
)

func verbs(t *testing.T) []*cobra.Command {
	t.Helper()
	a := &app{Streams: Streams{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}, Env: func(string) (string, bool) { return "", false }}}
	return a.root().Commands()
}

// Every verb shows three real examples, and each does what it shows: here against the recordings of the test server.
func TestExamplesRun(t *testing.T) {
	r, _ := serveKafka(t)
	home := t.TempDir()
	conf := filepath.Join(home, "conf", "config.yaml")
	if err := os.MkdirAll(filepath.Dir(conf), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(conf, []byte("a: b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.data, "sightglass-agent.jar"), []byte("jar"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "policy.yaml"), []byte("level: flight\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"order.json":        `{"id":"o-0000017"}`,
		"order.avsc":        `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`,
		"orders.odcs.yaml":  "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nversion: 1.0.0\nstatus: active\nschema: [{name: orders, physicalType: topic, properties: [{name: id, logicalType: string, required: true}]}]\n",
		"access.yaml":       "roles: [{name: stream-support, allow: [{actions: [topic:read], resources: [\"cluster/**\"]}]}]\ngrants: [{name: orders-incident, ask: [stream-support], clear: [unknown], resources: [\"cluster/prod/topic/orders\"]}]\nbindings: [{claim: /groups, equals: streaming-support, roles: [stream-support]}]\n",
		"access-cases.yaml": "cases: [{role: stream-support, may: topic:read, on: cluster/prod/topic/orders, want: allow}]\n",
	} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(home, "totals.sgi")
	if _, errs, code := r.run(context.Background(), "", "export", "incident", "shop-totals", "--out", file); code != 0 {
		t.Fatalf("an incident file: exit %d %s", code, errs)
	}
	if err := os.WriteFile(filepath.Join(home, "known.txt"), []byte("# nobody\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	names := strings.NewReplacer("order.json", filepath.Join(home, "order.json"), "order.avsc", filepath.Join(home, "order.avsc"), "orders.odcs.yaml", filepath.Join(home, "orders.odcs.yaml"), "schemas.jsonl", filepath.Join(home, "schemas.jsonl"), "http://127.0.0.1:8085", r.registry, "access.yaml", filepath.Join(home, "access.yaml"), "access-cases.yaml", filepath.Join(home, "access-cases.yaml"),
		"known.txt", filepath.Join(home, "known.txt"), "key.txt", keyFile(t, home), "recipients.txt", recipientFile(t, home), "policy.yaml", filepath.Join(home, "policy.yaml"), "order-totals", "shop-totals", "merchant-alerts", "shop-alerts", "8c1e", r.truth.Totals.String()[:6],
		"/var/lib/sightglass", r.data, "orders/2@4711", "orders/1@17", "merchant-totals/0@17", "merchant-totals/0@2", "window-totals.3.0.1842", "convert.1.0.12", "drop-duplicates.1.0.12", "dedup.1.0.12", "--out ", "--out "+home+"/",
		"convert-currency", "convert", "o-7719342", "o-0000017", "-15m", "-400000h", "/opt/flink", home, "\"$FLINK_HOME\"", home,
		"--dir ", "--dir "+home+"/", "./sightglass-agent.jar", filepath.Join(home, "a.jar"))
	for _, v := range verbs(t) {
		if v.Hidden || v.Name() == "help" {
			continue
		}
		examples := strings.Split(strings.TrimSpace(v.Example), "\n")
		if len(examples) != 3 {
			t.Errorf("%s has %d examples, want 3", v.Name(), len(examples))
		}
		for _, e := range examples {
			e = strings.TrimSpace(e)
			t.Run(v.Name(), func(t *testing.T) {
				line := e
				for _, end := range []string{" | ", " > ", " && ", " || "} {
					line, _, _ = strings.Cut(line, end)
				}
				args := arguments(t, names.Replace(strings.TrimPrefix(line, "sightglass")))
				if v.Name() == "up" || v.Name() == "login" { // the one would run, the other ask servers elsewhere
					if err := v.ParseFlags(args[1:]); err != nil {
						t.Error(err)
					}
					return
				}
				if strings.HasPrefix(line, "make ") {
					return // documented in the Makefile, not a verb
				}
				if v.Name() == "verify" || v.Name() == "open" || v.Name() == "import" {
					line = strings.Replace(line, "totals.sgi", file, 1)
					args = arguments(t, names.Replace(strings.TrimPrefix(line, "sightglass")))
				}
				if v.Name() == "open" {
					opens(t, r, args)
					return
				}
				waits := v.Name() == "tail" || strings.Contains(line+" ", " -f ") || strings.Contains(line, " --listen 127.0.0.1:0") && v.Name() == "dap" || line == "sightglass attach" || strings.Contains(line, "--write")
				limit := 2 * time.Minute
				if waits {
					limit = 2 * time.Second
				}
				ctx, stop := context.WithTimeout(context.Background(), limit)
				defer stop()
				if v.Name() == "detach" { // there must be something to take back
					if _, errs, code := r.run(ctx, "", "attach", "--flink-home", home, "--write", "--no-wait"); code != 0 {
						t.Fatalf("attach before it: exit %d %s", code, errs)
					}
				}
				out, errs, code := r.run(ctx, "", args...)
				absent := strings.Contains(line, "--jar") // this test binary carries no agent
				engineless := v.Name() == "query" && !duckdb.Available && strings.Contains(errs, "make build-duckdb")
				switch {
				case code == exitInterrupted && waits, code == exitInternal && absent, code == exitUsage && engineless:
				case v.Name() == "import" && code == exitUsage && strings.Contains(errs, "is here already"):
				case v.Name() == "token" && strings.Contains(errs, "asks nobody who they are"): // as on a server of one's own
				case v.Name() == "grant" && (strings.Contains(errs, "the access policy has no such rule") || strings.Contains(errs, "there is no grant of this id")): // as under a policy without any
				case v.Name() == "link" && strings.Contains(errs, "you have no link of this id"):
				case v.Name() == "dap" && code == exitOK && out == "" && errs == "": // no editor says anything
				case v.Name() == "step" && strings.Contains(errs, "this server runs no replays"): // it has no jars of Flink
				case strings.Contains(line, "--otlp") && strings.Contains(errs, "no collector is set"): // as on a server of one's own
				case code > exitUnknown:
					t.Errorf("%s: exit %d\n%s%s", e, code, out, errs)
				case out == "" && errs == "":
					t.Errorf("%s: says nothing", e)
				}
			})
		}
	}
}

// opens runs a command that shows a file until it is told to end.
func opens(t *testing.T, r *recorded, args []string) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	var out, errs lines
	ended := make(chan int, 1)
	go func() { ended <- r.runWith(ctx, Streams{Out: &out, Err: &errs}, args...) }()
	for ctx.Err() == nil && len(ended) == 0 && !strings.Contains(out.String(), "Ctrl-C") {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if code := <-ended; code != exitOK || !strings.Contains(out.String(), "Ctrl-C") {
		t.Errorf("%v: exit %d\n%s%s", args, code, out.String(), errs.String())
	}
}

func TestJSONIsWhatTheServerAnswered(t *testing.T) {
	r, _ := serveKafka(t)
	for _, args := range [][]string{
		{"jobs"}, {"job", "shop-totals"}, {"recordings"}, {"agents"}, {"doctor"}, {"gaps", "shop-totals"}, {"channels", "shop-totals"},
		{"events", "shop-totals", "--limit", "3"}, {"at", "convert.1.0.12"}, {"lineage", "orders/1@17"}, {"version"}, {"topics"}, {"topic", "orders"}, {"browse", "orders"}, {"browse", "orders/1@17"}, {"groups"},
		{"groups", "billing"}, {"groups", "reset", "billing", "--to", "latest"}, {"brokers"}, {"acls"}, {"quotas"},
	} {
		out, errs, _ := r.run(context.Background(), "120x40", append(args, "-o", "json")...)
		if !json.Valid([]byte(out)) || strings.Contains(out, "\x1b") {
			t.Errorf("%v: %q %q", args, out, errs)
		}
		lines, _, _ := r.run(context.Background(), "", append(args, "-o", "jsonl")...)
		for line := range strings.Lines(lines) {
			if !json.Valid([]byte(line)) {
				t.Errorf("%v: line %q", args, line)
			}
		}
	}
}

func TestPipesGetEverythingWithoutColour(t *testing.T) {
	r := serve(t)
	out, _, code := r.run(context.Background(), "", "events", "shop-totals", "--limit", "0", "--no-values")
	if n := strings.Count(out, "\n"); code != 0 || n < 1_000 || strings.Contains(out, "\x1b") || strings.Contains(out, "…") {
		t.Errorf("%d lines, exit %d", n, code)
	}
}

func TestColourOnlyWhereItMayBe(t *testing.T) {
	var out bytes.Buffer
	a := &app{Streams: Streams{Out: &out, Terminal: true, Width: 40, Colour: true}, format: "table"}
	t1 := newTable(column{head: "A", style: always(red)}, column{head: "B", flex: true}, column{head: "C", right: true})
	t1.add("x", strings.Repeat("long ", 20), "1\x1b[2J")
	t1.print(a, 0)
	text := out.String()
	if !strings.Contains(text, "\x1b[31mx\x1b[0m") || strings.Contains(text, "\x1b[2J") || !strings.Contains(text, "…") {
		t.Errorf("%q", text)
	}
	a.Colour = false
	out.Reset()
	t1.print(a, 0)
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "\x1b") || len([]rune(strings.TrimSuffix(line, "\n"))) > 40 {
			t.Errorf("%q", line)
		}
	}
}

func TestFiguresForPeople(t *testing.T) {
	for got, want := range map[string]string{
		thousands("1234567"): "1,234,567", thousands("-1234"): "-1,234", thousands("12"): "12", milliseconds("1500"): "1.5 s", milliseconds("-20"): "-20 ms",
		milliseconds(""): nothing, size("1536"): "1.5 KiB", size("12"): "12 B", span(90 * time.Second): "1.5 min", span(72 * time.Hour): "3 d",
		rate(0): "0", rate(2.34): "2.3", rate(1234.5): "1234", short("shop-totals"): "shop-totals", short(strings.Repeat("ab", 16)): "abababab",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAttachAndDetachChangeAnInstallation(t *testing.T) {
	r := serve(t)
	home := t.TempDir()
	conf := filepath.Join(home, "conf", "config.yaml")
	original := "# mine\nenv:\n  java:\n    default-opts:\n      taskmanager: -Xmx1g # keep\n"
	if err := os.MkdirAll(filepath.Dir(conf), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(conf, []byte(original), 0o644); err != nil {
		t.Fatal(err)
	}
	jar := filepath.Join(home, "lib", "sightglass-agent.jar")
	if err := os.MkdirAll(filepath.Dir(jar), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(jar, []byte("jar"), 0o644); err != nil {
		t.Fatal(err)
	}
	read := func() string {
		b, err := os.ReadFile(conf)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	ctx := context.Background()
	out, errs, code := r.run(ctx, "", "attach", "--flink-home", home, "--jar-path", jar)
	if code != 0 || read() != original || !strings.Contains(out, "+       taskmanager: -Xmx1g -javaagent:"+jar+"=") || !strings.Contains(errs, "--write") {
		t.Fatalf("showing: exit %d\n%s%s", code, out, errs)
	}
	write := []string{"attach", "--flink-home", home, "--jar-path", jar, "--agent-address", "recorder:7171", "--write", "--no-wait"}
	if _, errs, code = r.run(ctx, "", write...); code != 0 {
		t.Fatalf("writing: exit %d %s", code, errs)
	}
	changed := read()
	if !strings.Contains(changed, "-Xmx1g -javaagent:"+jar+"=recorder:7171 # keep") || !strings.Contains(changed, "env.java.default-opts.jobmanager: -javaagent:"+jar) {
		t.Fatalf("changed to\n%s", changed)
	}
	if out, errs, code = r.run(ctx, "", write...); code != 0 || read() != changed || !strings.Contains(errs, "nothing to change") {
		t.Errorf("twice: exit %d\n%s%s", code, out, errs)
	}
	if _, _, code = r.run(ctx, "", "detach", "--flink-home", home, "--dry-run"); code != 0 || read() != changed {
		t.Errorf("dry run: exit %d", code)
	}
	if _, errs, code = r.run(ctx, "", "detach", "--flink-home", home); code != 0 || read() != original {
		t.Errorf("detach: exit %d %s\n%s", code, errs, read())
	}
	if _, errs, code = r.run(ctx, "", "detach", "--flink-home", home); code != exitUsage {
		t.Errorf("detach twice: exit %d %s", code, errs)
	}
	if _, errs, code = r.run(ctx, "", "attach", "--flink-home", t.TempDir(), "--write"); code != exitUsage || !strings.Contains(errs, "no Flink configuration") {
		t.Errorf("no Flink: exit %d %s", code, errs)
	}
}
