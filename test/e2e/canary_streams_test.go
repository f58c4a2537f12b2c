//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// tape keeps what a stream or a command that goes on has given.
type tape struct {
	mu   sync.Mutex
	b    bytes.Buffer
	over bool
}

func (o *tape) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

func (o *tape) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.over = true
}

func (o *tape) state() (b []byte, over bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.b.Bytes()), o.over
}

// testStreams has everybody listen wherever something goes on, plants more, and looks at what came until each stream has shown the last record, which has a
// number that nothing hides; or until it was refused.
func testStreams(t *testing.T, r *rig, all []*walker, p plantedPlaces, from, to int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	defer readers.Wait()
	defer cancel()
	place := fmt.Sprintf("%s/0@%d", arrivals, to-1)
	id := fmt.Sprintf(`"id":%d`, to-1)
	type listened struct {
		who    *walker
		what   string
		marker [][]byte // any of them
		tape   *tape
	}
	var streams []listened
	for _, w := range all {
		for path, markers := range map[string][]string{
			"/api/v1/clusters/lab/topics/" + arrivals + "/tail": {id, `\"id\":` + fmt.Sprint(to-1), fmt.Sprintf(`"offset":"%d"`, to-1)},
			"/api/v1/recordings/" + p.job + "/events/live":      {place},
			"/api/v1/jobs/" + p.job + "/live":                   {"data:"},
			"/api/v1/audit/live":                                {"data:"},
		} {
			l := listened{who: w, what: "stream " + path, tape: &tape{}}
			for _, m := range markers {
				l.marker = append(l.marker, []byte(m))
			}
			streams = append(streams, l)
			readers.Go(func() {
				defer l.tape.end()
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+path, nil)
				if err != nil {
					return
				}
				request.Header.Set("Authorization", "Bearer "+w.token)
				response, err := (&http.Client{}).Do(request)
				if err != nil {
					return
				}
				defer response.Body.Close()
				_, _ = io.Copy(l.tape, response.Body) // until it is cut short
			})
		}
		for name, args := range map[string][]string{
			"command tail":      {"tail", arrivals, "-o", "jsonl"},
			"command events -f": {"events", p.job, "-f", "-o", "jsonl"},
		} {
			l := listened{who: w, what: name, tape: &tape{}, marker: [][]byte{[]byte(place), []byte(fmt.Sprintf(`"offset":"%d"`, to-1))}}
			streams = append(streams, l)
			c := exec.CommandContext(ctx, r.binary, args...)
			c.Env, c.Stdout, c.Stderr = w.environment(), l.tape, l.tape
			readers.Go(func() {
				defer l.tape.end()
				_ = c.Run() // it goes on until it is ended
			})
		}
	}
	heard := func(l listened) bool {
		b, over := l.tape.state()
		for _, m := range l.marker {
			if bytes.Contains(b, m) {
				return true
			}
		}
		return over
	}
	// Whoever begins to listen late would miss what is planted: it is planted again and again until all have heard the last one of a round.
	next := from
	await(t, 2*time.Minute, "every stream has shown the last record or ended", func(context.Context) (bool, error) {
		if next < to {
			plantRecords(t, r, p.seed, next, next+1)
			next++
			return false, nil
		}
		for _, l := range streams {
			if !heard(l) {
				return false, nil
			}
		}
		return true, nil
	})
	for _, l := range streams {
		b, over := l.tape.state()
		l.who.look(l.what, b)
		if !over {
			l.who.gave(l.what)
		} else if l.who.role == "local" || l.who.role == "engineer" {
			t.Errorf("%s as %s has ended: %.300s", l.what, l.who.role, b)
		}
	}
}
