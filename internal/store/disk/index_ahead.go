package disk

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/sightglass/sightglass/internal/block"
)

// indexAhead reads and parses the indexes of a recording's segments one after the other, ahead of who files what they say: a start is
// reading, parsing and filing, and three goroutines do it in less time than one.
type indexAhead struct {
	of   map[uint64]*aheadIndex
	stop chan struct{}
}

// aheadIndex is the index of one segment. file and err are there when opened is closed, pieces come then.
type aheadIndex struct {
	opened chan struct{}
	file   *indexFile
	err    error
	pieces chan []indexEntry
	failed error // once pieces is closed
}

// aheadPieces is how many pieces wait to be filed, aheadFiles how many files to be parsed.
const (
	aheadPieces = 4
	aheadFiles  = 1
)

func readAhead(files fileSystem, dir string, ids []uint64) *indexAhead {
	a := &indexAhead{of: make(map[uint64]*aheadIndex, len(ids)), stop: make(chan struct{})}
	list := make([]*aheadIndex, len(ids))
	for i, id := range ids {
		list[i] = &aheadIndex{opened: make(chan struct{}), pieces: make(chan []indexEntry, aheadPieces)}
		a.of[id] = list[i]
	}
	read := make(chan *aheadIndex, aheadFiles)
	go func() {
		defer close(read)
		for i, x := range list {
			x.file, x.err = openIndex(files, filepath.Join(dir, strconv.FormatUint(ids[i], 10)+".idx"))
			close(x.opened)
			select {
			case read <- x:
			case <-a.stop:
				return
			}
		}
	}()
	go func() {
		for x := range read {
			if x.file != nil && x.err == nil {
				x.failed = x.file.each(func(list []indexEntry) bool {
					select {
					case x.pieces <- list:
						return true
					case <-a.stop:
						return false
					}
				})
			}
			close(x.pieces)
		}
	}()
	return a
}

// end lets go of what nobody will file.
func (a *indexAhead) end() { close(a.stop) }

// index is that of a segment, when it can be read and fits.
func (a *indexAhead) index(id uint64, head segmentHead) (*aheadIndex, error) {
	x := a.of[id]
	if x == nil {
		return nil, fmt.Errorf("reading the index: %w", fs.ErrNotExist)
	}
	<-x.opened
	if x.err != nil {
		return x, x.err
	}
	if !x.file.fits(head) {
		return x, errIndex
	}
	return x, nil
}

// skip throws away what is left of the index, so that the next one comes.
func (x *aheadIndex) skip() {
	if x == nil {
		return
	}
	for range x.pieces {
	}
}

// each gives the blocks. After an error of the index itself (not of found) some were given.
func (x *aheadIndex) each(found func(h *block.Header, at int64) error) error {
	for list := range x.pieces {
		for _, e := range list {
			if err := found(e.h, e.at); err != nil {
				return err
			}
		}
	}
	return x.failed
}
