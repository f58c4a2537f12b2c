package disk

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/headers"
)

// opening collects what Open finds.
type opening struct {
	s     *Store
	known map[uint64]listed
	gaps  []block.ServerGap
	seal  []dirtySegment
}

// segments is the folder of all recordings.
func (s *Store) segments() string { return filepath.Join(s.opt.Dir, "seg") }

func (s *Store) folderOf(rec event.RecordingID) string {
	return filepath.Join(s.segments(), rec.String())
}

// recover loads all recordings. Files that no edit of the manifest names are adopted when they are segments.
func (s *Store) recover() (*opening, error) {
	o := &opening{s: s, known: s.manifest.list()}
	folders, err := s.opt.files.ReadDir(s.segments())
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", s.segments(), err)
	}
	for _, f := range folders {
		rec, err := event.ParseRecordingID(f.Name())
		if err != nil || !f.IsDir() || f.Name() != rec.String() {
			if err := o.moveAway(f.Name(), filepath.Join(s.segments(), f.Name())); err != nil {
				return nil, err
			}
			continue
		}
		if err := o.recording(rec); err != nil {
			return nil, err
		}
	}
	for _, lost := range o.known {
		if err := o.lost(lost); err != nil {
			return nil, err
		}
	}
	s.manifest.cleared()
	return o, nil
}

// recording loads the segments of one recording in order of their numbers, which is the order in which they were begun.
func (o *opening) recording(rec event.RecordingID) error {
	s := o.s
	r := newRecording(rec, s.folderOf(rec))
	entries, err := s.opt.files.ReadDir(r.dir)
	if err != nil {
		return fmt.Errorf("listing %s: %w", r.dir, err)
	}
	var ids []uint64
	indexed := make(map[uint64]bool)
	for _, e := range entries {
		name, kind, _ := strings.Cut(e.Name(), ".")
		id, err := strconv.ParseUint(name, 10, 64)
		path := filepath.Join(r.dir, e.Name())
		switch {
		case err == nil && kind == "sgs" && s.manifest.wasDeleted(id):
			if err := s.opt.files.Remove(path); err != nil {
				return fmt.Errorf("removing a deleted segment: %w", err)
			}
		case err == nil && kind == "sgs":
			ids = append(ids, id)
		case err == nil && (kind == "idx" || isSidecar(kind)):
			indexed[id] = indexed[id] || kind == "idx"
		case strings.HasSuffix(e.Name(), ".tmp"):
			if err := s.opt.files.Remove(path); err != nil {
				return fmt.Errorf("removing %s: %w", path, err)
			}
		default:
			if err := o.moveAway(rec.String()+"-"+e.Name(), path); err != nil {
				return err
			}
		}
	}
	ids, err = o.inPlace(r, ids)
	if err != nil {
		return err
	}
	ahead := readAhead(s.opt.files, r.dir, slices.DeleteFunc(slices.Clone(ids), func(id uint64) bool { return !indexed[id] }))
	defer ahead.end()
	for _, id := range ids {
		if err := o.segment(r, id, ahead); err != nil {
			return err
		}
	}
	for _, e := range entries { // an index alone is of no use
		if id, ok := besideName(e.Name()); ok && !slices.Contains(ids, id) {
			if err := ignoreMissing(s.opt.files.Remove(filepath.Join(r.dir, e.Name()))); err != nil {
				return fmt.Errorf("removing an index: %w", err)
			}
		}
	}
	if r.mu.set == nil {
		return ignoreNotEmpty(s.opt.files.Remove(r.dir))
	}
	s.mu.recordings[rec] = r
	return nil
}

// inPlace puts segments in order of arrival of their blocks. A segment that was to take the place of others, and that no edit names,
// is left over from a crash when they are all there; when one of them is not, the manifest has lost the edit and it is adopted.
func (o *opening) inPlace(r *recording, ids []uint64) ([]uint64, error) {
	place := make(map[uint64]uint64, len(ids))
	have := make(map[uint64]bool, len(ids))
	for _, id := range ids {
		have[id] = true
	}
	var stay []uint64
	for _, id := range ids {
		l, named := o.known[id]
		if named {
			place[id], stay = l.place(), append(stay, id)
			continue
		}
		place[id] = id
		g := &segment{id: id, dir: r.dir, files: o.s.opt.files}
		head, ok := headOf(g)
		if err := g.close(); err != nil {
			return nil, fmt.Errorf("closing segment %s: %w", g.path(), err)
		}
		if !ok || head.first == 0 || head.recording != r.id {
			stay = append(stay, id)
			continue
		}
		replaced, missing := o.between(r, head, have)
		if replaced > 0 && len(missing) == 0 {
			o.s.opt.Log.Info("segment of a rewrite that did not end is removed", "segment", id, "recording", r.id.String())
			if err := o.s.opt.files.Remove(g.path()); err != nil {
				return nil, fmt.Errorf("removing %s: %w", g.path(), err)
			}
			delete(have, id)
			continue
		}
		for _, m := range missing { // what they held is in this one
			delete(o.known, m)
			if err := o.s.manifest.commit(edit{Op: "delete", Segments: []listed{{Segment: m, Recording: r.id.String()}}}, false); err != nil {
				return nil, err
			}
		}
		place[id], stay = head.first, append(stay, id)
	}
	slices.SortFunc(stay, func(a, b uint64) int { return cmp.Or(cmp.Compare(place[a], place[b]), cmp.Compare(a, b)) })
	return stay, nil
}

// between looks for the segments that one with this head stands for: how many the manifest names, and which of these are not there.
func (o *opening) between(r *recording, head segmentHead, have map[uint64]bool) (named int, missing []uint64) {
	for id, l := range o.known {
		if l.Recording == r.id.String() && id != head.segment && head.first <= l.place() && id <= head.last {
			named++
			if !have[id] {
				missing = append(missing, id)
			}
		}
	}
	return named, missing
}

// headOf reads the head of a segment; ok is false when it has none.
func headOf(g *segment) (head segmentHead, ok bool) {
	b := make([]byte, headLen)
	if _, err := g.ReadAt(b, 0); err != nil {
		return head, false
	}
	head, err := parseSegmentHead(b, segmentMagic)
	return head, err == nil && head.segment == g.id
}

// removed takes in what a segment says was removed.
func (o *opening) removed(r *recording, g *segment) {
	var refs []store.Ref
	for ref := range r.index().View().Since(0) {
		if ref.Segment == g.id {
			refs = append(refs, ref)
		}
	}
	if err := r.learnRemoved(g, refs); err != nil {
		o.s.opt.Log.Warn("what was removed is not known", "segment", g.id, "recording", r.id.String(), "error", err)
	}
}

// ignoreNotEmpty lets a folder that holds something foreign stay.
func ignoreNotEmpty(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return nil
	}
	return err
}

// segment loads one file: a sealed one by its index, another by a scan of what no index tells of.
func (o *opening) segment(r *recording, id uint64, ahead *indexAhead) error {
	s := o.s
	defer ahead.of[id].skip()
	g := &segment{id: id, dir: r.dir, files: s.opt.files}
	was, named := o.known[id]
	delete(o.known, id)
	f, done, err := g.file()
	if err != nil {
		return err
	}
	info, err := f.Stat()
	done()
	if err != nil {
		return fmt.Errorf("looking at segment %s: %w", g.path(), err)
	}
	size := info.Size()
	b := make([]byte, min(size, headLen))
	if _, err := g.ReadAt(b, 0); err != nil && len(b) > 0 {
		return err
	}
	head, err := parseSegmentHead(b, segmentMagic)
	if err != nil || head.segment != id || head.recording != r.id {
		return o.noSegment(r, g, named, size)
	}
	g.created, g.flags, g.first, g.last = head.created, head.flags, head.first, head.last
	if !named {
		s.opt.Log.Warn("segment was not in the manifest and is adopted", "segment", id, "recording", r.id.String())
		e := addEdit(id, r.id)
		if g.first != 0 {
			e = edit{Op: "replace", Into: &listed{Segment: id, Recording: r.id.String(), Sealed: true, Place: g.first}}
		}
		if err := s.manifest.commit(e, true); err != nil {
			return errors.Join(err, g.close())
		}
	}
	s.manifest.used(id)
	found := func(h *block.Header, at int64) error {
		if h.Recording != r.id {
			s.opt.Log.Warn("segment holds a block of another recording, which is left out", "segment", id, "recording", h.Recording.String())
			return nil
		}
		switch err := r.index().Add(store.Ref{Header: h, Segment: id, Offset: at}); err {
		case nil:
			g.blocks++
		case headers.ErrDuplicate: // it was moved to another segment after a failed fsync
		default:
			return err
		}
		return nil
	}
	foot, sealed := o.foot(g, size)
	if sealed {
		g.sealed, g.linked, g.end, g.blocks, g.lastStored = true, true, foot.blocksEnd, 0, foot.lastStored
		x, err := ahead.index(id, head)
		if err == nil && (x.file.end != foot.blocksEnd || x.file.blocks != foot.blocks) {
			err = errIndex
		}
		if err == nil {
			err = x.each(found)
		}
		if err != nil {
			if err := o.reindex(r, g, head, foot, found); err != nil {
				return err
			}
		}
		if s.definitions.damaged {
			o.definitions(g, foot)
		}
		if g.flags&flagRemains != 0 {
			o.removed(r, g)
		}
		if !was.Sealed {
			if err := s.manifest.commit(edit{Op: "seal", Segment: id}, false); err != nil {
				return err
			}
		}
		if err := g.close(); err != nil {
			return fmt.Errorf("closing segment %s: %w", g.path(), err)
		}
	} else {
		x, err := ahead.index(id, head)
		if err != nil {
			x = nil // mostly there is none: the process did not end in order
		}
		if err := o.unsealed(r, g, size, micros(info.ModTime()), x, found); err != nil {
			return err
		}
	}
	first, last := fromMicros(g.created), fromMicros(g.lastStored)
	if r.mu.first.IsZero() || first.Before(r.mu.first) {
		r.mu.first = first
	}
	if last.After(r.mu.last) {
		r.mu.last = last
	}
	return r.addSegment(g)
}

func (o *opening) foot(g *segment, size int64) (segmentFoot, bool) {
	if size < headLen+footLen {
		return segmentFoot{}, false
	}
	b := make([]byte, footLen)
	if _, err := g.ReadAt(b, size-footLen); err != nil {
		return segmentFoot{}, false
	}
	foot, ok := parseSegmentFoot(b)
	return foot, ok && foot.blocksEnd >= headLen && foot.definitionsEnd >= foot.blocksEnd && foot.definitionsEnd == size-footLen
}

// reindex scans a sealed segment whose index is missing or wrong, and writes it again.
func (o *opening) reindex(r *recording, g *segment, head segmentHead, foot segmentFoot, found func(*block.Header, int64) error) error {
	list, err := scan(g, headLen, foot.blocksEnd, found)
	if err != nil {
		return err
	}
	for _, d := range list {
		d.tail = false // a sealed segment was whole once: what is bad now was damaged later
		o.damaged(r, g, d)
	}
	var refs []store.Ref
	for ref := range r.index().View().Segment(g.id) {
		refs = append(refs, ref)
	}
	o.s.opt.Log.Warn("index of a segment was made again", "segment", g.id, "recording", r.id.String(), "damaged", len(list))
	return writeIndex(g, head, refs, foot.blocksEnd)
}

// unsealed makes a segment active again that was active when the process ended. It scans it from where the index ends that an end in
// order left (nil: there is none): what was written since then is behind that.
func (o *opening) unsealed(r *recording, g *segment, size, modified int64, left *aheadIndex, found func(*block.Header, int64) error) error {
	from := int64(headLen)
	if left != nil && left.file.end <= size {
		if err := left.each(found); err == nil {
			from = left.file.end
		} else if !errors.Is(err, errIndex) {
			return err
		}
	}
	list, err := scan(g, from, size, found)
	if err != nil {
		return err
	}
	g.end, g.lastStored = size, modified
	for _, d := range list {
		o.damaged(r, g, d)
		if !d.tail {
			continue
		}
		f, done, err := g.file()
		if err != nil {
			return err
		}
		err = f.Truncate(d.from)
		done()
		if err != nil {
			return fmt.Errorf("cutting the damaged tail of segment %s: %w", g.path(), err)
		}
		g.end = d.from
	}
	if old := r.mu.active; old != nil {
		o.seal = append(o.seal, dirtySegment{r, old})
	}
	r.mu.active = g
	return g.sync() // what the ended process wrote may be in the page cache only, and will be taken for durable
}

// damaged notes a gap for a stretch of a segment.
func (o *opening) damaged(r *recording, g *segment, d damage) {
	gap := block.ServerGap{Recording: r.id, Detail: g.id&0xffff<<32 | uint64(d.from)}
	b := event.GapBody{Reason: event.GapChecksum, Bytes: uint64(d.to - d.from), ToUS: micros(o.s.opt.now())}
	b.Text = fmt.Sprintf("%d bytes of segment %d are damaged and were left out", d.to-d.from, g.id)
	if d.tail {
		b.Reason = event.GapTruncatedTail
		b.Text = fmt.Sprintf("%d bytes at the end of segment %d were not whole when the server stopped and were cut off", d.to-d.from, g.id)
	}
	b.FromUS = g.created
	if d.before != nil {
		b.FromUS = d.before.WallMax
	}
	if h := d.head; h != nil { // what stood there is known: a server's gap if it was one is lane 8 of that attempt
		gap.Attempt = h.Attempt
		b.Lane, b.First, b.Last, b.Events = h.Lane, h.FirstInv, h.LastInv, uint64(h.Events)
		b.FromUS, b.ToUS = h.WallMin, h.WallMax
		if h.Number < block.ServerNumbers {
			n := h.Number
			b.FirstBlock, b.LastBlock = &n, &n
		}
	}
	gap.Body = b
	o.gaps = append(o.gaps, gap)
	o.s.counters.damaged.Add(1)
	o.s.opt.Log.Warn("damage in a segment", "segment", g.id, "recording", r.id.String(), "offset", d.from,
		"bytes", d.to-d.from, "tail", d.tail)
}

// noSegment deals with a file whose head is not that of the segment. An empty one is what a crash leaves.
func (o *opening) noSegment(r *recording, g *segment, named bool, size int64) error {
	if err := g.close(); err != nil {
		return fmt.Errorf("closing %s: %w", g.path(), err)
	}
	if named {
		if err := o.forget(r.id, g.id, size > headLen); err != nil {
			return err
		}
	}
	if size <= headLen {
		return o.s.opt.files.Remove(g.path())
	}
	return o.moveAway(r.id.String()+"-"+filepath.Base(g.path()), g.path())
}

// lost notes that a segment's file is gone.
func (o *opening) lost(l listed) error {
	rec, err := event.ParseRecordingID(l.Recording)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return o.forget(rec, l.Segment, true)
}

// forget takes a segment out of the manifest; when it held blocks, that is a gap of the recording.
func (o *opening) forget(rec event.RecordingID, id uint64, held bool) error {
	if held && o.s.mu.recordings[rec] != nil {
		now := micros(o.s.opt.now())
		o.gaps = append(o.gaps, block.ServerGap{Recording: rec, Detail: id & 0xffff << 32, Body: event.GapBody{
			Reason: event.GapChecksum, FromUS: now, ToUS: now, Text: fmt.Sprintf("segment %d is missing or not readable", id)}})
	}
	if held {
		o.s.counters.damaged.Add(1)
		o.s.opt.Log.Error("segment is missing or not readable", "segment", id, "recording", rec.String())
	}
	return o.s.manifest.commit(edit{Op: "delete", Segments: []listed{{Segment: id, Recording: rec.String()}}}, false)
}

// moveAway puts a file that is not ours where nobody trips over it.
func (o *opening) moveAway(name, path string) error {
	dir := filepath.Join(o.s.opt.Dir, "lost+found")
	if err := o.s.opt.files.MkdirAll(dir); err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	to := filepath.Join(dir, strconv.FormatInt(micros(o.s.opt.now()), 10)+"-"+name)
	o.s.opt.Log.Warn("file is not part of the store and was moved away", "file", path, "to", to)
	if err := o.s.opt.files.Rename(path, to); err != nil {
		return fmt.Errorf("moving %s away: %w", path, err)
	}
	return nil
}

// definitions takes back from a segment's foot what the definition log lost.
func (o *opening) definitions(g *segment, foot segmentFoot) {
	var lost []event.Definition
	err := readDefinitions(g, foot, func(d event.Definition) { lost = append(lost, d) })
	for _, d := range lost {
		if _, e := o.s.definitions.define(d); e != nil {
			err = errors.Join(err, e)
		}
	}
	if err != nil {
		o.s.opt.Log.Warn("taking definitions back from a segment", "segment", g.id, "error", err)
	}
}

// reportGaps stores what the opening found to be lost.
func (o *opening) reportGaps() error {
	slices.SortFunc(o.gaps, func(a, b block.ServerGap) int { return cmp.Compare(a.Number(), b.Number()) })
	for _, gap := range o.gaps {
		h, raw, err := gap.Build()
		if err == nil {
			_, _, err = o.s.append(h, raw)
		}
		if err != nil && !errors.Is(err, store.ErrDiskFull) {
			return fmt.Errorf("reporting a gap: %w", err)
		}
	}
	return nil
}
