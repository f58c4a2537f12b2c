package event

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// BlobHash names a byte string that is kept beside the blocks: its SHA-256.
type BlobHash [sha256.Size]byte

// HashOf is the hash of b.
func HashOf(b []byte) BlobHash { return sha256.Sum256(b) }

// ParseBlobHash reads 64 hex digits.
func ParseBlobHash(s string) (BlobHash, error) {
	var h BlobHash
	if len(s) != hex.EncodedLen(len(h)) {
		return h, fmt.Errorf("a hash of %d characters", len(s))
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return BlobHash{}, fmt.Errorf("a hash that is not hex: %w", err)
	}
	return h, nil
}

func (h BlobHash) String() string { return hex.EncodeToString(h[:]) }
