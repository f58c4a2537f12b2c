package export

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// kept is what is remembered of a part; its manifest, which may be long, is read again when more is asked for.
type kept struct {
	to      time.Time
	removed bool
}

// taken is what of one recording was exported. All of it that lasts is in the folder's manifests.
type taken struct {
	partFolder
	blocks     blockSet
	parts      []kept // in order of their numbers
	events     int64
	unresolved int
	unread     int64
	unreadable []GapRow

	// Marks of the store (browse.Stored.Marks), which a process gives anew: the first one, the one before which nothing is left to
	// do, and the one behind what was there at the last round.
	first, seen, ready uint64
	sight              sight  // at the last round
	done               bool   // nothing was left by it
	followed           uint64 // the first mark when parts were last removed
	met                bool
	waits              map[browse.StoredBlock]int // rounds that a block was not settled
	gaps               [sha256.Size]byte          // of the rows of gaps that are in the folder
	told               PartsOf                    // what recording.json says, but when
}

func (k *Keeper) take(rec event.RecordingID) (*taken, error) {
	if t := k.of[rec]; t != nil {
		return t, nil
	}
	t := &taken{blocks: blockSet{}, waits: map[browse.StoredBlock]int{}, followed: math.MaxUint64}
	t.partFolder = partFolder{filepath.Join(k.Folder, recordingPrefix+rec.String()), k.step}
	parts, err := t.recover()
	if err != nil {
		return nil, err
	}
	for _, p := range parts {
		if err := t.count(p); err != nil {
			return nil, err
		}
	}
	k.of[rec] = t
	return t, nil
}

// count notes what a part holds.
func (t *taken) count(p *Part) error {
	set, err := setOf(p.Blocks)
	if err != nil {
		return fmt.Errorf("part %d: %w", p.Number, err)
	}
	t.blocks.addAll(set)
	t.events += p.Events
	t.unresolved += p.Unresolved
	t.unreadable = append(t.unreadable, p.Unreadable...)
	t.unread += p.Unread
	t.parts = append(t.parts, kept{p.To, p.Removed})
	return nil
}

// sight is what tells that nothing came, went or became known of a recording.
type sight struct {
	blocks, events uint64
	gaps           int
	removed        browse.Wall
	state          browse.JobState
	name           string
	stored         time.Time
}

// look exports what of a recording is ready, unless nothing can be: a recording that rests is not opened.
func (k *Keeper) look(ctx context.Context, j browse.Job, turn *browse.Turn) (waiting int, err error) {
	now := sight{j.Blocks, j.Events, j.Gaps, j.Removed.Until, j.State, j.Name, j.LastStored}
	if t := k.of[j.ID]; t != nil && t.done && t.sight == now {
		return 0, nil
	}
	waiting, err = k.recording(ctx, j.ID, turn)
	if t := k.of[j.ID]; t != nil {
		t.sight, t.done = now, err == nil && waiting == 0
	}
	return waiting, err
}

// recording exports what of rec is ready, in as many parts as it takes. It gives the number of blocks that wait.
func (k *Keeper) recording(ctx context.Context, rec event.RecordingID, turn *browse.Turn) (waiting int, err error) {
	t, err := k.take(rec)
	if err != nil {
		return 0, err
	}
	s, err := k.Browser.Stored(ctx, k.Who, rec)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	first, behind := s.Marks()
	if !t.met || first != t.first { // marks of what is left are others, the set says what of it was exported
		t.first, t.seen = first, first
	}
	if !t.met {
		t.met, t.ready = true, first
	}
	limit := min(t.ready, behind)
	var oldest *uint64 // of the blocks that are not settled
	for at := t.seen; at < limit; {
		round, err := k.pick(ctx, t, s, at, limit, turn)
		if err != nil {
			return 0, err
		}
		if oldest == nil && round.oldest != nil {
			oldest = round.oldest
		}
		waiting += round.waiting
		if len(round.blocks) > 0 {
			if err := k.part(ctx, t, s, round, turn); err != nil {
				return 0, err
			}
		}
		if at = round.behind; oldest == nil {
			t.seen = at
		} else {
			t.seen = *oldest
		}
	}
	for b := range s.Since(limit) {
		if b.Mark >= limit && !b.Housekeeps && !t.has(&b) {
			waiting++
		}
	}
	t.ready = behind
	if len(t.parts) == 0 {
		return waiting, nil
	}
	of, err := k.Browser.Recording(ctx, s.Target())
	if err != nil {
		return 0, err
	}
	if k.Follow {
		if err := k.follow(t, s, of.Removed.Until); err != nil {
			return 0, err
		}
	}
	return waiting, k.finish(ctx, t, s, of, waiting)
}

func (t *taken) has(b *browse.StoredBlock) bool {
	return t.blocks.holds(laneOf(b), span{b.Number, b.Number})
}

// picked are the blocks of the next part.
type picked struct {
	blocks     []browse.StoredBlock
	unresolved int
	waiting    int     // blocks that were passed over, since what they name has not come
	oldest     *uint64 // mark of the first of them
	behind     uint64  // mark from which to go on
}

// pick looks from mark on for blocks that make a part.
func (k *Keeper) pick(ctx context.Context, t *taken, s *browse.Stored, mark, limit uint64, turn *browse.Turn) (out picked, err error) {
	size, met := uint64(0), blockSet{}
	out.behind = limit
	for b := range s.Since(mark) {
		if b.Mark >= limit {
			break
		}
		own := span{b.Number, b.Number}
		if b.Housekeeps || t.has(&b) || met.holds(laneOf(&b), own) {
			continue
		}
		if uint64(len(out.blocks)) >= k.most.blocks || size >= k.most.bytes {
			out.behind = b.Mark
			break
		}
		settled, err := s.Settled(ctx, b)
		if err != nil {
			return out, err
		}
		if err := turn.Pause(); err != nil {
			return out, err
		}
		name := browse.StoredBlock{Attempt: b.Attempt, Lane: b.Lane, Number: b.Number}
		if !settled && t.waits[name] < patience {
			t.waits[name]++
			if out.waiting++; out.oldest == nil {
				out.oldest = &b.Mark
			}
			continue
		}
		if delete(t.waits, name); !settled {
			out.unresolved++
		}
		met.add(laneOf(&b), own)
		out.blocks, size = append(out.blocks, b), size+b.Bytes
	}
	// By time, so that row groups hold neighbours.
	slices.SortStableFunc(out.blocks, func(a, b browse.StoredBlock) int { return cmp.Compare(a.From, b.From) })
	return out, nil
}

// part writes one part.
func (k *Keeper) part(ctx context.Context, t *taken, s *browse.Stored, what picked, turn *browse.Turn) error {
	if err := k.room(); err != nil {
		return err
	}
	if err := t.begin(); err != nil {
		return err
	}
	p := &Part{
		Kind: "parquet-part", Version: Version, Number: len(t.parts) + 1, By: k.Who.ID, Policy: k.Browser.Policy(),
		Recording: s.Target().Recording.String(), First: t.events + 1, Unresolved: what.unresolved, Tables: map[string]Table{},
	}
	set := blockSet{}
	var from, to browse.Wall
	for i := range what.blocks {
		b := &what.blocks[i]
		set.add(laneOf(b), span{b.Number, b.Number})
		if from == 0 || b.From < from {
			from = b.From
		}
		to = max(to, b.To)
	}
	p.Blocks, p.From, p.To = set.listed(), moment(from), moment(to)

	rows := rows{number: t.events, masked: map[access.Masked]int{}}
	levels := map[Level]bool{}
	out := &output{archive: &t.partFolder, spool: t.path(stagingDir), limits: limits{groupText, fileBytes}, name: partFile(p.Number), sparse: p.Number > 1}
	for i, table := range rows.all() {
		table.open(Tables()[i].Name, out)
		if !k.wants(table.label()) || table.label() == rows.gaps.name {
			table.leaveOut()
		}
	}
	defer func() {
		for _, table := range rows.all() {
			table.abandon()
		}
	}()
	ranges := []string{fmt.Sprintf("part %d", p.Number), fmt.Sprintf("blocks %d", len(what.blocks)), "from " + text3339(from), "to " + text3339(to)}
	for e, err := range s.Export(ctx, ranges, what.blocks, turn.Pause) {
		if err != nil {
			return err
		}
		if err := rows.add(&e); err != nil {
			return err
		}
		switch e.Kind {
		case event.KindLevel:
			if len(levels) < mostLevels {
				levels[Level{e.Task, e.Event.Text}] = true
			}
		case event.KindGap:
			if g, ok := unreadable(&e); ok {
				p.Unreadable = append(p.Unreadable, gapRow(p.Recording, &g))
			}
		}
	}
	for _, table := range rows.all() {
		if !table.wanted() {
			continue
		}
		if err := table.finish(); err != nil {
			return err
		}
		p.Tables[table.label()] = table.summary()
	}
	p.Made, p.Events, p.Findings, p.Masked, p.Levels = k.Now().UTC(), rows.number-t.events, rows.found, maskedOf(rows.masked), levelsOf(levels)
	if err := t.commit(p); err != nil {
		return err
	}
	k.note(func(s *KeeperState) {
		s.Parts++
		s.Events += p.Events
		for _, table := range p.Tables {
			for _, f := range table.Files {
				s.Bytes += f.Bytes
			}
		}
	})
	return t.count(p)
}

func (k *Keeper) wants(table string) bool {
	return len(k.Tables) == 0 || slices.Contains(k.Tables, table)
}

func text3339(w browse.Wall) string { return moment(w).UTC().Format("2006-01-02T15:04:05.000000Z") }

// follow removes the files of parts of which nothing is stored any more but what retention leaves of everything.
func (k *Keeper) follow(t *taken, s *browse.Stored, until browse.Wall) error {
	first, _ := s.Marks()
	if until == 0 || first == t.followed {
		return nil
	}
	stored := blockSet{}
	for b := range s.Since(0) {
		if !b.Stays {
			stored.add(laneOf(&b), span{b.Number, b.Number})
		}
	}
	for i := range t.parts {
		if t.parts[i].removed || t.parts[i].to.After(until.Time()) {
			continue
		}
		p, err := t.manifest(i + 1)
		if err != nil {
			return err
		}
		of, err := setOf(p.Blocks)
		if err != nil {
			return err
		}
		if stored.meets(of) {
			continue
		}
		if err := t.remove(p); err != nil {
			return err
		}
		t.parts[i].removed = true
	}
	t.followed = first
	return nil
}

// finish writes what is known as of now: table gaps and recording.json, when they would say something else than what is there.
func (k *Keeper) finish(ctx context.Context, t *taken, s *browse.Stored, of browse.Recording, waiting int) error {
	gaps, err := k.gaps(ctx, t, s)
	if err != nil {
		return err
	}
	if err := k.writeGaps(t, gaps); err != nil {
		return err
	}
	now := PartsOf{
		Kind: "parquet-recording", Version: Version, Parts: len(t.parts), Events: t.events, Waiting: waiting, Gaps: len(gaps), Missing: []Missing{},
		Recording: Recording{
			ID: of.ID.String(), Job: of.Job, State: string(of.State), Flink: of.Version, Started: moment(of.Started), Ended: moment(of.Ended), Events: of.Events,
		},
	}
	for _, g := range gaps[:min(len(gaps), mostMissing)] {
		now.Missing = append(now.Missing, Missing{g.Lane, g.Reason, g.Task, g.Text, g.Events, micros(g.FromTime), micros(g.ToTime)})
	}
	now.Why = t.incomplete(&now, of)
	now.Complete = len(now.Why) == 0
	if same(&now, &t.told) {
		return nil
	}
	t.told = now
	now.Written = k.Now().UTC()
	return t.replace(PartsDir+"/"+RecordingFile, now)
}

func same(a, b *PartsOf) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// incomplete says why the parts are not all that happened.
func (t *taken) incomplete(now *PartsOf, of browse.Recording) (why []string) {
	if now.Gaps > 0 {
		why = append(why, fmt.Sprintf("stretches that were not recorded, cannot be read, or were removed before they were exported: %d", now.Gaps))
	}
	removed := 0
	for _, p := range t.parts {
		if p.removed {
			removed++
		}
	}
	if t.unread > 0 {
		why = append(why, fmt.Sprintf("events whose payload could not be read: %d", t.unread))
	}
	if t.unresolved > 0 {
		why = append(why, fmt.Sprintf("blocks that name what never came: %d", t.unresolved))
	}
	if removed > 0 {
		why = append(why, fmt.Sprintf("parts that were removed with the recording's beginning: %d", removed))
	}
	if now.Waiting > 0 {
		why = append(why, fmt.Sprintf("blocks that wait for the next rounds: %d", now.Waiting))
	}
	if !of.State.Ended() {
		why = append(why, "the run has not ended, as far as is known")
	}
	return why
}

// gaps lists what is missing in the parts: gaps of the recording, without those that say that retention removed what was exported
// before.
func (k *Keeper) gaps(ctx context.Context, t *taken, s *browse.Stored) ([]GapRow, error) {
	all, err := k.Browser.Gaps(ctx, s.Target())
	if err != nil {
		return nil, err
	}
	id := s.Target().Recording.String()
	rows := make([]GapRow, 0, len(all))
	for i := range all {
		g := &all[i]
		if g.Reason == event.GapRetention && t.blocks.holds(lane{g.AttemptKey, g.Lane}, span{g.FirstBlock, g.LastBlock}) {
			continue
		}
		rows = append(rows, gapRow(id, g))
	}
	for _, b := range t.unreadable {
		if !slices.ContainsFunc(rows, func(g GapRow) bool { return sameGap(&g, &b) }) {
			rows = append(rows, b)
		}
	}
	return rows, nil
}

func sameGap(a, b *GapRow) bool {
	return a.AttemptKey == b.AttemptKey && a.Lane == b.Lane && a.First == b.First && a.Last == b.Last && equal(a.FromTime, b.FromTime)
}

func equal(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

// writeGaps puts table gaps in the place of the one that is there. It is the only table that is a state and no history: a hole is
// none any more when an agent sends late what it kept.
func (k *Keeper) writeGaps(t *taken, gaps []GapRow) error {
	if !k.wants("gaps") {
		return nil
	}
	raw, err := json.Marshal(gaps)
	if err != nil {
		return fmt.Errorf("writing table gaps: %w", err)
	}
	sum := sha256.Sum256(raw)
	if sum == t.gaps {
		return nil
	}
	var out table[GapRow]
	out.open("gaps", &output{
		archive: replacing{&t.partFolder}, spool: t.path(PartsDir), limits: limits{groupText, 1 << 62}, name: func(string, int) string { return gapsFile },
	})
	defer out.abandon()
	for _, g := range gaps {
		if err := out.add(g, len(g.Text)); err != nil {
			return err
		}
	}
	if err := out.finish(); err != nil {
		return err
	}
	t.gaps = sum
	return nil
}

// micros is the time of a column of microseconds.
func micros(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return browse.Wall(*us).Time()
}
