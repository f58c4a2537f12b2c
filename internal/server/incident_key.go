package server

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/folder"
	"github.com/sightglass/sightglass/internal/share"
)

// files of incident files below the data folder.
const (
	incidentKeyFile = "incident-key.pem"
	signersFile     = "known-signers"
)

const keyBlock = "PRIVATE KEY"

// incidentKey is the key that signs files; it is made when it is needed first, readable by its owner alone.
func incidentKey(data string) (ed25519.PrivateKey, error) {
	path := filepath.Join(data, incidentKeyFile)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeIncidentKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the key that signs files: %w", err)
	}
	p, _ := pem.Decode(raw)
	if p == nil || p.Type != keyBlock {
		return nil, fmt.Errorf("%s is no private key in PEM", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(p.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading the key that signs files, %s: %w", path, err)
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s is no key of Ed25519", path)
	}
	return private, nil
}

func makeIncidentKey(path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making the key that signs files: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("making the key that signs files: %w", err)
	}
	file, err := folder.NewFile(path)
	if err != nil {
		return nil, err
	}
	defer file.Discard()
	if err := pem.Encode(file, &pem.Block{Type: keyBlock, Bytes: der}); err != nil {
		return nil, fmt.Errorf("writing the key that signs files: %w", err)
	}
	return key, file.Commit()
}

// signers are the keys that this server knows: those of a file below the data folder, and its own.
func signers(data string) (share.Signers, error) {
	known := share.Signers{}
	file, err := os.Open(filepath.Join(data, signersFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("opening the known signers: %w", err)
	default:
		defer file.Close()
		if known, err = share.ParseSigners(file); err != nil {
			return nil, err
		}
	}
	if _, err := os.Stat(filepath.Join(data, incidentKeyFile)); err == nil {
		key, err := incidentKey(data)
		if err != nil {
			return nil, err
		}
		public, _ := key.Public().(ed25519.PublicKey) // it always is
		known[share.Fingerprint(public)] = "this server"
	}
	return known, nil
}
