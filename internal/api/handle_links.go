package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// How long links last.
const (
	linkLasts = 7 * 24 * time.Hour
	linkMost  = 30 * 24 * time.Hour
)

// holder is the action of the route that a link opens: what is in its address lets in, and the setting share-links says whether one has to
// be logged in besides.
const holder access.Action = "link"

// linkRoutes are about links to incident files. Whoever is known may ask for their own and end them.
func (s *service) linkRoutes() {
	register(s, http.MethodPost, route{"link-create", "/recordings/{rec}/links", access.RecordingExport, "Make an incident file and a link to it; its address is shown this once", recording}, s.makeLink)
	get(s, route{"links", "/links", anyone, "The caller's links to incident files, and others' where the caller may see them, newest first", nil}, s.listLinks)
	s.linkDownload(route{"link-file", "/links/{id}/file", holder, "The incident file of a link", nil})
	register(s, http.MethodDelete, route{"link-revoke", "/links/{id}", anyone, "End a link; its file is removed", nil}, s.revokeLink)
}

var (
	errNoLinks  = problem(http.StatusNotImplemented, "this server makes no links to files", "ask one that keeps recordings")
	errLinksOff = problem(http.StatusForbidden, "links to incident files are turned off on this server", "the setting share-links turns them on; sightglass export incident --out writes the file itself")
	// errNoLink is the one answer to whoever has no link that can be opened: it does not tell a wrong one from one that has ended.
	errNoLink = problem(http.StatusNotFound, "this link opens nothing", "it is mistyped, or has expired, or was revoked: ask whoever sent it for a new one")
)

func (s *service) makeLink(ctx context.Context, in *linkWish) (m MadeLink, err error) {
	switch {
	case s.Links == nil:
		return m, errNoLinks
	case s.Links.Mode() == LinksOff:
		return m, errLinksOff
	}
	b := in.Body
	q := incidentQuery{From: b.From, To: b.To, Around: b.Around, As: b.As, State: b.State, Jars: b.Jars, Program: b.Program, Expires: b.Expires, For: b.For}
	r := LinkRequest{ID: linkName(), Lasts: linkLasts}
	if r.File, err = q.request(s.now()); err != nil {
		return m, err
	}
	if b.Lasts != "" {
		if r.Lasts, err = span("lasts", b.Lasts); err != nil {
			return m, err
		}
	}
	if r.Lasts > linkMost {
		return m, problem(http.StatusBadRequest, "lasts: a link lasts 30 days at most", "write 30d or less, and make another one later")
	}
	done, err := s.turn()
	if err != nil {
		return m, err
	}
	defer done()
	who := caller(ctx)
	words := append(q.words("an incident file behind a link"), "link "+r.ID, "for "+r.Lasts.String())
	err = s.Browser.Change(ctx, who, access.RecordingExport, target(ctx).Resource, words, "", func() error {
		l, secret, err := s.Links.Make(ctx, who, target(ctx), r)
		if err != nil {
			return err
		}
		m = MadeLink{Link: seenLink(who, l), Path: Base + "/links/" + l.ID + "/file?secret=" + url.QueryEscape(secret), Mode: s.Links.Mode()}
		if public := s.Links.Public(); public != "" {
			m.URL = public + m.Path
		}
		return nil
	})
	return m, err
}

// linkName is no secret: it stands in lists and in the audit log.
func linkName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return hex.EncodeToString(b[:])
}

// mine tells whether somebody made a link. A token made its owner's; one with a scope stands for them only where it may export.
func mine(who access.Principal, l KeptLink) bool {
	owner := who.Owner
	if owner == "" {
		owner = who.ID
	}
	return owner == l.OwnerID && (who.Scope == nil || slices.Contains(who.Scope, access.RecordingExport))
}

func seenLink(who access.Principal, l KeptLink) Link {
	l.Link.Mine = mine(who, l)
	return l.Link
}

// manages tells whether who may see and end a link.
func (s *service) manages(who access.Principal, l KeptLink) bool {
	return mine(who, l) || s.Browser.Decide(who, access.RecordingLinks, l.Resource).Allowed
}

func (s *service) listLinks(ctx context.Context, _ *none) (out LinkFiles, err error) {
	if s.Links == nil {
		return out, errNoLinks
	}
	all, quota, err := s.Links.All(ctx)
	if err != nil {
		return out, err
	}
	who := caller(ctx)
	out = LinkFiles{Kind: "link", Version: shapeVersion, Items: []Link{}, Mode: s.Links.Mode(), Quota: I64(quota)}
	for _, l := range all {
		if !s.manages(who, l) {
			continue
		}
		out.Items = append(out.Items, seenLink(who, l))
		if l.State == "live" {
			out.Bytes += l.Bytes
		}
	}
	return out, nil
}

func (s *service) revokeLink(ctx context.Context, in *linkPath) (l Link, err error) {
	if s.Links == nil {
		return l, errNoLinks
	}
	who := caller(ctx)
	all, _, err := s.Links.All(ctx)
	if err != nil {
		return l, err
	}
	i := slices.IndexFunc(all, func(l KeptLink) bool { return l.ID == in.ID })
	if i < 0 || !s.manages(who, all[i]) {
		return l, problem(http.StatusNotFound, "you have no link of this id", "sightglass link list shows yours")
	}
	err = s.Browser.Change(ctx, who, access.RecordingLinks, all[i].Resource, []string{"revoke link " + in.ID}, "", func() error {
		ended, err := s.Links.Revoke(ctx, in.ID)
		l = seenLink(who, ended)
		return err
	})
	return l, err
}

// authoriseHolder lets in whoever has a link, as far as the setting share-links goes. Whether the link opens is asked later: that it does
// not is no refusal that would tell anything.
func (s *service) authoriseHolder(request *http.Request) (access.Principal, *Problem) {
	switch {
	case s.Links == nil:
		return access.Principal{}, errNoLinks
	case s.Links.Mode() == LinksOff:
		return access.Principal{}, errLinksOff
	}
	who, err := s.Authenticate(request)
	switch {
	case err == nil && (who.Scope == nil || slices.Contains(who.Scope, access.RecordingExport)):
		return who, nil
	case s.Links.Mode() == LinksOpen:
		return access.Principal{ID: "link:" + bounded(request.PathValue("id")), Name: "whoever has the link"}, nil
	case err == nil:
		return access.Principal{}, problem(http.StatusForbidden, "the token's scope leaves out "+string(access.RecordingExport), "open the link with another token, or in a browser")
	}
	return access.Principal{}, unknown(err)
}

// linkDownload registers the route that gives the file of a link.
func (s *service) linkDownload(r route) {
	op := s.operation(r)
	op.Responses["200"] = &huma.Response{
		Description: "An incident file (spec/incident.md); where the link says that it is encrypted, a file of age that holds one.",
		Content: map[string]*huma.MediaType{
			incidentType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}, sealedType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		},
	}
	huma.Register(s.huma, op, func(_ context.Context, in *linkFilePath) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(c huma.Context) {
			s.body(c, r, func(ctx context.Context, open func(func(http.Header)) *tarStream) error {
				return s.sendLink(ctx, in, open)
			})
		}}, nil
	})
}

func (s *service) sendLink(ctx context.Context, in *linkFilePath, open func(func(http.Header)) *tarStream) error {
	l, known, opens, err := s.Links.Check(ctx, in.ID, in.Secret)
	if err != nil {
		return err
	}
	who := caller(ctx)
	if !opens {
		if known && s.tried.first(l.ID, s.now()) {
			if err := s.Browser.Note(ctx, who, access.RecordingExport, l.Resource, access.OutcomeDenied, []string{"link " + l.ID}, "the link is "+l.State+", or the secret is not its own"); err != nil {
				return err
			}
		}
		return errNoLink
	}
	words := []string{"link " + l.ID, fmt.Sprintf("an incident file of %d bytes", l.Bytes)}
	return s.Browser.Change(ctx, who, access.RecordingExport, l.Resource, words, "", func() error {
		content, err := s.Links.Fetch(ctx, l.ID)
		if errors.Is(err, browse.ErrNotFound) {
			return errNoLink
		}
		if err != nil {
			return err
		}
		defer content.Close()
		to := open(func(h http.Header) { incidentHeader(h, l.Recording, int64(l.Bytes), l.Encrypted) })
		return copyAll(ctx, to, content)
	})
}

// copyAll ends with ctx: a link that is revoked gives no more, even to whoever has begun.
func copyAll(ctx context.Context, to io.Writer, from io.Reader) error {
	b := make([]byte, 256<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if _, err := to.Write(b[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// stillOpens tells whether a link that is being downloaded may go on.
func (s *service) stillOpens(request *http.Request) bool {
	if _, p := s.authoriseHolder(request); p != nil {
		return p.Status == http.StatusServiceUnavailable
	}
	_, _, opens, err := s.Links.Check(request.Context(), request.PathValue("id"), request.URL.Query().Get("secret"))
	return err != nil || opens
}

// sealedType is the media type of files that are encrypted.
const sealedType = "application/octet-stream"

// incidentHeader is that of a file which leaves.
func incidentHeader(h http.Header, recording string, bytes int64, sealed bool) {
	kind, name := incidentType, recording[:min(8, len(recording))]+".sgi"
	if sealed {
		kind, name = sealedType, name+".age"
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.FormatInt(bytes, 10))
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// span reads a duration in days or in Go's form.
func span(name, text string) (time.Duration, error) {
	days, isDays := strings.CutSuffix(text, "d")
	if n, err := strconv.Atoi(days); isDays && err == nil && n > 0 && n <= 36500 {
		return time.Duration(n) * 24 * time.Hour, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, problem(http.StatusBadRequest, fmt.Sprintf("%s: %q is no duration", name, bounded(text)), "write 30d or 12h")
}
