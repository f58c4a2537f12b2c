package meta

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func TestLinksEndAndAreCountedWhileTheyHold(t *testing.T) {
	ctx := context.Background()
	d := openTest(t, filepath.Join(t.TempDir(), "meta.db"))
	at := time.UnixMicro(1_000_000_000)
	for i, id := range []string{"one", "two"} {
		l := Link{ID: id, Hash: "h-" + id, Owner: "local:ann", Created: at.Add(time.Duration(i)), Expires: at.Add(time.Hour), Bytes: 7, Body: []byte(`{}`)}
		if i == 1 {
			l.Created = at.Add(time.Second)
		}
		if err := d.AddLink(ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := d.Links(ctx); err != nil || len(list) != 2 || list[0].ID != "two" || !list[0].Last.IsZero() || !list[0].Revoked.IsZero() {
		t.Fatalf("%+v %v", list, err)
	}
	if err := d.CountDownload(ctx, "one", at.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := d.RevokeLink(ctx, "one", at.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if err := d.RevokeLink(ctx, "one", at.Add(3*time.Minute)); err != nil { // the first time counts
		t.Fatal(err)
	}
	l, err := d.Link(ctx, "one")
	if err != nil || l.Downloads != 1 || !l.Last.Equal(at.Add(time.Minute)) || !l.Revoked.Equal(at.Add(2*time.Minute)) || l.Hash != "h-one" || l.Bytes != 7 || l.Live(at) {
		t.Errorf("%+v %v", l, err)
	}
	for id, when := range map[string]time.Time{"one": at.Add(4 * time.Minute), "two": at.Add(time.Hour), "none": at} {
		if err := d.CountDownload(ctx, id, when); !errors.Is(err, ErrNotFound) {
			t.Errorf("a download of %s was counted: %v", id, err)
		}
	}
	if err := d.RevokeLink(ctx, "none", at); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
	if err := d.ForgetLinks(ctx, at.Add(3*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if list, _ := d.Links(ctx); len(list) != 1 || list[0].ID != "two" || !list[0].Live(at) || list[0].Live(at.Add(time.Hour)) {
		t.Errorf("%+v", list)
	}
}
