//go:build linux && (amd64 || arm64)

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// least is the first version of Landlock that bounds connections.
const least = 4

// Offered names the sandbox of this machine. ErrNone.
func Offered() (string, error) {
	v, err := ll.LandlockGetABIVersion()
	switch {
	case err != nil || v <= 0:
		return "", fmt.Errorf("%w: this kernel offers no Landlock (it is built in from 5.13 on, and must be among those in /sys/kernel/security/lsm)", ErrNone)
	case v < least:
		return "", fmt.Errorf("%w: this kernel offers version %d of Landlock, which does not bound connections: it needs Linux 6.7", ErrNone, v)
	}
	return "Landlock " + strconv.Itoa(v), nil
}

// system is what every program of a machine reads: libraries, names, zones, what the kernel says of itself. Secrets do not stand there:
// what /proc says of other processes beside their names is kept from who is in a sandbox.
var system = []string{
	"/proc", "/sys/fs/cgroup", "/sys/devices/system", "/dev/random", "/dev/urandom", "/dev/zero",
	"/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone", "/etc/nsswitch.conf", "/etc/hosts", "/etc/host.conf",
	"/etc/resolv.conf", "/etc/passwd", "/etc/group", "/etc/os-release", "/usr/share/zoneinfo", "/usr/share/java", "/usr/lib/locale", "/usr/share/locale",
}

// libraries hold the loader, which a program is started by.
var libraries = []string{"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store"}

func enter(b Bounds, command, env []string) error {
	if _, err := Offered(); err != nil {
		return err
	}
	// What is bound for this thread alone holds for the program that it becomes.
	runtime.LockOSThread()
	if err := limit(b); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("giving up new rights: %w", err)
	}
	if err := giveUp(); err != nil {
		return err
	}
	var rules []landlock.Rule
	for _, p := range append(b.Run, libraries...) {
		rules = append(rules, access(p, ll.AccessFSExecute|ll.AccessFSReadFile, ll.AccessFSReadDir))
	}
	for _, p := range append(b.Read, system...) {
		rules = append(rules, access(p, ll.AccessFSReadFile, ll.AccessFSReadDir))
	}
	rules = append(rules, landlock.RWFiles("/dev/null").IgnoreIfMissing())
	for _, p := range b.Write {
		rules = append(rules, landlock.RWDirs(p).WithRefer())
	}
	if b.Port != 0 {
		rules = append(rules, landlock.ConnectTCP(uint16(b.Port)))
	}
	// Versions that this kernel does not have add to what the fourth bounds; that one it has.
	if err := landlock.V11.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("entering the sandbox: %w", err)
	}
	if err := filterSockets(); err != nil {
		return fmt.Errorf("entering the sandbox: %w", err)
	}
	return fmt.Errorf("starting %s: %w", command[0], syscall.Exec(command[0], command, env))
}

// access gives a folder the rights of folders as well: a file cannot have them.
func access(path string, rights, ofFolders landlock.AccessFSSet) landlock.Rule {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		rights |= ofFolders
	}
	return landlock.PathAccess(rights, path).IgnoreIfMissing()
}

func limit(b Bounds) error {
	errs := []error{syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})}
	if b.CPU > 0 {
		errs = append(errs, syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: uint64(b.CPU), Max: uint64(b.CPU) + 1}))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("bounding resources: %w", err)
	}
	return nil
}

// giveUp takes away what an administrator may do, this thread's and the program's that it becomes: with it one reads other processes'
// memory and environment, sandbox or not. Who is none has nothing to lose, and may not do the first part.
func giveUp() error {
	const noRoot, noRootLocked = 1, 2 // SECBIT_NOROOT: that the user is root gives nothing at the start of a program
	for c := uintptr(0); c <= 63; c++ {
		_ = unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
	}
	_ = unix.Prctl(unix.PR_SET_SECUREBITS, noRoot|noRootLocked, 0, 0, 0)
	_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	if err := unix.Capset(&head, &none[0]); err != nil {
		return fmt.Errorf("giving up an administrator's rights: %w", err)
	}
	return nil
}
