package disk

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// blobFolder keeps blobs as files, capsule/<SHA-256 in hex>; an incomplete one has the ending .part.
type blobFolder struct {
	files fileSystem
	dir   string
	max   int64

	mu    sync.Mutex
	blobs map[event.BlobHash]*blobFile
}

// blobFile is what is known of one blob.
type blobFile struct {
	mu       sync.Mutex
	bytes    int64
	complete bool
	sum      hash.Hash    // of the bytes so far; nil = to be made from the file
	used     atomic.Int64 // µs, when it was last sent or asked for
}

const (
	blobsName = "capsule"
	partial   = ".part"
	blobChunk = 256 << 10
)

func openBlobs(files fileSystem, dir string, limit int64) (*blobFolder, error) {
	f := &blobFolder{files: files, dir: dir + "/" + blobsName, max: limit, blobs: make(map[event.BlobHash]*blobFile)}
	if err := files.MkdirAll(f.dir); err != nil {
		return nil, fmt.Errorf("making %s: %w", f.dir, err)
	}
	entries, err := files.ReadDir(f.dir)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", f.dir, err)
	}
	for _, e := range entries {
		name, part := strings.CutSuffix(e.Name(), partial)
		h, err := event.ParseBlobHash(name)
		if err != nil {
			continue // not ours
		}
		info, err := e.Info()
		if err != nil {
			return nil, fmt.Errorf("looking at %s: %w", e.Name(), err)
		}
		if b := f.blobs[h]; b != nil && b.complete {
			continue // both are there: the process ended between the two steps
		}
		b := &blobFile{bytes: info.Size(), complete: !part}
		b.used.Store(micros(info.ModTime()))
		f.blobs[h] = b
	}
	return f, nil
}

func (f *blobFolder) of(h event.BlobHash, make bool) *blobFile {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.blobs[h]
	if b == nil && make {
		b = new(blobFile)
		f.blobs[h] = b
	}
	if b != nil {
		b.used.Store(micros(time.Now()))
	}
	return b
}

func (f *blobFolder) state(h event.BlobHash) store.BlobState {
	b := f.of(h, false)
	if b == nil {
		return store.BlobState{}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return store.BlobState{Bytes: b.bytes, Complete: b.complete}
}

// put adds a piece. Pieces of one blob come one after the other, whoever sends them.
func (f *blobFolder) put(h event.BlobHash, size, offset int64, data []byte) (store.BlobState, error) {
	if size > f.max || size < 0 {
		return store.BlobState{}, fmt.Errorf("%w: %d bytes, the limit is %d", store.ErrBlobTooLarge, size, f.max)
	}
	b := f.of(h, len(data) > 0 || size == 0)
	if b == nil {
		return store.BlobState{}, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.complete || (offset != b.bytes && b.bytes < size) || (len(data) == 0 && size > b.bytes) {
		return store.BlobState{Bytes: b.bytes, Complete: b.complete}, nil
	}
	if err := f.add(b, h, size, offset, data); err != nil {
		if diskFull(err) {
			err = errors.Join(store.ErrDiskFull, err)
		}
		return store.BlobState{}, err
	}
	return store.BlobState{Bytes: b.bytes, Complete: b.complete}, nil
}

func (f *blobFolder) path(h event.BlobHash) string { return f.dir + "/" + h.String() }

func (f *blobFolder) add(b *blobFile, h event.BlobHash, size, offset int64, data []byte) (err error) {
	path := f.path(h) + partial
	file, err := f.files.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		file, err = f.files.Create(path)
	}
	if err != nil {
		return fmt.Errorf("opening %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if b.sum == nil {
		if b.sum, err = sumOf(file, b.bytes); err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
	}
	if offset == b.bytes && len(data) > 0 {
		if _, err := file.WriteAt(data, offset); err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
		b.sum.Write(data)
		b.bytes += int64(len(data))
	}
	if b.bytes < size {
		return nil
	}
	return f.finish(b, h, file, path)
}

// finish checks the hash of all bytes and gives the file its name.
func (f *blobFolder) finish(b *blobFile, h event.BlobHash, file file, path string) error {
	if [sha256.Size]byte(b.sum.Sum(nil)) != h {
		b.bytes, b.sum = 0, nil
		if err := f.files.Remove(path); err != nil {
			return fmt.Errorf("removing %s: %w", path, err)
		}
		return fmt.Errorf("%s: %w", h, store.ErrBlobHash)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("syncing %s: %w", path, err)
	}
	if err := f.files.Rename(path, f.path(h)); err != nil {
		return fmt.Errorf("renaming %s: %w", path, err)
	}
	if err := f.files.SyncDir(f.dir); err != nil {
		return fmt.Errorf("syncing %s: %w", f.dir, err)
	}
	b.complete, b.sum = true, nil
	return nil
}

// sumOf is the hash of the first n bytes.
func sumOf(file io.ReaderAt, n int64) (hash.Hash, error) {
	sum := sha256.New()
	_, err := io.CopyBuffer(sum, io.NewSectionReader(file, 0, n), make([]byte, blobChunk))
	return sum, err
}

func (f *blobFolder) open(h event.BlobHash) (io.ReadCloser, error) {
	state := f.state(h)
	if !state.Complete {
		return nil, fmt.Errorf("blob %s: %w", h, store.ErrNotFound)
	}
	file, err := f.files.Open(f.path(h))
	if err != nil {
		return nil, fmt.Errorf("opening blob %s: %w", h, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(file, 0, state.Bytes), file}, nil
}
