package audit

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// openKey reads the key that signs heads, and makes it at the first start. The public half is written beside it each time.
func openKey(dir string) (ed25519.PrivateKey, error) {
	path := filepath.Join(dir, keyFile)
	raw, err := os.ReadFile(path)
	var key ed25519.PrivateKey
	switch {
	case errors.Is(err, os.ErrNotExist):
		if key, err = makeKey(path); err != nil {
			return nil, fmt.Errorf("making the key of the audit log: %w", err)
		}
	case err != nil:
		return nil, fmt.Errorf("reading the key of the audit log: %w", err)
	default:
		if key, err = readKey(raw); err != nil {
			return nil, fmt.Errorf("the key of the audit log, %s, cannot be used: %w", path, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, pubFile), []byte(publicText(key)+"\n"), 0o644); err != nil {
		return nil, fmt.Errorf("writing the public key of the audit log: %w", err)
	}
	return key, nil
}

func readKey(raw []byte) (ed25519.PrivateKey, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("it is no PEM")
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("it is no key in PKCS #8")
	}
	key, ok := any.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("it is no key of Ed25519")
	}
	return key, nil
}

// makeKey writes a new key; a file that is there already is not replaced.
func makeKey(path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	err = pem.Encode(f, &pem.Block{Type: "PRIVATE KEY", Bytes: raw})
	return key, errors.Join(err, f.Sync(), f.Close())
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
