package access

import (
	"math/bits"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// examples are a hit of each detector, cut and joined by the fuzzer.
var examples = []string{
	"ann@example.org", "4111 1111 1111 1111", "GB82 WEST 1234 5698 7654 32", "536-90-4399", "943 476 5919", "86 095 742 719", "X1234567-L", "RSSMRA85T10A562S", "2 55 08 14 168 025 38", "529.982.247-25", "2341 2341 2346",
	"44051401359", "811218-9876", "+49 (0) 30 1234567", "203.0.113.7:80", "::ffff:10.1.2.3", "2001:db8::8a2e:370:7334", "00:1B:44:11:3A:B7", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "-----BEGIN KEY-----", "AKIA" + "IOSFODNN7EXAMPLE",
	"postgres://app:s3cret@db/shop", "1984-02-29T00:00:00Z", "2/9/1978", "", "@", "::", "....", "1-1-1-1-1-1-1-1-1-1-1-1-1-1", "\xff@\xc3.\xe2", "0  001010001", strings.Repeat("1 ", 60),
}

// Every detector alone finds what all together find, whatever stands around it a space away changes no hit, and no name takes one away.
func FuzzScan(f *testing.F) {
	for _, s := range examples {
		f.Add(s)
	}
	all := valueKinds()
	f.Fuzz(func(t *testing.T, text string) {
		plain, named := all.scan(text, 0), all.scan(text, ^kindSet(0))
		if plain&^named != 0 {
			t.Errorf("%q: names take away %v", text, plain&^named)
		}
		if plain&weakKinds() != 0 {
			t.Errorf("%q: %v without a name", text, plain&weakKinds())
		}
		all.each(func(k kind) {
			if got := kindSetOf(k).scan(text, ^kindSet(0)); got != named&kindSetOf(k) {
				t.Errorf("%q: %v alone, %v of all", text, got, named)
			}
		})
		prose(text)
	})
}

func FuzzFindMail(f *testing.F)      { fuzzFinder(f, findMail, kindSetOf(kindEmail, kindURLPassword)) }
func FuzzFindKeys(f *testing.F)      { fuzzFinder(f, findKeys, kindSetOf(kindKey, kindJWT)) }
func FuzzFindAddresses(f *testing.F) { fuzzFinder(f, everyAddress, kindSetOf(kindIP, kindMAC)) }
func FuzzFindNumbers(f *testing.F)   { fuzzFinder(f, everyNumber, numberKinds) }

func everyAddress(text string) kindSet {
	return findAddresses(text, 0xff, len(text), len(text), ^kindSet(0))
}

func everyNumber(text string) kindSet {
	n := numbers{text: text, want: numberKinds, named: ^kindSet(0)}
	n.find()
	return n.hits
}

// fuzzFinder holds that a finder reads any text, finds only its own kinds, and finds nothing less with a line before and behind the text.
func fuzzFinder(f *testing.F, find func(string) kindSet, own kindSet) {
	for _, s := range examples {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		hits := find(text)
		if hits&^own != 0 {
			t.Errorf("%q: %v", text, hits)
		}
		if missed := hits &^ find("line\n"+text+"\nline"); missed != 0 {
			t.Errorf("%q: %v is not found between lines", text, missed)
		}
	})
}

// Checks of digits read any digits, and a wrong digit is a wrong number where the check finds all of them.
func FuzzChecksOfDigits(f *testing.F) {
	for _, s := range examples {
		f.Add([]byte(s), uint8(3), uint8(1))
	}
	f.Fuzz(func(t *testing.T, raw []byte, at, by uint8) {
		if len(raw) < 15 {
			return
		}
		d := make([]byte, min(len(raw), 19))
		for i := range d {
			d[i] = raw[i] % 10
		}
		checks := map[string]struct {
			digits []byte
			is     func([]byte) bool
		}{"luhn": {d, luhn}, "verhoeff": {d, verhoeff}, "nhs": {d[:10], isNHS}, "ssn": {d[:9], nil}, "tax_de": {d[:11], isTaxDE}, "cpf": {d[:11], isCPF}, "pesel": {d[:11], isPESEL}, "personnummer": {d[:10], isPersonnummer}, "nir": {d[:15], isNIR}}
		isSSN(d[:9])
		isCard(d)
		dniLetter(d[:8])
		for name, c := range checks {
			if c.is == nil || !c.is(c.digits) {
				continue
			}
			other := append([]byte(nil), c.digits...)
			i := int(at) % len(other)
			other[i] = (other[i] + 1 + by%9) % 10
			if c.is(other) && !(name == "cpf" && (cpfHasTen(c.digits) || cpfHasTen(other))) {
				t.Errorf("%s: %v and %v differ by one digit", name, c.digits, other)
			}
		}
	})
}

// cpfHasTen says whether a digit of a CPF stands for the remainder 10, which is written 0 as the remainder 0 is: these two alone are not told apart, so
// that 642.573.252-08 and 542.573.252-08 are both valid.
func cpfHasTen(d []byte) bool {
	for n := 9; n <= 10; n++ {
		sum := 0
		for i := range n {
			sum += int(d[i]) * (n + 1 - i)
		}
		if sum*10%11 == 10 {
			return true
		}
	}
	return false
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"email", "customerEMailAddress2", "Straße", "IBANNumber", "e-mail", "x", "", "\xff", "é\u0301", "İstanbul"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s := kindsOfName(name)
		if bits.OnesCount32(uint32(s)) > 12 {
			t.Errorf("%q speaks of %v", name, s)
		}
		if nameKinds(Path{name, elementStep}) != s {
			t.Errorf("%q: an element has another name", name)
		}
	})
}

func FuzzNestedJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,"x",null,true,1e400]}`, `["{\"email\":\"ann@example.org\"}"]`, "{", "[]", " {} ", `{"a":1,"a":2}`, "[1][2]"} {
		f.Add(s)
	}
	p := guarded(f, Detectors{Enabled: AllDetectors(), FreeText: FreeTextKeep}, Rule{Part: PartValue, Paths: map[string]string{"doc": "public", "doc~json.**.a": "public"}})
	f.Fuzz(func(t *testing.T, text string) {
		begin := time.Now()
		v := shownAs(p, reader, "doc", event.TextValue(event.ValueString, text))
		if root, is, err := nestedJSON(text); is && err == nil && root.Kind != event.NodeObject && root.Kind != event.NodeList {
			t.Errorf("%q is read as %v", text, root.Kind)
		}
		if n := leafOf(v); n != nil && n.Mask == "" && n.Value != text {
			t.Errorf("%q is shown as %q, and nothing says so", text, n.Value)
		}
		if took := time.Since(begin); took > time.Minute {
			t.Errorf("%d bytes took %v", len(text), took)
		}
	})
}
