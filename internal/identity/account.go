package identity

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
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

// account is somebody who can log in, as they are now.
type account struct {
	id    string
	name  string
	roles []string
	// stamp is another one when somebody else has the id: tokens of before are nobody's then.
	stamp string
	// secret is another one when what they log in by has changed: sessions of before are over then. Neither tells the secret.
	secret string
}

func principalOf(a account, way string) access.Principal {
	return access.Principal{ID: a.id, Name: a.name, Roles: slices.Clone(a.roles), Way: way}
}

// account finds an account by the id of its principal, as it is now. ErrUnknown.
func (g *Gate) account(ctx context.Context, id string) (account, error) {
	kind, name, _ := strings.Cut(id, ":")
	switch {
	case id == ServerID && g.ServerToken != "":
		return g.serverAccount(), nil
	case kind == "local" && g.Users != nil:
		u, err := g.Users.find(name)
		if errors.Is(err, ErrNoUser) {
			return account{}, ErrUnknown
		}
		if err != nil {
			return account{}, g.failed("reading the users", err)
		}
		return userAccount(u), nil
	case kind == "oidc" && g.provider != nil:
		return g.person(ctx, id)
	}
	return account{}, ErrUnknown
}

// administrator is the role of who holds the server's token, and of the first local user.
const administrator = access.LocalRole

func (g *Gate) serverAccount() account {
	stamp := stampOf(g.ServerToken)
	return account{id: ServerID, name: "holder of the server's token", roles: []string{administrator}, stamp: stamp, secret: stamp}
}

// isServerToken compares hashes, so that neither content nor length of the token shows in the time it takes.
func (g *Gate) isServerToken(shown string) bool {
	a, b := sha256.Sum256([]byte(shown)), sha256.Sum256([]byte(g.ServerToken))
	return g.ServerToken != "" && subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func userAccount(u User) account {
	return account{id: "local:" + u.Name, name: u.Name, roles: u.Roles, stamp: u.Account, secret: stampOf(u.Account + " " + u.Hash)}
}

// stampOf tells one secret from another, and too little to find it.
func stampOf(secret string) string {
	sum := sha256.Sum256([]byte("sightglass/stamp/v1 " + secret))
	return hex.EncodeToString(sum[:8])
}

// personKnown is how long a person of the provider may stay away before the tokens that they made are not taken any more: a provider tells
// nobody whom it has removed.
const personKnown = 30 * 24 * time.Hour

// personRemembered is how long a person is kept at all.
const personRemembered = 400 * 24 * time.Hour

// personBody is what is kept of a person.
type personBody struct {
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// person is somebody of the identity provider, with the roles that their last login or refresh gave. ErrUnknown.
func (g *Gate) person(ctx context.Context, id string) (account, error) {
	if !strings.HasPrefix(id, "oidc:"+g.provider.Issuer+"#") {
		return account{}, ErrUnknown
	}
	p, err := g.Meta.Person(ctx, id)
	if errors.Is(err, meta.ErrNotFound) {
		return account{}, ErrUnknown
	}
	if err != nil {
		return account{}, g.failed("reading a person", err)
	}
	var body personBody
	if err := json.Unmarshal(p.Body, &body); err != nil {
		return account{}, g.failed("reading a person", err)
	}
	if g.Now().Sub(p.Seen) > personKnown {
		return account{}, ErrUnknown
	}
	return account{id: id, name: body.Name, roles: body.Roles, stamp: "person", secret: "person"}, nil
}

// keepPerson stores what the provider says of somebody.
func (g *Gate) keepPerson(ctx context.Context, a account) error {
	body, err := json.Marshal(personBody{a.name, a.roles})
	if err != nil {
		return fmt.Errorf("keeping a person: %w", err)
	}
	return g.Meta.SavePerson(ctx, meta.Person{ID: a.id, Seen: g.Now(), Body: body})
}
