package access

import (
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"testing"
)

// NIST's examples of FF1 (Cryptographic Standards and Guidelines, example values, FF1samples.pdf), all nine.
func TestFF1IsNISTs(t *testing.T) {
	const base36 = "0123456789abcdefghijklmnopqrstuvwxyz"
	keys := map[int]string{128: "2B7E151628AED2A6ABF7158809CF4F3C", 192: "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F", 256: "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94"}
	for _, c := range []struct {
		bits        int
		radix       uint64
		tweak       string
		plain, want string
	}{
		{128, 10, "", "0123456789", "2433477484"}, {128, 10, "39383736353433323130", "0123456789", "6124200773"}, {128, 36, "3737373770717273373737", base36[:19], "a9tv40mll9kdu509eum"},
		{192, 10, "", "0123456789", "2830668132"}, {192, 10, "39383736353433323130", "0123456789", "2496655549"}, {192, 36, "3737373770717273373737", base36[:19], "xbj3kv35jrawxv32ysr"},
		{256, 10, "", "0123456789", "6657667009"}, {256, 10, "39383736353433323130", "0123456789", "1001623463"}, {256, 36, "3737373770717273373737", base36[:19], "xs8a0azh2avyalyzuwd"},
	} {
		key, tweak := fromHex(t, keys[c.bits]), fromHex(t, c.tweak)
		f, err := newFF1(key, c.radix, len(c.plain), tweak)
		if err != nil {
			t.Fatal(err)
		}
		u := len(c.plain) / 2
		half := func(text string) uint64 {
			n, err := strconv.ParseUint(text, int(c.radix), 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		text := func(n uint64, digits int) string {
			s := strconv.FormatUint(n, int(c.radix))
			return strings.Repeat("0", digits-len(s)) + s
		}
		a, b := f.encrypt(half(c.plain[:u]), half(c.plain[u:]), new(ff1Scratch))
		if got := text(a, u) + text(b, len(c.plain)-u); got != c.want {
			t.Errorf("AES-%d, radix %d, tweak %s: %s, want %s", c.bits, c.radix, c.tweak, got, c.want)
		}
		if a, b = f.decrypt(a, b, new(ff1Scratch)); text(a, u)+text(b, len(c.plain)-u) != c.plain {
			t.Errorf("AES-%d, radix %d: it does not come back", c.bits, c.radix)
		}
	}
}

func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFF1RefusesWhatItCannot(t *testing.T) {
	key := make([]byte, 16)
	for _, c := range []struct {
		radix uint64
		n     int
	}{{2, 19}, {10, 5}, {2, 130}, {1, 40}, {1 << 17, 4}, {36, 30}} {
		if _, err := newFF1(key, c.radix, c.n, nil); !errors.Is(err, errFF1) {
			t.Errorf("radix %d, %d numerals: %v", c.radix, c.n, err)
		}
	}
	if _, err := newFF1(key[:3], 10, 10, nil); err == nil {
		t.Error("a key of three bytes")
	}
}

func FuzzFF1ComesBack(f *testing.F) {
	f.Add([]byte("0123456789abcdef"), uint64(12345), int16(63), []byte("tweak"))
	f.Add([]byte("0123456789abcdef"), uint64(0), int16(31), []byte{})
	f.Fuzz(func(t *testing.T, key []byte, value uint64, n int16, tweak []byte) {
		if len(tweak) > 1000 {
			return
		}
		of, err := newFF1(key, 2, int(n), tweak)
		if err != nil || n > 64 {
			return
		}
		a, b := value>>(uint(n)-uint(n)/2)%of.left, value%of.right
		x, y := of.encrypt(a, b, new(ff1Scratch))
		if x >= of.left || y >= of.right {
			t.Fatalf("%d bits became halves of %d and %d", n, x, y)
		}
		if p, q := of.decrypt(x, y, new(ff1Scratch)); p != a || q != b {
			t.Fatalf("%d bits do not come back", n)
		}
	})
}
