package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing/fstest"
	"time"
)

// ramFiles is a file system in RAM that knows what a power cut would leave, and fails on demand. Names that begin with one
// of the fault fields' texts are concerned.
type ramFiles struct {
	mu    sync.Mutex
	nodes map[string]*ramNode // by path
	dirs  map[string]bool
	kept  map[string]*ramNode // entries that were synced with their folder
	room  int64               // bytes that may still be written; negative = no limit
	fail  func(op, path string) error
	syncs int
	wrote int
	dead  bool // the power is off: nothing works any more
}

type ramNode struct {
	data    []byte
	durable []byte
	pending []ramWrite // since the last sync
}

// ramWrite is a write, or with data nil a truncation to at.
type ramWrite struct {
	at   int64
	data []byte
}

var errPower = errors.New("the power is off")

func newRAMFiles() *ramFiles {
	return &ramFiles{nodes: map[string]*ramNode{}, dirs: map[string]bool{}, kept: map[string]*ramNode{}, room: -1}
}

func (f *ramFiles) setRoom(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.room = n
}

func (f *ramFiles) setFail(fail func(op, path string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

func (f *ramFiles) syncCount() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.syncs
}

func (f *ramFiles) writes() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.wrote
}

// check is called with mu held.
func (f *ramFiles) check(op, path string) error {
	if f.dead {
		return errPower
	}
	if f.fail != nil {
		return f.fail(op, path)
	}
	return nil
}

func (f *ramFiles) Open(path string) (file, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check("open", path); err != nil {
		return nil, err
	}
	n := f.nodes[path]
	if n == nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
	}
	return &ramFile{f, path, n}, nil
}

func (f *ramFiles) Create(path string) (file, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check("create", path); err != nil {
		return nil, err
	}
	if f.nodes[path] != nil {
		return nil, &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	if !f.dirs[filepath.Dir(path)] {
		return nil, &fs.PathError{Op: "create", Path: path, Err: fs.ErrNotExist}
	}
	n := new(ramNode)
	f.nodes[path] = n
	return &ramFile{f, path, n}, nil
}

func (f *ramFiles) ReadFile(path string, limit int64) ([]byte, error) {
	o, err := f.Open(path)
	if err != nil {
		return nil, err
	}
	n := o.(*ramFile).node
	f.mu.Lock()
	defer f.mu.Unlock()
	if int64(len(n.data)) > limit {
		return nil, fmt.Errorf("over %d bytes", limit)
	}
	return slices.Clone(n.data), nil
}

func (f *ramFiles) ReadDir(path string) ([]fs.DirEntry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check("readdir", path); err != nil {
		return nil, err
	}
	view := fstest.MapFS{}
	inside := func(p string) (string, bool) {
		rest, ok := strings.CutPrefix(p, path+"/")
		return rest, ok && !strings.Contains(rest, "/")
	}
	for p := range f.nodes {
		if name, ok := inside(p); ok {
			view[name] = &fstest.MapFile{}
		}
	}
	for p := range f.dirs {
		if name, ok := inside(p); ok {
			view[name] = &fstest.MapFile{Mode: fs.ModeDir}
		}
	}
	return view.ReadDir(".")
}

func (f *ramFiles) MkdirAll(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check("mkdir", path); err != nil {
		return err
	}
	for ; path != "/" && path != "."; path = filepath.Dir(path) {
		f.dirs[path] = true
	}
	return nil
}

func (f *ramFiles) Rename(from, to string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check("rename", from); err != nil {
		return err
	}
	n := f.nodes[from]
	if n == nil {
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	delete(f.nodes, from)
	f.nodes[to] = n
	return nil
}

func (f *ramFiles) Remove(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check("remove", path); err != nil {
		return err
	}
	if f.dirs[path] {
		for p := range f.nodes {
			if filepath.Dir(p) == path {
				return &fs.PathError{Op: "remove", Path: path, Err: syscall.ENOTEMPTY}
			}
		}
		delete(f.dirs, path)
		return nil
	}
	if f.nodes[path] == nil {
		return &fs.PathError{Op: "remove", Path: path, Err: fs.ErrNotExist}
	}
	delete(f.nodes, path)
	return nil
}

func (f *ramFiles) SyncDir(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.check("syncdir", path); err != nil {
		return err
	}
	for p := range f.kept {
		if filepath.Dir(p) == path && f.nodes[p] == nil {
			delete(f.kept, p)
		}
	}
	for p, n := range f.nodes {
		if filepath.Dir(p) == path {
			f.kept[p] = n
		}
	}
	return nil
}

func (f *ramFiles) Free(string) (int64, error) { return math.MaxInt64, nil }

// clone returns a copy with everything synced.
func (f *ramFiles) clone() *ramFiles {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := newRAMFiles()
	for d := range f.dirs {
		c.dirs[d] = true
	}
	for p, n := range f.nodes {
		c.nodes[p] = &ramNode{data: slices.Clone(n.data), durable: slices.Clone(n.data)}
		c.kept[p] = c.nodes[p]
	}
	return c
}

// powerCut returns what a disk may hold after the power went: what was synced, and any part of the rest. The old file system
// fails from then on.
func (f *ramFiles) powerCut(r *rand.Rand) *ramFiles {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = true
	after := newRAMFiles()
	for d := range f.dirs {
		after.dirs[d] = true
	}
	keep := func(p string, n *ramNode) {
		data := slices.Clone(n.durable)
		for _, w := range n.pending {
			switch r.IntN(4) {
			case 0, 1: // lost
			case 2: // half of it
				data = w.apply(data, len(w.data)/2)
			default:
				data = w.apply(data, len(w.data))
			}
		}
		after.nodes[p] = &ramNode{data: data, durable: slices.Clone(data)}
		after.kept[p] = after.nodes[p]
	}
	for p, n := range f.kept {
		keep(p, n)
	}
	for p, n := range f.nodes {
		if f.kept[p] == nil && r.IntN(2) == 0 { // the entry may have been written by itself
			keep(p, n)
		}
	}
	return after
}

func (w ramWrite) apply(data []byte, n int) []byte {
	if w.data == nil {
		return data[:min(int64(len(data)), w.at)]
	}
	if need := w.at + int64(n); int64(len(data)) < need {
		data = append(data, make([]byte, need-int64(len(data)))...)
	}
	copy(data[w.at:], w.data[:n])
	return data
}

type ramFile struct {
	fs   *ramFiles
	path string
	node *ramNode
}

func (f *ramFile) ReadAt(p []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.fs.check("read", f.path); err != nil {
		return 0, err
	}
	if off >= int64(len(f.node.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.node.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *ramFile) WriteAt(p []byte, off int64) (int, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.fs.check("write", f.path); err != nil {
		return 0, err
	}
	f.fs.wrote++
	n := len(p)
	if f.fs.room >= 0 && int64(n) > f.fs.room {
		n = int(f.fs.room)
	}
	if f.fs.room >= 0 {
		f.fs.room -= int64(n)
	}
	w := ramWrite{off, slices.Clone(p[:n])}
	f.node.pending = append(f.node.pending, w)
	f.node.data = w.apply(f.node.data, n)
	if n < len(p) {
		return n, &fs.PathError{Op: "write", Path: f.path, Err: syscall.ENOSPC}
	}
	return n, nil
}

func (f *ramFile) Truncate(size int64) error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	if err := f.fs.check("truncate", f.path); err != nil {
		return err
	}
	w := ramWrite{at: size}
	f.node.pending = append(f.node.pending, w)
	f.node.data = w.apply(f.node.data, 0)
	return nil
}

func (f *ramFile) Sync() error {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.fs.syncs++
	if err := f.fs.check("sync", f.path); err != nil {
		if !f.fs.dead { // as Linux does: the pages count as clean although they never reached the disk
			f.node.pending = nil
		}
		return err
	}
	f.node.durable, f.node.pending = slices.Clone(f.node.data), nil
	return nil
}

func (f *ramFile) Close() error { return nil }

func (f *ramFile) Stat() (fs.FileInfo, error) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return ramInfo(len(f.node.data)), nil
}

type ramInfo int64

func (i ramInfo) Name() string       { return "" }
func (i ramInfo) Size() int64        { return int64(i) }
func (i ramInfo) Mode() fs.FileMode  { return 0o600 }
func (i ramInfo) ModTime() time.Time { return time.Now() }
func (i ramInfo) IsDir() bool        { return false }
func (i ramInfo) Sys() any           { return nil }
