package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
)

// edit is one change of the set of segments. Members that an edit does not know are kept out of it by omitempty; readers
// skip edits whose Op they do not know.
type edit struct {
	Op        string   `json:"op"` // add, seal, replace, delete, pin, unpin, or state: all that is, at the head of a rewritten manifest
	Segment   uint64   `json:"segment,omitempty"`
	Recording string   `json:"recording,omitempty"`
	Segments  []listed `json:"segments,omitempty"`
	Deleted   []uint64 `json:"deleted,omitempty"` // of state: segments whose files may still be there
	Next      uint64   `json:"next,omitempty"`    // of state: the next segment number
	Into      *listed  `json:"into,omitempty"`    // of replace: what stands in the place of Segments
	Pin       *pinned  `json:"pin,omitempty"`     // of pin, and of unpin its id
	Pins      []pinned `json:"pins,omitempty"`    // of state
}

// listed is a segment as the manifest knows it.
type listed struct {
	Segment   uint64 `json:"segment"`
	Recording string `json:"recording"`
	Sealed    bool   `json:"sealed,omitempty"`
	Place     uint64 `json:"place,omitempty"` // among the segments of its recording, when that is not its number
}

func (l listed) place() uint64 {
	if l.Place != 0 {
		return l.Place
	}
	return l.Segment
}

const (
	manifestMagic  = "SGM1"
	manifestPrefix = "MANIFEST-"
	maxManifest    = 64 << 20 // bytes read on opening
	rewriteAt      = 4 << 20
)

// manifest is the list of segments, kept as a journal of edits.
type manifest struct {
	files fileSystem
	dir   string

	mu struct {
		sync.Mutex
		number   uint64
		journal  *journal
		segments map[uint64]listed
		deleted  map[uint64]bool // until the next opening has removed their files
		next     uint64
		pins     map[string]pinned // by id
	}
}

// openManifest replays the newest manifest, or begins one. A damaged tail is cut off: what it lost is found again as files
// that no edit names.
func openManifest(files fileSystem, dir string) (*manifest, error) {
	m := &manifest{files: files, dir: dir}
	entries, size, end, err := m.replay()
	if err != nil {
		return nil, err
	}
	if m.mu.number == 0 {
		return m, m.rewrite()
	}
	path := m.path(m.mu.number)
	f, err := files.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	if end < size {
		if err := f.Truncate(end); err != nil {
			return nil, errors.Join(fmt.Errorf("cutting the damaged tail of %s: %w", path, err), f.Close())
		}
	}
	m.mu.journal = &journal{f: f, path: path, end: end}
	for _, e := range entries { // older ones are left over from a rewrite that was interrupted
		if name := e.Name(); strings.HasPrefix(name, manifestPrefix) && name != filepath.Base(path) {
			if err := files.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, errors.Join(fmt.Errorf("removing %s: %w", name, err), f.Close())
			}
		}
	}
	return m, nil
}

// replay takes in the newest manifest and changes no file: entries are those of the folder, end is where the last whole edit of
// size bytes ends. The number stays 0 when there is no manifest.
func (m *manifest) replay() (entries []fs.DirEntry, size, end int64, err error) {
	m.mu.segments, m.mu.deleted, m.mu.pins = make(map[uint64]listed), make(map[uint64]bool), make(map[string]pinned)
	m.mu.next = 1
	if entries, err = m.files.ReadDir(m.dir); err != nil {
		return nil, 0, 0, fmt.Errorf("listing %s: %w", m.dir, err)
	}
	for _, e := range entries {
		if n, err := strconv.ParseUint(strings.TrimPrefix(e.Name(), manifestPrefix), 10, 64); err == nil && strings.HasPrefix(e.Name(), manifestPrefix) {
			m.mu.number = max(m.mu.number, n)
		}
	}
	if m.mu.number == 0 {
		return entries, 0, 0, nil
	}
	path := m.path(m.mu.number)
	content, err := m.files.ReadFile(path, maxManifest)
	if err != nil {
		return nil, 0, 0, fmt.Errorf("reading %s: %w", path, err)
	}
	end, _, err = readJournal(content, manifestMagic, func(body []byte) error {
		var e edit
		if err := json.Unmarshal(body, &e); err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		m.apply(e)
		return nil
	})
	return entries, int64(len(content)), end, err
}

func (m *manifest) path(n uint64) string {
	return filepath.Join(m.dir, manifestPrefix+strconv.FormatUint(n, 10))
}

// apply changes the state in RAM. Caller holds mu or is alone.
func (m *manifest) apply(e edit) {
	switch e.Op {
	case "state":
		for _, s := range e.Segments {
			m.mu.segments[s.Segment] = s
		}
		for _, id := range e.Deleted {
			m.mu.deleted[id] = true
		}
		m.mu.next = max(m.mu.next, e.Next)
		for _, p := range e.Pins {
			m.mu.pins[p.ID] = p
		}
	case "add":
		m.mu.segments[e.Segment] = listed{Segment: e.Segment, Recording: e.Recording}
		m.mu.next = max(m.mu.next, e.Segment+1)
	case "seal":
		if s, ok := m.mu.segments[e.Segment]; ok {
			s.Sealed = true
			m.mu.segments[e.Segment] = s
		}
	case "delete", "replace":
		for _, s := range e.Segments {
			delete(m.mu.segments, s.Segment)
			m.mu.deleted[s.Segment] = true
		}
		if e.Into != nil {
			m.mu.segments[e.Into.Segment] = *e.Into
			m.mu.next = max(m.mu.next, e.Into.Segment+1)
		}
	case "pin":
		if e.Pin != nil {
			m.mu.pins[e.Pin.ID] = *e.Pin
		}
	case "unpin":
		if e.Pin != nil {
			delete(m.mu.pins, e.Pin.ID)
		}
	}
}

// commit appends an edit, and with durable syncs it.
func (m *manifest) commit(e edit, durable bool) error {
	body, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("encoding an edit of the manifest: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mu.journal.end > rewriteAt {
		if err := m.rewrite(); err != nil {
			return err
		}
	}
	if err := m.mu.journal.append(journalRecord(body)); err != nil {
		return err
	}
	m.apply(e)
	if durable {
		if err := m.mu.journal.f.Sync(); err != nil {
			return fmt.Errorf("syncing %s: %w", m.mu.journal.path, err)
		}
	}
	return nil
}

// rewrite begins the next manifest with the state as one edit. Caller holds mu or is alone.
func (m *manifest) rewrite() error {
	state := edit{Op: "state", Next: m.mu.next}
	for _, s := range m.mu.segments {
		state.Segments = append(state.Segments, s)
	}
	for id := range m.mu.deleted {
		state.Deleted = append(state.Deleted, id)
	}
	for _, p := range m.mu.pins {
		state.Pins = append(state.Pins, p)
	}
	body, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("encoding the manifest: %w", err)
	}
	number := m.mu.number + 1
	content := append([]byte(manifestMagic), 1, 0, 0, 0)
	content = append(content, journalRecord(body)...)
	path := m.path(number)
	if err := writeAtomically(m.files, m.dir, filepath.Base(path), content); err != nil {
		return err
	}
	f, err := m.files.Open(path)
	if err != nil {
		return fmt.Errorf("opening %s: %w", path, err)
	}
	if old := m.mu.journal; old != nil {
		err = errors.Join(old.f.Close(), m.files.Remove(old.path))
	}
	m.mu.number, m.mu.journal = number, &journal{f: f, path: path, end: int64(len(content))}
	return err
}

// has tells whether a segment is listed.
func (m *manifest) has(n uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, is := m.mu.segments[n]
	return is
}

// newSegment hands out a segment number.
func (m *manifest) newSegment() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.mu.next
	m.mu.next++
	return n
}

// used keeps n from being handed out.
func (m *manifest) used(n uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.next = max(m.mu.next, n+1)
}

// wasDeleted tells whether a segment was deleted although its file may still be there.
func (m *manifest) wasDeleted(n uint64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mu.deleted[n]
}

// cleared forgets which segments were deleted: their files are gone.
func (m *manifest) cleared() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.mu.deleted)
}

// list returns the segments by number.
func (m *manifest) list() map[uint64]listed {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make(map[uint64]listed, len(m.mu.segments))
	for n, s := range m.mu.segments {
		all[n] = s
	}
	return all
}

func (m *manifest) close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return errors.Join(m.mu.journal.f.Sync(), m.mu.journal.f.Close())
}

func addEdit(segment uint64, rec event.RecordingID) edit {
	return edit{Op: "add", Segment: segment, Recording: rec.String()}
}
