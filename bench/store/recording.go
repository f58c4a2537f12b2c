package main

import (
	"bufio"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/disk"
)

// The roles of child processes.
const (
	roleServe = "serve"
	roleAsk   = "ask"
)

// usage is what a process used.
type usage struct {
	CPU      time.Duration
	Resident int64 // bytes, the most there was
}

// recorded is a recording that was made, and what making it cost the server.
type recorded struct {
	Truth  *ingesttest.ReferenceTruth
	Seed   uint64
	Server usage
	Wall   time.Duration
	Bytes  int64 // of blocks and their indexes, on disk
}

const recordedFile = "recorded.gob"

// record makes the recording in dir: the generator here, the server in a process of its own, frames over loopback, each block
// fsynced before it is acked.
func record(ctx context.Context, o options, dir string, opt ingesttest.ReferenceOptions) (*recorded, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	child, err := startServer(ctx, o, dir)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	truth, err := play(ctx, child.address, opt)
	wall := time.Since(began)
	used, stop := child.stop()
	if err := errors.Join(err, stop); err != nil {
		return nil, fmt.Errorf("recording into %s: %w", dir, err)
	}
	r := &recorded{Truth: truth, Seed: opt.Seed, Server: used, Wall: wall}
	if r.Bytes, err = sizeOf(filepath.Join(dir, "seg")); err != nil {
		return nil, err
	}
	f, err := os.Create(filepath.Join(dir, recordedFile))
	if err != nil {
		return nil, err
	}
	return r, errors.Join(gob.NewEncoder(f).Encode(r), f.Close())
}

// readRecorded reads what an earlier run recorded.
func readRecorded(dir string) (*recorded, error) {
	f, err := os.Open(filepath.Join(dir, recordedFile))
	if err != nil {
		return nil, err
	}
	r := new(recorded)
	return r, errors.Join(gob.NewDecoder(f).Decode(r), f.Close())
}

// flushBytes is how much may be on the way before the generator waits for acks.
const flushBytes = 16 << 20

// play sends the reference load to a server.
func play(ctx context.Context, address string, opt ingesttest.ReferenceOptions) (*ingesttest.ReferenceTruth, error) {
	cluster := ingesttest.NewCluster(address, opt.Seed)
	if err := cluster.Connect(ctx); err != nil {
		return nil, err
	}
	out, waiting := cluster.Output(), 0
	send := out.Block
	out.Block = func(p ingesttest.Process, raw []byte) error {
		if waiting += len(raw); waiting > flushBytes {
			waiting = 0
			if err := cluster.Flush(ctx); err != nil {
				return err
			}
		}
		return send(p, raw)
	}
	truth, err := ingesttest.Reference(opt, out)
	if err == nil {
		err = cluster.Flush(ctx)
	}
	return truth, errors.Join(err, cluster.Close())
}

// server is a running child.
type server struct {
	cmd     *exec.Cmd
	in      io.Closer
	address string
}

func startServer(ctx context.Context, o options, dir string) (*server, error) {
	cmd, err := self(ctx, "-role", roleServe, "-dir", dir, "-profile", o.profile)
	if err != nil {
		return nil, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("waiting for the server's address: %w", err), in.Close(), cmd.Wait())
	}
	return &server{cmd: cmd, in: in, address: strings.TrimSpace(line)}, nil
}

// self is this program in another role.
func self(ctx context.Context, args ...string) (*exec.Cmd, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Stderr = os.Stderr
	return cmd, nil
}

// stop ends the server in order.
func (s *server) stop() (usage, error) {
	if err := errors.Join(s.in.Close(), s.cmd.Wait()); err != nil {
		return usage{}, err
	}
	return usageOf(s.cmd.ProcessState), nil
}

func usageOf(p *os.ProcessState) usage {
	u := usage{CPU: p.UserTime() + p.SystemTime()}
	if r, ok := p.SysUsage().(*syscall.Rusage); ok {
		u.Resident = r.Maxrss << 10
	}
	return u
}

// serve is the server's role: it tells its address and ends when nobody holds its standard input any more.
func serve(ctx context.Context, dir string, in io.Reader, out io.Writer) (err error) {
	debug.SetGCPercent(config.GCPercent)
	s, err := disk.Open(disk.Options{Dir: dir, Durability: disk.Disk})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	server, err := ingest.New(ingest.Options{Store: s})
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	if _, err := fmt.Fprintln(out, l.Addr()); err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, in)
	return errors.Join(server.Shutdown(ctx), <-served)
}

// sizeOf adds up the files below dir.
func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// codec is what agents use by themselves.
const codec = block.CodecLZ4
