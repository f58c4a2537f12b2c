package kafka

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
)

func secretFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A token's file is read at each login: whoever renews it replaces the file.
func TestTokensOfAFile(t *testing.T) {
	file := secretFile(t, "one\n")
	next := Tokens{File: file}.source()
	for _, want := range []string{"one", "two"} {
		if err := os.WriteFile(file, []byte(want+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := next(t.Context()); err != nil || got.Token != want {
			t.Errorf("%v, want the token %s", err, want)
		}
	}
	for _, spoil := range []func() error{func() error { return os.WriteFile(file, []byte(" \n"), 0o600) }, func() error { return os.Remove(file) }} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := next(t.Context()); err == nil {
			t.Error("there is no token, and no error")
		}
	}
}

// Tokens that are asked for serve until they are about to end; a wrong secret, an answer that sends on, and one that makes no sense are errors
// without a secret in them.
func TestTokensThatAreAskedFor(t *testing.T) {
	asked, lives := 0, 3600
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, secret, _ := r.BasicAuth()
		asked++
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/on":
			http.Redirect(w, r, "/token", http.StatusTemporaryRedirect)
		case id != "me" || secret != "geheim":
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"error": "invalid_client", "error_description": "no %s"}`, secret)
		case r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "kafka read":
			w.WriteHeader(http.StatusBadRequest)
		default:
			fmt.Fprintf(w, `{"access_token": "token %d", "token_type": "Bearer", "expires_in": %d}`, asked, lives)
		}
	}))
	defer issuer.Close()
	x := Tokens{URL: issuer.URL + "/token", ClientID: "me", SecretFile: secretFile(t, "geheim\n"), Scopes: []string{"kafka", "read"}}
	next := x.source()
	for range 2 {
		if got, err := next(t.Context()); err != nil || got.Token != "token 1" {
			t.Errorf("%v", err)
		}
	}
	lives = 30
	next = x.source()
	for _, want := range []string{"token 2", "token 3"} {
		if got, err := next(t.Context()); err != nil || got.Token != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	wrong, on := x, x
	wrong.SecretFile = secretFile(t, "verraten")
	on.URL = issuer.URL + "/on"
	metadata := x
	metadata.URL = "http://169.254.169.254/latest/token"
	for want, x := range map[string]Tokens{"401 Unauthorized": wrong, "sends on to another address": on, "its address is link-local": metadata} {
		if _, err := x.source()(t.Context()); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "verraten") || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// certificate makes one for 127.0.0.1 that signs itself.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "broker"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	raw, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(raw); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(c)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, pool
}

// Brokers behind TLS are reached when their certificate is known, and the password is shown to no other.
func TestLogInBehindTLS(t *testing.T) {
	own, known := certificate(t)
	fake, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.TLS(&tls.Config{Certificates: []tls.Certificate{own}}), kfake.EnableSASL(), kfake.Superuser("PLAIN", "eve", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	w := &world{t: t, fake: fake}
	c := Cluster{Bootstrap: fake.ListenAddrs(), TLS: &tls.Config{RootCAs: known}, Mechanism: Plain, User: "eve", Password: "secret"}
	if got, err := w.open(c).Brokers(t.Context()); err != nil || len(got.Brokers) != 1 || got.Brokers[0].Err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	c.TLS = &tls.Config{}
	if _, err := w.open(c).Brokers(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody knows: %v", err)
	}
}
