package server

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"testing"
)

// pin trusts exactly the certificate with that SHA-256, as agents do.
func pin(t *testing.T, fingerprint string) *tls.Config {
	t.Helper()
	return &tls.Config{
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if sum := sha256.Sum256(s.PeerCertificates[0].Raw); hex.EncodeToString(sum[:]) != fingerprint {
				return errors.New("another certificate")
			}
			return nil
		},
	}
}
