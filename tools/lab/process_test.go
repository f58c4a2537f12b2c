package lab

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func shell(t *testing.T, script string) *Process {
	t.Helper()
	p, err := Start(Command{Name: "shell", Path: "/bin/sh", Args: []string{"-c", script}, Log: filepath.Join(t.TempDir(), "log", "out")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Kill(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestStopIsIdempotent(t *testing.T) {
	p := shell(t, "echo begun; exec cat /dev/zero >/dev/null")
	if !p.Alive() {
		t.Fatal("not alive after the start")
	}
	await(t, func() bool { return strings.Contains(Tail(p.Log, 5), "begun") })
	for range 2 {
		if err := p.Stop(t.Context(), 10*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if p.Alive() {
		t.Error("alive after the stop")
	}
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	p := shell(t, "trap '' TERM; echo deaf; while :; do :; done")
	await(t, func() bool { return strings.Contains(Tail(p.Log, 5), "deaf") })
	if err := p.Stop(t.Context(), 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if p.Alive() {
		t.Error("alive after the stop")
	}
}

func TestAnotherProcessWithTheSamePidIsLeftAlone(t *testing.T) {
	p := shell(t, "exec cat /dev/zero >/dev/null")
	stale := &Process{Name: "stale", PID: p.PID, Start: p.Start + "1"}
	if stale.Alive() {
		t.Error("a process of another start was taken for ours")
	}
	if err := stale.Stop(t.Context(), time.Second); err != nil {
		t.Fatal(err)
	}
	if !p.Alive() {
		t.Error("a process that is not ours was stopped")
	}
}

func TestRememberedProcessIsFoundAgain(t *testing.T) {
	dir := t.TempDir()
	p := shell(t, "exec cat /dev/zero >/dev/null")
	if err := Remember(dir, p); err != nil {
		t.Fatal(err)
	}
	var found Process
	if known, err := Recall(dir, &found); err != nil || !known || !found.Alive() {
		t.Fatalf("known %t, %v, alive %t", known, err, found.Alive())
	}
	if err := found.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The one found again ends when the system says so; the one that was started, when it is reaped, which may be a moment later.
	if err := p.AwaitEnd(t.Context()); err != nil || found.Alive() {
		t.Errorf("alive after the kill: %t, %v", found.Alive(), err)
	}
	for range 2 {
		if err := Forget(dir); err != nil {
			t.Fatal(err)
		}
	}
	if known, err := Recall(dir, &found); err != nil || known {
		t.Errorf("known %t, %v after it was forgotten", known, err)
	}
}

func TestTakenPortSaysHowToChooseAnother(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	err = CheckPort(port, "the test", "choose another with PORT")
	if err == nil || !strings.Contains(err.Error(), "the test") || !strings.Contains(err.Error(), "choose another with PORT") {
		t.Errorf("error %v", err)
	}
	free, err := FreePorts(3)
	if err != nil {
		t.Fatal(err)
	}
	if free[0] == free[1] || free[1] == free[2] || free[0] == free[2] {
		t.Errorf("one port twice in %v", free)
	}
}

func await(t *testing.T, ready func() bool) {
	t.Helper()
	if err := Poll(t.Context(), 5*time.Millisecond, func() (bool, error) { return ready(), nil }); err != nil {
		t.Fatal(err)
	}
}
