package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestMain is the binary's hidden verb when a test starts it as that, and then what runs in the sandbox.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == Verb:
		fmt.Fprintln(os.Stderr, Enter(os.Args[2:], []string{"ONLY=this"}))
		os.Exit(9)
	case len(os.Args) > 2 && os.Args[1] == "inside":
		inside(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
		return
	}
	os.Exit(m.Run())
}

// inside tries what user code might try, and says what came of it.
func inside(folder, outside, open, closed string) {
	say := func(what string, err error) {
		word := "done"
		switch {
		case errors.Is(err, os.ErrPermission):
			word = "denied"
		case err != nil:
			word = err.Error()
		}
		fmt.Println(what + " " + word)
	}
	say("write", os.WriteFile(filepath.Join(folder, "new"), []byte("x"), 0o600))
	_, err := os.ReadFile(filepath.Join(outside, "secret"))
	say("read-outside", err)
	say("write-outside", os.WriteFile(filepath.Join(outside, "new"), nil, 0o600))
	say("rename-outside", os.Rename(filepath.Join(folder, "new"), filepath.Join(outside, "moved")))
	dial := func(port string) error {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	say("connect", dial(open))
	say("connect-elsewhere", dial(closed))
	for name, kind := range map[string][2]int{
		"udp": {syscall.AF_INET, syscall.SOCK_DGRAM}, "udp6": {syscall.AF_INET6, syscall.SOCK_DGRAM | syscall.SOCK_CLOEXEC},
		"unix": {syscall.AF_UNIX, syscall.SOCK_STREAM}, "netlink": {syscall.AF_NETLINK, syscall.SOCK_RAW}, "tcp6": {syscall.AF_INET6, syscall.SOCK_STREAM},
	} {
		fd, err := syscall.Socket(kind[0], kind[1], 0)
		if err == nil {
			_ = syscall.Close(fd)
		}
		say(name, err)
	}
	_, err = net.Listen("tcp", "127.0.0.1:0")
	say("listen", err)
	_, err = os.ReadFile(fmt.Sprintf("/proc/%d/environ", os.Getppid()))
	say("parent", err)
	say("shell", exec.Command("/bin/sh", "-c", "true").Run())
	say("environment "+strings.Join(os.Environ(), " "), nil)
}

func TestWhatASandboxAllows(t *testing.T) {
	if name, err := Offered(); err != nil {
		t.Logf("nothing to try on this machine: %v", err)
		if _, err := Offered(); !errors.Is(err, ErrNone) {
			t.Errorf("%v", err)
		}
		return
	} else if name == "" {
		t.Error("the sandbox has no name")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	listen := func() string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		_, port, _ := net.SplitHostPort(l.Addr().String())
		return port
	}
	folder, outside, open, closed := t.TempDir(), t.TempDir(), listen(), listen()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	var port int
	if _, err := fmt.Sscan(open, &port); err != nil {
		t.Fatal(err)
	}
	line, err := Command(self, Bounds{Run: []string{self}, Write: []string{folder}, Port: port, CPU: 60}, []string{self, "inside", folder, outside, open, closed})
	if err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	c := exec.Command(line[0], line[1:]...)
	c.Stdout, c.Stderr = &out, &stderr
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %s%s", err, out.String(), stderr.String())
	}
	for what, want := range map[string]string{
		"write": "done", "connect": "done", "tcp6": "done", "environment ONLY=this": "done",
		"read-outside": "denied", "write-outside": "denied", "connect-elsewhere": "denied", "udp": "denied", "udp6": "denied", "unix": "denied",
		"netlink": "denied", "listen": "denied", "parent": "denied", "shell": "denied",
	} {
		if !strings.Contains("\n"+out.String(), "\n"+what+" "+want+"\n") {
			t.Errorf("%s: not %s", what, want)
		}
	}
	if strings.Contains(out.String(), "rename-outside done") {
		t.Error("a file was moved out of the sandbox")
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

func TestASandboxThatCannotBeEnteredStartsNothing(t *testing.T) {
	for _, args := range [][]string{nil, {"{}"}, {"no bounds", "/bin/true"}} {
		if err := Enter(args, nil); err == nil {
			t.Errorf("%v: entered", args)
		}
	}
}
