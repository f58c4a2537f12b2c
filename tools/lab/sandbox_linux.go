package lab

import "golang.org/x/sys/unix"

// ReplaySandbox is what the server's setting replay-sandbox has to be here: on where this machine has what replays are held by, Landlock
// 4, which came with Linux 6.7; else off, since what the lab runs is its own.
func ReplaySandbox() string {
	if v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno != 0 || v < 4 {
		return "off"
	}
	return "on"
}
