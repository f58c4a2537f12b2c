package access

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"strconv"
	"sync"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// Keys make tokens. Two servers with the same master key, tenant and epoch give one value the same token. The zero Keys make none.
type Keys struct {
	Master [32]byte // secret
	Tenant string
	Epoch  uint32 // raising it breaks the link to older tokens

	set  bool
	keep *KeyKeeper // nil: tokens do not keep key groups
}

// Keeping is k with tokens that stay in the key groups of their values, of classes that say so.
func (k Keys) Keeping(keeper *KeyKeeper) Keys {
	k.keep = keeper
	return k
}

// NewKeys takes a master key of 32 bytes.
func NewKeys(master []byte, tenant string, epoch uint32) (Keys, error) {
	k := Keys{Tenant: tenant, Epoch: epoch, set: true}
	if len(master) != len(k.Master) {
		return Keys{}, fmt.Errorf("a master key has %d bytes, not %d", len(k.Master), len(master))
	}
	copy(k.Master[:], master)
	return k, nil
}

// Format prints nothing of a key.
func (k Keys) Format(s fmt.State, _ rune) { fmt.Fprintf(s, "keys of epoch %d", k.Epoch) }

// tokenizer gives tokens of one class: HMAC-SHA256 under a key that HKDF-SHA256 derives from the master key for the class and the epoch
// (RFC 5869; info "sightglass/token/v1|class|epoch"). Values of two classes never have tokens that can be compared.
type tokenizer struct {
	short  string
	norm   Normaliser
	hashes sync.Pool  // of hash.Hash, with the key
	kept   *keptClass // nil: key groups are not kept
	weeks  int        // that times are moved by; never 0, and of one key the same for all classes
}

func (k *Keys) tokenizer(class string, norm Normaliser) (*tokenizer, error) {
	if !k.set {
		return nil, fmt.Errorf("class %s is masked by tokens, and there is no key to make them: the setting access-key names one", class)
	}
	key, err := hkdf.Key(sha256.New, k.Master[:], []byte(k.Tenant), "sightglass/token/v1|"+class+"|"+strconv.FormatUint(uint64(k.Epoch), 10), 32)
	if err != nil {
		return nil, err
	}
	weeks, err := k.weeks()
	if err != nil {
		return nil, err
	}
	return &tokenizer{short: shortOf(class), norm: norm, hashes: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}, weeks: weeks}, nil
}

// Times are moved by a month at least, and by ten years at most.
const (
	leastWeeks = 4
	mostWeeks  = 520
)

// weeks is how far times are moved: whole weeks, so that days of the week stay, and windows of a week or what divides it.
func (k *Keys) weeks() (int, error) {
	b, err := hkdf.Key(sha256.New, k.Master[:], []byte(k.Tenant), "sightglass/shift/v1|"+strconv.FormatUint(uint64(k.Epoch), 10), 8)
	if err != nil {
		return 0, err
	}
	n := binary.BigEndian.Uint64(b)
	weeks := leastWeeks + int(n>>1%(mostWeeks-leastWeeks+1))
	if n&1 == 1 {
		return -weeks, nil
	}
	return weeks, nil
}

// shortOf is the last segment of a class's name, at most eight letters and digits.
func shortOf(class string) string {
	from := 0
	for i := range class {
		if class[i] == '.' {
			from = i + 1
		}
	}
	var b []byte
	for _, c := range []byte(class[from:]) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b = append(b, c)
		} else if c >= 'A' && c <= 'Z' {
			b = append(b, c+'a'-'A')
		}
	}
	if len(b) == 0 {
		return "t"
	}
	return string(b[:min(len(b), 8)])
}

var tokenText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// tokenChars of base 32 are 80 bits.
const tokenChars = 16

func (t *tokenizer) mac(text string) [sha256.Size]byte {
	h := t.hashes.Get().(hash.Hash)
	defer t.hashes.Put(h)
	h.Reset()
	_, _ = io.WriteString(h, t.norm.Of(text)) // a hash takes all
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}

// text is the token of a text.
func (t *tokenizer) text(v string) string {
	if t.kept != nil {
		if token, ok := t.kept.ofText(v); ok {
			return token
		}
	}
	sum := t.mac(v)
	var b [8 + 1 + tokenChars]byte
	n := copy(b[:], t.short)
	b[n] = '_'
	tokenText.Encode(b[n+1:n+1+tokenChars], sum[:tokenChars*5/8])
	return string(b[:n+1+tokenChars])
}

// longestToken of sameLength, characters.
const longestToken = 1 << 12

// sameLength is a token with as many characters as a text has: 5 bits in each, so that short texts may share one. false: it is too long.
func (t *tokenizer) sameLength(v string) (string, bool) {
	n := utf8.RuneCountInString(v)
	if n > longestToken {
		return "", false
	}
	sum := t.mac(v)
	out := make([]byte, 0, n+sha256.Size*8/5+1)
	for block := sum; len(out) < n; block = sha256.Sum256(append([]byte{byte(len(out)), byte(len(out) >> 8)}, sum[:]...)) {
		out = tokenText.AppendEncode(out, block[:])
	}
	return string(out[:n]), true
}

// whole keeps numbers numbers: 53 bits of the code, which every client reads exactly, or 31 where the value fits into 32 bits.
func (t *tokenizer) whole(v event.Value) string {
	if t.kept != nil {
		if token, ok := t.kept.ofWhole(v); ok {
			return token
		}
	}
	sum := t.mac(v.Text())
	n := binary.BigEndian.Uint64(sum[:8])
	bits := 53
	if v.Kind() == event.ValueInt && v.Int() == int64(int32(v.Int())) || v.Kind() == event.ValueUint && v.Uint() < 1<<31 {
		bits = 31
	}
	return strconv.FormatUint(n>>(64-bits), 10)
}
