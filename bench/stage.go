package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/tools/lab"
)

// stage holds both clusters and the server. While a job runs on one cluster the other is idle.
type stage struct {
	lab     *lab.Lab
	options options
	dir     string
	jar     string

	server   *lab.Process
	url      string
	plain    *lab.Flink
	recorded *lab.Flink
}

// run measures one work after the other, each on a stage of its own: what one recorded fills no disk that the next one needs, and what it made the
// JVMs compile does not concern the next one.
func (s *stage) run(ctx context.Context) error {
	var err error
	if s.jar, err = s.lab.BuildJobs(ctx, filepath.Join(s.lab.Repository, "bench", "jobs"), s.options.flink, "bench-jobs.jar"); err != nil {
		return err
	}
	r := &results{options: s.options, runs: make(map[kind][]sample)}
	for _, name := range s.options.work {
		if err := s.on(ctx, func() error { return s.turns(ctx, workNamed(name), r) }); err != nil {
			return err
		}
	}
	if s.options.latency {
		if err := s.on(ctx, func() error { return s.latency(ctx, r) }); err != nil {
			return err
		}
	}
	if s.options.profile {
		if err := s.on(ctx, func() error { return s.profile(ctx, r) }); err != nil {
			return err
		}
	}
	r.print(os.Stdout)
	return nil
}

// on sets the stage, does what is to be done there, and clears it away.
func (s *stage) on(ctx context.Context, do func() error) error {
	err := s.start(ctx)
	if err == nil {
		err = do()
	}
	return errors.Join(err, s.stop(context.WithoutCancel(ctx)))
}

func (s *stage) start(ctx context.Context) error {
	for _, sub := range []string{"plain", "recorded", "data", "log"} {
		if err := os.RemoveAll(filepath.Join(s.dir, sub)); err != nil {
			return fmt.Errorf("clearing the last run: %w", err)
		}
	}
	agent, err := s.startServer(ctx)
	if err != nil {
		return err
	}
	if s.plain, err = s.startFlink(ctx, plain, ""); err != nil {
		return err
	}
	s.recorded, err = s.startFlink(ctx, "recorded", agent)
	return err
}

// turns runs one work plain and at each level, as many rounds as there are pairs. The order turns from round to round: whoever comes later meets another machine.
func (s *stage) turns(ctx context.Context, w work, r *results) error {
	kinds := append([]string{plain}, s.options.levels...)
	for round := range s.options.pairs {
		for turn := range kinds {
			level := kinds[(turn+round)%len(kinds)]
			one, err := s.measure(ctx, w, level, 0)
			if err != nil {
				return err
			}
			r.add(w.name, level, one)
		}
	}
	return nil
}

// latency offers 70 % of what the job took plain, plain and at positions in turns.
func (s *stage) latency(ctx context.Context, r *results) error {
	const load = 0.7
	w := workNamed("dedup")
	capacity := r.runs[kind{w.name, plain}]
	if len(capacity) == 0 {
		one, err := s.measure(ctx, w, plain, 0)
		if err != nil {
			return err
		}
		capacity = []sample{one}
	}
	rate := load * figures.Median(figures.Each(capacity, sample.perSecond))
	for round := range s.options.pairs {
		levels := []string{plain, "positions"}
		for turn := range levels {
			level := levels[(turn+round)%len(levels)]
			one, err := s.measure(ctx, w, level, rate)
			if err != nil {
				return err
			}
			r.add(atLoad, level, one)
		}
	}
	return nil
}

func (s *stage) startServer(ctx context.Context) (agent string, err error) {
	ports, err := lab.FreePorts(2)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return "", fmt.Errorf("making the benchmark's folder: %w", err)
	}
	rules := filepath.Join(s.dir, "policy.yaml")
	if err := os.WriteFile(rules, []byte(policy), 0o644); err != nil {
		return "", fmt.Errorf("writing the policy: %w", err)
	}
	s.url = fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	agentAddress := fmt.Sprintf("127.0.0.1:%d", ports[1])
	s.server, err = lab.Start(lab.Command{
		Name: "server", Path: s.options.binary, Dir: s.dir, Log: filepath.Join(s.dir, "log", "server.log"),
		Args: []string{
			"up", "--data", filepath.Join(s.dir, "data"), "--listen", fmt.Sprintf("127.0.0.1:%d", ports[0]), "--agent-listen", agentAddress,
			"--policy", rules,
		},
	})
	if err != nil {
		return "", err
	}
	if err := lab.AwaitHTTP(ctx, s.url+"/readyz", s.server); err != nil {
		return "", err
	}
	jar := filepath.Join(s.dir, "sightglass-agent.jar")
	if err := lab.Run(ctx, s.dir, s.options.binary, "attach", "--jar", jar); err != nil {
		return "", fmt.Errorf("writing the agent: %w", err)
	}
	return "-javaagent:" + jar + "=" + agentAddress, nil
}

func (s *stage) startFlink(ctx context.Context, name, agent string) (*lab.Flink, error) {
	// With the second option the profile is right about what was inlined; both clusters have it.
	conf := map[string]string{"restart-strategy.type": "none", "env.java.opts.taskmanager": "-XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints"}
	if agent != "" {
		conf["env.java.default-opts.jobmanager"] = agent
		conf["env.java.default-opts.taskmanager"] = agent
	}
	return s.lab.StartFlink(ctx, lab.FlinkOptions{
		Version: s.options.flink, Dir: filepath.Join(s.dir, name), TaskManagers: 1, Slots: s.options.parallelism, TaskMemory: "3g", Conf: conf,
	})
}

func (s *stage) cluster(level string) *lab.Flink {
	if level == plain {
		return s.plain
	}
	return s.recorded
}

func (s *stage) stop(ctx context.Context) error {
	var err error
	for _, f := range []*lab.Flink{s.plain, s.recorded} {
		if f != nil {
			err = errors.Join(err, f.Stop(ctx))
		}
	}
	if s.server != nil {
		err = errors.Join(err, s.server.Stop(ctx, 30*time.Second))
	}
	s.plain, s.recorded, s.server = nil, nil, nil
	// Logs stay for whoever looks for what went wrong.
	return errors.Join(err, os.RemoveAll(filepath.Join(s.dir, "data")))
}
