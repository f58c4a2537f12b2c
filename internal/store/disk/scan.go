package disk

import (
	"bytes"
	"fmt"
	"io"

	"github.com/sightglass/sightglass/internal/block"
)

// damage is a stretch of a segment that holds no good block.
type damage struct {
	from, to int64
	head     *block.Header // of the block that stood there, when its header is whole
	before   *block.Header // the good block in front; nil at the start
	tail     bool          // nothing good comes behind
}

// scan reads blocks from a segment between two offsets and gives each good one to found. What is not a good block is
// damage: it goes on at the next place where a whole good block stands.
func scan(r io.ReaderAt, from, to int64, found func(h *block.Header, at int64) error) (list []damage, err error) {
	w := window{r: r, size: to}
	var last *block.Header
	var bad *damage
	for at := from; at < to; {
		h, whole, err := w.blockAt(at)
		if err != nil {
			return nil, err
		}
		if whole {
			if bad != nil {
				bad.to = at
				list = append(list, *bad)
				bad = nil
			}
			if err := found(h, at); err != nil {
				return nil, err
			}
			last = h
			at += int64(h.Size)
			continue
		}
		if bad == nil {
			bad = &damage{from: at, head: h, before: last}
		}
		if at, err = w.nextMagic(at + 1); err != nil {
			return nil, err
		}
	}
	if bad != nil {
		bad.to, bad.tail = to, true
		list = append(list, *bad)
	}
	return list, nil
}

// window reads a file in large pieces.
type window struct {
	r    io.ReaderAt
	size int64 // nothing behind it is read
	at   int64
	buf  []byte
}

const windowBytes = 1 << 20

// bytes returns n bytes at an offset, fewer at the end.
func (w *window) bytes(at int64, n int) ([]byte, error) {
	n = int(min(int64(n), w.size-at))
	if at >= w.at && at+int64(n) <= w.at+int64(len(w.buf)) {
		return w.buf[at-w.at:][:n], nil
	}
	want := int(min(int64(max(n, windowBytes)), w.size-at))
	if cap(w.buf) < want {
		w.buf = make([]byte, want)
	}
	w.buf = w.buf[:want]
	w.at = at
	if m, err := w.r.ReadAt(w.buf, at); m < want {
		w.buf = w.buf[:0]
		return nil, fmt.Errorf("scanning a segment: %w", err)
	}
	return w.buf[:n], nil
}

// blockAt reads the block at an offset. whole is false when there is no good one; h is its header when at least that is good.
func (w *window) blockAt(at int64) (h *block.Header, whole bool, err error) {
	const prefix = 24
	b, err := w.bytes(at, prefix)
	if err != nil {
		return nil, false, err
	}
	head, size, err := block.Extent(b)
	if err != nil {
		return nil, false, nil
	}
	if b, err = w.bytes(at, head); err != nil {
		return nil, false, err
	}
	if h, err = block.ParseHeader(b); err != nil {
		return nil, false, nil
	}
	if b, err = w.bytes(at, size); err != nil {
		return nil, false, err
	}
	_, err = block.Verify(b)
	return h, err == nil, nil
}

var blockMagic = []byte("SGB1")

// nextMagic finds where the next block may begin; the size when there is no such place.
func (w *window) nextMagic(at int64) (int64, error) {
	for at < w.size {
		b, err := w.bytes(at, windowBytes)
		if err != nil {
			return 0, err
		}
		if i := bytes.Index(b, blockMagic); i >= 0 {
			return at + int64(i), nil
		}
		if at+int64(len(b)) >= w.size {
			break
		}
		at += int64(len(b) - len(blockMagic) + 1)
	}
	return w.size, nil
}
