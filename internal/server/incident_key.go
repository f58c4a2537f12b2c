package server

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sightglass/sightglass/internal/share"
	"github.com/sightglass/sightglass/internal/signing"
)

// files of incident files below the data folder.
const (
	incidentKeyFile = "incident-key.pem"
	signersFile     = "known-signers"
)

// incidentKey is the key that signs files; it is made when it is needed first, readable by its owner alone.
func incidentKey(data string) (ed25519.PrivateKey, error) {
	key, err := signing.Key(filepath.Join(data, incidentKeyFile))
	if err != nil {
		return nil, fmt.Errorf("the key that signs files: %w", err)
	}
	return key, nil
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
