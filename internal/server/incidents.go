package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/share"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/store/disk"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// incidents is api.Incidents over the store on disk.
type incidents struct {
	store   *disk.Store
	meta    *meta.DB
	queries *query.Engine
	rules   *access.InForce
	replays *replay.Queue
	runs    replay.QueueOptions // of replays of masked recordings
	data    string
	version string
	now     func() time.Time
	keys    sync.Mutex // over making the key
	imports sync.Mutex // one after the other: two of the same recording would undo each other
}

var _ api.Incidents = (*incidents)(nil)

// incidentSetting is the name of what is known of the file that a recording came from.
func incidentSetting(rec string) string { return "incident/" + rec }

// request turns what was asked for into an export. Errors: refusals, those of a search.
func (x *incidents) request(ctx context.Context, who access.Principal, t browse.Target, q api.IncidentRequest) (r share.Request, err error) {
	x.keys.Lock()
	defer x.keys.Unlock()
	key, err := incidentKey(x.data)
	if err != nil {
		return r, err
	}
	policy := x.rules.In(ctx)
	r = share.Request{
		Store: x.store, Queries: x.queries, Policy: policy, Giver: who, Reader: who, Recording: t.Recording, Resource: t.Resource, From: q.From, To: q.To,
		State: q.State, Jars: q.Jars, Runnable: q.Program, Key: key, Program: x.version, Now: x.now,
	}
	if q.As != "" {
		if !policy.HasRole(q.As) {
			return r, api.Refuse(http.StatusBadRequest, "the access policy has no such role", "name one of its roles, or none for your own")
		}
		r.Reader = access.Principal{ID: "reader:" + q.As, Name: q.As, Roles: []string{q.As}}
	}
	if q.Around != "" {
		p, err := query.ParsePosition(q.Around)
		if err != nil {
			return r, err
		}
		at, err := x.queries.At(ctx, t.Recording, p)
		if err != nil {
			return r, err
		}
		r.From, r.To = at.Invocation.Wall, at.Invocation.Wall
	}
	if q.Expires > 0 {
		r.Expires = x.now().Add(q.Expires).UTC()
	}
	if r.Replays, err = x.replayed(ctx, t.Recording); err != nil {
		return r, err
	}
	r.Marks, err = x.marks(ctx, t.Recording)
	return r, err
}

// mostReplays of a recording are told in a file.
const mostReplays = 500

func (x *incidents) replayed(ctx context.Context, rec event.RecordingID) (out []share.Replayed, err error) {
	list, err := x.replays.List(ctx, rec, mostReplays)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if r.Judged != nil && !r.WhatIf() {
			out = append(out, share.Replayed{
				Task: r.Wish.Task, Subtask: r.Wish.Subtask, Attempt: r.Wish.Number, Verdict: r.Judged.Verdict, Equal: int64(r.Judged.Equal), Of: int64(r.Judged.Recorded),
			})
		}
	}
	return out, nil
}

func (x *incidents) marks(ctx context.Context, rec event.RecordingID) (out []share.Mark, err error) {
	pins, _, err := x.store.Pins(ctx)
	if err != nil {
		return nil, err
	}
	when := func(us int64) time.Time {
		if us == 0 {
			return time.Time{}
		}
		return time.UnixMicro(us).UTC()
	}
	for _, p := range pins {
		if p.Recording == rec {
			out = append(out, share.Mark{From: when(p.AskFrom), To: when(p.AskTo), Reason: p.Reason, Note: p.Note, Owner: p.Owner, Created: p.Created.UTC()})
		}
	}
	return out, nil
}

// Preview is that of api.Incidents.
func (x *incidents) Preview(ctx context.Context, who access.Principal, t browse.Target, q api.IncidentRequest) (api.Incident, error) {
	if _, err := recipientsOf(q.For); err != nil {
		return api.Incident{}, err
	}
	r, err := x.request(ctx, who, t, q)
	if err != nil {
		return api.Incident{}, err
	}
	m, n, err := share.Preview(ctx, r)
	if err != nil {
		return api.Incident{}, told(err)
	}
	return shownIncident(m, n), nil
}

// Export is that of api.Incidents.
func (x *incidents) Export(ctx context.Context, who access.Principal, t browse.Target, q api.IncidentRequest) (io.ReadCloser, int64, error) {
	to, err := recipientsOf(q.For)
	if err != nil {
		return nil, 0, err
	}
	r, err := x.request(ctx, who, t, q)
	if err != nil {
		return nil, 0, err
	}
	file, err := newSpool(x.data)
	if err != nil {
		return nil, 0, err
	}
	_, err = x.write(ctx, r, to, file)
	var n int64
	if err == nil {
		if n, err = file.Seek(0, io.SeekCurrent); err == nil {
			_, err = file.Seek(0, io.SeekStart)
		}
	}
	if err != nil {
		_ = file.Close() // the error that stopped the export says more
		return nil, 0, told(err)
	}
	return file, n, nil
}

// spool is a file that goes when it is closed.
type spool struct{ *os.File }

// newSpool makes one on the disk of the data folder. Its name is gone at once: a process that dies leaves nothing.
func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, ".incident-")
	if err != nil {
		return nil, fmt.Errorf("making a file to export into: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("making a file to export into: %w", err), f.Close())
	}
	return &spool{f}, nil
}

// told turns errors about a file into answers.
func told(err error) error {
	for of, hint := range map[error]string{
		share.ErrNoFile:    "sightglass export incident makes them; sightglass verify FILE looks at one",
		share.ErrTorn:      "copy or download it again",
		share.ErrChanged:   "ask whoever made it for the file again, and compare fingerprints",
		share.ErrTooLarge:  "no server makes such files",
		share.ErrVersion:   "use the version of Sightglass that made it, or a newer one",
		share.ErrEncrypted: "sightglass import --identity decrypts it first",
	} {
		if errors.Is(err, of) {
			return api.Refuse(http.StatusUnprocessableEntity, err.Error(), hint)
		}
	}
	switch {
	case errors.Is(err, share.ErrExists):
		return api.Refuse(http.StatusConflict, err.Error(), "sightglass open shows the file without taking it in")
	case errors.Is(err, access.ErrKeyGroupLeak):
		return api.Refuse(http.StatusConflict, err.Error(), "key_groups: any of the class in the access policy accepts it; without key_groups its tokens keep none, and keyed tasks may not run again")
	case errors.Is(err, store.ErrDiskFull), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return api.Refuse(http.StatusInsufficientStorage, "the disk is full", "free space in the data folder, then try again")
	}
	return err
}

// incidentOrigin is what is kept of the file that a recording came from.
type incidentOrigin struct {
	Manifest share.Manifest `json:"manifest"`
	Bytes    int64          `json:"bytes"`
	Blocks   int            `json:"blocks"`
	Signer   string         `json:"signer"`
	Imported time.Time      `json:"imported"`
	Importer string         `json:"importer"`
}

// Import is that of api.Incidents. What is known of the file is kept first, so that no masked recording is ever there without its mark.
func (x *incidents) Import(ctx context.Context, who access.Principal, in io.Reader) (f api.IncidentFile, err error) {
	file, err := newSpool(x.data)
	if err != nil {
		return f, err
	}
	defer file.Close()
	if free := x.store.Stats().Free; free > minFree {
		in = io.LimitReader(in, int64(min(free-minFree, 1<<62)))
	}
	if _, err := io.Copy(file, in); err != nil {
		return f, fmt.Errorf("keeping the file: %w", err)
	}
	rewound := func() (io.Reader, error) {
		_, err := file.Seek(0, io.SeekStart)
		return file, err
	}
	x.imports.Lock()
	defer x.imports.Unlock()
	o, err := takeIn(ctx, rewound, x.store, x.meta, x.now(), who.ID)
	if err != nil {
		return f, told(err)
	}
	return x.shown(o)
}

// errExpired: the file is not to be used any more.
var errExpired = errors.New("the file has expired")

// takeIn verifies a file and gives its recording to a store. from gives its bytes from the beginning, as often as it is asked.
func takeIn(ctx context.Context, from func() (io.Reader, error), to *disk.Store, db *meta.DB, now time.Time, who string) (*incidentOrigin, error) {
	in, err := from()
	if err != nil {
		return nil, err
	}
	r, err := share.Verify(ctx, in)
	if err != nil {
		return nil, err
	}
	if r.Manifest.Expired(now) {
		return nil, api.Refuse(http.StatusConflict, fmt.Sprintf("%s on %s", errExpired, r.Manifest.Expires.Format(time.RFC3339)), "ask whoever made it for a new one")
	}
	o := &incidentOrigin{Manifest: *r.Manifest, Bytes: r.Bytes, Blocks: len(r.Manifest.Blocks), Signer: r.Fingerprint(), Imported: now.UTC(), Importer: who}
	o.Manifest.Blocks, o.Manifest.Definitions, o.Manifest.Attachments = nil, nil, nil
	rec, err := event.ParseRecordingID(r.Manifest.Recording.ID)
	if err != nil {
		return nil, err
	}
	if snap, err := to.Snapshot(ctx, rec); err == nil { // before its mark could be replaced
		snap.Close()
		return nil, fmt.Errorf("%w: %s", share.ErrExists, rec)
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("keeping what is known of the file: %w", err)
	}
	if err := db.SetSetting(ctx, incidentSetting(rec.String()), string(raw)); err != nil {
		return nil, err
	}
	if in, err = from(); err == nil {
		err = share.Unpack(ctx, in, r.Manifest, to)
	}
	if err != nil { // the run itself may be recorded here one day, and came from no file then
		err = errors.Join(err, db.SetSetting(context.WithoutCancel(ctx), incidentSetting(rec.String()), ""))
	}
	return o, err
}

// Of is that of api.Incidents.
func (x *incidents) Of(ctx context.Context, rec event.RecordingID) (*api.IncidentFile, error) {
	o, err := originOf(ctx, x.meta, rec)
	if err != nil || o == nil {
		return nil, err
	}
	f, err := x.shown(o)
	return &f, err
}

// originOf reads what is kept of the file that a recording came from; nil: it came from none.
func originOf(ctx context.Context, db *meta.DB, rec event.RecordingID) (*incidentOrigin, error) {
	raw, err := db.Setting(ctx, incidentSetting(rec.String()))
	if errors.Is(err, meta.ErrNotFound) || err == nil && raw == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o := new(incidentOrigin)
	if err := json.Unmarshal([]byte(raw), o); err != nil {
		return nil, fmt.Errorf("reading what is known of a file: %w", err)
	}
	return o, nil
}

// masked tells whether values of a recording are masked: it came from a file that says so.
func (s *Server) masked(ctx context.Context, rec event.RecordingID) (bool, error) {
	o, err := originOf(ctx, s.meta, rec)
	return err == nil && o != nil && o.Manifest.Masked, err
}

func (x *incidents) shown(o *incidentOrigin) (f api.IncidentFile, err error) {
	known, err := signers(x.data)
	if err != nil {
		return f, err
	}
	f = api.IncidentFile{
		Incident: shownIncident(&o.Manifest, o.Bytes), Signer: o.Signer, Known: known[o.Signer], Imported: &api.Time{Time: o.Imported}, Importer: o.Importer,
	}
	f.Blocks = o.Blocks
	return f, nil
}

func shownIncident(m *share.Manifest, bytes int64) api.Incident {
	when := func(t time.Time) *api.Time {
		if t.IsZero() {
			return nil
		}
		return &api.Time{Time: t}
	}
	out := api.Incident{
		Kind: "incident", Version: m.Version, Recording: m.Recording.ID, Job: m.Recording.Job, Made: when(m.Made), By: m.By, Expires: when(m.Expires),
		From: when(m.From), To: when(m.To), Roles: append([]string{}, m.Policy.Roles...), Policy: m.Policy.Version, Masked: m.Masked,
		Classes: []api.IncidentClass{}, Cut: []api.IncidentCut{}, LeftOut: []api.IncidentLeft{}, Gaps: len(m.Gaps), Verdict: m.Verdict.Verdict,
		Details: m.Verdict.Details, KeyBits: m.KeyGroupBits, Blocks: len(m.Blocks), Events: api.I64(m.Recording.Events), Bytes: api.I64(bytes),
	}
	for _, c := range m.Classes {
		out.Classes = append(out.Classes, api.IncidentClass{Part: c.Part, Class: c.Class, Action: c.Action, Values: api.I64(c.Values)})
	}
	for _, c := range m.Cut {
		out.Cut = append(out.Cut, api.IncidentCut{Part: c.Part, Reason: c.Reason, Values: api.I64(c.Values), Bytes: api.I64(c.Bytes)})
	}
	for _, l := range m.Left {
		out.LeftOut = append(out.LeftOut, api.IncidentLeft{Name: l.Name, Reason: l.Reason, Bytes: api.I64(l.Bytes)})
	}
	return out
}
