//go:build unix

package flinkconf

import (
	"os"
	"syscall"
)

// keepOwner gives path the owner that info has. Only root may give files away; when nobody else's file is at stake nothing is to do.
func keepOwner(path string, info os.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || (int(stat.Uid) == os.Geteuid() && int(stat.Gid) == os.Getegid()) {
		return nil
	}
	if err := os.Chown(path, int(stat.Uid), int(stat.Gid)); err != nil && os.Geteuid() == 0 {
		return err
	}
	return nil
}
