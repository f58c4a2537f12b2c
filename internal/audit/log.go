package audit

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// Options of a log. Dir is required.
type Options struct {
	Dir      string
	FileSize int64         // bytes at which a file is full; 0 = 256 MiB
	Keep     time.Duration // how long full files are kept; 0 = for ever
	Targets  []Target      // where heads and entries are sent
	Policy   string        // version of the policy in force, for entries of the log itself
	Now      func() time.Time
	Log      *slog.Logger
}

const defaultFileSize = 256 << 20

// lastSend bounds how long the end waits for those who take heads and entries; they get what they lack after the next start.
const lastSend = 3 * time.Second

// Log is the audit log of one folder. One process writes it at a time: the server's lock on the data folder sees to that.
// Safe for concurrent use.
type Log struct {
	o   Options
	key ed25519.PrivateKey

	pumps []*pump

	wake chan struct{} // 1: entries wait
	done chan struct{} // the writer has ended

	mu     sync.Mutex // guards what follows
	queue  []*waiting
	closed bool
	files  []segment // oldest first; the last one is written
	end    access.Link
	synced access.Link
	moved  chan struct{} // closed when end, synced or head moves
	head   access.Head   // the last one that was signed
	stats  Stats
	check  CheckState

	// Of the goroutine that writes alone.
	file *os.File
	torn bool // the file may hold more than files says

	wrap func(*os.File) file // tests put faults in between
}

// file is what is written of a log.
type file interface {
	Write([]byte) (int, error)
	Sync() error
}

// Stats count what a log did since it was opened.
type Stats struct {
	Entries, Writes, Syncs, Errors uint64
}

// Open opens the log, repairs its end and goes on with its chain. A file of a version without a chain, or one that is damaged, is closed
// under a name of its own; its hash stands in the first entry of the new one, and nothing of it is lost.
func Open(o Options) (*Log, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.FileSize <= 0 {
		o.FileSize = defaultFileSize
	}
	l := &Log{o: o, wake: make(chan struct{}, 1), done: make(chan struct{}), moved: make(chan struct{}), check: CheckState{Chain: ChainChecking}, wrap: func(f *os.File) file { return f }}
	var err error
	if l.key, err = openKey(o.Dir); err != nil {
		return nil, err
	}
	if l.head, err = lastHead(filepath.Join(o.Dir, HeadsFile)); err != nil {
		return nil, err
	}
	for _, t := range o.Targets {
		p, err := l.newPump(t)
		if err != nil {
			return nil, err
		}
		l.pumps = append(l.pumps, p)
	}
	if err := l.open(); err != nil {
		if l.file != nil {
			err = errors.Join(err, l.file.Close())
		}
		return nil, err
	}
	go l.write()
	return l, nil
}

func (l *Log) path(name string) string { return filepath.Join(l.o.Dir, name) }

// open finds the end of the chain.
func (l *Log) open() (err error) {
	if err := os.Remove(l.path(partFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing a file that was begun: %w", err)
	}
	if l.files, err = list(l.o.Dir); err != nil {
		return err
	}
	active := segment{name: Active}
	switch err := active.look(l.o.Dir); {
	case errors.Is(err, os.ErrNotExist):
		return l.goOn()
	case err != nil:
		return err
	case active.size == 0:
		return l.goOn()
	case !active.chain:
		return l.retire(active, "it has no chain: it is of an older version")
	}
	active.number = active.first.File
	return l.resume(active)
}

// resume goes on with the file that was written last.
func (l *Log) resume(s segment) error {
	f, err := os.OpenFile(l.path(s.name), os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the audit log: %w", err)
	}
	line, end, size, err := tail(f)
	if err != nil {
		return errors.Join(fmt.Errorf("reading the end of the audit log: %w", err), f.Close())
	}
	last, err := access.ParseEntry(line)
	if errors.Is(err, access.ErrFormat) {
		return errors.Join(fmt.Errorf("opening the audit log: %w", err), f.Close())
	}
	if err != nil || !last.Whole() {
		if err := f.Close(); err != nil {
			return err
		}
		return l.retire(s, "its last entry is damaged")
	}
	if end < size {
		if err := errors.Join(f.Truncate(end), f.Sync()); err != nil {
			return errors.Join(fmt.Errorf("cutting an unfinished entry off the audit log: %w", err), f.Close())
		}
	}
	s.size, l.file, l.end = end, f, last.Link()
	l.synced = l.end
	l.files = append(l.files, s)
	if end < size {
		_, err := l.append([]access.Entry{l.own(access.AuditRepair, fmt.Sprintf("%d bytes of an entry that was not finished", size-end))}, true)
		return err
	}
	return nil
}

// goOn begins a file behind the last one that is full, or the first one of all.
func (l *Log) goOn() error {
	e := access.Entry{File: 1}
	if n := len(l.files); n > 0 {
		s := l.files[n-1]
		link, err := l.endOf(s)
		e.File = s.number + 1
		if err != nil {
			return l.anew(e, s)
		}
		l.end = link
	}
	return l.create(e)
}

// endOf reads the end of the chain in a file that is full.
func (l *Log) endOf(s segment) (access.Link, error) {
	f, err := os.Open(l.path(s.name))
	if err != nil {
		return access.Link{}, err
	}
	defer f.Close()
	line, _, _, err := tail(f)
	if err != nil {
		return access.Link{}, err
	}
	e, err := access.ParseEntry(line)
	if err == nil && (!s.chain || !e.Whole()) {
		err = errors.New("it ends without a chain")
	}
	return e.Link(), err
}

// retire gives the file that was written a name of its own and begins another chain that holds its hash.
func (l *Log) retire(s segment, why string) error {
	s.number = 1
	if n := len(l.files); n > 0 {
		s.number = l.files[n-1].number + 1
	}
	name := full(s.number)
	if err := os.Rename(l.path(s.name), l.path(name)); err != nil {
		return fmt.Errorf("closing the audit log: %w", err)
	}
	s.name = name
	l.files = append(l.files, s)
	l.o.Log.Warn("the audit log begins another chain; the file before is kept", "file", name, "reason", why)
	return l.anew(access.Entry{File: s.number + 1}, s)
}

// anew begins a chain of its own behind s, whose hash it holds.
func (l *Log) anew(e access.Entry, s segment) error {
	last, err := lastNumber(l.path(s.name))
	if err == nil {
		e.BeforeHash, err = sum(l.path(s.name))
	}
	if err != nil {
		return fmt.Errorf("reading the audit log before this one: %w", err)
	}
	e.Before, l.end = s.name, access.Link{Seq: last}
	return l.create(e)
}

// own is an entry of the log itself.
func (l *Log) own(a access.Action, what ...string) access.Entry {
	return access.EventEntry(access.Intent{
		Principal: "local:server", Client: "local", Action: a, Resource: access.AuditResource, Ranges: what, Policy: l.o.Policy,
	}, access.Result{Outcome: access.OutcomeOK})
}

// first is the first entry of a file.
func (l *Log) first(e access.Entry) access.Entry {
	own := l.own(access.AuditFile)
	own.Phase, own.Format, own.File, own.Before, own.BeforeHash, own.Key = access.PhaseFile, access.AuditFormat, e.File, e.Before, e.BeforeHash, publicText(l.key)
	return own
}

// create begins the file that is written, with its first entry. It stands under its name only once that entry is durable.
func (l *Log) create(e access.Entry) error {
	first := l.first(e)
	link := l.end.Seal(&first, l.o.Now())
	line := append(first.Canonical(nil, true), '\n')
	f, err := os.OpenFile(l.path(partFile), os.O_RDWR|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("beginning a file of the audit log: %w", err)
	}
	_, err = f.Write(line)
	if err = errors.Join(err, f.Sync()); err == nil {
		err = l.takeName(e.File)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("beginning a file of the audit log: %w", err), f.Close(), os.Remove(l.path(partFile)))
	}
	if l.file != nil {
		_ = l.file.Close() // all of it is on disk
	}
	l.file, l.torn = f, false
	l.mu.Lock()
	l.files = append(l.files, segment{name: Active, number: e.File, size: int64(len(line)), first: first, chain: true})
	l.mu.Unlock()
	l.advance(link, 1, true)
	return nil
}

// takeName puts the file that was begun in the place of the one before, which is given the name of a full one.
func (l *Log) takeName(number uint64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := full(number - 1)
	moved := false
	if n := len(l.files); n > 0 && l.files[n-1].name == Active {
		if err := os.Rename(l.path(Active), l.path(before)); err != nil {
			return err
		}
		moved = true
	}
	err := os.Rename(l.path(partFile), l.path(Active))
	if err == nil {
		err = syncDir(l.o.Dir)
	}
	switch {
	case err != nil && moved:
		return errors.Join(err, os.Rename(l.path(before), l.path(Active)))
	case moved:
		l.files[len(l.files)-1].name = before
	}
	return err
}

// Begin is that of access.Auditor.
func (l *Log) Begin(_ context.Context, i access.Intent) (access.Receipt, error) {
	return l.put(access.IntentEntry(i), true)
}

// End is that of access.Auditor. The result is written when it returns and survives the end of the process; it reaches the disk with the
// next intent, or within a second: a result that a power cut takes leaves an intent that says more than was read, and never less.
func (l *Log) End(_ context.Context, r access.Receipt, res access.Result) error {
	_, err := l.put(access.ResultEntry(r, res), false)
	return err
}

// Event is that of access.Auditor.
func (l *Log) Event(_ context.Context, i access.Intent, res access.Result) error {
	_, err := l.put(access.EventEntry(i, res), true)
	return err
}

// Key is the public key of those who sign heads, in hex.
func (l *Log) Key() string { return publicText(l.key) }

// Stats are the counts so far.
func (l *Log) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats
}

// Close signs the end of the chain and closes the files. Nothing can be written afterwards.
func (l *Log) Close() error {
	l.mu.Lock()
	was := l.closed
	l.closed = true
	l.mu.Unlock()
	if was {
		return nil
	}
	l.nudge()
	<-l.done
	_, err := l.sign()
	ctx, cancel := context.WithTimeout(context.Background(), lastSend)
	defer cancel()
	for _, p := range l.pumps { // the last head, as far as the other side answers at once
		if failed := p.once(ctx); failed != nil {
			p.fail(failed)
		}
		_ = p.t.Sink.Close()
	}
	return errors.Join(err, l.file.Close())
}

var _ access.Auditor = (*Log)(nil)
