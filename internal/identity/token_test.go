package identity

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// shows is who a token stands for.
func (d *door) shows(token string) (access.Principal, error) {
	return d.byToken(context.Background(), token)
}

func TestATokenHasNoMoreThanItsOwnerHasNow(t *testing.T) {
	ctx := context.Background()
	d := openDoor(t, nil)
	d.add("ann", "support", "fraud")
	d.logIn("ann")
	ann := d.principal()
	end := d.clock.now().Add(24 * time.Hour)
	made, text, err := d.MakeToken(ctx, ann, TokenWish{Name: "ci", Roles: []string{"support"}, Scope: []access.Action{access.JobView}, Expires: end})
	if err != nil || !strings.HasPrefix(text, "sg_") || len(text) != 46 {
		t.Fatalf("%q %v", text, err)
	}
	if raw, err := os.ReadFile(d.dir + "/meta.sqlite-wal"); err == nil && strings.Contains(string(raw), text) {
		t.Error("the token is in the file")
	}
	who, err := d.shows(text)
	if err != nil || who.ID != "token:"+made.ID || who.Owner != "local:ann" || !slices.Equal(who.Roles, []string{"support"}) || !slices.Equal(who.Scope, []access.Action{access.JobView}) || who.Way != WayToken || !who.Until.Equal(end) {
		t.Fatalf("%+v %v", who, err)
	}
	if _, err := d.shows(text + "x"); !errors.Is(err, ErrUnknown) {
		t.Errorf("another token: %v", err)
	}
	if status, body := d.get("/", "Authorization", "Bearer "+text, "Cookie", ""); status != 200 || body != who.ID {
		t.Errorf("%d %s", status, body)
	}

	// The owner loses the role, and so does the token.
	u := d.Users
	list, err := u.List()
	if err != nil {
		t.Fatal(err)
	}
	if err := u.change(func(l []User) ([]User, error) { l[0].Roles = []string{"fraud"}; return l, nil }); err != nil {
		t.Fatal(err)
	}
	if who, err = d.shows(text); err != nil || len(who.Roles) != 0 {
		t.Errorf("the owner lost the role: %+v %v", who, err)
	}
	if err := u.change(func([]User) ([]User, error) { return list, nil }); err != nil {
		t.Fatal(err)
	}
	if err := u.SetPassword("ann", "another good password"); err != nil {
		t.Fatal(err)
	}
	if who, err = d.shows(text); err != nil || len(who.Roles) != 1 {
		t.Errorf("after another password: %+v %v", who, err)
	}
	d.clock.move(24*time.Hour - time.Second)
	if _, err = d.shows(text); err != nil {
		t.Errorf("just before it expires: %v", err)
	}
	d.clock.move(time.Second)
	if _, err = d.shows(text); !errors.Is(err, ErrUnknown) {
		t.Errorf("expired: %v", err)
	}
	if tokens, err := d.Tokens(ctx, ann); err != nil || len(tokens) != 1 || tokens[0].Used.IsZero() || tokens[0].Name != "ci" || len(tokens[0].Scope) != 1 {
		t.Errorf("%+v %v", tokens, err)
	}
}

func TestATokenEndsWithItsOwnerAndByRevocation(t *testing.T) {
	ctx := context.Background()
	d := openDoor(t, nil)
	d.add("ann", "local")
	d.add("bob", "local")
	d.logIn("ann")
	ann := d.principal()
	wish := TokenWish{Name: "ci", Expires: d.clock.now().Add(time.Hour)}
	first, text, err := d.MakeToken(ctx, ann, wish)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := d.MakeToken(ctx, ann, wish)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.RevokeToken(ctx, access.Principal{ID: "local:bob"}, first.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("bob revokes ann's: %v", err)
	}
	if got, err := d.RevokeToken(ctx, ann, first.ID); err != nil || got.Name != "ci" {
		t.Fatal(got, err)
	}
	if _, err := d.shows(text); !errors.Is(err, ErrUnknown) {
		t.Errorf("revoked: %v", err)
	}
	if _, err := d.shows(second); err != nil {
		t.Errorf("the other one: %v", err)
	}
	if err := errors.Join(d.Users.Remove("ann"), d.Users.Add("ann", goodPassword, []string{"local"})); err != nil {
		t.Fatal(err)
	}
	if _, err := d.shows(second); !errors.Is(err, ErrUnknown) {
		t.Errorf("somebody else has the name of its owner: %v", err)
	}
}

func TestWishesForTokensAreBounded(t *testing.T) {
	ctx := context.Background()
	d := openDoor(t, nil)
	d.add("ann", "support")
	d.logIn("ann")
	ann, now := d.principal(), d.clock.now()
	hour := now.Add(time.Hour)
	for what, w := range map[string]TokenWish{
		"no name":              {Expires: hour},
		"a name of two lines":  {Name: "a\nb", Expires: hour},
		"a long name":          {Name: strings.Repeat("x", 65), Expires: hour},
		"no end":               {Name: "x"},
		"an end before now":    {Name: "x", Expires: now},
		"more than a year":     {Name: "x", Expires: now.Add(367 * 24 * time.Hour)},
		"a role of others":     {Name: "x", Expires: hour, Roles: []string{"local"}},
		"no role":              {Name: "x", Expires: hour, Roles: []string{}},
		"an empty scope":       {Name: "x", Expires: hour, Scope: []access.Action{}},
		"an action of nothing": {Name: "x", Expires: hour, Scope: []access.Action{"job:see"}},
	} {
		if _, text, err := d.MakeToken(ctx, ann, w); !errors.Is(err, ErrToken) || text != "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, text, err := d.MakeToken(ctx, ann, TokenWish{Name: "x", Expires: hour})
	if err != nil {
		t.Fatal(err)
	}
	byToken, err := d.shows(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.MakeToken(ctx, byToken, TokenWish{Name: "y", Expires: hour.Add(time.Second)}); !errors.Is(err, ErrToken) {
		t.Errorf("a token makes one that outlives it: %v", err)
	}
	made, text, err := d.MakeToken(ctx, byToken, TokenWish{Name: "y", Expires: hour, Scope: []access.Action{access.JobView}})
	if err != nil {
		t.Fatal(err)
	}
	scoped, err := d.shows(text)
	if err != nil || scoped.Owner != "local:ann" {
		t.Fatal(scoped, err)
	}
	if _, _, err := d.MakeToken(ctx, scoped, TokenWish{Name: "z", Expires: hour}); !errors.Is(err, ErrScope) {
		t.Errorf("a token with a scope makes one without: %v", err)
	}
	if err := d.EndSession(ctx, scoped, ann.Session); !errors.Is(err, ErrScope) {
		t.Errorf("a token with a scope ends a session: %v", err)
	}
	if _, err := d.RevokeToken(ctx, scoped, made.ID); err != nil {
		t.Errorf("a token may end itself: %v", err)
	}
	if _, _, err := d.MakeToken(ctx, access.Principal{ID: "oidc:x#y", Roles: []string{"support"}, Way: WayJWT}, TokenWish{Name: "x", Expires: hour}); !errors.Is(err, ErrToken) {
		t.Errorf("a program of the provider's: %v", err)
	}
	for range tokensOfOwner {
		_, _, err = d.MakeToken(ctx, ann, TokenWish{Name: "x", Expires: hour})
	}
	if !errors.Is(err, ErrToken) {
		t.Errorf("without end: %v", err)
	}
}

func FuzzWellFormed(f *testing.F) {
	f.Add("sg_" + newSessionID().text())
	f.Add("sg_")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if wellFormed(text) && (len(text) != 46 || !strings.HasPrefix(text, tokenPrefix)) {
			t.Errorf("%q passes for a token", text)
		}
	})
}
