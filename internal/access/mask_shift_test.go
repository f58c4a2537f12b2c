package access

import (
	"strconv"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

func maskOf(t *testing.T, mask Mask, master byte) *class {
	t.Helper()
	keys, err := NewKeys(append(make([]byte, 31), master), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	m := Masking{Classes: map[string]Class{"x": {Action: MaskAction{Mask: mask}}}, Keys: keys}
	c, err := m.compile()
	if err != nil {
		t.Fatal(err)
	}
	return c.classes["x"]
}

// Who looks at moved times sees their order, distances and days of the week, and not when it was.
func TestMovedTimesKeepOrderAndDistance(t *testing.T) {
	apart := map[int]bool{}
	for master := range byte(20) {
		c := maskOf(t, ShiftTime, master)
		of := func(kind event.ValueKind, text string) time.Time {
			t.Helper()
			got := c.of(event.TextValue(kind, text))
			layout := map[event.ValueKind]string{event.ValueDate: time.DateOnly, event.ValueDateTime: "2006-01-02T15:04:05.999999999", event.ValueInstant: time.RFC3339Nano}[kind]
			at, err := time.Parse(layout, got)
			if err != nil {
				t.Fatalf("%s became %q: %v", text, got, err)
			}
			return at
		}
		first, second := of(event.ValueInstant, "2026-11-27T10:00:00.250Z"), of(event.ValueInstant, "2026-11-28T09:30:00Z")
		was := time.Date(2026, 11, 27, 10, 0, 0, 250e6, time.UTC)
		moved := first.Sub(was)
		if second.Sub(first) != 23*time.Hour+29*time.Minute+59*time.Second+750*time.Millisecond || moved%(7*24*time.Hour) != 0 || moved.Abs() < 28*24*time.Hour || moved.Abs() > 3640*24*time.Hour {
			t.Fatalf("moved by %s, %s apart", moved, second.Sub(first))
		}
		apart[int(moved.Hours())] = true
		if got := of(event.ValueDate, "2026-11-27"); got != first.Truncate(24*time.Hour) {
			t.Errorf("a date is moved to %s, a time of that day to %s", got, first)
		}
		if got := of(event.ValueDateTime, "2026-11-27T10:00:00.25"); got != first {
			t.Errorf("without a zone it is moved to %s", got)
		}
		for unit, second := range map[int64]int64{was.Unix(): 1, was.UnixMilli(): 1e3, was.UnixMicro(): 1e6} {
			if got, want := c.of(event.IntValue(unit)), unit+int64(moved/time.Second)*second; got != strconv.FormatInt(want, 10) {
				t.Errorf("%d became %s, want %d", unit, got, want)
			}
		}
	}
	if len(apart) < 15 {
		t.Errorf("20 keys move times to %d places", len(apart))
	}
	c := maskOf(t, ShiftTime, 1)
	for v, want := range map[event.Value]string{
		event.IntValue(4711): "0", event.IntValue(-1): "0", event.TextValue(event.ValueString, "2026-11-27"): "***",
		event.TextValue(event.ValueInstant, "+12026-11-27T10:00:00Z"): "1970-01-01T00:00:00Z",
	} {
		if got := c.of(v); got != want {
			t.Errorf("%s became %s, want %s", v.Text(), got, want)
		}
	}
}

func TestTokensOfTheSameLength(t *testing.T) {
	c := maskOf(t, TokenLength, 1)
	seen := map[string]string{}
	for _, text := range []string{"", "a", "Ærø", "astrid.lindqvist@example.org", "astrid.lindqvist@example.net", string(make([]byte, 51)), string(make([]byte, 52)), string(make([]byte, 300)), string(make([]byte, 4096))} {
		got := c.of(event.TextValue(event.ValueString, text))
		if utf8.RuneCountInString(got) != utf8.RuneCountInString(text) || got != c.of(event.TextValue(event.ValueString, text)) {
			t.Errorf("%d characters became %d", utf8.RuneCountInString(text), utf8.RuneCountInString(got))
		}
		if before, ok := seen[got]; ok {
			t.Errorf("%q and %q have one token", before, text)
		}
		seen[got] = text
	}
	long := c.of(event.TextValue(event.ValueString, string(make([]byte, 300))))
	if long[:60] == long[60:120] {
		t.Error("the token repeats itself")
	}
	if got := c.of(event.TextValue(event.ValueString, string(make([]byte, 5000)))); got != "***" {
		t.Errorf("what is too long is %.20q", got)
	}
	if got := c.of(event.IntValue(4711)); got == "4711" || got == "0" {
		t.Errorf("a number became %s", got)
	}
}

// Who may write a value and look at what comes of it would learn how far times are moved.
func TestMovedTimesAreHiddenFromWhoeverMayWrite(t *testing.T) {
	for _, mask := range []Mask{TokenLength, ShiftTime} {
		p := shopOf(t, mask)
		if got := p.Plan(Principal{ID: "w", Roles: []string{"writer"}}, Subject{Resource: "cluster/x/topic/orders", Part: PartValue}).Leaf(Path{"at"}, event.TextValue(event.ValueInstant, "2026-11-27T10:00:00Z")).Mask; got != Redact {
			t.Errorf("%s: %s", mask, got)
		}
		if got := p.Plan(Principal{ID: "r", Roles: []string{"reader"}}, Subject{Resource: "cluster/x/topic/orders", Part: PartValue}).Leaf(Path{"at"}, event.TextValue(event.ValueInstant, "2026-11-27T10:00:00Z")).Mask; got != mask {
			t.Errorf("%s: %s", mask, got)
		}
	}
}

func shopOf(t *testing.T, mask Mask) *Policy {
	t.Helper()
	p, err := ReadPolicy("masking:\n  classes: {x: {rank: 5, action: "+string(mask)+"}}\n  rules: [{topics: [orders], part: value, paths: {at: x}}]\nroles:\n"+
		"  - {name: writer, allow: [{actions: [\"topic:read\", \"topic:produce\"], resources: [\"**\"]}]}\n  - {name: reader, allow: [{actions: [\"topic:read\"], resources: [\"**\"]}]}\n", keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
