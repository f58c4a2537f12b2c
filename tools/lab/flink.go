package lab

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// FlinkOptions says how to run one cluster. Dir is required.
type FlinkOptions struct {
	Version      string // as Versions.Flink reads it
	Dir          string // configuration, logs and temporary files of this cluster
	RESTPort     int    // 0: a free one
	RPCPort      int    // 0: a free one
	BlobPort     int    // 0: a free one
	TaskManagers int    // default 1
	Slots        int    // per TaskManager; default 4
	JobMemory    string // process size of the JobManager; default 800m
	TaskMemory   string // process size of a TaskManager; default 1g
	// Conf adds or replaces lines of the configuration, such as "env.java.default-opts.taskmanager".
	Conf map[string]string
	// Application is what the JobManager runs; it takes no other jobs then.
	Application *Application
	ChoosePort  string // how a person chooses another port; part of the error when one is taken
	// Started is called with each process as soon as it runs, before it is ready, so that it can be written down. Its error ends the start.
	Started func(*Process) error
}

// Flink is one running cluster: a JobManager and its TaskManagers, each a process of its own.
type Flink struct {
	Version      string     `json:"version"`
	Home         string     `json:"home"`
	Dir          string     `json:"dir"`
	REST         string     `json:"rest"` // host:port
	JobManager   *Process   `json:"job_manager"`
	TaskManagers []*Process `json:"task_managers"`

	started func(*Process) error
}

// StartFlink runs a cluster until Stop, and waits until all its TaskManagers have registered; it does not wait where an application runs, which may be
// over before.
func (l *Lab) StartFlink(ctx context.Context, o FlinkOptions) (*Flink, error) {
	version, err := l.Versions.Flink(o.Version)
	if err != nil {
		return nil, err
	}
	home, err := l.InstallFlink(ctx, version)
	if err != nil {
		return nil, err
	}
	if err := choosePorts(o.ChoosePort, portWish{&o.RESTPort, "Flink's REST API"}, portWish{&o.RPCPort, "Flink's JobManager"}, portWish{&o.BlobPort, "Flink's blob server"}); err != nil {
		return nil, err
	}
	o.TaskManagers, o.Slots = max(o.TaskManagers, 1), orDefault(o.Slots, 4)
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("starting Flink: %w", err)
	}
	if err := writeClusterFiles(home, dir, o); err != nil {
		return nil, err
	}
	master := []string{"jobmanager.sh", "start-foreground"}
	if a := o.Application; a != nil {
		if home, err = a.ownHome(home, dir); err != nil {
			return nil, err
		}
		master = append([]string{"standalone-job.sh", "start-foreground", "--job-classname", a.Class}, a.Args...)
	}
	f := &Flink{Version: version, Home: home, Dir: dir, REST: fmt.Sprintf("127.0.0.1:%d", o.RESTPort), started: o.Started}
	err = l.Step(fmt.Sprintf("starting Flink %s on %s with %d TaskManagers", version, f.REST, o.TaskManagers), func() error {
		if f.JobManager, err = f.start("jobmanager", master...); err != nil {
			return err
		}
		for range o.TaskManagers {
			if err := f.AddTaskManager(); err != nil {
				return err
			}
		}
		if o.Application != nil {
			return nil
		}
		return f.AwaitTaskManagers(ctx, o.TaskManagers)
	})
	if err != nil {
		return nil, errors.Join(err, f.Stop(context.WithoutCancel(ctx)))
	}
	return f, nil
}

func orDefault[T comparable](value, standard T) T {
	var zero T
	if value == zero {
		return standard
	}
	return value
}

// start runs one of Flink's scripts in the foreground: it ends by exec, so the pid that was started is the pid of the Java process.
func (f *Flink) start(name string, script ...string) (*Process, error) {
	p, err := Start(Command{
		Name: name, Path: filepath.Join(f.Home, "bin", script[0]), Args: script[1:], Dir: f.Dir, Env: f.environment(),
		Log: filepath.Join(f.Dir, "log", name+".log"),
	})
	if err == nil && f.started != nil {
		err = f.started(p)
	}
	return p, err
}

func (f *Flink) environment() []string {
	return []string{
		"FLINK_CONF_DIR=" + filepath.Join(f.Dir, "conf"),
		"FLINK_LOG_DIR=" + filepath.Join(f.Dir, "log"),
		"FLINK_PID_DIR=" + filepath.Join(f.Dir, "pid"),
		"FLINK_IDENT_STRING=lab",
		"USER=" + orDefault(os.Getenv("USER"), "lab"),
		"FLINK_HOME=" + f.Home,
	}
}

// AddTaskManager starts one more TaskManager and does not wait for it.
func (f *Flink) AddTaskManager() error {
	p, err := f.start(fmt.Sprintf("taskmanager-%d", len(f.TaskManagers)+1), "taskmanager.sh", "start-foreground")
	if p != nil {
		f.TaskManagers = append(f.TaskManagers, p)
	}
	return err
}

// CrashTaskManager kills a TaskManager as a crash would, and starts another in its place without waiting for it.
func (f *Flink) CrashTaskManager(ctx context.Context, i int) error {
	dead := f.TaskManagers[i]
	if err := dead.Kill(ctx); err != nil {
		return err
	}
	p, err := f.start(dead.Name, "taskmanager.sh", "start-foreground")
	if p != nil {
		f.TaskManagers[i] = p
	}
	return err
}

// AwaitTaskManagers waits until n TaskManagers have registered; it fails when a process of the cluster ends first.
func (f *Flink) AwaitTaskManagers(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 3*time.Minute, fmt.Errorf("%d TaskManagers did not register within three minutes", n))
	defer cancel()
	return Poll(ctx, 300*time.Millisecond, func() (bool, error) {
		for _, p := range append([]*Process{f.JobManager}, f.TaskManagers...) {
			if !p.Alive() {
				return false, fmt.Errorf("%s ended; %s", p.Name, Tail(p.Log, 20))
			}
		}
		overview, err := f.Client().Overview(ctx)
		return err == nil && overview.TaskManagers >= n, nil
	})
}

// Client speaks with the cluster's REST API.
func (f *Flink) Client() *FlinkClient { return NewFlinkClient("http://" + f.REST) }

// Run submits a job with Flink's own command line, detached, as a person would, and gives the job's id. class may be empty when the jar names it.
func (f *Flink) Run(ctx context.Context, jar, class string, args ...string) (job string, err error) {
	out, err := f.submit(ctx, []string{"--detached"}, jar, class, args)
	if err != nil {
		return "", err
	}
	found := regexp.MustCompile(`Job has been submitted with JobID ([0-9a-f]{32})`).FindSubmatch(out)
	if found == nil {
		return "", fmt.Errorf("submitting %s: Flink named no job id\n%s", filepath.Base(jar), out)
	}
	return string(found[1]), nil
}

// RunToEnd submits a program as Run does and waits until it has ended, with all jobs that it executes.
func (f *Flink) RunToEnd(ctx context.Context, jar, class string, args ...string) error {
	_, err := f.submit(ctx, nil, jar, class, args)
	return err
}

func (f *Flink) submit(ctx context.Context, how []string, jar, class string, args []string) (out []byte, err error) {
	line := append(append([]string{"run"}, how...), "--jobmanager", f.REST)
	if class != "" {
		line = append(line, "--class", class)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(f.Home, "bin", "flink"), append(append(line, jar), args...)...)
	// A client lives for seconds: it never earns back what the optimising compiler costs.
	cmd.Dir, cmd.Env = f.Dir, append(append(os.Environ(), f.environment()...), "JVM_ARGS="+quickStart)
	if out, err = cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("submitting %s: %w\n%s", filepath.Base(jar), err, out)
	}
	return out, nil
}

// Processes are all processes of the cluster, TaskManagers first.
func (f *Flink) Processes() []*Process {
	all := slices.Clone(f.TaskManagers)
	if f.JobManager != nil {
		all = append(all, f.JobManager)
	}
	return all
}

// Stop ends all processes of the cluster. Stopping twice, or what crashed, does nothing.
func (f *Flink) Stop(ctx context.Context) error {
	if f == nil {
		return nil
	}
	var all error
	for _, p := range f.Processes() {
		all = errors.Join(all, p.Signal(syscall.SIGTERM))
	}
	for _, p := range f.Processes() {
		all = errors.Join(all, p.Stop(ctx, 20*time.Second))
	}
	return all
}

// writeClusterFiles gives a cluster its own configuration, made from what Flink ships.
func writeClusterFiles(home, dir string, o FlinkOptions) error {
	for _, sub := range []string{"conf", "log", "pid", "tmp"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return fmt.Errorf("creating the cluster's folder: %w", err)
		}
	}
	shipped, err := os.ReadFile(filepath.Join(home, "conf", "config.yaml"))
	if err != nil {
		return fmt.Errorf("reading Flink's shipped configuration: %w", err)
	}
	conf := map[string]string{
		"jobmanager.rpc.address":         "localhost",
		"jobmanager.rpc.port":            fmt.Sprint(o.RPCPort),
		"jobmanager.bind-host":           "localhost",
		"jobmanager.memory.process.size": orDefault(o.JobMemory, "800m"),
		"taskmanager.bind-host":          "localhost",
		"taskmanager.host":               "localhost",
		"taskmanager.numberOfTaskSlots":  fmt.Sprint(o.Slots),

		"taskmanager.memory.process.size":       orDefault(o.TaskMemory, "1g"),
		"rest.address":                          "127.0.0.1",
		"rest.bind-address":                     "127.0.0.1",
		"rest.port":                             fmt.Sprint(o.RESTPort),
		"rest.bind-port":                        fmt.Sprint(o.RESTPort),
		"blob.server.port":                      fmt.Sprint(o.BlobPort),
		"io.tmp.dirs":                           filepath.Join(dir, "tmp"),
		"parallelism.default":                   "1",
		"execution.checkpointing.dir":           "file://" + filepath.Join(dir, "checkpoints"),
		"state.checkpoints.dir":                 "file://" + filepath.Join(dir, "checkpoints"),
		"restart-strategy.type":                 "fixed-delay",
		"restart-strategy.fixed-delay.attempts": "1000",
		"restart-strategy.fixed-delay.delay":    "2 s",
		"env.java.opts.jobmanager":              quickStart,
	}
	// Flink needs its list of opened modules on Java 17; a configuration that replaces the shipped file must carry it on.
	if found := regexp.MustCompile(`(?m)^\s+all: (--add-.*)$`).FindSubmatch(shipped); found != nil {
		conf["env.java.opts.all"] = string(found[1])
	}
	maps.Copy(conf, o.Conf)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(conf)) {
		fmt.Fprintf(&text, "%s: '%s'\n", name, strings.ReplaceAll(conf[name], "'", "''"))
	}
	files := map[string]string{"config.yaml": text.String(), "log4j-console.properties": consoleLogging, "log4j-cli.properties": consoleLogging}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, "conf", name), []byte(content), 0o644); err != nil {
			return fmt.Errorf("writing the cluster's configuration: %w", err)
		}
	}
	return nil
}

// quickStart makes a Java process that does little work ready sooner and cheaper.
const quickStart = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

// consoleLogging sends everything to the process's output, which the lab keeps in one file per process.
const consoleLogging = `rootLogger.level = INFO
rootLogger.appenderRef.console.ref = console
logger.kafka.name = org.apache.kafka
logger.kafka.level = WARN
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
`
