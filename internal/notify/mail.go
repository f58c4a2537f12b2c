package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/dial"
)

// Mail is a mail server, and who mails are from.
type Mail struct {
	Host string // host:port
	TLS  bool   // from the first byte; otherwise STARTTLS, without which nothing is sent, except on this machine
	User string // empty = one does not log in
	// PasswordFile is read at each mail, so that a new password needs no restart.
	PasswordFile string
	From         string
}

// ReadMail reads the address of a mail server: smtps://user@host:465 for TLS from the first byte, smtp://user@host:587 for STARTTLS.
func ReadMail(address, passwordFile, from string) (*Mail, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, errors.New("it is no mail server, as smtp://user@mail.example.com:587 or smtps://user@mail.example.com:465")
	}
	if _, has := u.User.Password(); has {
		return nil, errors.New("a password stands in a file of its own: smtp-password-file")
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	}
	m := &Mail{Host: net.JoinHostPort(u.Hostname(), port), TLS: u.Scheme == "smtps", User: u.User.Username(), PasswordFile: passwordFile, From: from}
	if (m.User == "") != (passwordFile == "") {
		return nil, errors.New("a user and smtp-password-file go together")
	}
	if a, err := mail.ParseAddress(from); err != nil || a.Address != from {
		return nil, errors.New("smtp-from is an address that mails are from, as sightglass@example.com")
	}
	return m, nil
}

func (m *Mail) loopback() bool {
	host, _, _ := net.SplitHostPort(m.Host)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (k *Keeper) mail(ctx context.Context, to []string, m message) Outcome {
	if k.o.Mail == nil {
		return Outcome{Status: "not sent", Detail: "this server sends no mail; the setting smtp names a mail server"}
	}
	err := k.o.Mail.send(ctx, k.o.Roots, to, k.letter(to, m))
	var said *textproto.Error
	switch {
	case err == nil:
		return Outcome{OK: true, Status: "SMTP 250"}
	case errors.As(err, &said):
		// 4xx is for now, 5xx for this mail.
		return Outcome{Down: said.Code < 500, Status: fmt.Sprintf("SMTP %d", said.Code), Detail: prefix([]byte(said.Msg))}
	}
	return trouble(err)
}

// send gives a mail to the server.
func (m *Mail) send(ctx context.Context, roots *x509.CertPool, to []string, letter []byte) (err error) {
	host, _, err := net.SplitHostPort(m.Host)
	if err != nil {
		return err
	}
	conn, err := dial.Guarded(dialWithin).DialContext(ctx, "tcp", m.Host)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // Quit has closed it where all went well
	if until, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(until); err != nil {
			return err
		}
	}
	secure := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: roots}
	if m.TLS {
		conn = tls.Client(conn, secure)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if !m.TLS {
		if has, _ := c.Extension("STARTTLS"); has {
			if err := c.StartTLS(secure); err != nil {
				return err
			}
		} else if !m.loopback() {
			return errors.New("the mail server offers no STARTTLS, and mail is not sent in the clear")
		}
	}
	if m.User != "" {
		password, err := os.ReadFile(m.PasswordFile)
		if err != nil {
			return fmt.Errorf("reading the setting smtp-password-file: %w", err)
		}
		if err := c.Auth(smtp.PlainAuth("", m.User, strings.TrimSpace(string(password)), host)); err != nil {
			return err
		}
	}
	if err := c.Mail(m.From); err != nil {
		return err
	}
	for _, one := range to {
		if err := c.Rcpt(one); err != nil {
			return err
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(letter); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // it has the mail
	return nil
}

// letter is a mail. Mails of one group are one thread.
func (k *Keeper) letter(to []string, m message) []byte {
	var b bytes.Buffer
	domain := k.o.Mail.From[strings.LastIndexByte(k.o.Mail.From, '@')+1:]
	head := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	head("From", (&mail.Address{Name: "Sightglass", Address: k.o.Mail.From}).String())
	head("To", strings.Join(to, ", "))
	head("Subject", mime.QEncoding.Encode("utf-8", "["+m.event.Data.Severity+"] "+m.summary))
	head("Date", k.o.Now().UTC().Format(time.RFC1123Z))
	head("Message-ID", "<"+m.delivery+"@"+domain+">")
	if m.event.Data.Phase != Opened {
		head("In-Reply-To", "<"+m.key+"@"+domain+">")
	}
	head("References", "<"+m.key+"@"+domain+">")
	head("Auto-Submitted", "auto-generated")
	head("MIME-Version", "1.0")
	head("Content-Type", "text/plain; charset=utf-8")
	head("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	lines := []string{m.summary + "."}
	if m.more != "" {
		lines = append(lines, m.more+".")
	}
	if m.link != "" {
		lines = append(lines, "", m.link)
	}
	lines = append(lines, "", "--", "Sent for a subscription in Sightglass: "+k.o.URL+"/notifications")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.Join(lines, "\r\n") + "\r\n")) // to memory
	_ = w.Close()
	return b.Bytes()
}
