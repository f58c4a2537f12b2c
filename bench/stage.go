package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// stage holds both clusters and the server. While the job runs on one cluster the other is idle.
type stage struct {
	lab     *lab.Lab
	options options
	dir     string

	server   *lab.Process
	url      string
	plain    *lab.Flink
	recorded *lab.Flink
}

// run sets the stage, measures in turns, and prints.
func (s *stage) run(ctx context.Context) error {
	for _, sub := range []string{"plain", "recorded", "data", "log"} {
		if err := os.RemoveAll(filepath.Join(s.dir, sub)); err != nil {
			return fmt.Errorf("clearing the last run: %w", err)
		}
	}
	jar, err := s.lab.BuildJobs(ctx, filepath.Join(s.lab.Repository, "bench", "jobs"), s.options.flink, "bench-jobs.jar")
	if err != nil {
		return err
	}
	agent, err := s.startServer(ctx)
	if err != nil {
		return err
	}
	if s.plain, err = s.startFlink(ctx, "plain", ""); err != nil {
		return err
	}
	if s.recorded, err = s.startFlink(ctx, "recorded", agent); err != nil {
		return err
	}
	var plain, recorded []sample
	for round := range s.options.rounds {
		// The order changes from round to round: whoever comes second meets another machine.
		for turn := range 2 {
			if (round+turn)%2 == 0 {
				one, err := s.measure(ctx, jar, "plain", s.plain)
				if err != nil {
					return err
				}
				plain = append(plain, one)
			} else {
				one, err := s.measure(ctx, jar, "recorded", s.recorded)
				if err != nil {
					return err
				}
				recorded = append(recorded, one)
			}
		}
	}
	lost, err := s.lost(ctx)
	if err != nil {
		return err
	}
	report(os.Stdout, s.options, plain, recorded, lost)
	return nil
}

func (s *stage) startServer(ctx context.Context) (agent string, err error) {
	ports, err := lab.FreePorts(2)
	if err != nil {
		return "", err
	}
	s.url = fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	agentAddress := fmt.Sprintf("127.0.0.1:%d", ports[1])
	s.server, err = lab.Start(lab.Command{
		Name: "server", Path: s.options.binary, Dir: s.dir, Log: filepath.Join(s.dir, "log", "server.log"),
		Args: []string{"up", "--data", filepath.Join(s.dir, "data"), "--listen", fmt.Sprintf("127.0.0.1:%d", ports[0]), "--agent-listen", agentAddress},
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
	conf := map[string]string{"restart-strategy.type": "none"}
	if agent != "" {
		conf["env.java.default-opts.jobmanager"] = agent
		conf["env.java.default-opts.taskmanager"] = agent
	}
	return s.lab.StartFlink(ctx, lab.FlinkOptions{
		Version: s.options.flink, Dir: filepath.Join(s.dir, name), TaskManagers: 1, Slots: s.options.parallelism, TaskMemory: "1500m", Conf: conf,
	})
}

func (s *stage) stop(ctx context.Context) error {
	err := errors.Join(s.plain.Stop(ctx), s.recorded.Stop(ctx))
	if s.server != nil {
		err = errors.Join(err, s.server.Stop(ctx, 30*time.Second))
	}
	return err
}
