package export

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/folder"
)

// Request is one export. All but Query, Spool and Progress are required.
type Request struct {
	Browser *browse.Browser
	Who     access.Principal // must be allowed access.RecordingExport on the target
	Target  browse.Target
	Query   browse.EventQuery // operator and time; the rest is ignored
	Archive Archive
	Spool   string // folder for files that are being written, on a disk; empty = the system's
	Now     func() time.Time

	// Progress is told about once a second how far the export is; its error ends the export. May be nil.
	Progress func(Progress) error
}

// Bounds of what a manifest lists.
const (
	mostMissing = 1000
	mostLevels  = 1000
)

// progressEvery is how many events go by between looks at the clock.
const progressEvery = 1024

// Run writes the export, the manifest last, and returns the manifest. It does not close the archive. On an error what was added is
// no export. Errors: ErrDenied of access, those of a search, those of the archive.
func Run(ctx context.Context, q Request) (*Manifest, error) {
	if err := q.Browser.Decide(q.Who, access.RecordingExport, q.Target.Resource).Err(); err != nil {
		return nil, err
	}
	of, err := q.Browser.Recording(ctx, q.Target)
	if err != nil {
		return nil, err
	}
	var query browse.EventQuery
	query.Operator, query.From, query.To = q.Query.Operator, q.Query.From, q.Query.To
	from, err := q.Browser.Export(ctx, q.Who, q.Target, query)
	if err != nil {
		return nil, err
	}
	r := &run{Request: q, of: of, from: from, told: q.Now(), rows: rows{masked: map[access.Masked]int{}}, levels: map[Level]bool{}}
	out := &output{archive: q.Archive, spool: q.Spool, limits: limits{groupText, fileBytes}}
	for i, t := range r.rows.all() {
		t.open(Tables()[i].Name, out)
	}
	defer func() {
		for _, t := range r.rows.all() {
			t.abandon()
		}
	}()
	if err := r.events(); err != nil {
		return nil, err
	}
	return r.finish(ctx)
}

// run is an export that is being made.
type run struct {
	Request
	of     browse.Recording
	from   *browse.Export
	rows   rows
	told   time.Time
	levels map[Level]bool
	broken []browse.Gap // blocks that could not be read
}

func (r *run) events() error {
	for e, err := range r.from.Events() {
		if err != nil {
			return err
		}
		if err := r.rows.add(&e); err != nil {
			return err
		}
		switch e.Kind {
		case event.KindLevel:
			if len(r.levels) < mostLevels {
				r.levels[Level{e.Task, e.Event.Text}] = true
			}
		case event.KindGap:
			r.gap(&e)
		}
		if r.rows.number%progressEvery == 0 {
			if err := r.tell(&e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) tell(e *browse.Event) error {
	now := r.Now()
	if r.Progress == nil || now.Sub(r.told) < time.Second {
		return nil
	}
	r.told = now
	return r.Progress(Progress{Events: r.rows.number, Of: int64(r.of.Events), Time: e.Wall.Time()})
}

// gap keeps what an event says about a block that could not be read: no list of gaps has it.
func (r *run) gap(e *browse.Event) {
	if g, ok := unreadable(e); ok && len(r.broken) < mostMissing {
		r.broken = append(r.broken, g)
	}
}

// unreadable is the gap that an event in the place of a block that could not be read stands for.
func unreadable(e *browse.Event) (g browse.Gap, ok bool) {
	var body event.GapBody
	if json.Unmarshal(e.Event.Body, &body) != nil || body.Reason != event.GapChecksum {
		return g, false
	}
	return browse.Gap{
		Lane: body.Lane, Reason: body.Reason, Text: body.Text, Operator: e.Operator, Task: e.Task, Subtask: e.Subtask, Attempt: e.Attempt,
		AttemptKey: e.AttemptKey, First: body.First, Last: body.Last, Events: body.Events, Bytes: body.Bytes,
		From: browse.Wall(body.FromUS), To: browse.Wall(body.ToUS), Derived: true,
	}, true
}

// gaps lists what is missing in the stretch that was looked at. They are asked for after the events were read, so that none of
// those that concern them is left out.
func (r *run) gaps(ctx context.Context, from, to browse.Wall) ([]browse.Gap, error) {
	all, err := r.Browser.Gaps(ctx, r.Target)
	if err != nil {
		return nil, err
	}
	for _, b := range r.broken {
		same := func(g browse.Gap) bool {
			return g.AttemptKey == b.AttemptKey && g.Lane == b.Lane && g.First == b.First && g.Last == b.Last && g.From == b.From
		}
		if !slices.ContainsFunc(all, same) {
			all = append(all, b)
		}
	}
	return slices.DeleteFunc(all, func(g browse.Gap) bool {
		return g.To != 0 && g.To < from || g.From != 0 && g.From > to
	}), nil
}

// finish writes the gaps, ends all files, and writes the manifest.
func (r *run) finish(ctx context.Context) (*Manifest, error) {
	from, to, whole := r.from.Reached()
	gaps, err := r.gaps(ctx, from, to)
	if err != nil {
		return nil, err
	}
	m := &Manifest{
		Kind: "parquet-export", Version: Version, Made: r.Now().UTC(), By: r.Who.ID, Policy: r.Browser.Policy(),
		Recording: Recording{
			ID: r.of.ID.String(), Job: r.of.Job, State: string(r.of.State), Flink: r.of.Version, Started: moment(r.of.Started), Ended: moment(r.of.Ended),
			Events: r.of.Events,
		},
		Selected: Selected{Op: r.Query.Operator, From: moment(r.Query.From), To: moment(r.Query.To)}, ScannedFrom: moment(from), ScannedTo: moment(to),
		Gaps: len(gaps), Missing: []Missing{}, Findings: r.rows.found, Masked: maskedOf(r.rows.masked), Levels: levelsOf(r.levels), Tables: map[string]Table{},
	}
	for i := range gaps {
		g := &gaps[i]
		if err := r.rows.gaps.add(gapRow(m.Recording.ID, g), len(g.Text)); err != nil {
			return nil, err
		}
		if i < mostMissing {
			m.Missing = append(m.Missing, Missing{g.Lane.String(), g.Reason.String(), g.Task, g.Text, int64(g.Events), moment(g.From), moment(g.To)})
		}
	}
	m.Why = r.incomplete(m, to, whole)
	m.Complete = len(m.Why) == 0
	for _, t := range r.rows.all() {
		if err := t.finish(); err != nil {
			return nil, err
		}
		m.Tables[t.label()] = t.summary()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return m, addJSON(r.Archive, ManifestFile, m)
}

// incomplete says why the export is not all that happened.
func (r *run) incomplete(m *Manifest, to browse.Wall, whole bool) (why []string) {
	if m.Gaps > 0 {
		why = append(why, fmt.Sprintf("stretches that were not recorded, or cannot be read: %d", m.Gaps))
	}
	if m.Unread > 0 {
		why = append(why, fmt.Sprintf("events whose payload could not be read: %d", m.Unread))
	}
	if !whole {
		why = append(why, "the reading ended early")
	}
	if !r.of.State.Ended() && (r.Query.To == 0 || to < r.Query.To) {
		why = append(why, "the run has not ended, as far as is known: what came after scanned_to is not here")
	}
	return why
}

func moment(w browse.Wall) time.Time {
	if w == 0 {
		return time.Time{}
	}
	return w.Time()
}

func maskedOf(counts map[access.Masked]int) []Masked {
	out := make([]Masked, 0, len(counts))
	for m, n := range counts {
		out = append(out, Masked{m.Path, m.Class, string(m.Action), n})
	}
	slices.SortFunc(out, func(a, b Masked) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Class, b.Class), strings.Compare(a.Action, b.Action))
	})
	return out
}

func levelsOf(found map[Level]bool) []Level {
	out := make([]Level, 0, len(found))
	for l := range found {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b Level) int { return cmp.Or(strings.Compare(a.Task, b.Task), strings.Compare(a.Text, b.Text)) })
	return out
}

func addJSON(to Archive, name string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	b = append(b, '\n')
	return to.Add(name, int64(len(b)), bytes.NewReader(b))
}

// ToFolder is Run into a folder of this machine that is not there yet. When it fails nothing of that name is left behind.
func ToFolder(ctx context.Context, q Request, path string) (*Manifest, error) {
	draft, err := folder.New(path)
	if err != nil {
		return nil, err
	}
	defer draft.Discard()
	q.Archive = draft
	m, err := Run(ctx, q)
	if err != nil {
		return nil, err
	}
	return m, draft.Commit()
}

// ToTar is Run into a stream that tells its own progress.
func ToTar(ctx context.Context, q Request, to *Tar) (*Manifest, error) {
	if q.Archive != nil || q.Progress != nil {
		return nil, errors.New("a stream is its own archive, and tells its progress itself")
	}
	q.Archive = to
	q.Progress = func(p Progress) error { return addJSON(to, ProgressFile, p) }
	m, err := Run(ctx, q)
	if err != nil {
		return nil, err
	}
	return m, to.Close()
}
