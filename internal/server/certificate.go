package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/sightglass/sightglass/internal/folder"
)

// Names of the files below the data folder.
const (
	certificateFile = "tls-cert.pem"
	keyFile         = "tls-key.pem"
)

// selfMadeYears is how long a self-made certificate is valid: agents pin it, so changing it often would cost more than it gives.
const selfMadeYears = 5

// certificate is what both listeners show.
type certificate struct {
	tls         tls.Certificate
	fingerprint string // SHA-256 of the leaf, hex: what agents pin
	selfMade    bool
}

// loadCertificate reads the pair of files, or, when none is named, the pair below the data folder, which it makes at first.
func loadCertificate(cert, key, data string, hosts []string, now time.Time) (*certificate, error) {
	selfMade := cert == ""
	if selfMade {
		cert, key = filepath.Join(data, certificateFile), filepath.Join(data, keyFile)
		if _, err := os.Stat(cert); os.IsNotExist(err) {
			if err := makeCertificate(cert, key, hosts, now); err != nil {
				return nil, fmt.Errorf("making a certificate: %w", err)
			}
		}
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("loading the certificate %s: %w", cert, err)
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("reading the certificate %s: %w", cert, err)
	}
	if now.After(leaf.NotAfter) {
		hint := "give a newer one"
		if selfMade {
			hint = "remove it and its key, and pin the new one in Flink's configuration"
		}
		return nil, fmt.Errorf("certificate %s ended at %s: %s", cert, leaf.NotAfter.UTC().Format(time.RFC3339), hint)
	}
	sum := sha256.Sum256(leaf.Raw)
	return &certificate{tls: pair, fingerprint: hex.EncodeToString(sum[:]), selfMade: selfMade}, nil
}

func makeCertificate(cert, key string, hosts []string, now time.Time) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "sightglass"},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.AddDate(selfMadeYears, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, h := range append(hosts, "localhost", "127.0.0.1", "::1") {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if h != "" {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	// The key first: a certificate without its key would stop every later start.
	if err := folder.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})); err != nil {
		return err
	}
	return folder.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
