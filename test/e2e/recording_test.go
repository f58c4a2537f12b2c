//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestRecording runs all that needs a cluster on one cluster, one after the other.
func TestRecording(t *testing.T) {
	began := time.Now()
	r := newRig(t, nil)
	t.Run("hooks", func(t *testing.T) { testHooks(t, r) })
	t.Run("lineage", func(t *testing.T) { testLineage(t, r) })
	t.Run("transactions", func(t *testing.T) { testTransactions(t, r) })
	t.Run("types", func(t *testing.T) { testTypes(t, r) })
	t.Run("drops", func(t *testing.T) { testDrops(t, r) })
	t.Run("remember", func(t *testing.T) { testRemember(t, r) })
	t.Run("sql", func(t *testing.T) { testSQL(t, r) })
	t.Run("languages", func(t *testing.T) { testLanguages(t, r) })
	t.Run("replay", func(t *testing.T) { testReplay(t, r) })
	t.Run("upstream", func(t *testing.T) { testUpstream(t, r) })
	t.Run("fates", func(t *testing.T) { testFates(t, r) })
	t.Run("masked", func(t *testing.T) { testMasked(t, r) })
	t.Run("ledger", func(t *testing.T) { testLedger(t, r) })
	t.Run("reports", func(t *testing.T) { testReports(t, r) })
	t.Run("collector", func(t *testing.T) { testCollector(t, r) })
	t.Run("nothing swallowed", func(t *testing.T) { testNothingSwallowed(t, r) })
	t.Run("times", func(t *testing.T) { testTimes(t, r, began) })
}

// testNothingSwallowed wants that no hook threw, no agent gave up, and none lost an event, in all that was done before.
func testNothingSwallowed(t *testing.T, r *rig) {
	agents, err := r.ask.agents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, agent := range agents {
		switch {
		case agent.Counters == nil:
			t.Errorf("%s %s reports no counters", agent.Role, agent.Process)
		case agent.Off || agent.Counters.Errors != 0 || agent.Counters.LostEvents != 0:
			t.Errorf("%s %s: off %t (%s), %d errors, %d lost events", agent.Role, agent.Process, agent.Off, agent.Reason, agent.Counters.Errors, agent.Counters.LostEvents)
		}
	}
}

// testTimes wants that no event is older than the test: one wrong time of the first lines of a task stretches every picture over decades.
func testTimes(t *testing.T, r *rig, began time.Time) {
	all, err := r.ask.recordings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range all {
		oldest, err := r.ask.oldest(t.Context(), rec.ID)
		if err != nil {
			t.Error(err)
		} else if oldest.Before(began) {
			t.Errorf("%s (%s) begins at %s, before the test at %s", rec.ID, rec.Job, oldest, began)
		}
	}
}

// testHooks waits until all three processes are connected; none may report a hook that is missing.
func testHooks(t *testing.T, r *rig) {
	await(t, time.Minute, "three agents are connected", func(ctx context.Context) (bool, error) {
		agents, err := r.ask.agents(ctx)
		if err != nil {
			return false, err
		}
		return len(agents) == 3, nil
	})
	agents, err := r.ask.agents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, agent := range agents {
		if len(agent.Hooks) == 0 {
			t.Errorf("%s %s reports no hooks", agent.Role, agent.Process)
		}
		for _, hook := range agent.Hooks {
			if hook.State == "missing" {
				t.Errorf("%s %s: hook %s is missing: %s", agent.Role, agent.Process, hook.ID, hook.Detail)
			}
		}
	}
}

// testLineage feeds two jobs that stand behind one another and compares every record's lineage with the truth: first in quiet, then with the server
// killed twice under load.
func testLineage(t *testing.T, r *rig) {
	if err := r.kafka.CreateTopics(t.Context(), map[string]int32{"numbers": 4, "children": 4, "grandchildren": 4}); err != nil {
		t.Fatal(err)
	}
	fanOut := r.run(t, "e2e.FanOut", "--in", "numbers", "--out", "children", "--parallelism", "4")
	relay := r.run(t, "e2e.Relay", "--in", "children", "--out", "grandchildren", "--parallelism", "4")

	quiet := t.Run("quiet", func(t *testing.T) {
		r.send(t, "numbers", 2000, numbers(0, *recordsFlag), nil)
		w := r.world(t, *recordsFlag)
		r.wantJobs(t, fanOut, relay)
		r.compareAll(t, w, 0, *recordsFlag)
		r.compareEdges(t, w, 300)
		for _, job := range []string{fanOut, relay} {
			r.compareChannels(t, job)
		}
		r.wantInFlight(t, relay)
	})
	if !quiet {
		return // what follows builds on it
	}
	next := *recordsFlag
	batch := func(count int) (from, to int) {
		from, next = next, next+count
		return from, next
	}
	ok := t.Run("server killed under load", func(t *testing.T) {
		from, to := batch(*crashFlag)
		kills := map[int]bool{(to - from) / 3: true, (to - from) * 2 / 3: true}
		r.send(t, "numbers", 1000, numbers(from, to), func(n int) {
			if kills[n] {
				r.killServer(t)
			}
		})
		r.compareAll(t, r.world(t, to), from, to)
		r.wantNoGaps(t)
	})
	ok = ok && t.Run("server away", func(t *testing.T) {
		from, to := batch(2000)
		if err := r.server.Kill(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.send(t, "numbers", 1000, numbers(from, to), nil)
		w := r.world(t, to) // both jobs do all their work without a server
		r.startServer(t)
		r.compareAll(t, w, from, to)
		r.wantNoGaps(t)
	})
	_ = ok && t.Run("agents without the token", func(t *testing.T) {
		from, to := batch(1000)
		if err := r.server.Stop(t.Context(), 30*time.Second); err != nil {
			t.Fatal(err)
		}
		r.startServer(t, "--agent-auth", "on")
		r.send(t, "numbers", 1000, numbers(from, to), nil)
		w := r.world(t, to)
		r.wantLine(t, "server", r.server.Log, `(?i)refused.*token|token.*refused`)
		for _, manager := range r.flink.TaskManagers {
			r.wantLine(t, manager.Name, manager.Log, `(?i)\[sightglass\].*token`)
		}
		if err := r.server.Stop(t.Context(), 30*time.Second); err != nil {
			t.Fatal(err)
		}
		// What the agents kept meanwhile comes in once they are welcome again; they try once a minute.
		r.startServer(t)
		r.compareAll(t, w, from, to)
	})
}

func numbers(from, to int) []feed {
	all := make([]feed, 0, to-from)
	for n := from; n < to; n++ {
		all = append(all, feed{payload: strconv.Itoa(n), partition: int32(n / 7 % 4), time: time.Now()})
	}
	return all
}

// world reads the three topics after count numbers were fed.
func (r *rig) world(t *testing.T, count int) world {
	t.Helper()
	var below, furtherBelow []string
	for n := range count {
		for _, child := range children(n) {
			below = append(below, child)
			furtherBelow = append(furtherBelow, grandchildren(child)...)
		}
	}
	w := world{numbers: r.read(t, "numbers", count), children: r.read(t, "children", len(below)), grandchildren: r.read(t, "grandchildren", len(furtherBelow))}
	for _, payload := range below {
		if w.children[payload] == "" {
			t.Errorf("the first job's output lacks %s", payload)
		}
	}
	for _, payload := range furtherBelow {
		if w.grandchildren[payload] == "" {
			t.Errorf("the second job's output lacks %s", payload)
		}
	}
	t.Logf("topics hold %d numbers, %d children, %d grandchildren", count, len(w.children), len(w.grandchildren))
	return w
}

// question is one comparison: a record, a direction, and what is true.
type question struct {
	record, direction string
	truth             set
}

// compareAll asks for all numbers downwards and all grandchildren upwards. What was just written may take a moment to be stored: a question whose answer
// is not yet whole is asked again until a deadline, and only its last answer counts.
func (r *rig) compareAll(t *testing.T, w world, from, to int) {
	t.Helper()
	var questions []question
	for n := from; n < to; n++ {
		questions = append(questions, question{w.numbers[strconv.Itoa(n)], "down", w.below(n)})
	}
	for grandchild, place := range w.grandchildren {
		if n := numberOf(grandchild); n >= from && n < to {
			questions = append(questions, question{place, "up", w.above(grandchild)})
		}
	}
	began := time.Now()
	var deadline time.Time // counted from the end of the first round, which takes as long as it takes
	total := tally{}
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	for {
		round, unequal, err := r.compare(t.Context(), questions)
		if err != nil {
			t.Fatal(err)
		}
		if deadline.IsZero() {
			deadline = time.Now().Add(2 * time.Minute)
		}
		if len(unequal) == 0 || time.Now().After(deadline) {
			total = add(total, round)
			for _, q := range unequal[:min(len(unequal), 5)] {
				r.explain(t, q)
			}
			break
		}
		// What was right stays counted; the rest is asked again.
		right := round
		for _, q := range unequal {
			right.take(q.tally)
		}
		total = add(total, right)
		questions = questions[:0]
		for _, q := range unequal {
			questions = append(questions, q.question)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(context.Cause(t.Context()))
		case <-again.C:
		}
	}
	fmt.Printf("LINEAGE flink %s %s, in %s\n", r.version, total, time.Since(began).Round(time.Second))
	if total.precision() != 1 || total.recall() != 1 {
		t.Errorf("lineage is not the truth: %s", total)
	}
}

func add(a, b tally) tally {
	return tally{a.records + b.records, a.truth + b.truth, a.found + b.found, a.both + b.both}
}

func (t *tally) take(b tally) {
	t.records -= b.records
	t.truth -= b.truth
	t.found -= b.found
	t.both -= b.both
}

type unequalAnswer struct {
	question
	tally tally
	found set
}

// compare asks all questions with a few workers.
func (r *rig) compare(ctx context.Context, questions []question) (total tally, unequal []unequalAnswer, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	var workers sync.WaitGroup
	next := make(chan question)
	for range 3 {
		workers.Go(func() {
			for q := range next {
				answer, err := r.ask.lineage(ctx, q.record, q.direction, false)
				if err != nil {
					cancel(err)
					continue
				}
				var one tally
				found := answer.kafka(q.record)
				equal := one.compare(q.truth, found)
				mu.Lock()
				total = add(total, one)
				if !equal {
					unequal = append(unequal, unequalAnswer{q, one, found})
				}
				mu.Unlock()
			}
		})
	}
	for _, q := range questions {
		if ctx.Err() != nil {
			break
		}
		next <- q
	}
	close(next)
	workers.Wait()
	return total, unequal, context.Cause(ctx)
}

// explain says of one wrong answer what is missing and what is too much, and what the server noted.
func (r *rig) explain(t *testing.T, q unequalAnswer) {
	t.Helper()
	var missing, wrong []string
	for place := range q.truth {
		if _, ok := q.found[place]; !ok {
			missing = append(missing, place)
		}
	}
	for place := range q.found {
		if _, ok := q.truth[place]; !ok {
			wrong = append(wrong, place)
		}
	}
	slices.Sort(missing)
	slices.Sort(wrong)
	answer, err := r.ask.lineage(t.Context(), q.record, q.direction, false)
	t.Errorf("%s %s: missing %v, wrong %v; complete %t, notes %+v, error %v", q.record, q.direction, missing, wrong, answer.Complete, answer.Notes, err)
}

// wantJobs wants jobs in the list of what runs, by Flink's own ids.
func (r *rig) wantJobs(t *testing.T, ids ...string) {
	t.Helper()
	jobs, err := r.ask.jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	running := map[string]bool{}
	for _, job := range jobs {
		running[job.ID] = strings.EqualFold(job.State, "RUNNING")
	}
	for _, id := range ids {
		if !running[id] {
			t.Errorf("job %s runs, and the server lists %+v", id, jobs)
		}
	}
}

// compareEdges looks inside the answers: along every edge of the walk, through every operator, the later payload must descend from the earlier.
func (r *rig) compareEdges(t *testing.T, w world, count int) {
	t.Helper()
	compared := 0
	for n := range count {
		answer, err := r.ask.lineage(t.Context(), w.numbers[strconv.Itoa(n)], "down", true)
		if err != nil {
			t.Fatal(err)
		}
		payloads := map[string]string{}
		for _, node := range answer.Nodes {
			if node.View != nil {
				payloads[node.ID] = strings.Trim(node.View.Text, `"`)
			}
		}
		for _, edge := range answer.Edges {
			from, okFrom := payloads[edge.From]
			to, okTo := payloads[edge.To]
			if !okFrom || !okTo {
				continue
			}
			compared++
			if !descends(to, from) || edge.Kind == "same" && from != to {
				t.Errorf("number %d: an edge of kind %s leads from %q to %q", n, edge.Kind, from, to)
			}
		}
	}
	if compared < count {
		t.Errorf("only %d edges of %d numbers had payloads at both ends", compared, count)
	}
	t.Logf("compared %d edges by payload", compared)
}

// compareChannels waits until counters were compared at barriers, and wants all of them equal.
func (r *rig) compareChannels(t *testing.T, job string) {
	t.Helper()
	var last channels
	await(t, time.Minute, "counters were compared at barriers", func(ctx context.Context) (bool, error) {
		var err error
		last, err = r.ask.channels(ctx, job)
		return err == nil && last.Compared > 0, err
	})
	fmt.Printf("CHANNELS flink %s job %s: %d comparisons at aligned barriers, %d equal, %d unequal\n", r.version, job, last.Compared, last.Equal, last.Unequal)
	if last.Unequal != 0 || last.Equal != last.Compared {
		t.Errorf("job %s: counters of both ends differ: %+v", job, last)
	}
}

// killServer kills the server as a crash would, starts it again on its data, and wants every block there that was shown before.
func (r *rig) killServer(t *testing.T) {
	t.Helper()
	before, err := r.ask.recordings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.server.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.startServer(t)
	after, err := r.ask.recordings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]int64{}
	for _, recording := range after {
		blocks[recording.ID] = recording.Blocks
	}
	for _, recording := range before {
		if blocks[recording.ID] < recording.Blocks {
			t.Errorf("recording %s had %d blocks before the server was killed and has %d after", recording.ID, recording.Blocks, blocks[recording.ID])
		}
	}
}

// wantNoGaps fails on every gap: the server was away for less time than agents can bridge.
func (r *rig) wantNoGaps(t *testing.T) {
	t.Helper()
	recordings, err := r.ask.recordings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, recording := range recordings {
		gaps, err := r.ask.gaps(t.Context(), recording.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, gap := range gaps {
			t.Errorf("recording %s has a gap: %+v", recording.ID, gap)
		}
	}
}

// wantLine waits until a process has printed a line.
func (r *rig) wantLine(t *testing.T, name, log, pattern string) {
	t.Helper()
	line := regexp.MustCompile(pattern)
	await(t, time.Minute, name+" prints a line like "+pattern, func(context.Context) (bool, error) {
		text, err := os.ReadFile(log)
		return line.Match(text), err
	})
}
