package audit

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/dial"
)

// syslogSink sends messages of RFC 5424: over UDP one a datagram, over TCP and TLS with their lengths before them (RFC 6587, 5425).
// UDP has no answer: what is lost on the way is lost.
type syslogSink struct {
	transport string // "", tcp or tls
	address   string
	host      string
	conn      net.Conn
}

// syslogPriority is facility 13 (log audit), severity 6 (informational).
const syslogPriority = 13*8 + 6

// message is an event as RFC 5424 has it; the text is UTF-8, which a byte order mark says.
func (s *syslogSink) message(e CloudEvent) ([]byte, error) {
	text, err := e.text()
	if err != nil {
		return nil, err
	}
	host, kind := s.host, "entry"
	if host == "" {
		host = "-"
	}
	if e.Type != EntryType {
		kind = "head"
	}
	b := fmt.Appendf(nil, "<%d>1 %s %s sightglass - %s - \xef\xbb\xbf", syslogPriority, e.Time.UTC().Format("2006-01-02T15:04:05.000000Z"), host, kind)
	return append(b, text...), nil
}

func (s *syslogSink) Send(ctx context.Context, events []CloudEvent) (err error) {
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	if s.conn == nil {
		if s.conn, err = s.dial(ctx); err != nil {
			return err
		}
	}
	until, ok := ctx.Deadline()
	if !ok {
		until = time.Now().Add(sendWithin)
	}
	if err := s.conn.SetWriteDeadline(until); err != nil {
		return err
	}
	for _, e := range events {
		m, err := s.message(e)
		if err != nil {
			return err
		}
		if s.transport != "" {
			m = append(append(strconv.AppendInt(nil, int64(len(m)), 10), ' '), m...)
		}
		if _, err := s.conn.Write(m); err != nil {
			return err
		}
	}
	return nil
}

func (s *syslogSink) dial(ctx context.Context) (net.Conn, error) {
	d := dial.Guarded(dialWithin)
	switch s.transport {
	case "tls":
		t := &tls.Dialer{NetDialer: d, Config: &tls.Config{MinVersion: tls.VersionTLS12}}
		return t.DialContext(ctx, "tcp", s.address)
	case "tcp":
		return d.DialContext(ctx, "tcp", s.address)
	}
	return d.DialContext(ctx, "udp", s.address)
}

func (s *syslogSink) Close() error {
	if s.conn == nil {
		return nil
	}
	err := s.conn.Close()
	s.conn = nil
	return err
}
