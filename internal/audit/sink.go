package audit

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/dial"
)

// Sink takes CloudEvents elsewhere. Send MUST return nil only once the other side has all of them; it is called again with the same events
// after an error, so the other side may see one twice. It is called by one goroutine.
type Sink interface {
	Send(ctx context.Context, events []CloudEvent) error
	Close() error
}

// SinkOptions are what sinks need of the process around them.
type SinkOptions struct {
	// Kafka opens a topic of a cluster that the settings name; nil: kafka: is refused.
	Kafka func(cluster, topic string) (Topic, error)
	Host  string // of this machine, in syslog
}

const (
	sendWithin = 15 * time.Second // bounds one Send
	dialWithin = 5 * time.Second
)

// OpenSink makes the sink that text names: file:PATH, https://…, kafka:CLUSTER/TOPIC, syslog://host:port (UDP), syslog+tcp:// or syslog+tls://.
// Nothing is connected to yet.
func OpenSink(text string, o SinkOptions) (Sink, error) {
	if path, ok := strings.CutPrefix(text, "file:"); ok {
		if path == "" {
			return nil, errors.New("file: wants a path")
		}
		return &fileSink{path: path}, nil
	}
	if name, ok := strings.CutPrefix(text, "kafka:"); ok {
		cluster, topic, found := strings.Cut(name, "/")
		if !found || cluster == "" || topic == "" {
			return nil, errors.New("kafka: wants CLUSTER/TOPIC")
		}
		if o.Kafka == nil {
			return nil, errors.New("kafka: nothing is written to topics here")
		}
		t, err := o.Kafka(cluster, topic)
		if err != nil {
			return nil, fmt.Errorf("kafka: %w", err)
		}
		return &topicSink{t}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, errors.New("it is none of file:PATH, https://…, kafka:CLUSTER/TOPIC, syslog://host:port")
	}
	switch u.Scheme {
	case "https":
		return newWebhook(u), nil
	case "http":
		if ip := net.ParseIP(u.Hostname()); u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
			return newWebhook(u), nil
		}
		return nil, errors.New("what is written down leaves this machine over https only")
	case "syslog", "syslog+tcp", "syslog+tls":
		if u.Port() == "" {
			return nil, errors.New("syslog wants host:port")
		}
		return &syslogSink{transport: strings.TrimPrefix(strings.TrimPrefix(u.Scheme, "syslog"), "+"), address: u.Host, host: o.Host}, nil
	}
	return nil, fmt.Errorf("nothing is sent to addresses that begin with %s", u.Scheme)
}

// sinkName is what people see of a sink: a query may hold a secret.
func sinkName(text string) string {
	name, _, _ := strings.Cut(text, "?")
	if u, err := url.Parse(name); err == nil && u.User != nil {
		u.User = nil
		return u.String()
	}
	return name
}

// fileSink appends lines to a file, on disk when Send returns.
type fileSink struct{ path string }

func (s *fileSink) Send(_ context.Context, events []CloudEvent) error {
	var b []byte
	for _, e := range events {
		text, err := e.text()
		if err != nil {
			return err
		}
		b = append(append(b, text...), '\n')
	}
	f, err := os.OpenFile(s.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

func (*fileSink) Close() error { return nil }

// webhook posts a batch of CloudEvents as JSON.
type webhook struct {
	url  *url.URL
	http *http.Client
}

func newWebhook(u *url.URL) *webhook {
	return &webhook{url: u, http: &http.Client{
		Transport:     &http.Transport{DialContext: dial.Guarded(dialWithin).DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, MaxIdleConns: 1, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (s *webhook) Send(ctx context.Context, events []CloudEvent) error {
	b := []byte{'['}
	for i, e := range events {
		text, err := e.text()
		if err != nil {
			return err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, text...)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url.String(), bytes.NewReader(append(b, ']')))
	if err != nil {
		return errors.New("its address cannot be asked")
	}
	r.Header.Set("Content-Type", "application/cloudevents-batch+json; charset=utf-8")
	answer, err := s.http.Do(r)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err // without the address, whose query may hold a secret
		}
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	_ = answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("it answered %s", answer.Status)
	}
	return nil
}

func (s *webhook) Close() error {
	s.http.CloseIdleConnections()
	return nil
}
