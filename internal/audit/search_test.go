package audit

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// long writes reads of three persons, one a second, with one that lasts to the end.
func long(t *testing.T) (*Log, time.Time) {
	t.Helper()
	began := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	now := began
	l := opened(t, Options{Dir: t.TempDir(), FileSize: 8 << 10, Now: func() time.Time { return now }})
	var lasts access.Receipt
	for n := range 120 {
		now = began.Add(time.Duration(n) * time.Second)
		i := intent(n)
		i.Principal = fmt.Sprintf("local:p%d", n%3)
		r, err := l.Begin(context.Background(), i)
		if err != nil {
			t.Fatal(err)
		}
		res := access.Result{Outcome: access.OutcomeOK, Records: n}
		if n%10 == 0 {
			res.Outcome = access.OutcomeFailed
		}
		if n == 7 {
			lasts = r
			continue
		}
		if err := l.End(context.Background(), r, res); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.End(context.Background(), lasts, access.Result{Outcome: access.OutcomeOK, Records: 7}); err != nil {
		t.Fatal(err)
	}
	return l, began
}

func TestPagesGoThroughTheWholeLogNewestFirst(t *testing.T) {
	l, _ := long(t)
	for _, limit := range []int{1, 7, 50, 1000} {
		q := Query{Limit: limit}
		var all []Act
		for {
			p, err := l.Search(context.Background(), q)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, p.Acts...)
			if q.Cursor = p.Next; q.Cursor == "" {
				break
			}
		}
		reads, before := 0, uint64(1<<60)
		for _, a := range all {
			if a.Seq >= before {
				t.Fatalf("limit %d: %d behind %d", limit, a.Seq, before)
			}
			before = a.Seq
			if a.Phase != access.PhaseIntent {
				continue
			}
			reads++
			if a.Outcome == OutcomeOpen || a.Ranges[0] != fmt.Sprintf("read %d", a.Records) {
				t.Errorf("limit %d: %+v", limit, a)
			}
		}
		if reads != 120 {
			t.Errorf("limit %d: %d reads", limit, reads)
		}
	}
}

func TestActsAreChosen(t *testing.T) {
	l, began := long(t)
	for name, c := range map[string]struct {
		q    Query
		want int
	}{
		"who":      {Query{Who: "P1"}, 40},
		"outcome":  {Query{Outcome: access.OutcomeFailed}, 12},
		"action":   {Query{Action: "job:read"}, 120},
		"prefix":   {Query{Action: "topic:*"}, 0},
		"resource": {Query{Resource: "8C1E"}, 120},
		"time":     {Query{From: began.Add(30 * time.Second), To: began.Add(40 * time.Second), Who: "local:p"}, 10},
		"none":     {Query{From: began.Add(time.Hour)}, 0},
	} {
		c.q.Limit = 1000
		p, err := l.Search(context.Background(), c.q)
		if err != nil || len(p.Acts) != c.want || p.Next != "" {
			t.Errorf("%s: %d acts, next %q, %v", name, len(p.Acts), p.Next, err)
		}
	}
	for _, cursor := range []string{"-", "0", "zz.!", "1.1"} {
		if _, err := l.Search(context.Background(), Query{Cursor: cursor}); cursor != "1.1" && !errors.Is(err, ErrCursor) {
			t.Errorf("cursor %q: %v", cursor, err)
		}
	}
}

func TestEntriesAreFoundByTheirNumber(t *testing.T) {
	l, _ := long(t)
	end := l.end.Seq
	for seq := range end + 2 {
		e, ok, err := l.Entry(seq)
		if err != nil || ok != (seq > 0 && seq <= end) || ok && e.Seq != seq {
			t.Errorf("entry %d: %+v %v, %v", seq, e, ok, err)
		}
	}
}

func TestFollowTellsOfIntentsAndTheirResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := opened(t, Options{Dir: t.TempDir(), FileSize: 2 << 10})
		ctx, stop := context.WithCancel(context.Background())
		var got []Act
		done := make(chan error)
		go func() {
			done <- l.Follow(ctx, Query{Action: "job:read"}, 0, func(a Act) error { got = append(got, a); return nil })
		}()
		synctest.Wait()
		for n := range 20 {
			read(t, l, n)
		}
		synctest.Wait()
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if len(got) != 40 || got[0].Outcome != OutcomeOpen || got[1].Outcome != access.OutcomeOK || got[1].Seq != got[0].Seq {
			t.Errorf("%d acts: %+v", len(got), got)
		}
		_ = l.Close()
	})
}
