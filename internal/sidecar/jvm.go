package sidecar

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	hello     = "SGS1"
	maxAnswer = 64 << 20
	class     = "dev.sightglass.agent.sidecar.Main"
	exitOOM   = 3 // of -XX:+ExitOnOutOfMemoryError
)

// opened are the packages that Flink opens for jobs by default, with those that values are made of.
var opened = strings.Fields(`lang lang.reflect lang.invoke io net nio math text time util util.concurrent
	util.concurrent.atomic util.concurrent.locks`)

// commandLine starts the sidecar of jar with at most memory MiB of heap.
func commandLine(java, jar string, memory int, files []string) []string {
	args := []string{
		java, "-Xmx" + strconv.Itoa(memory) + "m", "-XX:MaxMetaspaceSize=256m", "-XX:MaxDirectMemorySize=64m",
		"-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
	}
	for _, p := range opened {
		args = append(args, "--add-opens=java.base/java."+p+"=ALL-UNNAMED")
	}
	return append(append(args, "-cp", jar, class), files...)
}

// jvm is one process. One question at a time.
type jvm struct {
	cmd      *exec.Cmd
	in       io.WriteCloser
	out      *bufio.Reader
	label    string    // of its jars
	used     time.Time // when it was asked last
	timedOut atomic.Bool
	ended    bool
}

// start runs command and waits for its greeting.
func start(command []string, dir, label string, within time.Duration) (*jvm, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"LANG=C.UTF-8"} // nothing of the server's: keys and tokens stand in environments
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the sidecar: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the sidecar: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the sidecar: %w", err)
	}
	j := &jvm{cmd: cmd, in: in, out: bufio.NewReaderSize(out, 1<<16), label: label}
	greeting := make([]byte, len(hello))
	err = j.within(within, func() error {
		_, err := io.ReadFull(j.out, greeting)
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("the sidecar did not start: %w", j.end(err, within))
	case string(greeting) != hello:
		j.stop()
		return nil, errors.New("the sidecar did not start: it speaks another protocol")
	}
	return j, nil
}

// within ends the process when do takes longer.
func (j *jvm) within(d time.Duration, do func() error) error {
	timer := time.AfterFunc(d, func() {
		j.timedOut.Store(true)
		_ = j.cmd.Process.Kill() // it may have ended
	})
	defer timer.Stop()
	return do()
}

// ask sends a serializer and bytes that begin with one of its values. After an error the process is gone.
func (j *jvm) ask(object, b []byte, within time.Duration) (answer []byte, err error) {
	err = j.within(within, func() error {
		for _, part := range [][]byte{object, b} {
			if _, err := j.in.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))); err != nil {
				return err
			}
			if _, err := j.in.Write(part); err != nil {
				return err
			}
		}
		var size [4]byte
		if _, err := io.ReadFull(j.out, size[:]); err != nil {
			return err
		}
		n := binary.BigEndian.Uint32(size[:])
		if n > maxAnswer {
			return errAnswer
		}
		answer = make([]byte, n)
		_, err := io.ReadFull(j.out, answer)
		return err
	})
	if err != nil || j.timedOut.Load() {
		return nil, j.end(err, within)
	}
	return answer, nil
}

// end ends the process and says what became of it.
func (j *jvm) end(err error, within time.Duration) error {
	j.stop()
	switch code := j.cmd.ProcessState.ExitCode(); {
	case j.timedOut.Load():
		return fmt.Errorf("no answer within %s", within)
	case errors.Is(err, errAnswer):
		return err
	case code == exitOOM:
		return errors.New("its memory is used up")
	default:
		return fmt.Errorf("its process ended (%s)", j.cmd.ProcessState)
	}
}

// stop ends the process and waits for that.
func (j *jvm) stop() {
	if j.ended {
		return
	}
	j.ended = true
	_ = j.in.Close()
	// One that ended by itself keeps its exit code: Kill does nothing then, because Wait has not reaped it and a signal to a
	// zombie has no effect.
	_ = j.cmd.Process.Kill()
	_ = j.cmd.Wait() // killed; its exit code is looked at by end
}
