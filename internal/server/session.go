package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strings"
	"time"
)

// sessionFor is how long a login lasts.
const sessionFor = 8 * time.Hour

// gate tells callers who know the token from others. A browser trades the token for a cookie that ends by itself: the cookie
// is an end time under a MAC whose key comes from the token, so nothing is kept, and a new token ends all sessions.
type gate struct {
	token  string
	key    []byte
	secure bool // cookies go over TLS only
	now    func() time.Time
}

func newGate(token string, secure bool, now func() time.Time) *gate {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("sightglass/session/v1"))
	return &gate{token: token, key: mac.Sum(nil), secure: secure, now: now}
}

// cookie is the cookie's name: with TLS one that browsers bind to this host.
func (g *gate) cookie() string {
	if g.secure {
		return "__Host-sg"
	}
	return "sg"
}

// knows tells whether r shows the token or a session.
func (g *gate) knows(r *http.Request) bool {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return g.isToken(strings.TrimSpace(token))
	}
	c, err := r.Cookie(g.cookie())
	return err == nil && g.valid(c.Value)
}

// isToken compares hashes, so that neither content nor length of the token shows in the time it takes.
func (g *gate) isToken(s string) bool {
	a, b := sha256.Sum256([]byte(s)), sha256.Sum256([]byte(g.token))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (g *gate) session() *http.Cookie {
	end := g.now().Add(sessionFor)
	value := binary.BigEndian.AppendUint64(nil, uint64(end.Unix()))
	value = append(value, g.mac(value)...)
	return &http.Cookie{
		Name: g.cookie(), Value: base64.RawURLEncoding.EncodeToString(value), Path: "/", Expires: end,
		HttpOnly: true, Secure: g.secure, SameSite: http.SameSiteLaxMode,
	}
}

func (g *gate) valid(cookie string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil || len(raw) != 8+sha256.Size {
		return false
	}
	if !hmac.Equal(raw[8:], g.mac(raw[:8])) {
		return false
	}
	return g.now().Before(time.Unix(int64(binary.BigEndian.Uint64(raw)), 0))
}

func (g *gate) mac(end []byte) []byte {
	m := hmac.New(sha256.New, g.key)
	m.Write(end)
	return m.Sum(nil)
}
