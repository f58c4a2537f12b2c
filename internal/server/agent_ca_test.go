package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
)

// authority signs agents' certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, file: filepath.Join(t.TempDir(), "ca.pem")}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "agents"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(a.file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

// sign makes a certificate that ends after some time.
func (a *authority) sign(lasts time.Duration, use x509.ExtKeyUsage) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "taskmanager"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(lasts),
		ExtKeyUsage: []x509.ExtKeyUsage{use},
	}, a.cert, &key.PublicKey, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestAgentsShowACertificateOfTheAuthority(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	r := start(t, settings(t, map[string]string{"tls": "on", "agent-auth": "on", "agent-ca": ours.file}))
	raw, err := os.ReadFile(r.Info().AgentTokenFile)
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(string(raw))
	client := x509.ExtKeyUsageClientAuth
	for what, c := range map[string]struct {
		shown []tls.Certificate
		token string
		ok    bool
	}{
		"ours, with the token":   {[]tls.Certificate{ours.sign(time.Hour, client)}, token, true},
		"ours, without it":       {[]tls.Certificate{ours.sign(time.Hour, client)}, "", false},
		"none, with the token":   {nil, token, false},
		"of another authority":   {[]tls.Certificate{other.sign(time.Hour, client)}, token, false},
		"expired":                {[]tls.Certificate{ours.sign(-time.Minute, client)}, token, false},
		"a server's certificate": {[]tls.Certificate{ours.sign(time.Hour, x509.ExtKeyUsageServerAuth)}, token, false},
	} {
		agent := ingesttest.NewAgent(r.Info().Agents, ingesttest.Processes(1)[0])
		agent.TLS = pin(t, r.Info().Fingerprint)
		agent.TLS.Certificates, agent.Token = c.shown, c.token
		if err := agent.Connect(context.Background()); (err == nil) != c.ok {
			t.Errorf("%s: %v", what, err)
		} else if err == nil {
			if err := agent.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestACertificateAloneIsEnoughWhereNoTokenIsAskedFor(t *testing.T) {
	ours := newAuthority(t)
	r := start(t, settings(t, map[string]string{"tls": "on", "agent-auth": "off", "agent-ca": ours.file}))
	agent := ingesttest.NewAgent(r.Info().Agents, ingesttest.Processes(1)[0])
	agent.TLS = pin(t, r.Info().Fingerprint)
	agent.TLS.Certificates = []tls.Certificate{ours.sign(time.Hour, x509.ExtKeyUsageClientAuth)}
	if err := agent.Connect(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := agent.Close(); err != nil {
		t.Error(err)
	}
}

func TestAnAuthorityThatIsNoneKeepsTheServerFromStarting(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := New(context.Background(), Options{Config: settings(t, map[string]string{"tls": "on", "agent-ca": file}), Version: "1"})
	if err == nil || !strings.Contains(err.Error(), "setting agent-ca") {
		t.Errorf("%v", err)
	}
}
