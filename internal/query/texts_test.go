package query

import (
	"errors"
	"testing"
)

func TestPositionsKeepTheirText(t *testing.T) {
	for _, s := range []string{"order-totals.2.0.48211", "1a2b3c4d.0.12.1", "9f3a61c2d07b4e15#7"} {
		p, err := ParsePosition(s)
		if err != nil || p.String() != s {
			t.Errorf("%s became %s, %v", s, p, err)
		}
	}
	for _, s := range []string{"", "a", "a.1.2", "a.1.2.3.4", ".1.2.3", "a.x.2.3", "a.1.-2.3", "a.1.2.x", "9f3a#1", "9f3a61c2d07b4e15#x"} {
		if _, err := ParsePosition(s); !errors.Is(err, ErrQuery) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestSlugsAreWhatPositionsCanHold(t *testing.T) {
	for name, want := range map[string]string{
		"Source: orders": "source-orders", "StreamExecCalc$6[Calc[2]]": "streamexeccalc-6-calc-2", "window_1": "window_1",
		"  --  ": "", "Größe": "gr-e", "a...b": "a-b", "x-": "x",
	} {
		if got := Slug(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestClustersMeetWhenTheyShareAServer(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "k:9092", true}, {"k:9092", "K:9092", true}, {"a:1, b:2", "c:3,b:2", true}, {"a:1", "b:1", false}, {"a:1,", "b:2,", false},
	} {
		if got := clustersMeet(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %t", c.a, c.b, got)
		}
	}
}

func FuzzCursor(f *testing.F) {
	k := rowKey{wall: 1_700_000_000_000_000, attempt: 7, inv: 8, rank: 2, number: 9, row: 10, sub: 11}
	f.Add(string(k.cursor()))
	f.Add(string(firstAt(-5).cursor()))
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, s string) {
		k, err := parseCursor(Cursor(s))
		if err != nil {
			if !errors.Is(err, ErrQuery) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		again, err := parseCursor(k.cursor())
		if err != nil || again != k {
			t.Fatalf("%q: %+v became %+v, %v", s, k, again, err)
		}
	})
}

func FuzzPosition(f *testing.F) {
	f.Add("a.1.2.3")
	f.Add("9f3a61c2d07b4e15#7")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := ParsePosition(s); err == nil {
			if again, err := ParsePosition(p.String()); err != nil || again != p {
				t.Fatalf("%q: %+v became %+v, %v", s, p, again, err)
			}
		}
	})
}

func TestRatesCoverWholeSeconds(t *testing.T) {
	var m meter
	for s := range Wall(30) {
		m.add(s*1e6+500_000, 100)
	}
	m.add(3e6, 5) // late: counted, without a rate
	if m.total != 3005 {
		t.Errorf("total %d", m.total)
	}
	if got := newPace(0, 29_900_000).of(&m); got != 100 {
		t.Errorf("%v a second, want 100", got)
	}
	if got := newPace(0, 45_000_000).of(&m); got != 0 {
		t.Errorf("%v a second after 15 silent ones", got)
	}
	var young meter
	young.add(1_000_000, 50)
	if got := newPace(1_000_000, 2_500_000).of(&young); got != 50 {
		t.Errorf("%v a second in the first, want 50", got)
	}
}
