package notify

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailServer is a mail server with STARTTLS on a real port.
type mailServer struct {
	net.Listener
	mu      sync.Mutex
	letters []string
	users   []string
	secure  *tls.Config
	reply   string // to a mail; empty: it is taken

	encrypted bool // from the first byte
}

func serveMail(t *testing.T, implicit bool) (*mailServer, *x509.CertPool) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	roots := pool(certified)
	s := &mailServer{Listener: l, secure: &tls.Config{Certificates: certified.TLS.Certificates}, encrypted: implicit}
	if implicit {
		l = tls.NewListener(l, s.secure)
	}
	certified.Close()
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.talk(c)
		}
	}()
	return s, roots
}

func (s *mailServer) talk(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	say := func(text string) { _, _ = io.WriteString(c, text+"\r\n") }
	say("220 mail ESMTP")
	encrypted := s.encrypted
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO":
			if encrypted {
				say("250-mail\r\n250 AUTH PLAIN")
			} else {
				say("250-mail\r\n250 STARTTLS")
			}
		case "STARTTLS":
			say("220 go on")
			secure := tls.Server(c, s.secure)
			c, in, encrypted = secure, bufio.NewReader(secure), true
		case "AUTH":
			s.mu.Lock()
			s.users = append(s.users, strings.TrimSpace(line))
			s.mu.Unlock()
			say("235 welcome")
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(line)
			}
			s.mu.Lock()
			reply := s.reply
			if reply == "" {
				s.letters = append(s.letters, text.String())
				reply = "250 taken"
			}
			s.mu.Unlock()
			say(reply)
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestMailIsSentEncrypted(t *testing.T) {
	s, roots := serveMail(t, false)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("open sesame\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := ReadMail("smtp://sightglass@"+s.Addr().String(), password, "sightglass@example.org")
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, func(o *Options) { o.Mail, o.Roots = m, roots })
	f.add(person("ann"), Wish{Target: Target{Kind: Email, To: []string{"ann@example.org", "bob@example.org"}}}, "")
	e := broken("bestellungen-für-köln", Critical)
	f.happens(e)
	s.reply = "452 the disk is full"
	f.deliver()
	if d := f.log(DeliveryQuery{})[0]; d.State != Pending || d.Status != "SMTP 452" || d.Detail != "the disk is full" {
		t.Errorf("%+v", d)
	}
	s.mu.Lock()
	s.reply = ""
	s.mu.Unlock()
	f.clock.add(time.Minute)
	f.deliver()
	if len(s.letters) != 1 || len(s.users) != 2 {
		t.Fatalf("%d mails, log-ins %q; %+v", len(s.letters), s.users, f.log(DeliveryQuery{}))
	}
	letter, err := mail.ReadMessage(strings.NewReader(s.letters[0]))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "[critical] the contract orders is broken on prod/bestellungen-für-köln#email") {
		t.Errorf("%q %v", subject, err)
	}
	to, err := letter.Header.AddressList("To")
	if err != nil || len(to) != 2 || letter.Header.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("%v %v", letter.Header, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(letter.Body))
	if err != nil || !strings.Contains(string(body), "https://sightglass.example/t/prod/bestellungen-für-köln\r\n") {
		t.Errorf("%s %v", body, err)
	}
	for _, bad := range []string{"http://mail.example.org", "smtp://a:b@mail.example.org", "smtp://a@mail.example.org"} {
		if _, err := ReadMail(bad, "", "s@example.org"); err == nil {
			t.Errorf("%s is taken for a mail server", bad)
		}
	}
	wrong := open(t, func(o *Options) { o.Mail, o.Roots = m, x509.NewCertPool() })
	sub := wrong.add(person("ann"), Wish{Target: Target{Kind: Email, To: []string{"ann@example.org"}}}, "")
	if o, err := wrong.Test(t.Context(), sub.ID); err != nil || o.OK || !strings.Contains(o.Detail, "certificate") {
		t.Errorf("a server that nobody certifies: %+v %v", o, err)
	}
}

func TestMailIsSentByTLSFromTheFirstByte(t *testing.T) {
	s, roots := serveMail(t, true)
	m, err := ReadMail("smtps://"+s.Addr().String(), "", "sightglass@example.org")
	if err != nil {
		t.Fatal(err)
	}
	f := open(t, func(o *Options) { o.Mail, o.Roots = m, roots })
	sub := f.add(person("ann"), Wish{Target: Target{Kind: Email, To: []string{"ann@example.org"}}}, "")
	if o, err := f.Test(t.Context(), sub.ID); err != nil || !o.OK || len(s.letters) != 1 {
		t.Errorf("%+v %v", o, err)
	}
}
