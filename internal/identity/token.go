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
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// Errors that callers decide on.
var (
	// ErrNotFound: there is no such token or session of the caller's.
	ErrNotFound = errors.New("there is none of this id")
	// ErrScope: the caller shows a token that is bound to some actions, and none of them is this.
	ErrScope = errors.New("a token with a scope may not change tokens and sessions")
	// ErrToken is what a wish for a token is refused with; what wraps it says why.
	ErrToken = errors.New("no such token can be made")
)

// tokenPrefix marks tokens, so that searches for secrets find them.
const tokenPrefix = "sg_"

// Bounds of tokens.
const (
	tokenFor        = 366 * 24 * time.Hour // the longest
	tokenRemembered = 30 * 24 * time.Hour  // how long one that has expired is still listed
	tokensOfOwner   = 100
	tokenName       = 64 // characters
)

// Token is something that a program shows in place of a person. The text that it shows is not part of it: only its hash is kept.
type Token struct {
	ID      string
	Name    string
	Roles   []string
	Scope   []access.Action // nil = all that the roles allow
	Created time.Time
	Expires time.Time
	Used    time.Time // zero = never
}

// TokenWish asks for a token.
type TokenWish struct {
	Name    string
	Roles   []string        // of the caller's own; nil = all of them
	Scope   []access.Action // nil = all that the roles allow
	Expires time.Time
}

// tokenBody is what is kept of a token besides whose and when. Scoped tells an empty scope from none.
type tokenBody struct {
	Name   string          `json:"name"`
	Roles  []string        `json:"roles"`
	Scoped bool            `json:"scoped"`
	Scope  []access.Action `json:"scope"`
}

// MakeToken makes a token for who, and gives the text to show, which cannot be had again. It never has more rights than who, and one that is
// made by showing a token ends with it at the latest. ErrToken, ErrScope.
func (g *Gate) MakeToken(ctx context.Context, who access.Principal, w TokenWish) (Token, string, error) {
	now := g.Now()
	refuse := func(why string) (Token, string, error) { return Token{}, "", fmt.Errorf("%w: %s", ErrToken, why) }
	name := plainText(strings.TrimSpace(w.Name), tokenName)
	roles := w.Roles
	if roles == nil {
		roles = who.Roles
	}
	switch {
	case who.Scope != nil:
		return Token{}, "", ErrScope
	case who.Way == WayJWT:
		return refuse("a program of the identity provider has tokens of the provider's")
	case name == "" || name != w.Name:
		return refuse(fmt.Sprintf("it needs a name of 1 to %d characters", tokenName))
	case len(roles) == 0:
		return refuse("it needs a role")
	case w.Scope != nil && len(w.Scope) == 0:
		return refuse("a scope needs an action")
	case !w.Expires.After(now) || w.Expires.After(now.Add(tokenFor)):
		return refuse("it has to expire, within a year")
	case who.Way == WayToken && w.Expires.After(who.Until):
		return refuse("it would outlive the token that it is made with, which expires at " + who.Until.UTC().Format(time.RFC3339))
	}
	for _, r := range roles {
		if !slices.Contains(who.Roles, r) {
			return refuse(fmt.Sprintf("you do not have the role %q yourself", r))
		}
	}
	for _, a := range w.Scope {
		if !a.Valid() {
			return refuse(fmt.Sprintf("there is no action %q", a))
		}
	}
	owner, err := g.account(ctx, ownerOf(who))
	if err != nil {
		return Token{}, "", err
	}
	have, err := g.Meta.Tokens(ctx, owner.id)
	if err != nil {
		return Token{}, "", err
	}
	if len(have) >= tokensOfOwner {
		return refuse(fmt.Sprintf("you have %d already: revoke some", len(have)))
	}
	var secret [32]byte
	var short [8]byte
	_, _ = rand.Read(secret[:]) // it never fails
	_, _ = rand.Read(short[:])
	text := tokenPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	t := Token{ID: hex.EncodeToString(short[:]), Name: name, Roles: slices.Clone(roles), Scope: slices.Clone(w.Scope), Created: now, Expires: w.Expires}
	body, err := json.Marshal(tokenBody{t.Name, t.Roles, t.Scope != nil, t.Scope})
	if err != nil {
		return Token{}, "", fmt.Errorf("keeping a token: %w", err)
	}
	err = g.Meta.AddToken(ctx, meta.Token{ID: t.ID, Hash: tokenHash(text), Owner: owner.id, Stamp: owner.stamp, Created: now, Expires: w.Expires, Body: body})
	if err != nil {
		return Token{}, "", err
	}
	return t, text, nil
}

// Tokens lists the tokens of who, the newest first, those that expired lately among them.
func (g *Gate) Tokens(ctx context.Context, who access.Principal) ([]Token, error) {
	rows, err := g.Meta.Tokens(ctx, ownerOf(who))
	if err != nil {
		return nil, err
	}
	list := make([]Token, 0, len(rows))
	for _, row := range rows {
		t, err := tokenOf(row)
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

// RevokeToken ends one of the tokens of who. ErrNotFound, ErrScope.
func (g *Gate) RevokeToken(ctx context.Context, who access.Principal, id string) (Token, error) {
	if who.Scope != nil && who.ID != "token:"+id {
		return Token{}, ErrScope
	}
	list, err := g.Tokens(ctx, who)
	if err != nil {
		return Token{}, err
	}
	i := slices.IndexFunc(list, func(t Token) bool { return t.ID == id })
	if i < 0 {
		return Token{}, ErrNotFound
	}
	err = g.Meta.RemoveToken(ctx, id)
	if errors.Is(err, meta.ErrNotFound) {
		err = ErrNotFound
	}
	return list[i], err
}

// byToken is who a token stands for: its owner, with those of the token's roles that the owner has now. ErrUnknown.
func (g *Gate) byToken(ctx context.Context, shown string) (access.Principal, error) {
	if !wellFormed(shown) {
		return access.Principal{}, ErrUnknown
	}
	row, err := g.Meta.TokenByHash(ctx, tokenHash(shown))
	if errors.Is(err, meta.ErrNotFound) {
		return access.Principal{}, ErrUnknown
	}
	if err != nil {
		return access.Principal{}, g.failed("reading a token", err)
	}
	t, err := tokenOf(row)
	if err != nil {
		return access.Principal{}, g.failed("reading a token", err)
	}
	now := g.Now()
	if !now.Before(t.Expires) {
		return access.Principal{}, ErrUnknown
	}
	owner, err := g.account(ctx, row.Owner)
	if err != nil {
		return access.Principal{}, err
	}
	if owner.stamp != row.Stamp {
		return access.Principal{}, ErrUnknown
	}
	if now.Sub(t.Used) >= seenEvery {
		if err := g.Meta.UseToken(ctx, t.ID, now); err != nil && ctx.Err() == nil {
			return access.Principal{}, g.failed("noting the use of a token", err)
		}
	}
	who := access.Principal{ID: "token:" + t.ID, Name: owner.name + " (token " + t.Name + ")", Scope: t.Scope, Owner: owner.id, Way: WayToken, Until: t.Expires}
	for _, r := range t.Roles {
		if slices.Contains(owner.roles, r) {
			who.Roles = append(who.Roles, r)
		}
	}
	return who, nil
}

func tokenOf(row meta.Token) (Token, error) {
	var body tokenBody
	if err := json.Unmarshal(row.Body, &body); err != nil {
		return Token{}, fmt.Errorf("reading a token: %w", err)
	}
	t := Token{ID: row.ID, Name: body.Name, Roles: body.Roles, Created: row.Created, Expires: row.Expires, Used: row.Used}
	if body.Scoped {
		t.Scope = append([]access.Action{}, body.Scope...)
	}
	return t, nil
}

// tokenHash needs no salt and no cost: nobody guesses 256 random bits.
func tokenHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// wellFormed tells whether text is written as tokens are: what is not is looked up nowhere.
func wellFormed(text string) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimPrefix(text, tokenPrefix))
	return err == nil && len(raw) == 32 && text == tokenPrefix+base64.RawURLEncoding.EncodeToString(raw)
}
