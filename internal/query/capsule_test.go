package query

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/store/memory"
)

func TestCopiesOfStateAreNamed(t *testing.T) {
	ctx := context.Background()
	store := memory.New()
	named, other := event.HashOf([]byte("kept")), event.HashOf([]byte("restored"))
	put := func(n byte, body string, kind event.Kind) {
		b := block.NewBuilder(block.Spec{Recording: event.RecordingID{n}, Attempt: 5, Lane: event.LaneJob})
		b.Add(block.Row{Kind: kind, Operator: -1, N: 1, Wall: 1000, Body: []byte(body)})
		ingesttest.PutBlock(t, store, b)
	}
	put(1, fmt.Sprintf(`{"checkpoint":1,"files":[["file:/a",5,"%s"],["file:/b",5]]}`, named), event.KindSnapshot)
	put(2, fmt.Sprintf(`{"checkpoint":1,"files":[["s3://c",-1,"%s"]]}`, other), event.KindRestored)
	put(3, `{"checkpoint":1}`, event.KindSnapshot)
	e, err := New(Options{Reader: store, Blobs: store})
	if err != nil {
		t.Fatal(err)
	}
	all, err := e.NamedBlobs(ctx)
	if err != nil || len(all) != 2 || !all[named] || !all[other] {
		t.Fatalf("%v, %v", all, err)
	}
	put(4, `{"files":[["file:/a",5,"no hash"]]}`, event.KindSnapshot)
	if _, err := e.NamedBlobs(ctx); !errors.Is(err, ErrUnread) {
		t.Errorf("a name that cannot be read: %v", err)
	}
}

func TestCapsulesSayWhatOfThemHasArrived(t *testing.T) {
	ctx := context.Background()
	store := memory.New()
	whole, half := []byte("all of it"), []byte("only the beginning")
	for _, put := range []struct {
		blob []byte
		sent int
	}{{whole, len(whole)}, {half, 4}} {
		if _, err := store.PutBlob(ctx, event.HashOf(put.blob), int64(len(put.blob)), 0, put.blob[:put.sent]); err != nil {
			t.Fatal(err)
		}
	}
	rec := event.RecordingID{7}
	b := block.NewBuilder(block.Spec{Recording: rec, Attempt: 5, Lane: event.LaneJob})
	for i, body := range []string{
		fmt.Sprintf(`{"parts":[{"name":"task_configuration","format":"java","bytes":9,"sha256":"%s"},{"name":"a.jar","format":"jar","bytes":18,"sha256":"%s"},
			{"name":"b.jar","format":"jar","bytes":3,"sha256":"%s"},{"name":"c.jar","format":"jar","bytes":3,"sha256":"no"}],
			"hidden":["sasl.password"],"missing":[{"name":"d.jar","reason":"too long"}]}`, event.HashOf(whole), event.HashOf(half), event.HashOf([]byte("abc"))),
		`{"parts":`,
	} {
		b.Add(block.Row{Kind: event.KindCapsule, Operator: -1, N: 1, Wall: int64(1000 * (i + 1)), Body: []byte(body)})
	}
	ingesttest.PutBlock(t, store, b)
	e, err := New(Options{Reader: store, Blobs: store})
	if err != nil {
		t.Fatal(err)
	}
	list, err := e.Capsules(ctx, rec)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d capsules, %v", len(list), err)
	}
	want := []CapsulePart{
		{Name: "task_configuration", Format: "java", Bytes: 9, Hash: event.HashOf(whole), Stored: 9, Complete: true},
		{Name: "a.jar", Format: "jar", Bytes: 18, Hash: event.HashOf(half), Stored: 4},
		{Name: "b.jar", Format: "jar", Bytes: 3, Hash: event.HashOf([]byte("abc"))},
	}
	if got := list[0]; fmt.Sprint(got.Parts) != fmt.Sprint(want) || fmt.Sprint(got.Hidden) != "[sasl.password]" ||
		fmt.Sprint(got.Missing) != "[{d.jar too long false} {c.jar its hash cannot be read true}]" {
		t.Errorf("got %+v", got)
	}
	if got := list[1]; len(got.Parts) != 0 || len(got.Missing) != 1 {
		t.Errorf("a body that cannot be read: %+v", got)
	}
}
