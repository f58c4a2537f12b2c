package ingest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/wire"
)

func TestRefusals(t *testing.T) {
	f := serve(t, Options{Token: "secret", MaxConnections: 1})
	hello := func(change func(*wire.Hello)) []byte {
		h := &wire.Hello{Protocol: 1, Process: hex.EncodeToString(make([]byte, 16)), Token: "secret"}
		change(h)
		return wire.Append(nil, h)
	}
	for _, c := range []struct {
		name   string
		bytes  []byte
		reason wire.RefuseReason
	}{
		{"protocol", hello(func(h *wire.Hello) { h.Protocol = 2 }), wire.RefuseProtocol},
		{"token", hello(func(h *wire.Hello) { h.Token = "secreT" }), wire.RefuseToken},
		{"no token", hello(func(h *wire.Hello) { h.Token = "" }), wire.RefuseToken},
		{"process", hello(func(h *wire.Hello) { h.Process = "xyz" }), wire.RefuseMalformed},
		{"not JSON", append([]byte{5, 0, 0, 0, byte(wire.TypeHello), 0, 0, 0}, '['), wire.RefuseMalformed},
		{"not HELLO", wire.Append(nil, &wire.Ping{}), wire.RefuseMalformed},
		{"HTTP", []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), wire.RefuseMalformed},
		{"noise", []byte{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 9, 9, 9}, wire.RefuseMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", f.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write(c.bytes); err != nil {
				t.Fatal(err)
			}
			frame, err := wire.NewReader(conn).Next()
			if err != nil {
				t.Fatal(err)
			}
			m, err := wire.Decode(frame)
			r, ok := m.(*wire.Refuse)
			if err != nil || !ok || r.Reason != c.reason || r.Text == "" {
				t.Errorf("%+v, %v", m, err)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil {
				t.Errorf("after the refusal: %v", err)
			}
		})
	}
	t.Run("silence", func(t *testing.T) {
		conn, err := net.Dial("tcp", serve(t, Options{HelloWithin: 300 * time.Millisecond}).address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if n, err := io.Copy(io.Discard, conn); err != nil || n != 0 {
			t.Errorf("%d bytes, %v", n, err)
		}
	})
	t.Run("busy", func(t *testing.T) {
		one, two := oneAgent(f), ingesttest.NewAgent(f.address, ingesttest.Processes(1)[2])
		one.Token, two.Token = "secret", "secret"
		connect(t, one)
		if err := two.Connect(within(t)); !errors.Is(err, ingesttest.ErrRefused) || two.Refused().Reason != wire.RefuseBusy {
			t.Errorf("%v, %+v", err, two.Refused())
		}
		one.Cut()
		eventually(t, "there is room again", func() bool { return two.Connect(within(t)) == nil })
		two.Cut()
	})
	if c := f.Counters(); c.RefusedProtocol != 1 || c.RefusedToken != 2 || c.RefusedMalformed != 5 || c.RefusedBusy < 1 || c.Stored().Blocks != 0 {
		t.Errorf("counters %+v", c)
	}
}

func TestTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)},
		&x509.Certificate{}, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	f := serve(t, Options{TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}})
	a := oneAgent(f)
	a.TLS = &tls.Config{InsecureSkipVerify: true, NextProtos: []string{wire.ALPN}} // the agent pins; the test need not
	connect(t, a)
	if err := a.Block(simple(t, event.LaneOut, 0)); err != nil {
		t.Fatal(err)
	}
	if err := a.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	plain := oneAgent(f)
	if err := plain.Connect(within(t)); err == nil {
		t.Error("plain TCP was taken where TLS is asked for")
	}
}

func TestANewConnectionTakesTheProcessOver(t *testing.T) {
	f := serve(t, Options{})
	one, two := oneAgent(f), oneAgent(f)
	connect(t, one)
	connect(t, two)
	eventually(t, "the old connection ended", func() bool { return !one.Connected() })
	if len(f.Agents()) != 1 || !f.Agents()[0].Connected || !two.Connected() {
		t.Errorf("agents %+v", f.Agents())
	}
}
