package replay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// class starts the replayer.
const class = "dev.sightglass.agent.replay.Replayer"

// opened are the packages that Flink opens for jobs, with those that its own members lie in.
var opened = strings.Fields(`lang lang.reflect lang.invoke io net nio math text time util util.concurrent
	util.concurrent.atomic util.concurrent.locks`)

// phaseBuilding is when the task is built.
const phaseBuilding = "building"

// Report is what a replayer said of itself.
type Report struct {
	Phase           string
	Elements        uint64 // fed so far
	Invocation      uint64 // reached
	How             string // finished, failed, stuck, or why the feed ended; empty = the process did not say
	Renumbered      uint64
	FirstRenumbered string
	SurplusReads    uint64
	FirstSurplus    string
	LeftReads       uint64
	OrdersSolved    uint64 // maps whose recorded order was searched for, and found
	OrdersLost      uint64 // maps and timers with one timestamp whose recorded order could not be had
	CPU             time.Duration
	Thrown          *Thrown
	Problems        []Problem
	Failed          string // it could not run
	Stderr          string // its last lines
	Paused          uint64 // number of the last pause
	Trace           int64  // bytes of the trace that are written

	states []stateAt
	taken  *ownTaken // of the last line
}

// Thrown is an exception that left the task.
type Thrown struct {
	Invocation uint64
	Text       string
	Trace      string
}

// Problem is a step of the recording that the task did not do.
type Problem struct {
	Invocation uint64
	Text       string
}

// jvm says how a replayer is started.
type jvm struct {
	java      string
	agent     string // the jar
	flink     []string
	server    string // host:port that its agent connects to
	token     string // file; empty: none is asked for
	heap      int    // MiB
	timeZone  string
	encoding  string
	locale    string // tag of BCP 47
	extraArgs []string
	sandbox   func(command []string) ([]string, error)    // nil: none
	hear      func(ctx context.Context, line []byte) bool // takes lines that the feed waits for; nil: it waits for none
}

func (j *jvm) args(dir string) []string {
	option := j.server + ",tls=off,memory=256m,buffer=256m"
	if j.token != "" {
		option += ",token-file=" + j.token
	}
	a := []string{
		"-Xmx" + strconv.Itoa(j.heap) + "m", "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-Djava.awt.headless=true",
		"-Dsightglass.replay=true", "-javaagent:" + j.agent + "=" + option, "-Djava.io.tmpdir=" + filepath.Join(dir, "tmp"),
	}
	if j.timeZone != "" {
		a = append(a, "-Duser.timezone="+j.timeZone)
	}
	if j.encoding != "" {
		a = append(a, "-Dfile.encoding="+j.encoding)
	}
	a = append(a, localeArgs(j.locale)...)
	for _, p := range opened {
		a = append(a, "--add-opens=java.base/java."+p+"=ALL-UNNAMED")
	}
	a = append(a, j.extraArgs...)
	return append(a, "-cp", strings.Join(append(slices.Clone(j.flink), j.agent), string(os.PathListSeparator)), class, dir)
}

// localeArgs set the default locale: language, script, country and variant in the order of its tag.
func localeArgs(tag string) (args []string) {
	for i, part := range strings.Split(tag, "-") {
		switch {
		case part == "" || part == "und":
			return args
		case len(part) == 1:
			return args // extensions, which no property takes
		case i == 0:
			args = append(args, "-Duser.language="+part)
		case len(part) == 4 && part[0] > '9':
			args = append(args, "-Duser.script="+part)
		case len(part) == 2 || len(part) == 3:
			args = append(args, "-Duser.country="+part)
		default:
			args = append(args, "-Duser.variant="+part)
		}
	}
	return args
}

// run starts the replayer, feeds it, and reads what it says until it ends. progress is called now and then, by one goroutine.
func (j *jvm) run(ctx context.Context, dir string, feed func(context.Context, io.Writer) error, progress func(Report)) (Report, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return Report{}, err
	}
	line := append([]string{j.java}, j.args(dir)...)
	if j.sandbox != nil {
		var err error
		if line, err = j.sandbox(line); err != nil {
			return Report{}, fmt.Errorf("starting the replayer: %w", err)
		}
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"LANG=C.UTF-8"} // nothing of the server's: keys and tokens stand in environments
	in, err := cmd.StdinPipe()
	if err != nil {
		return Report{}, fmt.Errorf("starting the replayer: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return Report{}, fmt.Errorf("starting the replayer: %w", err)
	}
	stderr := &tail{limit: 64 << 10}
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		return Report{}, fmt.Errorf("starting the replayer: %w", err)
	}
	fed := make(chan error, 1)
	go func() {
		err := feed(ctx, in)
		_ = in.Close() // the replayer may have closed its end
		fed <- err
	}()
	var r Report
	lines := bufio.NewScanner(out)
	lines.Buffer(make([]byte, 0, 64<<10), 8<<20)
	for lines.Scan() {
		if j.hear != nil && j.hear(ctx, lines.Bytes()) {
			continue
		}
		r.add(lines.Bytes())
		if progress != nil {
			progress(r)
		}
	}
	waited := cmd.Wait()
	cancel()
	err = <-fed
	r.Stderr = stderr.String()
	switch {
	case errors.Is(err, ErrChange):
		return r, err
	case r.How != "": // it said all that there was to say; a feed that it did not read to its end is no fault
		return r, nil
	case r.Failed != "":
		return r, errors.New(couldNotRun + r.Failed)
	case err != nil && !errors.Is(err, os.ErrClosed) && !strings.Contains(err.Error(), "broken pipe"):
		return r, fmt.Errorf("feeding the replayer: %w", err)
	case waited != nil:
		return r, fmt.Errorf("the replayer ended: %w: %s", waited, lastLine(r.Stderr))
	}
	return r, errors.New("the replayer ended without a word")
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}

// add reads one line of a replayer.
func (r *Report) add(line []byte) {
	var l struct {
		Phase           string  `json:"phase"`
		Progress        *uint64 `json:"progress"`
		Invocation      uint64  `json:"invocation"`
		Problem         string  `json:"problem"`
		Thrown          string  `json:"thrown"`
		Trace           any     `json:"trace"`
		Failed          string  `json:"failed"`
		End             string  `json:"end"`
		Elements        uint64  `json:"elements"`
		Renumbered      uint64  `json:"renumbered"`
		FirstRenumbered string  `json:"first_renumbered"`
		SurplusReads    uint64  `json:"surplus_reads"`
		FirstSurplus    string  `json:"first_surplus"`
		LeftReads       uint64  `json:"left_reads"`
		OrdersSolved    uint64  `json:"orders_solved"`
		OrdersLost      uint64  `json:"orders_lost"`
		CPU             int64   `json:"cpu_ms"`
		Paused          uint64  `json:"paused"`
		Compared        uint64  `json:"compared"`
		Snapshot        uint64  `json:"snapshot"`
	}
	r.taken = nil
	if json.Unmarshal(bytes.TrimSpace(line), &l) != nil {
		return
	}
	trace, _ := l.Trace.(string) // of an exception; of a pause it is a number
	switch {
	case l.Paused != 0:
		n, _ := l.Trace.(float64)
		r.Paused, r.Invocation, r.Trace, r.Renumbered = l.Paused, l.Invocation, int64(n), l.Renumbered
	case l.Compared != 0:
		r.addState(line)
	case l.Snapshot != 0:
		r.taken = new(ownTaken)
		_ = json.Unmarshal(line, r.taken) // as above
	case l.Phase == phaseBuilding: // the task is built, perhaps again
		*r = Report{Phase: l.Phase, Paused: r.Paused}
	case l.Phase != "":
		r.Phase = l.Phase
	case l.Progress != nil:
		r.Elements, r.Invocation = *l.Progress, l.Invocation
	case l.Problem != "":
		if len(r.Problems) < 100 {
			r.Problems = append(r.Problems, Problem{l.Invocation, l.Problem})
		}
	case l.Thrown != "":
		r.Thrown = &Thrown{l.Invocation, l.Thrown, trace}
	case l.Failed != "":
		r.Failed = l.Failed + "\n" + trace
	case l.End != "":
		r.How, r.Elements, r.Invocation = l.End, l.Elements, l.Invocation
		r.Renumbered, r.FirstRenumbered = l.Renumbered, l.FirstRenumbered
		r.SurplusReads, r.FirstSurplus, r.LeftReads = l.SurplusReads, l.FirstSurplus, l.LeftReads
		r.OrdersSolved, r.OrdersLost = l.OrdersSolved, l.OrdersLost
		r.CPU = time.Duration(l.CPU) * time.Millisecond
	}
}

// tail keeps the end of what is written.
type tail struct {
	mu    sync.Mutex
	b     []byte
	limit int
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if len(t.b) > 2*t.limit {
		t.b = append(t.b[:0], t.b[len(t.b)-t.limit:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b[max(0, len(t.b)-t.limit):])
}
