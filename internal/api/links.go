package api

import (
	"context"
	"io"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// Links are links to incident files that were made once and are kept until they end, told by the process around the API. A refusal is a
// *Problem: see Refuse. The API has asked whether the caller may, and writes down what was done.
type Links interface {
	// Mode is who may open a link: LinksOff, LinksLogin or LinksOpen.
	Mode() string
	// Public is the server's address as others reach it, without a slash at its end; empty: nobody told.
	Public() string
	// Make makes a file and a link to it. The secret opens it; it is kept nowhere and cannot be had again.
	Make(ctx context.Context, who access.Principal, t browse.Target, q LinkRequest) (l KeptLink, secret string, err error)
	// All lists links, those that ended lately among them, the newest first, and tells what their files may hold; 0 = no limit.
	All(ctx context.Context) (list []KeptLink, quota int64, err error)
	// Revoke ends a link and removes its file. One that has ended stays as it is. browse.ErrNotFound.
	Revoke(ctx context.Context, id string) (KeptLink, error)
	// Check tells whether a secret opens a link now. known is of a link that is kept, whether it opens or not. It takes as long for a link
	// that is not there.
	Check(ctx context.Context, id, secret string) (l KeptLink, known, opens bool, err error)
	// Fetch counts a download of a link that was checked and gives its file. browse.ErrNotFound: it ended meanwhile.
	Fetch(ctx context.Context, id string) (io.ReadCloser, error)
}

// The words of Links.Mode, which are those of the setting share-links.
const (
	LinksOff   = "off"
	LinksLogin = "login"
	LinksOpen  = "open"
)

// LinkRequest asks for a link.
type LinkRequest struct {
	ID    string // of the link
	File  IncidentRequest
	Lasts time.Duration
}

// KeptLink is a link with what its readers are not told.
type KeptLink struct {
	Link
	OwnerID  string // a principal's
	Resource access.Resource
}
