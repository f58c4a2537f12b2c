// Package signing keeps keys that sign what the server made: heads of its audit log, incident files. Each is a file of its own, Ed25519 in
// PKCS #8 and PEM, that its owner alone reads and that is made when it is needed first.
package signing

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/sightglass/sightglass/internal/folder"
)

const pemType = "PRIVATE KEY"

// Key reads the key in a file, and makes it where the file is not there. A file that holds no key is an error, and stays as it is.
func Key(path string) (ed25519.PrivateKey, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return made(path)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != pemType {
		return nil, fmt.Errorf("%s is no private key in PEM", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s is no key in PKCS #8", path)
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s is no key of Ed25519", path)
	}
	return private, nil
}

func made(path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	file, err := folder.NewFile(path)
	if err != nil {
		return nil, err
	}
	defer file.Discard()
	if err := pem.Encode(file, &pem.Block{Type: pemType, Bytes: der}); err != nil {
		return nil, fmt.Errorf("writing %s: %w", path, err)
	}
	return key, file.Commit()
}
