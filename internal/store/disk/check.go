package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Report is what Check found.
type Report struct {
	Recordings  []RecordingReport // by id; the one of whole processes has id zero
	Definitions int
	Blobs       int   // whole ones
	BlobBytes   int64 // of these
	Pins        []store.Pin
	Problems    []Problem
}

// RecordingReport adds up one recording.
type RecordingReport struct {
	ID               event.RecordingID
	Segments, Sealed int
	Recoded, Remains int   // sealed segments that compaction need not look at; those that hold what stays of removed ones
	Pinned           int   // segments that a pin holds
	PinnedBytes      int64 // of these
	Blocks, Events   uint64
	Bytes            int64 // of blocks
	WallMin, WallMax int64 // µs; both 0 without blocks
	Lanes            map[event.Lane]LaneReport
}

// LaneReport adds up one lane of a recording.
type LaneReport struct {
	Blocks, Events uint64
	Bytes          int64
}

// ProblemKind says what is wrong.
type ProblemKind string

// What may be wrong with a store.
const (
	Damaged     ProblemKind = "damaged"     // bytes that hold no good block, with good ones behind them, or in a sealed segment
	Unfinished  ProblemKind = "unfinished"  // the end of an active segment: being written now, or cut off at the next start
	Lost        ProblemKind = "lost"        // a segment that the manifest names and that is not there
	Foreign     ProblemKind = "foreign"     // a file that is none of the store's
	NoIndex     ProblemKind = "index"       // an index that is missing or wrong: it is made again
	Definitions ProblemKind = "definitions" // a list of definitions is damaged
	Undefined   ProblemKind = "undefined"   // blocks name definitions that are not there
	Undecodable ProblemKind = "undecodable" // a block whose checksums are right and whose rows cannot be read
	BadBlob     ProblemKind = "blob"        // the bytes of a blob are not those of its name
)

// Problem is one thing that is wrong.
type Problem struct {
	Kind      ProblemKind
	Recording event.RecordingID
	Segment   uint64 // 0 = none
	File      string // below the store's folder
	From, To  int64  // bytes of the file; both 0 = the whole file
	Text      string
}

// Loses tells whether something that was recorded cannot be read, or not be understood.
func (p Problem) Loses() bool {
	return p.Kind != Unfinished && p.Kind != Foreign && p.Kind != NoIndex
}

// CheckOptions say how Check looks.
type CheckOptions struct {
	Heads    bool                     // headers of sealed segments only, from their indexes: says what there is, not whether it is good
	Decode   bool                     // decode every row as well
	Progress func(done, total uint64) // bytes of segments; may be nil
}

// Check reads a whole store and says what is wrong with it. It changes nothing and takes no lock: a server may be writing meanwhile.
// Errors: ErrVersion, fs.ErrNotExist without a store, those of ctx and of reading.
func Check(ctx context.Context, dir string, o CheckOptions) (*Report, error) {
	c := &check{ctx: ctx, dir: dir, options: o, named: make(map[event.DefinitionID]event.RecordingID), held: make(map[event.DefinitionID]bool)}
	if _, err := os.Stat(filepath.Join(dir, "VERSION")); err != nil {
		return nil, fmt.Errorf("looking for a store: %w", err)
	}
	if err := checkVersion(readFiles{}, dir); err != nil {
		return nil, err
	}
	for _, step := range []func() error{c.manifest, c.definitions, c.segments, c.blobs} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	c.undefined()
	return &c.report, nil
}

// readFiles opens files for reading.
type readFiles struct{ osFiles }

func (readFiles) Open(path string) (file, error) { return openFile(path, os.O_RDONLY) }

type check struct {
	ctx     context.Context
	dir     string
	options CheckOptions
	report  Report
	known   map[uint64]listed
	deleted func(segment uint64) bool
	named   map[event.DefinitionID]event.RecordingID // by blocks: the first recording that does
	held    map[event.DefinitionID]bool

	done, total uint64
}

func (c *check) found(p Problem) { c.report.Problems = append(c.report.Problems, p) }

func (c *check) manifest() error {
	m := &manifest{files: readFiles{}, dir: c.dir}
	if _, _, _, err := m.replay(); err != nil {
		return err
	}
	c.known, c.deleted, c.report.Pins = m.list(), m.wasDeleted, m.pins()
	return nil
}

func (c *check) definitions() error {
	name := filepath.Join("defs", "1.sgd")
	content, err := readFiles{}.ReadFile(filepath.Join(c.dir, name), maxDefinitions)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	end, skipped, err := readJournal(content, definitionMagic, func(body []byte) error {
		c.held[event.NewDefinition(event.DefinitionKind(body[0]), body[1:]).ID] = true
		return nil
	})
	switch {
	case err != nil:
		c.found(Problem{Kind: Definitions, File: name, Text: err.Error()})
	case skipped > 0:
		c.found(Problem{Kind: Definitions, File: name, Text: fmt.Sprintf("%d records are damaged", skipped)})
	case end < int64(len(content)):
		c.found(Problem{Kind: Unfinished, File: name, From: end, To: int64(len(content)), Text: "the end is no whole definition"})
	}
	return nil
}

func (c *check) segments() error {
	folder := filepath.Join(c.dir, "seg")
	recordings, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("listing %s: %w", folder, err)
	}
	type one struct {
		rec event.RecordingID
		ids []uint64
	}
	var all []one
	for _, f := range recordings {
		rec, err := event.ParseRecordingID(f.Name())
		if err != nil || !f.IsDir() || f.Name() != rec.String() {
			c.found(Problem{Kind: Foreign, File: filepath.Join("seg", f.Name()), Text: "no recording has this name"})
			continue
		}
		ids, err := c.list(rec)
		if err != nil {
			return err
		}
		all = append(all, one{rec, ids})
	}
	for _, r := range all {
		if err := c.recording(r.rec, r.ids); err != nil {
			return err
		}
	}
	if len(c.known) == 0 {
		return nil
	}
	gone := c.known
	if err := c.manifest(); err != nil { // a server may have deleted recordings meanwhile
		return err
	}
	maps.DeleteFunc(c.known, func(id uint64, _ listed) bool { _, is := gone[id]; return !is })
	for _, id := range slices.Sorted(maps.Keys(c.known)) {
		rec, _ := event.ParseRecordingID(c.known[id].Recording)
		c.found(Problem{Kind: Lost, Recording: rec, Segment: id, File: filepath.Join("seg", rec.String(), strconv.FormatUint(id, 10)+".sgs"), Text: "the manifest names this segment, and it is not there"})
	}
	return nil
}

// list gives the segments of a recording in the order in which they were begun.
func (c *check) list(rec event.RecordingID) (ids []uint64, err error) {
	folder := filepath.Join(c.dir, "seg", rec.String())
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", folder, err)
	}
	for _, e := range entries {
		name, kind, _ := strings.Cut(e.Name(), ".")
		id, err := strconv.ParseUint(name, 10, 64)
		switch {
		case err == nil && kind == "sgs":
			if c.deleted(id) {
				continue
			}
			if info, err := e.Info(); err == nil {
				c.total += uint64(info.Size())
			}
			ids = append(ids, id)
		case err == nil && isSidecar(kind):
			c.sidecar(rec, id, e.Name())
		case err == nil && kind == "idx", strings.HasSuffix(e.Name(), ".tmp"):
		default:
			c.found(Problem{Kind: Foreign, Recording: rec, File: filepath.Join("seg", rec.String(), e.Name()), Text: "no segment has this name"})
		}
	}
	slices.Sort(ids)
	return ids, nil
}

func (c *check) recording(rec event.RecordingID, ids []uint64) error {
	r := RecordingReport{ID: rec, Lanes: make(map[event.Lane]LaneReport)}
	seen := make(map[blockID]bool)
	for _, id := range ids {
		if err := c.segment(&r, id, seen); err != nil {
			return err
		}
	}
	c.report.Recordings = append(c.report.Recordings, r)
	return nil
}

// blockID is what makes two blocks of a recording the same one.
type blockID struct {
	attempt event.Key
	lane    event.Lane
	flags   uint16
	number  uint64
}

func (c *check) segment(r *RecordingReport, id uint64, seen map[blockID]bool) error {
	g := &segment{id: id, dir: filepath.Join(c.dir, "seg", r.ID.String()), files: readFiles{}}
	file := filepath.Join("seg", r.ID.String(), filepath.Base(g.path()))
	wasSealed := c.known[id].Sealed
	delete(c.known, id)
	problem := func(kind ProblemKind, from, to int64, format string, args ...any) {
		c.found(Problem{Kind: kind, Recording: r.ID, Segment: id, File: file, From: from, To: to, Text: fmt.Sprintf(format, args...)})
	}
	info, err := os.Stat(g.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted since it was listed
	}
	if err != nil {
		return fmt.Errorf("looking at segment %s: %w", g.path(), err)
	}
	defer func() { _ = g.close() }()
	size := info.Size()
	c.tell(0)
	start := c.done
	defer func() { c.done = start + uint64(size); c.tell(0) }()
	b := make([]byte, min(size, headLen))
	if _, err := g.ReadAt(b, 0); err != nil && len(b) > 0 {
		return err
	}
	head, err := parseSegmentHead(b, segmentMagic)
	switch {
	case err != nil && size <= headLen:
		problem(Unfinished, 0, size, "the segment was only begun")
		return nil
	case err != nil || head.segment != id || head.recording != r.ID:
		problem(Damaged, 0, size, "the head is not that of this segment; the next start moves the file to lost+found")
		return nil
	}
	r.Segments++
	foot, sealed := (&opening{}).foot(g, size)
	end := size
	if sealed {
		r.Sealed++
		if head.flags&flagRecoded != 0 {
			r.Recoded++
		}
		if head.flags&flagRemains != 0 {
			r.Remains++
		}
		end = foot.blocksEnd
		if err := readDefinitions(g, foot, func(d event.Definition) { c.held[d.ID] = true }); err != nil {
			problem(Definitions, foot.blocksEnd, foot.definitionsEnd, "%v", err)
		}
	}
	if wasSealed && !sealed {
		problem(Damaged, max(0, size-footLen), size, "the segment was sealed, and its foot is damaged; blocks and definitions are looked at without it")
	}
	blocks := uint64(0)
	facts := SegmentFacts{Recording: r.ID, Bytes: end}
	defer func() {
		if held(facts, c.report.Pins) {
			r.Pinned, r.PinnedBytes = r.Pinned+1, r.PinnedBytes+facts.Bytes
		}
	}()
	count := func(h *block.Header, at int64) error {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		facts.add(h)
		c.tell(uint64(at))
		blocks++
		c.add(r, h, seen)
		if !c.options.Decode || c.options.Heads {
			return nil
		}
		if _, err := block.DecodeFrom(h, g, at); err != nil {
			problem(Undecodable, at, at+int64(h.Size), "block %d of lane %s of attempt %s: %v", h.Number, h.Lane, h.Attempt, err)
		}
		return nil
	}
	indexed := false
	if sealed {
		into := count
		if !c.options.Heads {
			into = func(*block.Header, int64) error { return nil }
		}
		if err := readIndex(g, head, foot, into); err != nil {
			if c.ctx.Err() != nil {
				return c.ctx.Err()
			}
			problem(NoIndex, 0, 0, "its index is missing or wrong, and is made again at the next start")
		} else {
			indexed = true
		}
	}
	if c.options.Heads && indexed {
		return nil
	}
	list, err := scan(g, headLen, end, count)
	if err != nil {
		return err
	}
	for _, d := range list {
		switch {
		case d.tail && !sealed:
			problem(Unfinished, d.from, d.to, "the end is no whole block: it is being written, or is cut off at the next start")
		case d.head != nil:
			problem(Damaged, d.from, d.to, "block %d of lane %s of attempt %s is damaged", d.head.Number, d.head.Lane, d.head.Attempt)
		default:
			problem(Damaged, d.from, d.to, "no good block stands here")
		}
	}
	if sealed && len(list) == 0 && blocks != foot.blocks {
		problem(Damaged, foot.blocksEnd, size, "the foot names %d blocks, and there are %d", foot.blocks, blocks)
	}
	return nil
}

// add counts a block, once.
func (c *check) add(r *RecordingReport, h *block.Header, seen map[blockID]bool) {
	for _, d := range h.Zones.Definitions {
		if _, is := c.named[d]; !is {
			c.named[d] = r.ID
		}
	}
	id := blockID{h.Attempt, h.Lane, uint16(h.Flags), h.Number}
	if seen[id] {
		return // it was moved to another segment after a failed fsync
	}
	seen[id] = true
	if r.Blocks == 0 {
		r.WallMin, r.WallMax = h.WallMin, h.WallMax
	}
	r.WallMin, r.WallMax = min(r.WallMin, h.WallMin), max(r.WallMax, h.WallMax)
	l := r.Lanes[h.Lane]
	l.Blocks, l.Events, l.Bytes = l.Blocks+1, l.Events+uint64(h.Events), l.Bytes+int64(h.Size)
	r.Lanes[h.Lane] = l
	r.Blocks, r.Events, r.Bytes = r.Blocks+1, r.Events+uint64(h.Events), r.Bytes+int64(h.Size)
}

func (c *check) tell(inside uint64) {
	if c.options.Progress != nil {
		c.options.Progress(min(c.done+inside, c.total), c.total)
	}
}

// undefined compares what blocks name with what is defined.
func (c *check) undefined() {
	c.report.Definitions = len(c.held)
	lacking := make(map[event.RecordingID]int)
	for id, rec := range c.named {
		if !c.held[id] {
			lacking[rec]++
		}
	}
	ids := make([]event.RecordingID, 0, len(lacking))
	for rec := range lacking {
		ids = append(ids, rec)
	}
	slices.SortFunc(ids, func(a, b event.RecordingID) int { return bytes.Compare(a[:], b[:]) })
	for _, rec := range ids {
		c.found(Problem{Kind: Undefined, Recording: rec, File: filepath.Join("defs", "1.sgd"), Text: fmt.Sprintf("blocks name %d definitions that are not there", lacking[rec])})
	}
}

func (c *check) blobs() error {
	entries, err := os.ReadDir(filepath.Join(c.dir, blobsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("listing blobs: %w", err)
	}
	for _, e := range entries {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		name := filepath.Join(blobsName, e.Name())
		want, err := event.ParseBlobHash(strings.TrimSuffix(e.Name(), partial))
		if err != nil {
			c.found(Problem{Kind: Foreign, File: name, Text: "no blob has this name"})
			continue
		}
		if strings.HasSuffix(e.Name(), partial) {
			continue // it is still arriving
		}
		if err := c.blob(name, want); err != nil {
			return err
		}
	}
	return nil
}

func (c *check) blob(name string, want event.BlobHash) error {
	f, err := readFiles{}.Open(filepath.Join(c.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("opening %s: %w", name, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("looking at %s: %w", name, err)
	}
	if !c.options.Heads {
		sum, err := sumOf(f, info.Size())
		if err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
		if !bytes.Equal(sum.Sum(nil), want[:]) {
			c.found(Problem{Kind: BadBlob, File: name, Text: "its bytes are not those of its name"})
			return nil
		}
	}
	c.report.Blobs++
	c.report.BlobBytes += info.Size()
	return nil
}
