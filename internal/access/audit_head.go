package access

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
)

// HeadType names a head in CloudEvents, and binds its signature to this use.
const HeadType = "io.sightglass.audit.head.v1"

// Head is a signed statement that the chain went up to an entry. Heads that were taken elsewhere show that entries were cut off
// later, which the chain alone cannot.
type Head struct {
	Type      string    `json:"type"` // HeadType
	Seq       uint64    `json:"seq"`
	Hash      Digest    `json:"hash"`
	Time      time.Time `json:"time"`
	Key       string    `json:"key"`       // public, hex
	Signature string    `json:"signature"` // Ed25519 over the canonical JSON without this member, hex
}

// SignHead signs the end of a chain.
func SignHead(key ed25519.PrivateKey, l Link, now time.Time) Head {
	h := Head{Type: HeadType, Seq: l.Seq, Hash: l.Hash, Time: now.UTC().Truncate(time.Microsecond), Key: hex.EncodeToString(key.Public().(ed25519.PublicKey))}
	h.Signature = hex.EncodeToString(ed25519.Sign(key, h.Canonical(nil, false)))
	return h
}

// Canonical appends the head as RFC 8785 JSON to b; without its signature when signed is false.
func (h *Head) Canonical(b []byte, signed bool) []byte {
	c := canonical{b: b}
	c.digest("hash", h.Hash)
	c.text("key", h.Key)
	c.number("seq", h.Seq)
	if signed {
		c.text("signature", h.Signature)
	}
	c.text("time", h.Time.UTC().Format(auditTime))
	c.text("type", h.Type)
	return c.end()
}

// Errors of a head.
var (
	ErrHead      = errors.New("it is no head of an audit log")
	ErrSignature = errors.New("its signature is not that of the key")
)

// ParseHead reads one line of heads, which must be exactly what Canonical writes. The signature is not checked. Error: ErrHead.
func ParseHead(line []byte) (Head, error) {
	var h Head
	if json.Unmarshal(line, &h) != nil || h.Type != HeadType || !bytes.Equal(h.Canonical(nil, true), line) {
		return Head{}, ErrHead
	}
	return h, nil
}

// Signed checks the signature with key. Error: ErrSignature.
func (h *Head) Signed(key ed25519.PublicKey) error {
	s, err := hex.DecodeString(h.Signature)
	if err != nil || h.Key != hex.EncodeToString(key) || !ed25519.Verify(key, h.Canonical(nil, false), s) {
		return ErrSignature
	}
	return nil
}
