//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access/canarytest"
	"github.com/sightglass/sightglass/tools/lab"
)

// TestCanaries plants strings in every part of what a job on a real broker has, and has people of every role look everywhere: routes, streams, commands, what
// is exported and opened again. Nobody but those who see everything may find one, and none may be in a file that people read: logs, metrics, audit log, what lies
// around in the data folder and in the folder of temporary files. That the search can find is shown by whoever sees everything, who must find each.
func TestCanaries(t *testing.T) {
	began := time.Now()
	temp := filepath.Join(t.TempDir(), "tmp")
	if err := os.Mkdir(temp, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)
	seed := rand.Text()
	finder := canarytest.New(plantAll(seed))
	r := newPlantedRig(t)
	p := plantedPlaces{seed: seed, job: r.runPlanted(t, seed)}

	admin, engineer := newWalker(t, r, "local", finder), newWalker(t, r, "engineer", finder)
	all := []*walker{admin, engineer}
	for _, role := range []string{"onlooker", "auditor", "nobody"} {
		all = append(all, newWalker(t, r, role, finder))
	}
	p.find(t, admin)
	t.Logf("everything is planted after %s: %+v", time.Since(began).Round(time.Second), p)
	known, commands := operations(t, r.lab.Repository), verbs(t, r.binary)
	dir := filepath.Join(r.dir, "taken")
	for _, w := range all {
		if err := os.MkdirAll(filepath.Join(dir, w.role), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	// Files first: commands and routes then look at what there is of them.
	openers := []*walker{
		testOpened(t, r, exported{file: filepath.Join(dir, "local.sgi"), by: admin}, known, p),
		testOpened(t, r, exported{file: filepath.Join(dir, "engineer.sgi"), by: engineer}, known, p),
		testOpened(t, r, exported{file: filepath.Join(dir, "as-engineer.sgi"), by: admin, as: "engineer"}, known, p),
	}
	for _, w := range all {
		testRoutes(t, w, known, p)
		mine := filepath.Join(dir, w.role)
		if err := os.Link(filepath.Join(dir, "engineer.sgi"), filepath.Join(mine, "engineer.sgi")); err != nil {
			t.Fatal(err)
		}
		testCommands(t, r, w, commands, p, mine)
		w.endSteps(t, p)
		lookIntoFolder(t, mine, []string{"engineer.sgi"}, func(path string, b []byte) { w.look("export "+filepath.Base(path), b) })
		t.Logf("%s was everywhere after %s", w.role, time.Since(began).Round(time.Second))
	}
	testStreams(t, r, all, p, 12, 16)

	wantFound(t, admin, "route ", append(parts, typedPart))
	wantFound(t, admin, "command ", []string{"value", "nested", "mapkey", "key", "header", "state", "statekey", "timer", "exception", "log", "sql", "local"})
	wantFound(t, admin, "stream ", []string{"value", "nested", "key", "header"})
	wantFound(t, admin, "export ", []string{"value", "key"})
	wantFound(t, openers[0], "route ", []string{"value", "nested", "mapkey", "key", "header", "state", "timer", "exception", "log", "sql"})
	if admin.answered < 8 {
		t.Errorf("of all questions for planted strings only %d found them as whoever sees everything: they prove nothing", admin.answered)
	}
	for _, w := range append(all[1:], openers[1:]...) {
		w.wantNothing(t)
	}
	testFiles(t, r, finder, temp)
	if sent := r.collector.found(finder); len(sent) > 0 {
		t.Errorf("the collector was sent what is planted in %v", sent)
	}
	looks, leaks := 0, 0
	for _, w := range append(all, openers...) {
		t.Logf("%s looked %d times, into %d places", w.role, w.looked, len(w.given))
		looks += w.looked
		if !w.clear {
			leaks += len(w.seen)
		}
	}
	t.Logf("%d routes and %d commands × %d roles and %d openers of files × %d planted strings: %d looks, %d leaks", len(known), len(commands), len(all), len(openers), len(parts)+1, looks, leaks)
	t.Logf("over after %s", time.Since(began).Round(time.Second))
}

// newPlantedRig starts everything with logins, a policy and a cluster to look into.
func newPlantedRig(t *testing.T) *rig {
	t.Helper()
	r := newServer(t, "canaries")
	if err := r.server.Stop(t.Context(), 30*time.Second); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"data", "log", "parquet", "taken"} {
		if err := os.RemoveAll(filepath.Join(r.dir, folder)); err != nil {
			t.Fatal(err)
		}
	}
	r.collector.keep()
	var err error
	if r.kafka, err = r.lab.StartKafka(t.Context(), lab.KafkaOptions{Dir: filepath.Join(r.dir, "kafka")}); err != nil {
		t.Fatal(err)
	}
	policy, clusters := filepath.Join(r.dir, "access.yaml"), filepath.Join(r.dir, "kafka.yaml")
	for path, text := range map[string]string{policy: plantedPolicy, clusters: fmt.Sprintf("clusters:\n  - name: lab\n    bootstrap: [%q]\n", r.kafka.Bootstrap)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(r.jar, filepath.Join(r.jars(), "job.jar")); err != nil {
		t.Fatal(err)
	}
	r.startServer(t, "--auth", "on", "--agent-auth", "off", "--login", "users", "--access-policy", policy, "--kafka-file", clusters, "--level", "trace", "--log-level", "debug",
		"--export-parquet", filepath.Join(r.dir, "parquet"), "--export-parquet-every", "10s")
	conf := r.reporters()
	conf["env.java.opts.client"] = r.attach(t) // who submits plans, and tells statements
	r.startFlink(t, lab.FlinkOptions{TaskManagers: 1, Slots: 2, TaskMemory: "1280m", Conf: conf})
	return r
}

// runPlanted runs the job over its first records, through its failure.
func (r *rig) runPlanted(t *testing.T, seed string) (job string) {
	t.Helper()
	if err := r.kafka.CreateTopics(t.Context(), map[string]int32{arrivals: 1, departures: 1}); err != nil {
		t.Fatal(err)
	}
	plantRecords(t, r, seed, 0, 12)
	job = r.run(t, "e2e.Canaries", "--in", arrivals, "--out", departures, "--parallelism", "1", "--seed", seed, "--note", plant("arg", seed))
	return job
}

// find looks up, as whoever sees everything, where the planted job can be looked at, and has an attempt of it run again with something changed.
func (p *plantedPlaces) find(t *testing.T, admin *walker) {
	t.Helper()
	ask := func(ctx context.Context, path string, into any) error {
		status, body, err := admin.get(ctx, "looking up", path)
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("%s: status %d: %.300s", path, status, body)
		}
		if err == nil {
			err = json.Unmarshal(body, into)
		}
		return err
	}
	rec := "/api/v1/recordings/" + p.job
	type page struct {
		Items []recordedEvent `json:"items"`
	}
	var kept, waited page
	await(t, 2*time.Minute, "what the operators did is stored", func(ctx context.Context) (bool, error) {
		kept, waited = page{}, page{}
		if err := ask(ctx, rec+"/events?op=keep&kind=record&order=asc", &kept); err != nil {
			return false, nil // not known yet
		}
		err := ask(ctx, rec+"/events?op=departures-writer&kind=written&order=asc", &waited)
		return len(kept.Items) >= 12 && len(waited.Items) >= 12, err
	})
	for _, e := range slices.Concat(kept.Items[len(kept.Items)-3:], waited.Items[:2]) {
		p.positions = append(p.positions, e.Position)
	}
	var exceptions struct {
		Items []struct {
			Position string `json:"position"`
		} `json:"items"`
	}
	await(t, time.Minute, "the exception is stored", func(ctx context.Context) (bool, error) {
		err := ask(ctx, rec+"/exceptions", &exceptions)
		return len(exceptions.Items) > 0, err
	})
	for _, e := range exceptions.Items {
		if e.Position != "" {
			p.positions = append(p.positions, e.Position)
		}
	}
	var known struct {
		Operators []struct {
			Code []struct {
				Hash string `json:"hash"`
			} `json:"code"`
		} `json:"operators"`
	}
	if err := ask(t.Context(), rec+"/sql", &known); err != nil {
		t.Fatal(err)
	}
	for _, o := range known.Operators {
		for _, c := range o.Code {
			p.hashes = append(p.hashes, c.Hash)
		}
	}
	wish := fmt.Sprintf(`{"position":%q,"to":"here","changes":[{"kind":"state","state":"last","value":%q}]}`, p.positions[0], plant(typedPart, p.seed))
	var run struct {
		ID      string `json:"id"`
		State   string `json:"state"`
		Error   string `json:"error"`
		Derived string `json:"derived"`
	}
	status, body, err := admin.send(t.Context(), "looking up", http.MethodPost, rec+"/replays", wish)
	if err == nil {
		err = json.Unmarshal(body, &run)
	}
	if err != nil || run.ID == "" {
		t.Fatalf("starting a what-if: status %d, %v: %.500s", status, err, body)
	}
	await(t, 3*time.Minute, "the what-if is over", func(ctx context.Context) (bool, error) {
		err := ask(ctx, "/api/v1/replays/"+run.ID, &run)
		return run.State != "queued" && run.State != "running", err
	})
	if run.Derived == "" {
		t.Fatalf("the what-if recorded nothing: %+v", run)
	}
	p.replays, p.derived = append(p.replays, run.ID), append(p.derived, run.Derived)
}

// wantFound wants that whoever sees everything found the strings of all parts in places with a beginning: the search can see.
func wantFound(t *testing.T, admin *walker, beginning string, parts []string) {
	t.Helper()
	for _, part := range parts {
		if !slices.ContainsFunc(admin.seen[part], func(place string) bool { return strings.HasPrefix(place, beginning) }) {
			t.Errorf("who sees everything does not find what is planted in part %s in any %s: the search is blind for it there; found in %v", part, beginning, admin.seen[part])
		}
	}
}

// wantNothing wants that nothing was found.
func (w *walker) wantNothing(t *testing.T) {
	t.Helper()
	for part, places := range w.seen {
		t.Errorf("%s sees what is planted in part %s: %v", w.role, part, places)
	}
}

// endSteps ends the replays that wait for steps of the walker: their processes, and what lies in their folders.
func (w *walker) endSteps(t *testing.T, p plantedPlaces) {
	t.Helper()
	for _, position := range p.positions {
		if _, _, err := w.send(t.Context(), "route step-end", http.MethodDelete, "/api/v1/recordings/"+p.job+"/steps/"+position, ""); err != nil {
			t.Error(err)
		}
	}
}
