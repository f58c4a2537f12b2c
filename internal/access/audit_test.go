package access_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

func at() time.Time { return time.Date(2026, 8, 1, 14, 2, 11, 0, time.UTC) }

// The strings of RFC 8785, 3.2.2 and 3.2.3, and what else JSON may escape.
func TestCanonicalStrings(t *testing.T) {
	for in, want := range map[string]string{
		"€$\u000F\u000aA'B\"\\\\\"/": `"€$\u000f\nA'B\"\\\\\"/"`,
		"\r":                         `"\r"`,
		"דּ":                         `"דּ"`,
		"1":                          `"1"`,
		"😀":                          `"😀"`,
		"\u0080":                     "\"\u0080\"",
		"ö":                          `"ö"`,
		"\b\t\n\f\r":                 `"\b\t\n\f\r"`,
		"\x00\x1f\x7f":               "\"\\u0000\\u001f\x7f\"",
		"</script>&\u2028\u2029":     "\"</script>&\u2028\u2029\"",
	} {
		e := access.Entry{Reason: in}
		if got, want := string(e.Canonical(nil, true)), `{"reason":`+want+`}`; got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
		var back access.Entry
		if err := json.Unmarshal(e.Canonical(nil, true), &back); err != nil || back.Reason != in {
			t.Errorf("%q came back as %q, %v", in, back.Reason, err)
		}
	}
}

func fullEntry() access.Entry {
	e := access.EventEntry(access.Intent{Principal: "p", Roles: []string{"r", "s"}, Client: "c", Action: "a", Resource: "x", Ranges: []string{"1", "2"}, Filter: "f",
		Decoder: "d", Policy: "v", Grant: "g", Reason: "w"}, access.Result{Outcome: "ok", Records: 3, Classes: []string{"k"}})
	e.Of, e.Format, e.File, e.Key, e.Before, e.BeforeHash = 1, 1, 2, "00", "b", access.Digest{1}
	e.RemovedFirst, e.RemovedLast, e.RemovedHash = 1, 2, access.Digest{2}
	access.Link{Seq: 8, Hash: access.Digest{3}}.Seal(&e, at())
	return e
}

func TestMembersStandInOrderAndComeBack(t *testing.T) {
	e := fullEntry()
	line := e.Canonical(nil, true)
	d := json.NewDecoder(bytes.NewReader(line))
	var names []string
	for depth, key := 0, false; ; {
		tok, err := d.Token()
		if err != nil {
			break
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			key = depth == 1
		case string:
			if depth == 1 && key {
				names = append(names, v)
				key = false
				continue
			}
			key = depth == 1
		default:
			key = depth == 1
		}
	}
	if len(names) != 28 || !slices.IsSorted(names) {
		t.Errorf("%d members: %v", len(names), names)
	}
	back, err := access.ParseEntry(line)
	if err != nil || !bytes.Equal(back.Canonical(nil, true), line) || !back.Whole() {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestParseTakesNothingElse(t *testing.T) {
	e := fullEntry()
	line := string(e.Canonical(nil, true))
	for name, bad := range map[string]string{
		"empty": "", "none": "null", "space": line + " ", "space before": " " + line, "two": line + line, "space inside": strings.Replace(line, ":", ": ", 1),
		"escaped": strings.Replace(line, `"p"`, `"\u0070"`, 1), "name": strings.Replace(line, `"seq"`, `"Seq"`, 1), "more": strings.Replace(line, "{", `{"a":1,`, 1),
		"twice": strings.Replace(line, `"seq":9`, `"seq":9,"seq":9`, 1), "float": strings.Replace(line, `"seq":9`, `"seq":9.0`, 1), "minus": strings.Replace(line, `"seq":9`, `"seq":-9`, 1),
		"large": strings.Replace(line, `"seq":9`, `"seq":9007199254740992`, 1), "time": strings.Replace(line, "Z", "+00:00", 1), "hex": strings.Replace(line, `"hash":"`, `"hash":"0`, 1),
	} {
		if _, err := access.ParseEntry([]byte(bad)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	later := strings.Replace(strings.Replace(line, `"phase":"event"`, `"phase":"file"`, 1), `"format":1`, `"format":2`, 1)
	if _, err := access.ParseEntry([]byte(later)); !errors.Is(err, access.ErrFormat) {
		t.Errorf("a later version: %v", err)
	}
}

func TestEntriesAreBounded(t *testing.T) {
	long := strings.Repeat("ä", 10_000)
	e := access.IntentEntry(access.Intent{Reason: long, Principal: "a\xffb", Ranges: slices.Repeat([]string{long}, 1000), Filter: "\xff"})
	access.Link{}.Seal(&e, at())
	line := e.Canonical(nil, true)
	if len(line) > access.AuditLineMax || !strings.HasSuffix(e.Reason, "…") || e.Principal != "a\uFFFDb" || len(e.Ranges) != 257 {
		t.Errorf("%d bytes, %d ranges, principal %q", len(line), len(e.Ranges), e.Principal)
	}
	if _, err := access.ParseEntry(line); err != nil {
		t.Error(err)
	}
}

func TestTimeNeverGoesBack(t *testing.T) {
	var a, b access.Entry
	l := access.Link{}.Seal(&a, at())
	l.Seal(&b, at().Add(-time.Hour))
	if !b.Time.Equal(a.Time) {
		t.Errorf("%s behind %s", b.Time, a.Time)
	}
}

func TestHeadsAreSigned(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	h := access.SignHead(key, access.Link{Seq: 9, Hash: access.Digest{4}}, at())
	back, err := access.ParseHead(h.Canonical(nil, true))
	if err != nil || back.Signed(key.Public().(ed25519.PublicKey)) != nil {
		t.Errorf("%+v, %v", back, err)
	}
	back.Seq++
	if !errors.Is(back.Signed(key.Public().(ed25519.PublicKey)), access.ErrSignature) {
		t.Error("another number has the same signature")
	}
	other := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, 32))
	if !errors.Is(h.Signed(other.Public().(ed25519.PublicKey)), access.ErrSignature) {
		t.Error("another key signed it as well")
	}
}

func TestWithoutLiterals(t *testing.T) {
	for in, want := range map[string]string{
		`value.email == "ann@example.org"`:         `value.email == string`,
		`value.a > 50 && op == 'x\'y'`:             `value.a > int && op == string`,
		`value["4111"].b1 == 0x1Fu || x < -1.5e-3`: `value[string].b1 == uint || x < -double`,
		`b"secret" + r"se\" != rb'x' + """a"b"""`:  `bytes + string != bytes + string`,
		"size == 3 // card 4111":                   "size == int ",
		`key == token("u42") && .5 < x`:            `key == token(string) && double < x`,
		`text.contains("open`:                      `text.contains(string`,
		`a1.f2(3u).g4`:                             `a1.f2(uint).g4`,
	} {
		if got := access.WithoutLiterals(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func FuzzParseEntry(f *testing.F) {
	e := fullEntry()
	f.Add(e.Canonical(nil, true))
	f.Add([]byte(`{"phase":"intent","seq":1}`))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, line []byte) {
		e, err := access.ParseEntry(line)
		if err == nil && !bytes.Equal(e.Canonical(nil, true), line) {
			t.Errorf("%q was taken as %q", line, e.Canonical(nil, true))
		}
	})
}
