package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// How long a session lasts: at most, and without a request. When it was last seen is written down once a minute, so an idle one ends
// between 29 and 30 minutes after its last request.
const (
	sessionFor  = 8 * time.Hour
	sessionIdle = 30 * time.Minute
	seenEvery   = time.Minute
	mostOfOwner = 50 // sessions; the oldest end
)

// sessionID is what a browser shows: 256 random bits. It is kept nowhere but in the browser's cookie.
type sessionID [32]byte

func newSessionID() (id sessionID) {
	_, _ = rand.Read(id[:]) // it never fails
	return id
}

func (id sessionID) text() string { return base64.RawURLEncoding.EncodeToString(id[:]) }

// hash is what is kept of it.
func (id sessionID) hash() string {
	sum := sha256.Sum256(id[:])
	return hex.EncodeToString(sum[:])
}

// parseSessionID reads a cookie's value: exactly one text stands for each id.
func parseSessionID(text string) (id sessionID, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != len(id) {
		return id, false
	}
	id = sessionID(raw)
	return id, id.text() == text // the decoder skips line ends
}

// publicID names a session to its owner. It is too short to find the hash by, and the hash would open nothing.
func publicID(hash string) string { return hash[:16] }

// sessionBody is what is kept of a session besides who and when.
type sessionBody struct {
	Way       string    `json:"way"`
	From      string    `json:"from,omitempty"`     // address
	Browser   string    `json:"browser,omitempty"`  // as it calls itself
	Refreshed time.Time `json:"refreshed,omitzero"` // when the provider was last asked for roles
	Refresh   []byte    `json:"refresh,omitempty"`  // the provider's refresh token, sealed; empty = none was given
}

// Session is one of a person's sessions.
type Session struct {
	ID      string
	Way     string
	From    string
	Browser string
	Begun   time.Time
	Seen    time.Time
	Ends    time.Time
}

// cookie is the cookie's name: with TLS one that browsers bind to this host.
func (g *Gate) cookie() string {
	if g.Secure {
		return "__Host-sg"
	}
	return "sg"
}

// begin logs a in: with a new id, so that nobody can prepare one, and in place of the session that the browser had.
func (g *Gate) begin(w http.ResponseWriter, r *http.Request, a account, way, refresh string) error {
	ctx, now, id := r.Context(), g.Now(), newSessionID()
	who := principalOf(a, way)
	who.Session = publicID(id.hash())
	if err := g.Record(ctx, r.RemoteAddr, who, access.SessionLogin, nil); err != nil {
		return fmt.Errorf("writing down a login: %w", err)
	}
	body := sessionBody{Way: way, From: hostOf(r.RemoteAddr), Browser: plainText(r.UserAgent(), 200)}
	if way == WayOIDC {
		body.Refreshed = now
		if refresh != "" {
			body.Refresh = id.seal(refresh)
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("keeping a session: %w", err)
	}
	err = g.Meta.AddSession(ctx, meta.Session{Hash: id.hash(), Owner: a.id, Stamp: a.secret, Begun: now, Seen: now, Ends: now.Add(sessionFor), Body: text}, mostOfOwner)
	if err != nil {
		return err
	}
	g.endShown(ctx, r)
	http.SetCookie(w, g.sessionCookie(id.text(), int(sessionFor/time.Second)))
	return nil
}

func (g *Gate) sessionCookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{Name: g.cookie(), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: g.Secure, SameSite: http.SameSiteLaxMode}
}

// bySession is who a cookie stands for. ErrUnknown, ErrProvider.
func (g *Gate) bySession(ctx context.Context, cookie string) (access.Principal, error) {
	id, ok := parseSessionID(cookie)
	if !ok {
		return access.Principal{}, ErrUnknown
	}
	s, err := g.Meta.Session(ctx, id.hash())
	if errors.Is(err, meta.ErrNotFound) {
		return access.Principal{}, ErrUnknown
	}
	if err != nil {
		return access.Principal{}, g.failed("reading a session", err)
	}
	var body sessionBody
	if err := json.Unmarshal(s.Body, &body); err != nil {
		return access.Principal{}, g.failed("reading a session", err)
	}
	now := g.Now()
	if !now.Before(s.Ends) || now.Sub(s.Seen) >= sessionIdle {
		return access.Principal{}, g.over(ctx, s)
	}
	if body.Way == WayOIDC && len(body.Refresh) > 0 && now.Sub(body.Refreshed) >= rolesEvery {
		if body, err = g.refresh(ctx, id, s); err != nil {
			return access.Principal{}, err
		}
	}
	a, err := g.account(ctx, s.Owner)
	if errors.Is(err, ErrUnknown) {
		return access.Principal{}, g.over(ctx, s)
	}
	if err != nil {
		return access.Principal{}, err
	}
	if a.secret != s.Stamp {
		return access.Principal{}, g.over(ctx, s)
	}
	if now.Sub(s.Seen) >= seenEvery {
		text, err := json.Marshal(body)
		if err == nil {
			err = g.Meta.ChangeSession(ctx, s.Hash, now, text)
		}
		if err != nil && ctx.Err() == nil {
			return access.Principal{}, g.failed("keeping a session", err)
		}
	}
	who := principalOf(a, body.Way)
	who.Session, who.Until = publicID(s.Hash), s.Ends
	return who, nil
}

// over removes a session that has ended, and gives the error that says so.
func (g *Gate) over(ctx context.Context, s meta.Session) error {
	if err := g.Meta.EndSession(context.WithoutCancel(ctx), s.Hash); err != nil {
		return g.failed("ending a session", err)
	}
	return ErrUnknown
}

// endShown ends the session that a request shows.
func (g *Gate) endShown(ctx context.Context, r *http.Request) {
	c, err := r.Cookie(g.cookie())
	if err != nil {
		return
	}
	if id, ok := parseSessionID(c.Value); ok {
		if err := g.Meta.EndSession(ctx, id.hash()); err != nil {
			_ = g.failed("ending a session", err) // it ends by itself
		}
	}
}

// Sessions lists the sessions of who, the newest first.
func (g *Gate) Sessions(ctx context.Context, who access.Principal) ([]Session, error) {
	rows, err := g.Meta.Sessions(ctx, ownerOf(who))
	if err != nil {
		return nil, err
	}
	now := g.Now()
	list := make([]Session, 0, len(rows))
	for _, s := range rows {
		var body sessionBody
		if err := json.Unmarshal(s.Body, &body); err != nil {
			return nil, fmt.Errorf("reading a session: %w", err)
		}
		if now.Before(s.Ends) && now.Sub(s.Seen) < sessionIdle {
			list = append(list, Session{publicID(s.Hash), body.Way, body.From, body.Browser, s.Begun, s.Seen, s.Ends})
		}
	}
	return list, nil
}

// EndSession ends one of the sessions of who. ErrNotFound, ErrScope.
func (g *Gate) EndSession(ctx context.Context, who access.Principal, id string) error {
	if who.Scope != nil {
		return ErrScope
	}
	rows, err := g.Meta.Sessions(ctx, ownerOf(who))
	if err != nil {
		return err
	}
	for _, s := range rows {
		if publicID(s.Hash) == id {
			return g.Meta.EndSession(ctx, s.Hash)
		}
	}
	return ErrNotFound
}

// ownerOf is whose sessions and tokens are meant: those of the person behind a token.
func ownerOf(who access.Principal) string {
	if who.Owner != "" {
		return who.Owner
	}
	return who.ID
}
