//go:build linux && (amd64 || arm64)

package sandbox

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// machines are the names of architectures that system calls are numbered for.
var machines = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// Offsets in what the kernel hands to a filter (struct seccomp_data), of the lower halves of arguments on little-endian machines.
const (
	callAt    = 0
	machineAt = 4
	firstAt   = 16
	secondAt  = 24
	thirdAt   = 32
)

// otherNumbers is set in the numbers of calls of a third kind of program on amd64.
const otherNumbers = 0x40000000

// filterSockets lets the calling thread, and the program that it becomes, open sockets of TCP alone: Landlock says which port they may
// be connected to, and older versions of it nothing of UDP and of sockets in the file system. io_uring would open sockets by another way.
func filterSockets() error {
	machine, ok := machines[runtime.GOARCH]
	if !ok {
		return fmt.Errorf("no filter of sockets for %s", runtime.GOARCH)
	}
	const refuse = unix.SECCOMP_RET_ERRNO | uint32(unix.EACCES)
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	jump := func(how uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | how | unix.BPF_K, K: k, Jt: yes, Jf: no}
	}
	answer := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	program := []unix.SockFilter{
		load(machineAt),
		jump(unix.BPF_JEQ, machine, 1, 0),
		answer(unix.SECCOMP_RET_KILL_PROCESS),
		load(callAt),
		jump(unix.BPF_JGE, otherNumbers, 11, 0),
		jump(unix.BPF_JEQ, unix.SYS_IO_URING_SETUP, 10, 0),
		jump(unix.BPF_JEQ, unix.SYS_SOCKET, 0, 10),
		load(firstAt),
		jump(unix.BPF_JEQ, unix.AF_INET, 1, 0),
		jump(unix.BPF_JEQ, unix.AF_INET6, 0, 6),
		load(secondAt),
		{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: 0xff}, // without the flags that go with the type
		jump(unix.BPF_JEQ, unix.SOCK_STREAM, 0, 3),
		load(thirdAt),
		jump(unix.BPF_JEQ, 0, 2, 0),
		jump(unix.BPF_JEQ, unix.IPPROTO_TCP, 1, 0), // Multipath TCP goes past Landlock
		answer(refuse),
		answer(unix.SECCOMP_RET_ALLOW),
	}
	// The numbers of steps to leap over are counted by hand; the test of the sandbox opens every kind of socket.
	p := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&p)), 0, 0); err != nil {
		return fmt.Errorf("filtering sockets: %w", err)
	}
	runtime.KeepAlive(program)
	return nil
}
