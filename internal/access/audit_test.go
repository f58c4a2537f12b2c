package access_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

func at() time.Time { return time.Date(2026, 8, 1, 14, 2, 11, 0, time.UTC) }

func TestLinesAreIntentThenResult(t *testing.T) {
	var b bytes.Buffer
	l := access.NewLines(&b, at, 41)
	r, err := l.Begin(context.Background(), access.Intent{Principal: "local:ann", Action: access.TopicRead, Resource: "cluster/c/topic/orders",
		Ranges: []string{"0:[5,9)"}, Policy: "local-clear"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"phase":"intent"`) {
		t.Fatal("the intent is not written when Begin returns")
	}
	if err := l.End(context.Background(), r, access.Result{Outcome: access.OutcomeOK, Records: 4}); err != nil {
		t.Fatal(err)
	}
	want := `{"seq":41,"time":"2026-08-01T14:02:11Z","phase":"intent","principal":"local:ann","action":"topic:read","resource":"cluster/c/topic/orders","ranges":["0:[5,9)"],"policy":"local-clear"}
{"seq":42,"time":"2026-08-01T14:02:11Z","phase":"result","of":41,"outcome":"ok","records":4}
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// fullDisk takes n bytes and then fails, as a disk does in the middle of a line.
type fullDisk struct {
	b bytes.Buffer
	n int
}

func (f *fullDisk) Write(p []byte) (int, error) {
	if len(p) <= f.n {
		f.n -= len(p)
		return f.b.Write(p)
	}
	k, _ := f.b.Write(p[:f.n])
	f.n = 0
	return k, errors.New("no space")
}

func TestAFullDiskRefusesTheRead(t *testing.T) {
	d := &fullDisk{n: 10}
	l := access.NewLines(d, at, 0)
	if _, err := l.Begin(context.Background(), access.Intent{}); !errors.Is(err, access.ErrAudit) {
		t.Fatalf("got %v", err)
	}
	d.n = 1000
	r, err := l.Begin(context.Background(), access.Intent{Principal: "local:ann"})
	if err != nil || r != 1 {
		t.Fatalf("after the disk has room: %v, %v", r, err)
	}
	lines := strings.Split(strings.TrimSpace(d.b.String()), "\n")
	var line map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil || line["principal"] != "local:ann" {
		t.Errorf("the line after a broken one cannot be read: %q", d.b.String())
	}
}

func TestLinesFromManyGoroutines(t *testing.T) {
	var b bytes.Buffer
	l := access.NewLines(&b, at, 0)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			r, err := l.Begin(context.Background(), access.Intent{})
			if err == nil {
				err = l.End(context.Background(), r, access.Result{Outcome: access.OutcomeOK})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	seen := map[float64]bool{}
	for s := range strings.Lines(b.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(s), &line); err != nil {
			t.Fatal(err)
		}
		seen[line["seq"].(float64)] = true
	}
	if len(seen) != 40 {
		t.Errorf("%d numbers for 40 lines", len(seen))
	}
}
