package api

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// Logins are tokens and sessions of callers, told by the process around the API. Each method is about those of who alone. A refusal is a
// *Problem: see Refuse.
type Logins interface {
	Tokens(ctx context.Context, who access.Principal) ([]Token, error)
	MakeToken(ctx context.Context, who access.Principal, w TokenRequest) (MadeToken, error)
	RevokeToken(ctx context.Context, who access.Principal, id string) (Token, error)
	Sessions(ctx context.Context, who access.Principal) ([]Session, error)
	EndSession(ctx context.Context, who access.Principal, id string) error
}

// TokenRequest is a TokenWish that was read.
type TokenRequest struct {
	Name         string
	Roles, Scope []string // empty = all of the caller's
	Expires      time.Time
}

// Token is something that a program shows in place of a person.
type Token struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Roles   []string `json:"roles" doc:"Of these it has those that its owner has at the time."`
	Scope   []string `json:"scope" doc:"The only actions that it is for; empty: all that the roles allow."`
	Created *Time    `json:"created"`
	Expires *Time    `json:"expires"`
	Used    *Time    `json:"used,omitempty" doc:"Last use, to the minute; absent: never."`
}

// MadeToken is a token with its text, which is shown this once.
type MadeToken struct {
	Token Token  `json:"token"`
	Value string `json:"value" doc:"What the program shows, as Authorization: Bearer <value>. It is kept nowhere and cannot be had again."`
}

// TokenWish asks for a token.
type TokenWish struct {
	Name    string   `json:"name" minLength:"1" maxLength:"64" doc:"What it is for."`
	Roles   []string `json:"roles,omitempty" maxItems:"100" doc:"Of the caller's own; empty: all of them."`
	Scope   []string `json:"scope,omitempty" maxItems:"100" doc:"The only actions that it is for, as job:view; empty: all that the roles allow."`
	Expires string   `json:"expires" maxLength:"64" doc:"Time, or a duration from now as 720h; a year at most."`
}

// Session is one of the caller's sessions.
type Session struct {
	ID      string `json:"id"`
	Way     string `json:"way" enum:"server-token,password,oidc" doc:"How it was logged in."`
	From    string `json:"from" doc:"Address that it was logged in from."`
	Browser string `json:"browser" doc:"As it calls itself."`
	Current bool   `json:"current" doc:"It is the one that asks."`
	Began   *Time  `json:"began"`
	Seen    *Time  `json:"seen" doc:"Last request, to the minute."`
	Ends    *Time  `json:"ends" doc:"At the latest; half an hour without a request ends it before."`
}

type tokenRequest struct{ Body TokenWish }

type tokenPath struct {
	ID string `path:"id" maxLength:"64" doc:"Of the token."`
}

type sessionPath struct {
	ID string `path:"id" maxLength:"64" doc:"Of the session."`
}
