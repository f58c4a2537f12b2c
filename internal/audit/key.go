package audit

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sightglass/sightglass/internal/signing"
)

// openKey reads the key that signs heads, and makes it at the first start. The public half is written beside it each time.
func openKey(dir string) (ed25519.PrivateKey, error) {
	key, err := signing.Key(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, fmt.Errorf("the key of the audit log: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, pubFile), []byte(publicText(key)+"\n"), 0o644); err != nil {
		return nil, fmt.Errorf("writing the public key of the audit log: %w", err)
	}
	return key, nil
}

func publicText(key ed25519.PrivateKey) string {
	return hex.EncodeToString(key.Public().(ed25519.PublicKey))
}

// PublicKey reads a public key: hex, or a file that holds it.
func PublicKey(text string) (ed25519.PublicKey, error) {
	if raw, err := os.ReadFile(text); err == nil {
		text = string(raw)
	}
	b, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, errors.New("it is neither a public key of Ed25519 in hex nor a file that holds one")
	}
	return b, nil
}

// Fingerprint is what people compare of a public key in hex: the first 16 bytes of its SHA-256.
func Fingerprint(public string) string {
	raw, err := hex.DecodeString(public)
	if err != nil || len(raw) == 0 {
		return ""
	}
	d := sha256.Sum256(raw)
	return hex.EncodeToString(d[:16])
}
