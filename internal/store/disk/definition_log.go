package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/headers"
)

const (
	definitionMagic = "SGD1"
	maxDefinitions  = 4 << 30 // bytes read on opening
)

// definitionLog is the dictionary: in RAM, and as a journal.
type definitionLog struct {
	headers.Definitions
	damaged bool // records were lost on opening; the footers of sealed segments may have them

	mu struct {
		sync.Mutex // serialises appends, and the check before them
		journal    *journal
	}
}

func openDefinitions(files fileSystem, dir string) (*definitionLog, error) {
	l := new(definitionLog)
	folder := filepath.Join(dir, "defs")
	if err := files.MkdirAll(folder); err != nil {
		return nil, fmt.Errorf("making %s: %w", folder, err)
	}
	path := filepath.Join(folder, "1.sgd")
	content, err := files.ReadFile(path, maxDefinitions)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(content) < journalHead {
		return l, l.create(files, folder, path, err == nil)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	end, skipped, err := readJournal(content, definitionMagic, func(body []byte) error {
		l.Put(event.NewDefinition(event.DefinitionKind(body[0]), body[1:]))
		return nil
	})
	if err != nil {
		return nil, err
	}
	l.damaged = skipped > 0 || end < int64(len(content))
	f, err := files.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if end < int64(len(content)) {
		if err := f.Truncate(end); err != nil {
			return nil, errors.Join(fmt.Errorf("cutting the damaged tail of %s: %w", path, err), f.Close())
		}
	}
	l.mu.journal = &journal{f: f, path: path, end: end}
	if err := f.Sync(); err != nil { // what the ended process wrote may be in the page cache only
		return nil, errors.Join(fmt.Errorf("syncing %s: %w", path, err), f.Close())
	}
	return l, nil
}

func (l *definitionLog) create(files fileSystem, folder, path string, cut bool) error {
	open := files.Create
	if cut { // the process ended before the head was whole
		open = files.Open
	}
	f, err := open(path)
	if err != nil {
		return fmt.Errorf("creating %s: %w", path, err)
	}
	if l.mu.journal, err = createJournal(f, path, definitionMagic); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(files.SyncDir(folder), files.SyncDir(filepath.Dir(folder))); err != nil {
		return errors.Join(fmt.Errorf("syncing %s: %w", folder, err), f.Close())
	}
	return nil
}

// define stores d unless it is known; fresh tells that it was not.
func (l *definitionLog) define(d event.Definition) (fresh bool, err error) {
	if known, err := l.Check(d); known || err != nil {
		return false, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if known, err := l.Check(d); known || err != nil {
		return false, err
	}
	body := append([]byte{byte(d.Kind)}, d.Body...)
	if len(body) > maxRecord {
		return false, fmt.Errorf("definition %s has %d bytes, the limit is %d", d.ID, len(d.Body), maxRecord-1)
	}
	if err := l.mu.journal.append(journalRecord(body)); err != nil {
		return false, err
	}
	l.Put(d)
	return true, nil
}

func (l *definitionLog) sync() error {
	l.mu.Lock()
	f := l.mu.journal.f
	l.mu.Unlock()
	return f.Sync()
}

func (l *definitionLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return errors.Join(l.mu.journal.f.Sync(), l.mu.journal.f.Close())
}
