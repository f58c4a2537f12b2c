package identity

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"golang.org/x/oauth2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/store/meta"
)

// refresh asks the provider again who a session's person is, and gives the session's body with what it answered. A person who is gone, or has
// no role any more, is logged out. ErrProvider: the session waits until the provider answers, and ends by itself if it does not. ErrUnknown.
func (g *Gate) refresh(ctx context.Context, id sessionID, s meta.Session) (sessionBody, error) {
	p := g.provider
	if p == nil {
		return sessionBody{}, g.over(ctx, s)
	}
	// A refresh token is often good for one use: requests of one session go one after the other, and look again.
	first, err := strconv.ParseUint(s.Hash[:1], 16, 8)
	if err != nil {
		return sessionBody{}, g.failed("reading a session", err)
	}
	p.refreshing[first].Lock()
	defer p.refreshing[first].Unlock()
	s, err = g.Meta.Session(ctx, s.Hash)
	if errors.Is(err, meta.ErrNotFound) {
		return sessionBody{}, ErrUnknown
	}
	if err != nil {
		return sessionBody{}, g.failed("reading a session", err)
	}
	var body sessionBody
	if err := json.Unmarshal(s.Body, &body); err != nil {
		return sessionBody{}, g.failed("reading a session", err)
	}
	now := g.Now()
	if now.Sub(body.Refreshed) < rolesEvery {
		return body, nil
	}
	token, err := id.open(body.Refresh)
	if err != nil {
		return sessionBody{}, g.over(ctx, s)
	}
	a, next, err := p.again(ctx, s.Owner, token)
	switch {
	case errors.Is(err, ErrProvider):
		return sessionBody{}, err
	case err != nil:
		g.Log.Info("a session ends: the identity provider does not confirm it", "principal", s.Owner, "error", err)
		return sessionBody{}, g.over(ctx, s)
	}
	ctx = context.WithoutCancel(ctx) // the old refresh token may be used up
	if a == nil {                    // no new claims, but the grant still holds
		old, err := g.person(ctx, s.Owner)
		if err != nil {
			return sessionBody{}, err
		}
		a = &old
	}
	if err := g.keepPerson(ctx, *a); err != nil {
		return sessionBody{}, g.failed("keeping a person", err)
	}
	if len(a.roles) == 0 {
		return sessionBody{}, g.over(ctx, s)
	}
	body.Refreshed = now
	if next != "" {
		body.Refresh = id.seal(next)
	}
	text, err := json.Marshal(body)
	if err == nil {
		err = g.Meta.ChangeSession(ctx, s.Hash, now, text)
	}
	if err != nil {
		return sessionBody{}, g.failed("keeping a session", err)
	}
	return body, nil
}

// again trades a refresh token. The account is nil when the provider sent no claims with it. Errors: ErrProvider, and others that end the session.
func (p *provider) again(ctx context.Context, owner, refresh string) (*account, string, error) {
	d, err := p.get()
	if err != nil {
		return nil, "", err
	}
	ctx, stop := p.call(ctx)
	defer stop()
	token, err := d.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	if err != nil {
		err = unreachable(err)
		var refused *oauth2.RetrieveError
		if errors.As(err, &refused) {
			if refused.ErrorCode != "invalid_grant" { // the client's own fault, not the person's
				return nil, "", ErrProvider
			}
			return nil, "", errors.New("the grant is over")
		}
		return nil, "", err
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, token.RefreshToken, nil
	}
	id, claims, err := p.verify(ctx, d, raw, p.ClientID)
	if err != nil {
		return nil, "", err
	}
	a, err := p.accountOf(id.Subject, claims)
	if err != nil {
		return nil, "", err
	}
	if a.id != owner {
		return nil, "", errors.New("the provider answers about somebody else")
	}
	return &a, token.RefreshToken, nil
}

// byJWT is a program that shows a JWT of the provider's. ErrUnknown, ErrProvider.
func (g *Gate) byJWT(r *http.Request, shown string) (access.Principal, error) {
	p := g.provider
	d, err := p.get()
	if err != nil {
		return access.Principal{}, err
	}
	ctx, stop := p.call(r.Context())
	defer stop()
	token, claims, err := p.verify(ctx, d, shown, p.Audience)
	if errors.Is(err, ErrProvider) {
		return access.Principal{}, err
	}
	if err != nil {
		return access.Principal{}, ErrUnknown
	}
	a, err := p.accountOf(token.Subject, claims)
	if err != nil {
		return access.Principal{}, ErrUnknown
	}
	who := principalOf(a, WayJWT)
	who.Until = token.Expiry
	return who, nil
}
