package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// answers are what a process that asks found out.
type answers struct {
	Start    time.Duration // from opening the store to the first answer
	Opened   time.Duration // of it for the store
	StartCPU time.Duration // processor time of the start
	Index    int64         // bytes that live on the heap when the recording is open and was asked for once
	Keyed    time.Duration // what indexing the keys of the recording took
	Indexed  time.Duration // what indexing the texts of the recording took
	Resident int64         // bytes of the process, the most there was while it was asked with what it keeps kept: nothing cold, no texts
	Texts    int64         // bytes of the process, the most there was once texts were indexed and searched; 0 = they were not
	Times    map[string]spread
	Peer     map[string]spread // of another engine, where it was asked
}

// spread is how long questions of one kind took, ms, and what a question took of the processors, collection of garbage
// included: on a machine that others use as well, that says more.
type spread struct {
	N                 int
	Median, P95, Most float64
	CPU               float64
}

// enough ends a kind of question that is slow: the figures are then of fewer, and their number is printed.
const (
	enough  = 30 * time.Second
	atLeast = 20
)

// ask is the role of a process that opens the store in o.dir and asks. It writes its answers as JSON.
func ask(ctx context.Context, o options, out io.Writer) error {
	r, err := readRecorded(o.dir)
	if err != nil {
		return err
	}
	if err := forget(o.dir); err != nil {
		return err
	}
	base := heap()
	a := answers{Times: make(map[string]spread)}
	idle, err := cpu()
	if err != nil {
		return err
	}
	debug.SetGCPercent(config.GCPercent) // as the server does
	began := time.Now()
	s, err := disk.Open(disk.Options{Dir: o.dir})
	if err != nil {
		return err
	}
	a.Opened = time.Since(began)
	warm, err := query.New(query.Options{Reader: s})
	if err != nil {
		return errors.Join(err, s.Close())
	}
	browser, err := newBrowser(warm)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	subject := &asked{engine: warm, browser: browser, truth: r.Truth}
	subject.pick(o.seed, 0)
	err = page(ctx, subject)
	a.Start = time.Since(began)
	if err != nil {
		return errors.Join(fmt.Errorf("the first question: %w", err), s.Close())
	}
	started, err := cpu()
	if err != nil {
		return errors.Join(err, s.Close())
	}
	a.StartCPU = started - idle
	a.Index = heap() - base
	if o.profile != "" {
		if err := heapProfile(filepath.Join(o.profile, "heap-"+filepath.Base(o.dir))); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	if err := remember(o.dir); err != nil {
		return errors.Join(err, s.Close())
	}
	// A server makes them in the background.
	indexing := time.Now()
	if _, err := warm.IndexKeys(ctx, r.Truth.Recording, ctx.Err); err != nil {
		return errors.Join(fmt.Errorf("indexing keys: %w", err), s.Close())
	}
	a.Keyed = time.Since(indexing)
	some := func(of func(question) bool) error {
		for _, q := range questions {
			if !of(q) || !o.wants(q) {
				continue
			}
			if a.Times[q.name], err = askAll(ctx, o, q, subject); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
		}
		return nil
	}
	if err := some(func(q question) bool { return !q.cold && !q.texts }); err != nil {
		return errors.Join(err, s.Close())
	}
	if a.Resident, err = resident(); err != nil {
		return errors.Join(err, s.Close())
	}
	if o.indexes(r.Truth.Events) { // a server does it in the background
		indexing := time.Now()
		if _, err := browser.IndexTexts(ctx, r.Truth.Recording, ctx.Err); err != nil {
			return errors.Join(fmt.Errorf("indexing texts: %w", err), s.Close())
		}
		a.Indexed = time.Since(indexing)
		err := some(func(q question) bool { return q.texts })
		if err == nil {
			a.Texts, err = resident()
		}
		if err != nil {
			return errors.Join(err, s.Close())
		}
	}
	// An engine of its own, which keeps nothing: a server has one, so its memory is not counted.
	if subject.engine, err = query.New(query.Options{Reader: s, CacheBytes: 1}); err != nil {
		return errors.Join(err, s.Close())
	}
	if err := some(func(q question) bool { return q.cold }); err != nil {
		return errors.Join(err, s.Close())
	}
	subject.engine = warm
	if a.Peer, err = besides(ctx, o, subject); err != nil {
		return errors.Join(err, s.Close())
	}
	return errors.Join(json.NewEncoder(out).Encode(a), s.Close())
}

// wants tells whether a question is asked.
func (o *options) wants(q question) bool {
	return o.only == "" || slices.Contains(strings.Split(o.only, ","), q.name)
}

// indexes tells whether the texts of a recording of so many events are indexed, and searched.
func (o *options) indexes(events uint64) bool { return events/1e6 <= uint64(o.texts) }

func askAll(ctx context.Context, o options, q question, a *asked) (spread, error) {
	a.pick(o.seed, 0)
	if err := q.ask(ctx, a); err != nil { // what an engine does once is no part of a question
		return spread{}, err
	}
	var times []float64
	var used time.Duration
	for began, i := time.Now(), 1; i <= o.questions && (i <= atLeast || time.Since(began) < enough); i++ {
		if q.cold {
			if err := forget(o.dir); err != nil {
				return spread{}, err
			}
		}
		if q.again {
			a.pick(o.seed, uint64(i))
			if err := q.ask(ctx, a); err != nil {
				return spread{}, err
			}
		}
		a.pick(o.seed, uint64(i))
		before, err := cpu()
		if err != nil {
			return spread{}, err
		}
		asked := time.Now()
		if err := q.ask(ctx, a); err != nil {
			return spread{}, err
		}
		times = append(times, float64(time.Since(asked).Microseconds())/1000)
		after, err := cpu()
		if err != nil {
			return spread{}, err
		}
		used += after - before
	}
	return spreadOf(times, used), nil
}

func spreadOf(times []float64, used time.Duration) spread {
	return spread{len(times), figures.Median(times), figures.Quantile(times, 0.95), figures.Quantile(times, 1),
		float64(used.Microseconds()) / 1000 / float64(len(times))}
}

// forget makes the kernel drop what it holds of files below dir.
func forget(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED), f.Close())
	})
}

// remember makes the kernel hold the files below dir, as it does of what was recorded lately.
func remember(dir string) error {
	buf := make([]byte, 1<<20)
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{f}, buf)
		return errors.Join(err, f.Close())
	})
}

// heap is how much is in use after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func heapProfile(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}

// resident is the most memory that this process ever had.
func resident() (int64, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("/proc/self/status does not tell VmHWM")
}
