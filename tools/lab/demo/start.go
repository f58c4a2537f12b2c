package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// up starts everything in the order of its dependence and remembers each part as soon as it runs.
func (r *Running) up(ctx context.Context, l *lab.Lab, o Options) error {
	dir := o.Dir
	// Offsets of a fresh broker begin at 0 again: recordings of an earlier demo would seem to be of the same records.
	for _, sub := range []string{"kafka", "flink", "data", "log"} {
		if err := os.RemoveAll(filepath.Join(dir, sub)); err != nil {
			return fmt.Errorf("clearing the last demo: %w", err)
		}
	}
	// Downloads come first, so that nothing waits half started for them.
	if _, err := l.InstallFlink(ctx, o.Flink); err != nil {
		return err
	}
	if _, err := l.InstallKafka(ctx, ""); err != nil {
		return err
	}
	jar, err := buildJobs(ctx, l, o.Flink)
	if err != nil {
		return err
	}
	generator := filepath.Join(dir, "generator")
	if err := l.Step("building the generator of orders", func() error {
		return lab.Run(ctx, l.Repository, "go", "build", "-o", generator, "./examples/shop/generator")
	}); err != nil {
		return err
	}
	if err := r.startServer(ctx, l, o); err != nil {
		return err
	}
	if err := r.startKafka(ctx, l, o); err != nil {
		return err
	}
	cluster, err := r.startFlink(ctx, l, o)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		if err := l.Step("submitting "+job.name, func() error {
			id, err := cluster.Run(ctx, jar, job.class, "--bootstrap", r.Kafka)
			if err != nil {
				return err
			}
			return cluster.Client().AwaitJob(ctx, id, "RUNNING")
		}); err != nil {
			return err
		}
	}
	if _, err := r.start(dir, lab.Command{
		Name: "generator", Path: generator, Dir: dir, Log: filepath.Join(dir, "log", "generator.log"),
		Args: []string{"--bootstrap", r.Kafka, "--rate", fmt.Sprint(o.Rate)},
	}); err != nil {
		return err
	}
	if err := l.Step("waiting until both jobs show live rates", func() error { return r.awaitLive(ctx) }); err != nil {
		return err
	}
	r.Ready = true
	return lab.Remember(dir, r)
}

// start runs a command and writes it down.
func (r *Running) start(dir string, c lab.Command) (*lab.Process, error) {
	p, err := lab.Start(c)
	if err != nil {
		return nil, err
	}
	return p, r.started(dir)(p)
}

// started writes a process down as soon as it runs.
func (r *Running) started(dir string) func(*lab.Process) error {
	return func(p *lab.Process) error {
		r.Processes = append(r.Processes, p)
		return lab.Remember(dir, r)
	}
}

func (r *Running) startServer(ctx context.Context, l *lab.Lab, o Options) error {
	dir := o.Dir
	jars, err := sources(l, dir)
	if err != nil {
		return err
	}
	clusters, err := kafkaFile(dir, o.KafkaPort)
	if err != nil {
		return err
	}
	r.Registry = fmt.Sprintf("http://127.0.0.1:%d", o.Registry)
	if err := l.Step("starting the server on "+r.URL, func() error {
		server, err := r.start(dir, lab.Command{
			Name: "server", Path: o.Binary, Dir: dir, Log: filepath.Join(dir, "log", "server.log"),
			Args: []string{"up", "--data", filepath.Join(dir, "data"), "--listen", strings.TrimPrefix(r.URL, "http://"), "--agent-listen", fmt.Sprintf("127.0.0.1:%d", o.AgentPort),
				"--user-jars", jars, "--replay-flink", l.Cache, "--replay-sandbox", lab.ReplaySandbox(),
				"--kafka-file", clusters, "--registry-listen", strings.TrimPrefix(r.Registry, "http://"), "--contracts-folder", promises(l, "contracts")},
		})
		if err != nil {
			return err
		}
		return lab.AwaitHTTP(ctx, r.URL+"/readyz", server)
	}); err != nil {
		return err
	}
	return l.Step("registering the schemas of the shop", func() error { return r.registerSchemas(ctx, l, o) })
}

// registerSchemas makes the files of examples/shop/schemas the first versions of the subjects that they are named after.
func (r *Running) registerSchemas(ctx context.Context, l *lab.Lab, o Options) error {
	files, err := filepath.Glob(filepath.Join(promises(l, "schemas"), "*.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		subject := strings.TrimSuffix(filepath.Base(file), ".json")
		if err := lab.Run(ctx, o.Dir, o.Binary, "schema", "register", file, "--subject", subject, "--type", "JSON", "--registry", r.Registry); err != nil {
			return fmt.Errorf("registering %s: %w", subject, err)
		}
	}
	return nil
}

// promises is a folder of what the shop promises to readers of its topics: schemas or contracts.
func promises(l *lab.Lab, kind string) string {
	return filepath.Join(l.Repository, "examples", "shop", kind)
}

// kafkaFile names the demo's brokers to the server, so that people look into its topics.
func kafkaFile(dir string, port int) (string, error) {
	file := filepath.Join(dir, "kafka.yaml")
	text := fmt.Sprintf("clusters:\n  - name: demo\n    bootstrap: [\"127.0.0.1:%d\"]\n", port)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("naming the brokers to the server: %w", err)
	}
	return file, nil
}

// sources makes the folder in which the server looks for the text of the shop's classes, for those who step through them.
func sources(l *lab.Lab, dir string) (string, error) {
	jars := filepath.Join(dir, "jars")
	err := os.RemoveAll(jars)
	if err == nil {
		err = os.MkdirAll(jars, 0o755)
	}
	if err == nil {
		err = os.Symlink(filepath.Join(shop(l), "src", "main", "java"), filepath.Join(jars, "sources"))
	}
	if err != nil {
		return "", fmt.Errorf("laying out the sources of the jobs: %w", err)
	}
	return jars, nil
}

func (r *Running) startKafka(ctx context.Context, l *lab.Lab, o Options) error {
	dir := o.Dir
	broker, err := l.StartKafka(ctx, lab.KafkaOptions{
		Dir: filepath.Join(dir, "kafka"), Port: o.KafkaPort, ControllerPort: o.KafkaPort + 1,
		ChoosePort: "choose another with " + PortVariable("KAFKA") + "=PORT", Started: r.started(dir),
	})
	if err != nil {
		return err
	}
	r.Kafka = broker.Bootstrap
	return broker.CreateTopics(ctx, partitions)
}

// startFlink starts a cluster with the agent in the one way that every user has: the jar that the binary writes, and Flink's configuration.
func (r *Running) startFlink(ctx context.Context, l *lab.Lab, o Options) (*lab.Flink, error) {
	dir := o.Dir
	agent := filepath.Join(dir, "sightglass-agent.jar")
	if err := lab.Run(ctx, dir, o.Binary, "attach", "--jar", agent); err != nil {
		return nil, fmt.Errorf("writing the agent: %w", err)
	}
	attach := fmt.Sprintf("-javaagent:%s=127.0.0.1:%d", agent, o.AgentPort)
	cluster, err := l.StartFlink(ctx, lab.FlinkOptions{
		Version: o.Flink, Dir: filepath.Join(dir, "flink"), RESTPort: o.FlinkPort, TaskManagers: 2, Slots: 4, JobMemory: "1g", TaskMemory: "1280m",
		Conf: map[string]string{
			"env.java.default-opts.jobmanager":  attach,
			"env.java.default-opts.taskmanager": attach,
			// Four of four subtasks on each TaskManager would leave no channel between the two.
			"taskmanager.load-balance.mode": "SLOTS",
			// A task that was restored runs again from the state of its checkpoint, whose files Flink soon deletes. State up to this size
			// lies in the checkpoint's own metadata, and with it in the recording.
			"execution.checkpointing.data-inline-threshold": "1mb",
		},
		ChoosePort: "choose another with " + PortVariable("FLINK") + "=PORT", Started: r.started(dir),
	})
	if err != nil {
		return nil, err
	}
	r.REST = cluster.REST
	return cluster, nil
}

// buildJobs compiles the shop's jobs for a line of Flink unless the jar is newer than its sources.
func buildJobs(ctx context.Context, l *lab.Lab, version string) (jar string, err error) {
	return l.BuildJobs(ctx, shop(l), version, "shop-jobs.jar")
}

// shop is the project of the demo's jobs.
func shop(l *lab.Lab) string { return filepath.Join(l.Repository, "examples", "shop", "jobs") }

// awaitLive waits until the server shows both jobs with records flowing in.
func (r *Running) awaitLive(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 3*time.Minute, errors.New("the server did not show both jobs with live rates within three minutes; see "+r.URL))
	defer cancel()
	return lab.Poll(ctx, 500*time.Millisecond, func() (bool, error) {
		if dead := r.Dead(); len(dead) > 0 {
			return false, fmt.Errorf("ended: %s", strings.Join(dead, ", "))
		}
		live, err := liveJobs(ctx, r.URL)
		if err != nil {
			return false, nil
		}
		for _, job := range jobs {
			if !live[job.name] {
				return false, nil
			}
		}
		return true, nil
	})
}

func liveJobs(ctx context.Context, url string) (map[string]bool, error) {
	var answer struct {
		Items []struct {
			Name   string  `json:"name"`
			InPerS float64 `json:"in_per_s"`
		} `json:"items"`
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/jobs", nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, err
	}
	live := map[string]bool{}
	for _, job := range answer.Items {
		live[job.Name] = live[job.Name] || job.InPerS > 0
	}
	return live, nil
}
