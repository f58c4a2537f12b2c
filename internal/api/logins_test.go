package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
)

// keptLogins are Logins that remember whose they were asked for.
type keptLogins struct {
	who  string
	made TokenRequest
}

func (k *keptLogins) token() Token {
	return Token{ID: "1", Name: "ci", Roles: []string{}, Scope: []string{}, Created: TimeOf(time.Unix(1, 0)), Expires: TimeOf(time.Unix(2, 0))}
}

func (k *keptLogins) Tokens(_ context.Context, who access.Principal) ([]Token, error) {
	k.who = who.ID
	return []Token{k.token()}, nil
}

func (k *keptLogins) MakeToken(_ context.Context, who access.Principal, w TokenRequest) (MadeToken, error) {
	k.who, k.made = who.ID, w
	return MadeToken{Token: k.token(), Value: "sg_x"}, nil
}

func (k *keptLogins) RevokeToken(_ context.Context, who access.Principal, id string) (Token, error) {
	k.who = who.ID
	if id != "1" {
		return Token{}, Refuse(http.StatusNotFound, "you have none of this id", "x")
	}
	return k.token(), nil
}

func (k *keptLogins) Sessions(_ context.Context, who access.Principal) ([]Session, error) {
	k.who = who.ID
	return []Session{{ID: "1", Way: "password", Began: TimeOf(time.Unix(1, 0)), Seen: TimeOf(time.Unix(1, 0)), Ends: TimeOf(time.Unix(2, 0))}}, nil
}

func (k *keptLogins) EndSession(_ context.Context, who access.Principal, id string) error {
	k.who = who.ID
	if id != "1" {
		return Refuse(http.StatusNotFound, "you have none of this id", "x")
	}
	return nil
}

func TestTokensAreThoseOfTheCaller(t *testing.T) {
	f := open(t, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "token:t", Name: "ann (token ci)", Owner: "local:ann", Way: "token", Until: time.Unix(3, 0), Scope: []access.Action{access.JobView}}, nil
	})
	status, _, body := send2(t, f, http.MethodPost, Base+"/tokens", `{"name":"ci","roles":["a"],"expires":"2h"}`)
	k := f.logins
	if status != 200 || !strings.Contains(string(body), `"value":"sg_x"`) || k.who != "token:t" || k.made.Name != "ci" || k.made.Roles[0] != "a" || time.Until(k.made.Expires) > 2*time.Hour || time.Until(k.made.Expires) < 119*time.Minute {
		t.Errorf("%d %s %+v", status, body, k)
	}
	for text, want := range map[string]int{
		`{"name":"ci","expires":"soon"}`: 400, `{"name":"","expires":"2h"}`: 422, `{"name":"ci"}`: 422, `{"name":"ci","expires":"2027-01-31"}`: 200, `{"name":"ci","expires":"2027-01-31T12:00:00+02:00"}`: 200,
	} {
		if status, _, body := send2(t, f, http.MethodPost, Base+"/tokens", text); status != want {
			t.Errorf("%s: %d %s", text, status, body)
		}
	}
	if !strings.Contains(f.audit.String(), `"action":"token:create"`) || strings.Contains(f.audit.String(), "sg_x") {
		t.Errorf("the audit log:\n%s", f.audit)
	}
	for _, path := range []string{"/tokens/2", "/sessions/2"} {
		if status, _, _ := send2(t, f, http.MethodDelete, Base+path, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	var p Principal
	_, _, raw := get2(t, f, Base+"/principal")
	if err := json.Unmarshal(raw, &p); err != nil || p.Way != "token" || p.Owner != "local:ann" || p.Until == nil || len(p.Scope) != 1 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestASessionThatHasToBeConfirmedWaits(t *testing.T) {
	f := open(t, func(*http.Request) (access.Principal, error) { return access.Principal{}, ErrAskLater })
	if status, _, body := get2(t, f, Base+"/jobs"); status != http.StatusServiceUnavailable || !strings.Contains(string(body), "identity provider") {
		t.Errorf("%d %s", status, body)
	}
}

func TestAStreamEndsWithItsSessionAndItsRole(t *testing.T) {
	var who access.Principal
	var err error
	f := open(t, func(*http.Request) (access.Principal, error) { return who, err })
	s, r := f.api.service, route{id: "x", action: access.JobRead}
	of := browse.Target{Resource: "recording/1"}
	for _, c := range []struct {
		who  access.Principal
		err  error
		want bool
	}{
		{access.LocalPrincipal("ann"), nil, true}, {access.Principal{}, ErrUnknownCaller, false}, {access.Principal{}, ErrAskLater, true},
		{access.Principal{ID: "local:ann", Roles: []string{"guest"}}, nil, false},
	} {
		who, err = c.who, c.err
		if got := s.stillMay(nil, r, of); got != c.want {
			t.Errorf("%+v %v: %v", c.who, c.err, got)
		}
	}
}
