package export

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// KeeperOptions of NewKeeper. All but Tables, Match, Free and Failed are required.
type KeeperOptions struct {
	Folder  string
	Browser *browse.Browser
	Who     access.Principal // must be allowed access.JobView and access.RecordingExport
	Budget  *browse.Budget
	Every   time.Duration
	Tables  []string                  // empty = all
	Match   func(names []string) bool // id and name of a job; nil = all are exported
	// Follow: parts go with the segments that retention removes, and a recording's folder with the recording.
	Follow bool
	Owner  string                // whose recordings they are: with Follow, a folder of another owner's is refused
	Free   func() (int64, error) // bytes on the folder's disk; nil = never asked
	Keep   int64                 // bytes that stay free
	Now    func() time.Time
	Failed func(error) // is told why a round did not end well, once for each reason; nil = nobody is
}

// Bounds of a part. Rows are written as they are made, so the memory of an export is a row group of each table.
const (
	partBlocks = 20_000
	partBytes  = 64 << 20 // of blocks as they are stored
)

// patience is for how many rounds a block waits for what it names.
const patience = 12

// The states of a keeper.
const (
	KeeperWaiting   = "waiting" // for the next round
	KeeperExporting = "exporting"
	KeeperFull      = "full" // the disk is
	KeeperFailed    = "failed"
)

// KeeperState tells how a keeper stands.
type KeeperState struct {
	Folder     string
	State      string
	Error      string // of the last round, empty when it ended well
	Recordings int    // that are exported
	Parts      int    // written since the start
	Events     int64
	Bytes      int64 // of files
	Waiting    int   // blocks that the last round saw and left for later
	Last       time.Time
}

// Keeper writes what is stored into parts, again and again. Each block is exported once, whenever it comes: a part is by block, not
// by time.
type Keeper struct {
	KeeperOptions
	lock  *os.File
	of    map[event.RecordingID]*taken
	most  struct{ blocks, bytes uint64 }
	step  func(what string)
	mu    sync.Mutex
	state KeeperState
}

// ErrKeeperBusy: another process writes into the folder.
var ErrKeeperBusy = errors.New("another process writes into the folder")

// NewKeeper takes the folder for this process. Errors: ErrKeeperBusy, those of the file system.
func NewKeeper(o KeeperOptions) (*Keeper, error) {
	known := map[string]bool{}
	for _, t := range Tables() {
		known[t.Name] = true
	}
	for _, name := range o.Tables {
		if !known[name] {
			return nil, fmt.Errorf("there is no table %q", name)
		}
	}
	var err error
	if o.Folder, err = filepath.Abs(o.Folder); err != nil {
		return nil, fmt.Errorf("finding the folder: %w", err)
	}
	if err := os.MkdirAll(o.Folder, 0o750); err != nil {
		return nil, fmt.Errorf("making the folder: %w", err)
	}
	k := &Keeper{KeeperOptions: o, of: map[event.RecordingID]*taken{}, step: func(string) {}}
	k.most.blocks, k.most.bytes = partBlocks, partBytes
	k.state = KeeperState{Folder: o.Folder, State: KeeperWaiting}
	if k.lock, err = os.OpenFile(filepath.Join(o.Folder, "_LOCK"), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, fmt.Errorf("opening the folder's lock: %w", err)
	}
	if err := syscall.Flock(int(k.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s", ErrKeeperBusy, o.Folder), k.lock.Close())
	}
	if err := k.own(); err != nil {
		return nil, errors.Join(err, k.lock.Close())
	}
	return k, nil
}

// own writes down whose folder it is, and refuses to remove what is somebody else's.
func (k *Keeper) own() error {
	path := filepath.Join(k.Folder, "_OWNER")
	found, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return writeFile(path, int64(len(k.Owner)), strings.NewReader(k.Owner))
	case err != nil:
		return fmt.Errorf("reading whose folder it is: %w", err)
	case k.Follow && string(found) != k.Owner:
		return fmt.Errorf("%s holds recordings of %.200q, which are not removed with those of %q", k.Folder, found, k.Owner)
	}
	return nil
}

// Close gives the folder back. Run must have returned.
func (k *Keeper) Close() error { return k.lock.Close() }

// State tells how it stands.
func (k *Keeper) State() KeeperState {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

func (k *Keeper) note(change func(*KeeperState)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	change(&k.state)
}

// Run goes round until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	every := time.NewTicker(k.Every)
	defer every.Stop()
	for {
		k.Round(ctx)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

// Round exports what is stored since at least the round before: what a block names has had time to come.
func (k *Keeper) Round(ctx context.Context) {
	turn, err := k.Budget.Begin(ctx)
	if err != nil {
		return
	}
	defer turn.End()
	k.note(func(s *KeeperState) { s.State = KeeperExporting })
	waiting, seen, failed := 0, 0, error(nil)
	jobs, err := k.Browser.Jobs(ctx, k.Who, true)
	failed = err
	there := map[event.RecordingID]bool{}
	for _, j := range jobs {
		there[j.ID] = true
		if k.Match != nil && !k.Match([]string{j.ID.String(), j.Name}) {
			continue
		}
		seen++
		n, err := k.look(ctx, j.Job, turn)
		waiting += n
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, browse.ErrNotFound): // it was deleted meanwhile
		case err != nil:
			delete(k.of, j.ID) // what is in the folder says how far it came
			failed = errors.Join(failed, fmt.Errorf("recording %s: %w", j.ID, err))
		}
		if full(err) {
			break
		}
	}
	if err == nil {
		for rec := range k.of {
			if !there[rec] {
				delete(k.of, rec)
			}
		}
	}
	if err == nil && k.Follow {
		failed = errors.Join(failed, k.forget(there))
	}
	if failed != nil && k.Failed != nil && failed.Error() != k.State().Error {
		k.Failed(failed)
	}
	k.note(func(s *KeeperState) {
		s.State, s.Error, s.Waiting, s.Recordings, s.Last = KeeperWaiting, "", waiting, seen, k.Now()
		if failed != nil {
			s.State, s.Error = KeeperFailed, failed.Error()
		}
		if full(failed) {
			s.State = KeeperFull
		}
	})
}

// errFull: there is room, but it is for others.
var errFull = errors.New("the disk has no room for Parquet")

func full(err error) bool { return errors.Is(err, errFull) || errors.Is(err, syscall.ENOSPC) }

// room tells whether a part may be written.
func (k *Keeper) room() error {
	if k.Free == nil {
		return nil
	}
	free, err := k.Free()
	if err != nil {
		return fmt.Errorf("asking for the disk's free space: %w", err)
	}
	if free < k.Keep {
		return fmt.Errorf("%w: %d MiB are free, %d MiB stay so", errFull, free>>20, k.Keep>>20)
	}
	return nil
}

const recordingPrefix = "recording="

// forget removes the folders of recordings that are gone.
func (k *Keeper) forget(there map[event.RecordingID]bool) error {
	gone, err := filepath.Glob(filepath.Join(k.Folder, recordingPrefix+"*"))
	if err != nil {
		return fmt.Errorf("listing recordings: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(k.Folder, "_gone-*")) // by a process that died in between
	if err != nil {
		return fmt.Errorf("listing recordings: %w", err)
	}
	for _, dir := range gone {
		rec, err := event.ParseRecordingID(strings.TrimPrefix(filepath.Base(dir), recordingPrefix))
		if err != nil || there[rec] {
			continue
		}
		delete(k.of, rec)
		to := filepath.Join(k.Folder, "_gone-"+rec.String())
		k.step("forget " + rec.String())
		if err := os.Rename(dir, to); err != nil {
			return fmt.Errorf("removing a recording's folder: %w", err)
		}
		left = append(left, to)
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("removing a recording's folder: %w", err)
		}
	}
	return nil
}
