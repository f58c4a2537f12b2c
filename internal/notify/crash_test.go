package notify

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/tables"
)

const (
	childDir = "NOTIFY_TEST_DIR" // makes this program the one that is killed
	childURL = "NOTIFY_TEST_URL"
	crashed  = 20 // events
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := dies(context.Background(), dir, os.Getenv(childURL)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1) // it should have been killed
	}
	os.Exit(m.Run())
}

func childOptions(dir string, db *tables.DB) Options {
	return Options{DB: db, KeyFile: filepath.Join(dir, "notify.key"), URL: "https://sightglass.example"}
}

// dies writes events down and sends them until it is killed.
func dies(ctx context.Context, dir, url string) error {
	db, err := tables.Open(ctx, filepath.Join(dir, "g.sqlite"))
	if err != nil {
		return err
	}
	o := childOptions(dir, db)
	o.Policy = permissive()
	k, err := Open(ctx, o)
	if err != nil {
		return err
	}
	if _, err := k.Add(ctx, person("ann"), Wish{Target: Target{Kind: Webhook, URL: url}}, secret, true); err != nil {
		return err
	}
	for i := range crashed {
		e := broken(fmt.Sprint("t", i), Warning)
		e.ID = fmt.Sprint("event-", i)
		if err := db.Do(ctx, func(tx *tables.Tx) error { return k.Enqueue(ctx, tx, e) }); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	k.Run(ctx)
	return nil
}

// A process that is killed in the middle of a delivery loses none: the next one sends it again, and all that waits behind it.
func TestKilledInADelivery(t *testing.T) {
	dir := t.TempDir()
	killed := make(chan *os.Process, 1)
	asked := make(chan struct{})
	r := receive(t, nil)
	n := 0
	r.reply(func(http.ResponseWriter, *http.Request) {
		if n++; n == 3 { // one request is at this address at a time
			p := <-killed
			_ = p.Kill() // Wait tells how it ended
			close(asked)
		}
	})
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir, childURL+"="+r.URL)
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	killed <- child.Process
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Fatalf("it was not killed: %v", err)
	}
	<-asked
	r.reply(nil)
	db, err := tables.Open(t.Context(), filepath.Join(dir, "g.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	o := childOptions(dir, db)
	o.Policy, o.Now = permissive(), func() time.Time { return time.Now().Add(leased) }
	k, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, g := range r.got() {
		times[g.event(t).ID]++
	}
	again := 0
	for i := range crashed {
		switch n := times[fmt.Sprint("event-", i)]; n {
		case 0:
			t.Errorf("event-%d was lost", i)
		case 1:
		default:
			again++
		}
	}
	if again != 1 {
		t.Errorf("%d were sent more than once, and one was on its way", again)
	}
}
