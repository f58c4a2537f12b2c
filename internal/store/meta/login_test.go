package meta

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func TestSessionsAreBoundedAndEnd(t *testing.T) {
	ctx := context.Background()
	d := openTest(t, filepath.Join(t.TempDir(), "meta.db"))
	at := time.UnixMicro(1_000_000_000)
	for i, hash := range []string{"a", "b", "c"} {
		s := Session{Hash: hash, Owner: "local:ann", Stamp: "s", Begun: at.Add(time.Duration(i) * time.Minute), Seen: at, Ends: at.Add(time.Hour), Body: []byte(`{}`)}
		if err := d.AddSession(ctx, s, 2); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := d.Sessions(ctx, "local:ann"); err != nil || len(list) != 2 || list[0].Hash != "c" || list[1].Hash != "b" {
		t.Fatalf("%+v %v", list, err)
	}
	if _, err := d.Session(ctx, "a"); !errors.Is(err, ErrNotFound) {
		t.Errorf("the oldest is still there: %v", err)
	}
	if err := d.ChangeSession(ctx, "c", at.Add(time.Minute), []byte(`{"x":1}`)); err != nil {
		t.Fatal(err)
	}
	if s, err := d.Session(ctx, "c"); err != nil || !s.Seen.Equal(at.Add(time.Minute)) || string(s.Body) != `{"x":1}` || !s.Ends.Equal(at.Add(time.Hour)) {
		t.Errorf("%+v %v", s, err)
	}
	if err := d.ForgetSessions(ctx, at, at.Add(time.Second)); err != nil { // b was not seen since
		t.Fatal(err)
	}
	if err := d.ChangeSession(ctx, "b", at, nil); err != nil {
		t.Fatal(err)
	}
	if list, _ := d.Sessions(ctx, "local:ann"); len(list) != 1 || list[0].Hash != "c" {
		t.Errorf("%+v", list)
	}
	if err := d.EndSession(ctx, "c"); err != nil {
		t.Fatal(err)
	}
	if list, _ := d.Sessions(ctx, "local:ann"); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestTokensAreFoundByTheirHashAlone(t *testing.T) {
	ctx := context.Background()
	d := openTest(t, filepath.Join(t.TempDir(), "meta.db"))
	at := time.UnixMicro(1_000_000_000)
	if err := d.AddToken(ctx, Token{ID: "1", Hash: "h", Owner: "local:ann", Stamp: "s", Created: at, Expires: at.Add(time.Hour), Body: []byte(`{}`)}); err != nil {
		t.Fatal(err)
	}
	got, err := d.TokenByHash(ctx, "h")
	if err != nil || got.ID != "1" || !got.Used.IsZero() || !got.Expires.Equal(at.Add(time.Hour)) {
		t.Fatalf("%+v %v", got, err)
	}
	if err := d.UseToken(ctx, "1", at); err != nil {
		t.Fatal(err)
	}
	if list, err := d.Tokens(ctx, "local:ann"); err != nil || len(list) != 1 || !list[0].Used.Equal(at) {
		t.Errorf("%+v %v", list, err)
	}
	if err := d.RemoveToken(ctx, "1"); err != nil {
		t.Fatal(err)
	}
	if err := d.RemoveToken(ctx, "1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := d.TokenByHash(ctx, "h"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a removed token is found: %v", err)
	}
}

func TestPeopleAreAsLastSeen(t *testing.T) {
	ctx := context.Background()
	d := openTest(t, filepath.Join(t.TempDir(), "meta.db"))
	for i, body := range []string{`{"roles":["a"]}`, `{"roles":[]}`} {
		if err := d.SavePerson(ctx, Person{ID: "oidc:x#1", Seen: time.UnixMicro(int64(i + 1)), Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := d.Person(ctx, "oidc:x#1"); err != nil || string(p.Body) != `{"roles":[]}` || p.Seen.UnixMicro() != 2 {
		t.Errorf("%+v %v", p, err)
	}
	if err := d.ForgetPersons(ctx, time.UnixMicro(3)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Person(ctx, "oidc:x#1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
}
