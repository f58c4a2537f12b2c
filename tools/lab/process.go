package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is one process that the lab started, in a form that can be written down and found again by another program.
// A pid alone may be reused by the system; with the moment of its start it names one process for ever.
type Process struct {
	Name  string `json:"name"`
	PID   int    `json:"pid"`
	Start string `json:"start"`
	Log   string `json:"log"`

	exited chan struct{} // closed when a process that this program started has ended; nil when it was found again
}

// Command says what to start.
type Command struct {
	Name string
	Path string
	Args []string
	Dir  string
	Env  []string // added to the environment of this program
	Log  string   // file that receives both outputs, appended
}

// Start runs a command in a session of its own, so that neither the end of this program nor a key press in its terminal reaches it.
func Start(c Command) (*Process, error) {
	if err := os.MkdirAll(filepath.Dir(c.Log), 0o755); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Name, err)
	}
	log, err := os.OpenFile(c.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Name, err)
	}
	defer log.Close()
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.Dir, log, log
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Name, err)
	}
	p := &Process{Name: c.Name, PID: cmd.Process.Pid, Log: c.Log, exited: make(chan struct{})}
	p.Start, err = startOf(p.PID)
	// The waiter lives exactly as long as the process it reaps; without it a dead child would still look alive.
	go func() {
		_ = cmd.Wait()
		close(p.exited)
	}()
	if err != nil {
		return nil, fmt.Errorf("starting %s: it ended at once; %s", c.Name, Tail(c.Log, 20))
	}
	return p, nil
}

// Alive says whether this very process still runs.
func (p *Process) Alive() bool {
	if p == nil || p.PID <= 0 {
		return false
	}
	if p.exited != nil {
		// A process that was killed may look like a zombie while its other threads still hold its files; only its reaping says that they are gone.
		select {
		case <-p.exited:
			return false
		default:
			return true
		}
	}
	start, err := startOf(p.PID)
	return err == nil && start == p.Start
}

// Signal sends a signal to this very process and to no other; a process that is gone is no error.
func (p *Process) Signal(s syscall.Signal) error {
	if !p.Alive() {
		return nil
	}
	if err := syscall.Kill(p.PID, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signalling %s (pid %d): %w", p.Name, p.PID, err)
	}
	return nil
}

// AwaitEnd waits until the process has ended by itself.
func (p *Process) AwaitEnd(ctx context.Context) error { return p.waitGone(ctx) }

// Kill ends the process at once, as a crash would, and waits until it is gone.
func (p *Process) Kill(ctx context.Context) error {
	if err := p.Signal(syscall.SIGKILL); err != nil {
		return err
	}
	return p.waitGone(ctx)
}

// Stop asks the process to end, and kills it if it has not ended after grace. Stopping a process that is gone does nothing.
func (p *Process) Stop(ctx context.Context, grace time.Duration) error {
	if !p.Alive() {
		return nil
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	soft, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	if p.waitGone(soft) == nil {
		return nil
	}
	return p.Kill(ctx)
}

func (p *Process) waitGone(ctx context.Context) error {
	err := Poll(ctx, 50*time.Millisecond, func() (bool, error) { return !p.Alive(), nil })
	if err != nil {
		return fmt.Errorf("waiting for the end of %s (pid %d): %w", p.Name, p.PID, err)
	}
	return nil
}

// StopAll ends processes, the last first, each as Stop does.
func StopAll(ctx context.Context, processes []*Process, grace time.Duration) error {
	var all error
	for _, p := range slices.Backward(processes) {
		all = errors.Join(all, p.Stop(ctx, grace))
	}
	return all
}

// CPU is the processor time that the process has used in user and kernel mode. It needs /proc.
func (p *Process) CPU() (time.Duration, error) {
	fields, err := procStat(p.PID)
	if err != nil {
		return 0, fmt.Errorf("reading the processor time of %s: %w", p.Name, err)
	}
	var ticks int64
	for _, field := range fields[11:13] { // utime and stime, fields 14 and 15 of proc(5)
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading the processor time of %s: %w", p.Name, err)
		}
		ticks += n
	}
	// USER_HZ is 100 on every Linux architecture that Go supports.
	return time.Duration(ticks) * (time.Second / 100), nil
}

// startOf identifies the start of a process: clock ticks since boot where /proc exists, else what ps prints. A zombie counts as gone.
func startOf(pid int) (string, error) {
	if _, err := os.Stat("/proc/self/stat"); err == nil {
		fields, err := procStat(pid)
		if err != nil {
			return "", err
		}
		if state := fields[0]; (state == "Z" || state == "X") && !hasThreads(pid) {
			return "", os.ErrProcessDone
		}
		return fields[19], nil // starttime, field 22 of proc(5)
	}
	out, err := exec.Command("ps", "-o", "lstart=", "-p", strconv.Itoa(pid)).Output()
	start := strings.TrimSpace(string(out))
	if err != nil || start == "" {
		return "", os.ErrProcessDone
	}
	return start, nil
}

// hasThreads says whether threads of a process are left besides its first: as long as one is on its way out, files and locks stay held.
func hasThreads(pid int) bool {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	return err == nil && len(tasks) > 1
}

// procStat gives the fields of /proc/<pid>/stat from the third on; the second holds the program's name, which may contain blanks and brackets.
func procStat(pid int) ([]string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, os.ErrProcessDone
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 20 {
		return nil, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	return fields, nil
}

// Tail gives the last lines of a file, with the file's name, for a message about a process that failed.
func Tail(path string, lines int) string {
	f, err := os.Open(path)
	if err != nil {
		return "no log at " + path
	}
	defer f.Close()
	const most = 64 << 10
	if size, err := f.Seek(0, io.SeekEnd); err == nil && size > most {
		_, _ = f.Seek(-most, io.SeekEnd)
	} else {
		_, _ = f.Seek(0, io.SeekStart)
	}
	text, _ := io.ReadAll(io.LimitReader(f, most))
	all := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return fmt.Sprintf("the end of %s:\n  %s", path, strings.Join(all, "\n  "))
}
