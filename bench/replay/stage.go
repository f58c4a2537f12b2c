package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/bench/marks"
	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
	"github.com/sightglass/sightglass/tools/lab"
)

// stage is the server, and the cluster while a job is recorded.
type stage struct {
	lab     *lab.Lab
	options options
	server  *lab.Process
	flink   *lab.Flink
	agents  string // host:port that agents connect to
	client  *client.Client
}

// recording is what was recorded, and how fast the job ran meanwhile.
type recording struct {
	Name    string        `json:"name"`
	ID      string        `json:"id"`
	Attempt string        `json:"attempt"`
	Events  int64         `json:"events"`  // of the source, and so of the task
	Wall    time.Duration `json:"wall_ns"` // between the first mark and the last one
	CPU     time.Duration `json:"cpu_ns"`  // of the TaskManager in that time: source, task, sink, agent
	Last    uint64        `json:"last"`    // invocation
	Bytes   int64         `json:"bytes"`   // on disk
	Starts  int           `json:"checkpoints"`
}

func (r *recording) perSecond() float64 { return float64(r.Events) / r.Wall.Seconds() }

const (
	jobName   = "bench-replay"
	operator  = "bids"
	note      = "recorded.json"
	agentJar  = "sightglass-agent.jar"
	warm      = 5 * time.Second
	patience  = 30 * time.Minute
	checkEach = 200 * time.Millisecond
)

// recorded gives the recording that is asked: that of an earlier run, or one that is made now.
func (s *stage) recorded(ctx context.Context) (r recording, err error) {
	path := filepath.Join(s.options.dir, note)
	if s.options.reuse {
		text, err := os.ReadFile(path)
		if err != nil {
			return r, fmt.Errorf("finding what an earlier run recorded: %w", err)
		}
		if err := json.Unmarshal(text, &r); err != nil {
			return r, fmt.Errorf("reading %s: %w", path, err)
		}
		if err := s.startServer(ctx); err != nil {
			return r, err
		}
		return r, s.lookAt(ctx, &r)
	}
	if err := os.RemoveAll(s.options.dir); err != nil {
		return r, fmt.Errorf("clearing the last run: %w", err)
	}
	if err := os.MkdirAll(s.options.dir, 0o755); err != nil {
		return r, fmt.Errorf("making the benchmark's folder: %w", err)
	}
	if err := s.startServer(ctx); err != nil {
		return r, err
	}
	if r, err = s.record(ctx); err != nil {
		return r, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return r, err
	}
	return r, os.WriteFile(path, text, 0o644)
}

func (s *stage) startServer(ctx context.Context) error {
	ports, err := lab.FreePorts(2)
	if err != nil {
		return err
	}
	listen := fmt.Sprintf("127.0.0.1:%d", ports[0])
	s.agents = fmt.Sprintf("127.0.0.1:%d", ports[1])
	if err := lab.Run(ctx, s.options.dir, s.options.binary, "attach", "--jar", filepath.Join(s.options.dir, agentJar)); err != nil {
		return fmt.Errorf("writing the agent: %w", err)
	}
	home, err := s.lab.InstallFlink(ctx, s.options.flink)
	if err != nil {
		return err
	}
	s.server, err = lab.Start(lab.Command{
		Name: "server", Path: s.options.binary, Dir: s.options.dir, Log: filepath.Join(s.options.dir, "log", "server.log"),
		Args: []string{
			"up", "--data", filepath.Join(s.options.dir, "data"), "--listen", listen, "--agent-listen", s.agents, "--level", "flight", "--compact", "off",
			"--replay-flink", home,
		},
	})
	if err != nil {
		return err
	}
	if err := lab.AwaitHTTP(ctx, "http://"+listen+"/readyz", s.server); err != nil {
		return err
	}
	s.client, err = client.New(client.Options{Server: "http://" + listen})
	return err
}

// record runs the job until the task has handled the records, and cancels it: so its checkpoints stay.
func (s *stage) record(ctx context.Context) (r recording, err error) {
	jar, err := s.lab.BuildJobs(ctx, filepath.Join(s.lab.Repository, "bench", "jobs"), s.options.flink, "bench-jobs.jar")
	if err != nil {
		return r, err
	}
	agent := filepath.Join(s.options.dir, agentJar)
	option := "-javaagent:" + agent + "=" + s.agents
	s.flink, err = s.lab.StartFlink(ctx, lab.FlinkOptions{
		Version: s.options.flink, Dir: filepath.Join(s.options.dir, "flink"), TaskManagers: 1, Slots: 1, TaskMemory: "2g",
		Conf: map[string]string{
			"env.java.default-opts.jobmanager": option, "env.java.default-opts.taskmanager": option,
			// A replay begins behind any of them, so none is thrown away. Both names, of today and before.
			"execution.checkpointing.num-retained": "100000", "state.checkpoints.num-retained": "100000",
		},
	})
	if err != nil {
		return r, err
	}
	log := s.flink.TaskManagers[0].Log
	job, err := s.flink.Run(ctx, jar, "bench.ReplayJob", jobName)
	if err != nil {
		return r, err
	}
	if err := s.flink.Client().AwaitJob(ctx, job, "RUNNING"); err != nil {
		return r, err
	}
	err = s.lab.Step(fmt.Sprintf("recording %d million records", s.options.events), func() error {
		return s.run(ctx, log, &r)
	})
	if err := errors.Join(err, s.flink.Client().Cancel(context.WithoutCancel(ctx), job)); err != nil {
		return r, err
	}
	if err := s.flink.Client().AwaitJob(ctx, job, "CANCELED"); err != nil {
		return r, err
	}
	// All that the agent has is on its way when its process ends.
	if err := s.flink.Stop(ctx); err != nil {
		return r, err
	}
	s.flink = nil
	r.Name = jobName
	if err := s.lookAt(ctx, &r); err != nil {
		return r, err
	}
	r.Bytes, err = size(filepath.Join(s.options.dir, "data"))
	return r, err
}

// lookAt finds out what the server knows of the recording.
func (s *stage) lookAt(ctx context.Context, r *recording) error {
	plan, err := s.client.ReplayPlan(ctx, r.Name, gen.ReplayWish{Task: operator})
	if err != nil {
		return err
	}
	r.ID, r.Attempt, r.Starts = plan.Value.Recording, plan.Value.AttemptKey, len(plan.Value.Starts)
	r.Last, err = number(plan.Value.Last)
	return err
}

// run lets the job run, and measures it between two marks behind its start.
func (s *stage) run(ctx context.Context, log string, r *recording) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	manager := s.flink.TaskManagers[0]
	var first marks.Mark
	var before time.Duration
	return lab.Poll(ctx, checkEach, func() (bool, error) {
		o, err := marks.Read(log, 0, began, time.Now())
		if err != nil || len(o.Marks) == 0 {
			return false, err
		}
		used, err := manager.CPU()
		if err != nil {
			return false, err
		}
		last := o.Marks[len(o.Marks)-1]
		if first.Records == 0 && time.Since(began) > warm {
			first, before = last, used
		}
		all := int64(s.options.events) * 1_000_000
		// At least half of it is what was measured, however soon the rest was done.
		if last.Records < all || first.Records == 0 || last.Records-first.Records < all/2 {
			return false, nil
		}
		r.Events, r.Wall, r.CPU = last.Records-first.Records, last.Wall.Sub(first.Wall), used-before
		return true, nil
	})
}

// number reads one that the API gives as a text.
func number(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no number: %w", text, err)
	}
	return n, nil
}

// size is what the files of a folder hold, bytes.
func size(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}

func (s *stage) stop(ctx context.Context) error {
	err := s.flink.Stop(ctx)
	if s.server != nil {
		err = errors.Join(err, s.server.Stop(ctx, 30*time.Second))
	}
	s.flink, s.server = nil, nil
	return err
}
