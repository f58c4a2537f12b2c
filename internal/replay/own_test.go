package replay

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestOwnSnapshotsLieApart(t *testing.T) {
	o := newOwnSnapshots([]start{{invocation: 400_000}, {invocation: 420_000}})
	o.apart = 50_000
	var asked []uint64
	for inv := o.next(1); inv < 520_000; inv = o.next(inv + 1) {
		o.ask(inv)
		asked = append(asked, inv)
	}
	want := []uint64{50_000, 100_000, 150_000, 200_000, 250_000, 300_000, 350_000, 470_000}
	if len(asked) != len(want) {
		t.Fatalf("asked for %v, want %v", asked, want)
	}
	for i := range want {
		if asked[i] != want[i] {
			t.Fatalf("asked for %v, want %v: not within half of the way to a checkpoint", asked, want)
		}
	}
}

func TestOwnSnapshotsAreAsDearAsReplays(t *testing.T) {
	o := newOwnSnapshots(nil)
	if next := o.next(1); next != ownApartFirst {
		t.Errorf("the first one is at %d", next)
	}
	for _, c := range []struct {
		what                 string
		ms, passed, passedMS uint64
		apart                uint64
	}{
		{"cheap invocations", 1, 5_000, 10, 500 * ownApartMS},
		{"a large state", 50, 5_000, 10, 100_000},
		{"an invocation a millisecond", 1, 500, 500, ownApartLeast},
		{"less than the clock shows", 0, 100, 0, 100 * ownApartMS},
	} {
		o := newOwnSnapshots(nil)
		o.told(&ownTaken{Number: o.ask(50_000), Invocation: 50_000, MS: c.ms, Passed: c.passed, PassedMS: c.passedMS})
		if next := o.next(50_001); next != 50_000+c.apart {
			t.Errorf("%s: the next is %d further, want %d", c.what, next-50_000, c.apart)
		}
	}
	o.told(&ownTaken{Number: o.ask(50_000), Invocation: 50_000, Bytes: 1})
	if at, ok := o.before(50_000); !ok || at.invocation != 49_999 || at.checkpoint < firstOwn {
		t.Errorf("before 50000: %+v, %v", at, ok)
	}
	if _, ok := o.before(49_999); ok {
		t.Error("a place behind the invocation counts as one before it")
	}
}

func TestOwnSnapshotsEnd(t *testing.T) {
	for name, told := range map[string]ownTaken{
		"refused for good": {Invocation: 50_000, Ever: true, Reason: "its function takes part in checkpoints"},
		"too large":        {Invocation: 50_000, Bytes: ownBytes + 1},
	} {
		o := newOwnSnapshots(nil)
		told.Number = o.ask(50_000)
		o.told(&told)
		if next := o.next(50_001); next != math.MaxUint64 {
			t.Errorf("%s: asked again at %d", name, next)
		}
		if _, _, ok := o.gap(10_000_000, 20_000_000); ok {
			t.Errorf("%s: the process would warm up for nothing", name)
		}
	}
	o := newOwnSnapshots(nil)
	o.told(&ownTaken{Number: o.ask(50_000), Invocation: 50_000, Reason: "the task is in the midst of something"})
	if next := o.next(50_001); next != 50_000+ownApartFirst || len(o.places) != 0 {
		t.Errorf("one that could not be taken just then: next %d, there are %d", next, len(o.places))
	}
}

func TestWarmingBeginsWhereOneIs(t *testing.T) {
	o := newOwnSnapshots([]start{{invocation: 300_000}, {invocation: 600_000}})
	o.apart = 50_000
	from, want, ok := o.gap(450_000, 1_000_000)
	if !ok || from != 300_001 || want != 350_000 {
		t.Fatalf("first gap from %d, wants one at %d, %v", from, want, ok)
	}
	var done int
	for ; ok; from, want, ok = o.gap(450_000, 1_000_000) {
		if want < from {
			t.Fatalf("a gap from %d wants one at %d", from, want)
		}
		o.pass(want)
		if done++; done > 100 {
			t.Fatal("warming does not end")
		}
	}
	if done != 18 {
		t.Errorf("%d snapshots were asked for", done)
	}
}

func TestOwnSnapshotIsLaidOut(t *testing.T) {
	dir := t.TempDir()
	r := &room{dir: filepath.Join(dir, "room")}
	o := newOwnSnapshots(nil)
	number := o.ask(50_000)
	own := filepath.Join(r.dir, ownFolder(number))
	if err := os.MkdirAll(own, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"snapshot", "transients"} {
		if err := os.WriteFile(filepath.Join(own, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o.told(&ownTaken{Number: number, Invocation: 50_000, Bytes: 18, Lasts: "1:17"})
	at, _ := o.before(60_000)
	p := make(map[string]string)
	of := newRecorded(t)
	of.sent(of.rec, 1)
	snap, err := of.store.Snapshot(t.Context(), of.rec)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	if err := at.layout(t.Context(), t.TempDir(), p, &capsule{}, snap, sums, newDictionary(of.store, of.rec)); err != nil || p["start.lasts"] != "1:17" {
		t.Errorf("what clocks said last: %q, %v", p["start.lasts"], err)
	}
	made := func() string {
		made := filepath.Join(dir, "made")
		if err := os.Mkdir(made, 0o700); err != nil {
			t.Fatal(err)
		}
		return made
	}
	if err := r.admit(made(), "1", &at); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(r.dir, "1", "snapshot")); err != nil || string(b) != "snapshot" {
		t.Errorf("snapshot: %q, %v", b, err)
	}

	// What the process makes of its folder leads nowhere else.
	secret := filepath.Join(dir, "other")
	if err := os.Rename(own, secret); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{own: secret, filepath.Join(r.dir, "2"): dir, filepath.Join(r.dir, "trace"): filepath.Join(secret, "snapshot")} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.admit(made(), "3", &at); err == nil {
		t.Error("a snapshot was taken from elsewhere")
	}
	if err := r.admit(made(), "2", &start{}); err == nil {
		t.Error("a folder was laid out elsewhere")
	}
	if _, _, err := r.open("", "trace"); err == nil {
		t.Error("a trace was read elsewhere")
	}
	if _, _, err := r.open("", "1"); err == nil {
		t.Error("a folder was read as a trace")
	}
}
