//go:build e2e

package e2e

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

var (
	flinkFlag   = flag.String("flink", "2.3", "Flink's version")
	recordsFlag = flag.Int("records", 10_000, "numbers to feed to the two jobs")
	crashFlag   = flag.Int("crash-records", 3_000, "numbers to feed while the server is killed")
)

// rig is a running server, broker and cluster with the agent attached. Everything ends with the test; logs stay in build/e2e/<version>.
type rig struct {
	lab     *lab.Lab
	version string
	dir     string
	jar     string // the truth-planting jobs
	binary  string

	listen, agentListen string
	otlpListen          string
	collector           *collector
	server              *lab.Process
	kafka               *lab.Kafka
	flink               *lab.Flink
	ask                 *serverClient
}

// progress writes lab's progress into the test's log while the test runs.
type progress struct {
	t    *testing.T
	mu   sync.Mutex
	over bool
}

func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.t.Log(string(text[:max(len(text)-1, 0)]))
	}
	return len(text), nil
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
}

// newRig starts everything, with lines of conf in Flink's configuration.
func newRig(t *testing.T, conf map[string]string) *rig {
	t.Helper()
	r := newServer(t, "")
	var err error
	if r.kafka, err = r.lab.StartKafka(t.Context(), lab.KafkaOptions{Dir: filepath.Join(r.dir, "kafka")}); err != nil {
		t.Fatal(err)
	}
	all := r.reporters()
	maps.Copy(all, conf)
	r.startFlink(t, lab.FlinkOptions{TaskManagers: 2, Slots: 4, TaskMemory: "1500m", Conf: all})
	return r
}

// newServer starts the server alone, in a folder below that of the version when sub is not empty.
func newServer(t *testing.T, sub string) *rig {
	t.Helper()
	log := &progress{t: t}
	t.Cleanup(log.end)
	l, err := lab.Open(lab.Options{Progress: log})
	if err != nil {
		t.Fatal(err)
	}
	version, err := l.Versions.Flink(*flinkFlag)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{lab: l, version: version, binary: filepath.Join(l.Repository, "bin", "sightglass"), dir: filepath.Join(l.Repository, "build", "e2e", version, sub)}
	if _, err := os.Stat(r.binary); err != nil {
		t.Fatalf("the test runs the built binary: make build first (%v)", err)
	}
	for _, sub := range []string{"kafka", "flink", "data", "log", "jars"} {
		if err := os.RemoveAll(filepath.Join(r.dir, sub)); err != nil {
			t.Fatal(err)
		}
	}
	if r.jar, err = l.BuildJobs(t.Context(), filepath.Join(l.Repository, "test", "e2e", "jobs"), version, "e2e-jobs.jar"); err != nil {
		t.Fatal(err)
	}
	ports, err := lab.FreePorts(3)
	if err != nil {
		t.Fatal(err)
	}
	r.listen, r.agentListen = fmt.Sprintf("127.0.0.1:%d", ports[0]), fmt.Sprintf("127.0.0.1:%d", ports[1])
	r.otlpListen = fmt.Sprintf("127.0.0.1:%d", ports[2])
	r.collector = newCollector(t)
	r.ask = newServerClient("http://" + r.listen)
	t.Cleanup(func() { r.stop(t) })
	if err := os.MkdirAll(r.jars(), 0o755); err != nil {
		t.Fatal(err)
	}
	r.startServer(t)
	return r
}

// jars is the folder of jars whose classes the server has decode values; it is empty at first.
func (r *rig) jars() string { return filepath.Join(r.dir, "jars") }

// startServer runs the server on the same ports and data as before.
func (r *rig) startServer(t *testing.T, settings ...string) {
	t.Helper()
	var err error
	r.server, err = lab.Start(lab.Command{
		Name: "server", Path: r.binary, Dir: r.dir, Log: filepath.Join(r.dir, "log", "server.log"),
		Args: append([]string{
			"up", "--data", filepath.Join(r.dir, "data"), "--listen", r.listen, "--agent-listen", r.agentListen, "--user-jars", r.jars(), "--replay-flink", r.lab.Cache,
			"--otlp-listen", r.otlpListen, "--otlp-endpoint", r.collector.url, "--otlp-protocol", "http", "--otlp-insecure", "true",
			"--replay-sandbox", lab.ReplaySandbox(),
			"--otlp-signals", "metrics,logs,traces", "--otlp-trace-rate", "0.01",
		}, settings...),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := lab.AwaitHTTP(t.Context(), r.ask.base+"/readyz", r.server); err != nil {
		t.Fatal(err)
	}
}

// attach is the option of a JVM with the agent.
func (r *rig) attach(t *testing.T) string {
	t.Helper()
	agent := filepath.Join(r.dir, "sightglass-agent.jar")
	if err := lab.Run(t.Context(), r.dir, r.binary, "attach", "--jar", agent); err != nil {
		t.Fatal(err)
	}
	return "-javaagent:" + agent + "=" + r.agentListen
}

// startFlink runs a cluster with the agent.
func (r *rig) startFlink(t *testing.T, o lab.FlinkOptions) {
	t.Helper()
	attach := r.attach(t)
	conf := map[string]string{
		"env.java.default-opts.jobmanager":  attach,
		"env.java.default-opts.taskmanager": attach,
		"taskmanager.load-balance.mode":     "SLOTS", // channels between the two, not only inside one
	}
	maps.Copy(conf, o.Conf)
	o.Version, o.Dir, o.JobMemory, o.Conf = r.version, filepath.Join(r.dir, "flink"), "1g", conf
	var err error
	if r.flink, err = r.lab.StartFlink(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) stop(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := r.flink.Stop(ctx); err != nil {
		t.Error(err)
	}
	if r.kafka != nil {
		if err := r.kafka.Stop(ctx); err != nil {
			t.Error(err)
		}
	}
	if r.server != nil {
		if err := r.server.Stop(ctx, 30*time.Second); err != nil {
			t.Error(err)
		}
	}
	if t.Failed() {
		t.Logf("logs and recordings are kept in %s", r.dir)
	}
}

// run submits a job and waits until all of it runs; it is cancelled when the test ends.
func (r *rig) run(t *testing.T, class string, arguments ...string) (job string) {
	t.Helper()
	job, err := r.flink.Run(t.Context(), r.jar, class, append([]string{"--bootstrap", r.kafka.Bootstrap}, arguments...)...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := r.flink.Client().AwaitJob(ctx, job, "RUNNING"); err != nil {
		t.Fatalf("waiting until %s runs: %v", class, err)
	}
	t.Cleanup(func() {
		if err := r.flink.Client().Cancel(context.WithoutCancel(t.Context()), job); err != nil {
			t.Error(err)
		}
	})
	return job
}

// patience is how much longer tests wait than a quiet machine takes: where others work too, a replay of seconds takes more than a minute.
const patience = 4

// await polls until ready says true; what tells what was waited for.
func await(t *testing.T, limit time.Duration, what string, ready func(ctx context.Context) (bool, error)) {
	t.Helper()
	limit *= patience
	ctx, cancel := context.WithTimeoutCause(t.Context(), limit, fmt.Errorf("not within %s", limit))
	defer cancel()
	if err := lab.Poll(ctx, 250*time.Millisecond, func() (bool, error) { return ready(ctx) }); err != nil {
		t.Fatalf("waiting until %s: %v", what, err)
	}
}

// finished runs a job of a jar to its end, and waits until the recording has one.
func (r *rig) finished(t *testing.T, jar, class string, args ...string) (job string) {
	t.Helper()
	job, err := r.flink.Run(t.Context(), jar, class, args...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := r.flink.Client().AwaitJob(ctx, job, "FINISHED"); err != nil {
		t.Fatal(err)
	}
	await(t, time.Minute, "the recording has an end", func(ctx context.Context) (bool, error) {
		d, err := r.ask.job(ctx, job)
		return d.State == "finished", err
	})
	return job
}
