package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/folder"
	"github.com/sightglass/sightglass/internal/share"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// linksDir is the folder of the files behind links, below the data folder. A file's name is its link's id.
const linksDir = "links"

// Bounds of links.
const (
	linksOfOwner   = 100                 // that are live
	linksKept      = 1000                // that are live, of all
	linkRemembered = 30 * 24 * time.Hour // how long one that has ended is still listed
	linkSecret     = 32                  // bytes
	linkSweepEvery = time.Minute
)

// links is api.Links: rows in the metadata, files in a folder. A file comes before its row and goes after it, so that no row is without a
// file, and what is a file alone can be opened by nobody. Safe for concurrent use.
type links struct {
	incidents *incidents
	meta      *meta.DB
	dir       string
	mode      string
	public    string // address of the server; empty = nobody told
	quota     int64  // 0 = no limit
	free      func() int64
	now       func() time.Time
	log       *slog.Logger

	making sync.Mutex // over the quota: one file after the other
	mu     sync.Mutex
	made   string // id of the file that is being made; empty = none
}

var _ api.Links = (*links)(nil)

// newLinks takes up what was left, before anybody asks.
func newLinks(ctx context.Context, l *links) (*links, error) {
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of links: %w", err)
	}
	if err := l.sweep(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// linkBody is what is kept of a link in JSON.
type linkBody struct {
	Recording string          `json:"recording"`
	Resource  access.Resource `json:"resource"`
	Job       string          `json:"job"`
	Owner     string          `json:"owner"` // as people know them
	From      time.Time       `json:"from,omitzero"`
	To        time.Time       `json:"to,omitzero"`
	Roles     []string        `json:"roles"`
	Masked    bool            `json:"masked"`
	Encrypted bool            `json:"encrypted"`
	Verdict   string          `json:"verdict"`
	Events    uint64          `json:"events"`
}

// Mode is that of api.Links.
func (l *links) Mode() string { return l.mode }

// Public is that of api.Links.
func (l *links) Public() string { return l.public }

// Make is that of api.Links.
func (l *links) Make(ctx context.Context, who access.Principal, t browse.Target, q api.LinkRequest) (k api.KeptLink, secret string, err error) {
	to, err := recipientsOf(q.File.For)
	if err != nil {
		return k, "", err
	}
	r, err := l.incidents.request(ctx, who, t, q.File)
	if err != nil {
		return k, "", err
	}
	if !l.making.TryLock() {
		return k, "", api.Refuse(http.StatusTooManyRequests, "another link's file is being made", "wait until it is there, then try again")
	}
	defer l.making.Unlock()
	owner := or(who.Owner, who.ID)
	room, err := l.room(ctx, owner)
	if err != nil {
		return k, "", err
	}
	l.begin(q.ID)
	defer l.begin("") // after the row is there: the sweep leaves the file until then
	m, bytes, err := l.write(ctx, q.ID, r, to, room)
	if err != nil {
		return k, "", told(err)
	}
	body, err := json.Marshal(linkBody{
		Recording: t.Recording.String(), Resource: t.Resource, Job: m.Recording.Job, Owner: or(who.Name, who.ID), From: m.From, To: m.To,
		Roles: append([]string{}, m.Policy.Roles...), Masked: m.Masked, Encrypted: to.Any(), Verdict: m.Verdict.Verdict, Events: m.Recording.Events,
	})
	if err != nil {
		return k, "", errors.Join(fmt.Errorf("keeping a link: %w", err), l.remove(q.ID))
	}
	var random [linkSecret]byte
	_, _ = rand.Read(random[:]) // it never fails
	secret = base64.RawURLEncoding.EncodeToString(random[:])
	now := l.now()
	row := meta.Link{ID: q.ID, Hash: linkHash(secret), Owner: owner, Created: now, Expires: now.Add(q.Lasts), Bytes: bytes, Body: body}
	if err := l.meta.AddLink(ctx, row); err != nil {
		return k, "", errors.Join(err, l.remove(q.ID))
	}
	k, err = l.kept(row)
	return k, secret, err
}

// room is how many bytes a file may have, by the quota and by what is free on the disk.
func (l *links) room(ctx context.Context, owner string) (r room, err error) {
	rows, err := l.meta.Links(ctx)
	if err != nil {
		return r, err
	}
	now, own, live, held := l.now(), 0, 0, int64(0)
	for i := range rows {
		if !rows[i].Live(now) {
			continue
		}
		live++
		held += rows[i].Bytes
		if rows[i].Owner == owner {
			own++
		}
	}
	if own >= linksOfOwner || live >= linksKept {
		return r, api.Refuse(http.StatusConflict, fmt.Sprintf("there are %d links of yours and %d in all", own, live), "revoke some: sightglass link list")
	}
	r = room{bytes: l.free() - minFree, full: true}
	if l.quota > 0 && l.quota-held < r.bytes {
		r = room{bytes: l.quota - held}
	}
	return r, nil
}

// room is how many bytes may be written, and why not more.
type room struct {
	bytes int64
	full  bool // the disk is
}

func (r room) refusal() error {
	if r.full {
		return api.Refuse(http.StatusInsufficientStorage, fmt.Sprintf("the file needs more than %s, which is all that the disk has to give", sizeText(max(r.bytes, 0))),
			"free space in the data folder, or choose a shorter stretch: the preview says how large the file is")
	}
	return api.Refuse(http.StatusInsufficientStorage, fmt.Sprintf("the file needs more than %s, which is what links have left of their quota", sizeText(max(r.bytes, 0))),
		"revoke links, choose a shorter stretch (the preview says how large the file is), or raise the setting share-links-quota")
}

// bounded ends an export that grows beyond its room.
type bounded struct {
	to      io.Writer
	room    room
	written int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.written+int64(len(p)) > b.room.bytes {
		return 0, b.room.refusal()
	}
	n, err := b.to.Write(p)
	b.written += int64(n)
	return n, err
}

// write makes the file of a link, whole or not at all.
func (l *links) write(ctx context.Context, id string, r share.Request, to share.Recipients, most room) (*share.Manifest, int64, error) {
	file, err := folder.NewFile(l.path(id))
	if err != nil {
		return nil, 0, err
	}
	defer file.Discard()
	out := &bounded{to: file, room: most}
	m, err := l.incidents.write(ctx, r, to, out)
	if err != nil {
		return nil, 0, err
	}
	return m, out.written, file.Commit()
}

func (l *links) path(id string) string { return filepath.Join(l.dir, id) }

// remove takes the file of a link away, if it is there.
func (l *links) remove(id string) error {
	if err := os.Remove(l.path(id)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing the file of a link: %w", err)
	}
	return nil
}

func (l *links) begin(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.made = id
}

// linkHash is what is kept of a secret. It has 256 bits of its own, so nothing has to make guessing slow.
func linkHash(secret string) string {
	s := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(s[:])
}

func (l *links) kept(row meta.Link) (api.KeptLink, error) {
	var b linkBody
	if err := json.Unmarshal(row.Body, &b); err != nil {
		return api.KeptLink{}, fmt.Errorf("reading what is kept of link %s: %w", row.ID, err)
	}
	state := "live"
	switch {
	case !row.Revoked.IsZero():
		state = "revoked"
	case !row.Live(l.now()):
		state = "expired"
	}
	return api.KeptLink{OwnerID: row.Owner, Resource: b.Resource, Link: api.Link{
		ID: row.ID, State: state, Recording: b.Recording, Job: b.Job, Owner: b.Owner, Created: api.TimeOf(row.Created), Expires: api.TimeOf(row.Expires),
		Revoked: api.TimeOf(row.Revoked), From: api.TimeOf(b.From), To: api.TimeOf(b.To), Roles: append([]string{}, b.Roles...), Masked: b.Masked,
		Encrypted: b.Encrypted, Verdict: b.Verdict, Events: api.I64(b.Events), Bytes: api.I64(row.Bytes), Downloads: api.I64(row.Downloads), Last: api.TimeOf(row.Last),
	}}, nil
}

// All is that of api.Links.
func (l *links) All(ctx context.Context) ([]api.KeptLink, int64, error) {
	rows, err := l.meta.Links(ctx)
	if err != nil {
		return nil, 0, err
	}
	list := make([]api.KeptLink, 0, len(rows))
	for _, row := range rows {
		k, err := l.kept(row)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, k)
	}
	return list, l.quota, nil
}

// Revoke is that of api.Links. The row comes first: a file that could not be removed opens no more.
func (l *links) Revoke(ctx context.Context, id string) (k api.KeptLink, err error) {
	if err := l.meta.RevokeLink(ctx, id, l.now()); err != nil {
		return k, noneOf(err)
	}
	row, err := l.meta.Link(ctx, id)
	if err != nil {
		return k, noneOf(err)
	}
	if err := l.remove(id); err != nil {
		l.log.Warn("the file of a link that ended is removed later", "link", id, "error", err)
	}
	return l.kept(row)
}

func noneOf(err error) error {
	if errors.Is(err, meta.ErrNotFound) {
		return fmt.Errorf("%w: there is no such link", browse.ErrNotFound)
	}
	return err
}

// Check is that of api.Links.
func (l *links) Check(ctx context.Context, id, secret string) (k api.KeptLink, known, opens bool, err error) {
	row, err := l.meta.Link(ctx, id)
	known = err == nil
	if err != nil && !errors.Is(err, meta.ErrNotFound) {
		return k, false, false, err
	}
	if !known {
		row.Hash = linkHash("") // compared all the same
	}
	same := subtle.ConstantTimeCompare([]byte(row.Hash), []byte(linkHash(secret))) == 1
	if !known {
		return k, false, false, nil
	}
	k, err = l.kept(row)
	return k, true, same && row.Live(l.now()), err
}

// Fetch is that of api.Links. The file is opened first: it is whole for whoever has it, even when it goes meanwhile.
func (l *links) Fetch(ctx context.Context, id string) (io.ReadCloser, error) {
	file, err := os.Open(l.path(id))
	if errors.Is(err, os.ErrNotExist) {
		l.log.Warn("the file of a link is gone", "link", id)
		return nil, fmt.Errorf("%w: the file of the link is gone", browse.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the file of a link: %w", err)
	}
	if err := l.meta.CountDownload(ctx, id, l.now()); err != nil {
		return nil, errors.Join(noneOf(err), file.Close())
	}
	return file, nil
}

// sweep removes files that no live link names, among them what a killed process had begun, and forgets links that ended long ago.
func (l *links) sweep(ctx context.Context) error {
	l.mu.Lock()
	made := l.made
	found, err := os.ReadDir(l.dir)
	l.mu.Unlock()
	if err != nil {
		return fmt.Errorf("reading the folder of links: %w", err)
	}
	now := l.now()
	if err := l.meta.ForgetLinks(ctx, now.Add(-linkRemembered)); err != nil {
		return err
	}
	rows, err := l.meta.Links(ctx) // after the folder: a file that is there by now has its row, or never gets one
	if err != nil {
		return err
	}
	keep := make(map[string]bool)
	for i := range rows {
		keep[rows[i].ID] = rows[i].Live(now)
	}
	var failed []error
	for _, f := range found {
		if keep[f.Name()] || made != "" && (f.Name() == made || partOf(f.Name(), made)) {
			continue
		}
		if err := l.remove(f.Name()); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// partOf tells whether a name is that of a file which is being made, as package folder names it.
func partOf(name, id string) bool {
	matched, err := filepath.Match("."+id+".part-*", name)
	return err == nil && matched
}

// run sweeps until ctx ends.
func (l *links) run(ctx context.Context) {
	tick := time.NewTicker(linkSweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := l.sweep(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("files of links that ended were not all removed; it is tried again", "error", err)
		}
	}
}
