package sidecar

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Options of New. Zero durations and sizes stand for the defaults.
type Options struct {
	Dir      string        // of the jobs' jars; spec/sidecar.md says how it is laid out
	Jar      string        // holds the sidecar: the agent's
	Java     string        // program; default: that of JAVA_HOME, else java on the path
	Memory   int           // MiB of heap of one JVM, default 256
	Start    time.Duration // a JVM may take to start, default 30 s
	Answer   time.Duration // one value may take, default 5 s
	Idle     time.Duration // a JVM lives after its last value, default 2 min
	Suspend  time.Duration // a serializer that ended its JVM is not asked again for this time, default 1 min
	Now      func() time.Time
	commands func(jar string, files []string) []string // of tests
}

// maxJVMs live at a time; maxSuspended bounds what is remembered of serializers that failed.
const (
	maxJVMs      = 2
	maxSuspended = 1000
)

// ErrNoJar says that there is no program to start.
var ErrNoJar = errors.New("this binary carries no sidecar: build it with make build")

// Sidecar decodes by jobs' own classes. Safe for concurrent use; one value is decoded at a time.
type Sidecar struct {
	o         Options
	turn      chan struct{} // holds one token, of whoever works with what is below
	jvms      map[string]*jvm
	suspended map[string]suspension
	sweeper   *time.Timer
	closed    bool
	closing   sync.Once
}

// suspension is why, and how long, nobody is asked.
type suspension struct {
	until time.Time
	why   string
}

// New starts nothing yet. Errors: the folder cannot be read, ErrNoJar, no Java.
func New(o Options) (*Sidecar, error) {
	if o.Memory <= 0 {
		o.Memory = 256
	}
	o.Start, o.Answer = orElse(o.Start, 30*time.Second), orElse(o.Answer, 5*time.Second)
	o.Idle, o.Suspend = orElse(o.Idle, 2*time.Minute), orElse(o.Suspend, time.Minute)
	if o.Now == nil {
		o.Now = time.Now
	}
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, fmt.Errorf("folder of the jobs' jars: %w", err)
	}
	if _, err := jarsOf(o.Dir, "", ""); err != nil {
		return nil, err
	}
	if o.commands == nil {
		if o.Jar == "" {
			return nil, ErrNoJar
		}
		// The process has a folder of its own to be in.
		if o.Jar, err = filepath.Abs(o.Jar); err != nil {
			return nil, fmt.Errorf("the sidecar's jar: %w", err)
		}
		if o.Java, err = findJava(o.Java); err != nil {
			return nil, err
		}
		o.commands = func(jar string, files []string) []string { return commandLine(o.Java, jar, o.Memory, files) }
	}
	s := &Sidecar{o: o, turn: make(chan struct{}, 1), jvms: map[string]*jvm{}, suspended: map[string]suspension{}}
	s.turn <- struct{}{}
	s.sweeper = time.AfterFunc(o.Idle, s.sweep)
	<-s.turn
	return s, nil
}

func orElse(d, fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return d
}

func findJava(java string) (string, error) {
	if java == "" {
		java = "java"
		if home := os.Getenv("JAVA_HOME"); home != "" {
			java = filepath.Join(home, "bin", "java")
		}
	}
	found, err := exec.LookPath(java)
	if err != nil {
		return "", fmt.Errorf("decoding by jobs' classes needs Java 11 or newer: %w", err)
	}
	return found, nil
}

// Decode is browse.Foreign.
func (s *Sidecar) Decode(
	ctx context.Context, job, flink string, object *event.SerializerObject, p event.Payload, off, end int,
) (event.Tree, int, error) {
	b := p.Open(sealed.Take())
	if off < 0 || end < off || end > len(b) {
		return event.Tree{}, 0, errors.New("there are no such bytes")
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return event.Tree{}, 0, errors.New("nobody waits for the answer")
	}
	defer func() { <-s.turn }()
	root, taken, err := s.decode(job, flink, object, b[off:end])
	if err != nil {
		return event.Tree{}, 0, err
	}
	return event.NewTree(root, event.TreeInfo{Format: event.FormatFlink, Type: root.Type, Size: taken, Reason: root.Reason}), taken, nil
}

// decode has the turn.
func (s *Sidecar) decode(job, flink string, object *event.SerializerObject, b []byte) (event.Node, int, error) {
	if s.closed {
		return event.Node{}, 0, errors.New("the server stops")
	}
	found, err := jarsOf(s.o.Dir, job, flink)
	if err != nil {
		return event.Node{}, 0, err
	}
	if len(found.files) == 0 {
		return event.Node{}, 0, errors.New("there are no jars of the job")
	}
	// Other jars are another chance.
	for _, what := range []string{found.label, found.label + object.ID} {
		if x, ok := s.suspended[what]; ok && s.o.Now().Before(x.until) {
			return event.Node{}, 0, fmt.Errorf("%s; not tried again for %s", x.why, s.o.Suspend)
		}
	}
	j, err := s.jvm(job+"\x00"+lineOf(flink), found)
	if err != nil {
		s.suspend(found.label, err)
		return event.Node{}, 0, err
	}
	answer, err := j.ask(object.Packed, b, s.o.Answer)
	j.used = s.o.Now()
	if err != nil {
		err = fmt.Errorf("the job's classes failed: %w", err)
		s.suspend(found.label+object.ID, err)
		return event.Node{}, 0, err
	}
	root, taken, refused, err := parseAnswer(answer)
	switch {
	case err != nil || taken > len(b):
		j.stop()
		return event.Node{}, 0, errAnswer
	case refused != "":
		return event.Node{}, 0, errors.New(refused)
	}
	return root, taken, nil
}

// suspend remembers that asking again is of no use for a while.
func (s *Sidecar) suspend(what string, why error) {
	if len(s.suspended) >= maxSuspended {
		clear(s.suspended)
	}
	s.suspended[what] = suspension{s.o.Now().Add(s.o.Suspend), why.Error()}
}

// jvm is a process that has the jars, started when there is none.
func (s *Sidecar) jvm(key string, found jars) (*jvm, error) {
	if j := s.jvms[key]; j != nil {
		if !j.ended && j.label == found.label {
			return j, nil
		}
		j.stop()
		delete(s.jvms, key)
	}
	if len(s.jvms) >= maxJVMs {
		oldest := ""
		for k, j := range s.jvms {
			if oldest == "" || j.used.Before(s.jvms[oldest].used) {
				oldest = k
			}
		}
		s.jvms[oldest].stop()
		delete(s.jvms, oldest)
	}
	j, err := start(s.o.commands(s.o.Jar, found.files), os.TempDir(), found.label, s.o.Start)
	if err != nil {
		return nil, err
	}
	j.used = s.o.Now()
	s.jvms[key] = j
	return j, nil
}

// sweep ends what nobody asked for a while.
func (s *Sidecar) sweep() {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.closed {
		return
	}
	for key, j := range s.jvms {
		if s.o.Now().Sub(j.used) >= s.o.Idle {
			j.stop()
			delete(s.jvms, key)
		}
	}
	s.sweeper.Reset(s.o.Idle / 2)
}

// Close ends all processes, after the value that is being decoded.
func (s *Sidecar) Close() {
	s.closing.Do(func() {
		s.turn <- struct{}{}
		defer func() { <-s.turn }()
		s.closed = true
		s.sweeper.Stop()
		for _, j := range s.jvms {
			j.stop()
		}
	})
}
