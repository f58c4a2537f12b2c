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

// stage holds a server and two clusters of one version, one of them recorded.
type stage struct {
	lab     *lab.Lab
	version string
	binary  string
	dir     string
	jar     string

	compares bool // with jobs that are not recorded

	server   *lab.Process
	ask      *client
	plain    *lab.Flink
	recorded *lab.Flink
}

func (s *stage) start(ctx context.Context, level string) error {
	if err := os.RemoveAll(s.dir); err != nil {
		return fmt.Errorf("clearing the last run: %w", err)
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return fmt.Errorf("making the matrix's folder: %w", err)
	}
	var err error
	if s.jar, err = s.lab.BuildJobs(ctx, filepath.Join(s.lab.Repository, "test", "matrix", "jobs"), s.version, "matrix-jobs.jar"); err != nil {
		return err
	}
	// The files of a checkpoint go when the next one is complete: replays that begin behind one need copies.
	policy := filepath.Join(s.dir, "policy.yaml")
	if err := os.WriteFile(policy, []byte("level: "+level+"\nsnapshots: [{bytes: 256MiB, every: 0s}]\n"), 0o644); err != nil {
		return err
	}
	ports, err := lab.FreePorts(2)
	if err != nil {
		return err
	}
	listen, agents := fmt.Sprintf("127.0.0.1:%d", ports[0]), fmt.Sprintf("127.0.0.1:%d", ports[1])
	s.ask = newClient("http://" + listen)
	s.server, err = lab.Start(lab.Command{
		Name: "server", Path: s.binary, Dir: s.dir, Log: filepath.Join(s.dir, "log", "server.log"),
		Args: []string{"up", "--data", filepath.Join(s.dir, "data"), "--listen", listen, "--agent-listen", agents, "--policy", policy, "--replay-flink", filepath.Join(s.lab.Repository, ".lab"), "--replay-jobs", "2", "--replay-sandbox", "off"},
	})
	if err != nil {
		return err
	}
	if err := lab.AwaitHTTP(ctx, s.ask.base+"/readyz", s.server); err != nil {
		return err
	}
	agent := filepath.Join(s.dir, "sightglass-agent.jar")
	if err := lab.Run(ctx, s.dir, s.binary, "attach", "--jar", agent); err != nil {
		return fmt.Errorf("writing the agent: %w", err)
	}
	if s.compares {
		if s.plain, err = s.startFlink(ctx, "plain", ""); err != nil {
			return err
		}
	}
	s.recorded, err = s.startFlink(ctx, "recorded", "-javaagent:"+agent+"="+agents)
	return err
}

// startFlink runs two TaskManagers with a slot each: of two subtasks that exchange records, half do so over the network.
func (s *stage) startFlink(ctx context.Context, name, agent string) (*lab.Flink, error) {
	conf := map[string]string{}
	if agent != "" {
		conf["env.java.default-opts.jobmanager"] = agent
		conf["env.java.default-opts.taskmanager"] = agent
	}
	return s.lab.StartFlink(ctx, lab.FlinkOptions{
		Version: s.version, Dir: filepath.Join(s.dir, name), TaskManagers: 2, Slots: 1, TaskMemory: "1400m", Conf: conf,
	})
}

// runBoth runs the shapes on the plain cluster and then on the recorded one.
func (s *stage) runBoth(ctx context.Context, c config, shapes string) error {
	for _, one := range []struct {
		name  string
		flink *lab.Flink
	}{{"plain", s.plain}, {"recorded", s.recorded}} {
		err := s.lab.Step(fmt.Sprintf("Flink %s, %s, %s", s.version, c, one.name), func() error {
			arguments := append([]string{s.results(one.name, c), shapes}, c.settings()...)
			return one.flink.RunToEnd(ctx, s.jar, "matrix.Shapes", arguments...)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// results is the folder that a program writes to.
func (s *stage) results(name string, c config) string {
	return filepath.Join(s.dir, "results", name, c.folder())
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
	return err
}
