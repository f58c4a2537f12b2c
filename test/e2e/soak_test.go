//go:build e2e

package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

var (
	killsFlag       = flag.Int("kills", 3, "how often a TaskManager is killed under load")
	submissionsFlag = flag.Int("submissions", 20, "how many jobs run one after the other")
)

// TestSoak does to a cluster, many times over, what must leave no trace: it runs jobs one after the other, and kills TaskManagers under load.
func TestSoak(t *testing.T) {
	r := newRig(t, map[string]string{
		// A TaskManager that was killed is soon known to be gone.
		"heartbeat.interval": "2000", "heartbeat.timeout": "12000",
	})
	t.Run("submissions", func(t *testing.T) { testSubmissions(t, r) })
	t.Run("kills", func(t *testing.T) { testKills(t, r) })
}

func figure(name string, value any, unit string, target any, met bool) {
	verdict := "missed"
	if met {
		verdict = "met"
	}
	fmt.Printf("FIGURE %s %v %s target %v %s\n", name, value, unit, target, verdict)
}

// testSubmissions wants that classes of jobs that have ended go: what is left after the last job is what was left after a quarter of them.
func testSubmissions(t *testing.T, r *rig) {
	// Of what there was after the first quarter. Few jobs still warm up the process itself; a class loader of each job that stays takes more than either.
	most := 1.05
	if *submissionsFlag < 100 {
		most = 1.10
	}
	const mostLoaders = 8 // of the last jobs, until somebody lets go
	client := r.flink.Client()
	jar, err := client.UploadJar(t.Context(), r.jar)
	if err != nil {
		t.Fatal(err)
	}
	var early classSpace
	for n := range *submissionsFlag {
		job, err := client.RunJar(t.Context(), jar, "e2e.Brief")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		err = client.AwaitJob(ctx, job, "FINISHED")
		cancel()
		if err != nil {
			t.Fatalf("job %d: %v", n+1, err)
		}
		if n+1 == max(*submissionsFlag/4, 5) {
			early = r.classSpace(t)
		}
	}
	late := r.classSpace(t)
	t.Logf("after a quarter: %s; after all %d: %s", early, *submissionsFlag, late)
	growth := float64(late.bytes) / float64(early.bytes)
	figure("soak_metaspace_growth", strconv.FormatFloat(growth, 'f', 3, 64), "ratio", fmt.Sprint("<= ", most), growth <= most)
	figure("soak_class_loaders_kept", late.loaders, "count", fmt.Sprint("<= ", mostLoaders), late.loaders <= mostLoaders)
	if early.bytes == 0 || growth > most || late.loaders > mostLoaders {
		t.Errorf("classes of jobs that ended are kept: %s, then %s", early, late)
	}
}

// classSpace is what the classes of both TaskManagers take after a collection of garbage.
type classSpace struct {
	bytes   int64
	loaders int // of users' classes
}

func (c classSpace) String() string {
	return fmt.Sprintf("%.1f MiB of classes, %d class loaders of jobs", float64(c.bytes)/(1<<20), c.loaders)
}

func (r *rig) classSpace(t *testing.T) (sum classSpace) {
	t.Helper()
	for _, p := range r.flink.TaskManagers {
		ask := func(command ...string) string {
			out, err := exec.CommandContext(t.Context(), "jcmd", append([]string{strconv.Itoa(p.PID)}, command...)...).CombinedOutput()
			if err != nil {
				t.Fatalf("jcmd %v: %v: %s", command, err, out)
			}
			return string(out)
		}
		// The first collection finds what finalizers and references still hold, the second lets it go.
		ask("GC.run")
		ask("GC.run")
		var bytes int64
		for _, line := range strings.Split(ask("VM.classloader_stats"), "\n") {
			if strings.Contains(line, "ChildFirstClassLoader") || strings.Contains(line, "FlinkUserCodeClassLoader") {
				sum.loaders++
			}
			// Total = loaders  classes  chunk bytes  block bytes
			if fields := strings.Fields(line); len(fields) >= 6 && fields[0] == "Total" {
				n, err := strconv.ParseInt(fields[len(fields)-1], 10, 64)
				if err != nil {
					t.Fatalf("jcmd VM.classloader_stats: %q", line)
				}
				bytes += n
			}
		}
		if bytes == 0 {
			t.Fatal("jcmd VM.classloader_stats told no total")
		}
		sum.bytes += bytes
	}
	return sum
}

// testKills kills TaskManagers under load, and wants a gap for every attempt that was on one, and nothing else wrong.
func testKills(t *testing.T, r *rig) {
	const perSecond = 400
	if err := r.kafka.CreateTopics(t.Context(), map[string]int32{"soak-numbers": 4, "soak-children": 4}); err != nil {
		t.Fatal(err)
	}
	job := r.run(t, "e2e.FanOut", "--in", "soak-numbers", "--out", "soak-children", "--parallelism", "4")
	feeding, stop := context.WithCancel(t.Context())
	fed := make(chan int, 1)
	go func() { fed <- r.feed(t, feeding, perSecond) }()
	count := -1
	stopped := func() int {
		stop()
		if count < 0 {
			count = <-fed
		}
		return count
	}
	defer stopped()

	var killed []attempt
	kills := 0
	for n := range *killsFlag {
		r.awaitWholeJob(t, job)
		select {
		case <-time.After(time.Duration(rand.IntN(1500)) * time.Millisecond): // any moment of a checkpoint, a start, a read
		case <-t.Context().Done():
		}
		gone := r.crash(t, job, n%len(r.flink.TaskManagers))
		killed = append(killed, gone...)
		kills++
		if (n+1)%10 == 0 {
			t.Logf("%d of %d kills", n+1, *killsFlag)
		}
	}
	r.awaitWholeJob(t, job)
	stopped()
	missing := r.missingChildren(t, count)
	untold := r.untold(t, job, killed)
	figure("soak_kills", kills, "count", *killsFlag, kills == *killsFlag)
	figure("soak_attempts_lost_and_told", fmt.Sprintf("%d/%d", len(killed)-untold, len(killed)), "attempts", "all", untold == 0 && len(killed) > 0)
	figure("soak_output_missing", missing, "records", 0, missing == 0)
	if missing > 0 || untold > 0 || len(killed) == 0 {
		t.Errorf("%d children of %d numbers are missing; of %d attempts that were killed %d have no gap", missing, count, len(killed), untold)
	}
	r.nothingElseWrong(t, job)
}

// crash kills a TaskManager and gives the attempts of the job that ran on it.
func (r *rig) crash(t *testing.T, job string, i int) (gone []attempt) {
	t.Helper()
	agents, err := r.ask.agents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	process := ""
	for _, a := range agents {
		if a.PID == r.flink.TaskManagers[i].PID {
			process = a.Process
		}
	}
	running, err := r.ask.runningAttempts(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range running {
		if a.Process == process && process != "" {
			gone = append(gone, a)
		}
	}
	if err := r.flink.CrashTaskManager(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	return gone
}

// untold waits until the server has noticed that processes went, which takes it a minute, and counts attempts without a gap that says so.
func (r *rig) untold(t *testing.T, job string, killed []attempt) (count int) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	await(t, 5*time.Minute, "gaps tell of what kills took", func(ctx context.Context) (bool, error) {
		gaps, err := r.ask.gaps(ctx, job)
		lost := set{}
		for _, g := range gaps {
			if g.Reason == "process lost" {
				lost.add(g.Attempt)
			}
		}
		count = 0
		for _, a := range killed {
			if _, ok := lost[a.Key]; !ok {
				count++
			}
		}
		return count == 0 || time.Now().After(deadline), err
	})
	return count
}

// awaitWholeJob waits until Flink runs all of the job, both TaskManagers are there, and the server says the same.
func (r *rig) awaitWholeJob(t *testing.T, job string) {
	t.Helper()
	await(t, 3*time.Minute, "all of the job runs", func(ctx context.Context) (bool, error) {
		v, err := r.flink.Client().Job(ctx, job)
		if err != nil {
			return false, nil // while a TaskManager goes, so may an answer
		}
		tasks := 0
		for _, vertex := range v.Vertices {
			if vertex.Tasks["RUNNING"] != vertex.Parallelism {
				return false, nil
			}
			tasks += vertex.Parallelism
		}
		overview, err := r.flink.Client().Overview(ctx)
		if err != nil || overview.TaskManagers < len(r.flink.TaskManagers) {
			return false, nil
		}
		running, err := r.ask.runningAttempts(ctx, job)
		return len(running) == tasks, err
	})
}

// feed sends numbers from 0 until ctx ends, and gives how many.
func (r *rig) feed(t *testing.T, ctx context.Context, perSecond int) (count int) {
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap), kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err != nil {
		t.Error(err)
		return 0
	}
	defer client.Close()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		for range perSecond / 20 {
			record := &kgo.Record{Topic: "soak-numbers", Partition: int32(count % 4), Value: []byte(strconv.Itoa(count))}
			client.Produce(context.WithoutCancel(ctx), record, func(_ *kgo.Record, err error) {
				if err != nil {
					t.Errorf("sending: %v", err)
				}
			})
			count++
		}
		select {
		case <-ctx.Done():
			if err := client.Flush(context.WithoutCancel(ctx)); err != nil {
				t.Errorf("sending: %v", err)
			}
			return count
		case <-tick.C:
		}
	}
}

// missingChildren reads the job's output until it holds all that the numbers give, and gives how many do not come within a minute.
func (r *rig) missingChildren(t *testing.T, count int) int {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(r.kafka.Bootstrap), kgo.ConsumeTopics("soak-children"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	wanted := set{}
	for n := range count {
		for _, child := range children(n) {
			wanted.add(child)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for len(wanted) > 0 && ctx.Err() == nil {
		// What was written before a kill is written again after it: at least once is what the job promises.
		client.PollFetches(ctx).EachRecord(func(record *kgo.Record) { delete(wanted, string(record.Value)) })
	}
	return len(wanted)
}

// nothingElseWrong wants gaps of lost processes alone, equal counters, and agents without errors.
func (r *rig) nothingElseWrong(t *testing.T, job string) {
	t.Helper()
	gaps, err := r.ask.gaps(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	others := 0
	for _, g := range gaps {
		if g.Reason != "process lost" {
			others++
			t.Errorf("a gap that no kill explains: %+v", g)
		}
	}
	r.compareChannels(t, job)
	agents, err := r.ask.agents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	faults := 0
	for _, a := range agents {
		if a.Counters != nil && (a.Off || a.Counters.Errors != 0 || a.Counters.LostEvents != 0) {
			faults++
			t.Errorf("%s %s: off %t %s, %+v", a.Role, a.Process, a.Off, a.Reason, a.Counters)
		}
	}
	figure("soak_unexplained_gaps", others, "count", 0, others == 0)
	figure("soak_agent_faults", faults, "count", 0, faults == 0)
}
