package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/dial"
)

// shelf is a sink that remembers, and fails when it is told to.
type shelf struct {
	mu   sync.Mutex
	got  []CloudEvent
	fail bool
}

func (s *shelf) Send(_ context.Context, events []CloudEvent) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail {
		return errors.New("nobody there")
	}
	s.got = append(s.got, events...)
	return nil
}

func (s *shelf) Close() error { return nil }

func (s *shelf) ids() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, e := range s.got {
		out = append(out, e.ID)
	}
	return strings.Join(out, " ")
}

func TestEntriesAndHeadsGoElsewhereAndGoOnAfterAStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		entries, heads := &shelf{}, &shelf{}
		start := func() (*Log, func()) {
			l := opened(t, Options{Dir: dir, Targets: []Target{{"https://x?token=1", true, entries}, {"file:heads", false, heads}}})
			ctx, stop := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() { l.Run(ctx); close(done) }()
			return l, func() {
				stop()
				<-done
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		l, stop := start()
		read(t, l, 1)
		time.Sleep(5 * time.Second)
		if got := entries.ids(); got != "1 2 3" {
			t.Errorf("entries %s", got)
		}
		entries.mu.Lock()
		entries.fail = true
		entries.mu.Unlock()
		read(t, l, 2)
		time.Sleep(5 * time.Second)
		st := l.Sinks()
		if st[0].State != SinkFailing || st[0].To != 3 || st[0].Name != "https://x" || st[0].Error != "nobody there" || st[1].State != SinkWaiting {
			t.Errorf("%+v", st)
		}
		read(t, l, 3) // what cannot be sent keeps nobody from reading
		time.Sleep(headEvery)
		if got := heads.ids(); got != "head-7" {
			t.Errorf("heads %s", got)
		}
		stop()
		entries.fail = false
		l, stop = start()
		time.Sleep(5 * time.Second)
		if got := entries.ids(); got != "1 2 3 4 5 6 7" {
			t.Errorf("entries %s", got)
		}
		read(t, l, 4)
		stop() // the end sends what is left
		if got, heads := entries.ids(), heads.ids(); got != "1 2 3 4 5 6 7 8 9" || heads != "head-7 head-9" {
			t.Errorf("entries %s, heads %s", got, heads)
		}
		var back access.Entry
		text, err := entries.got[2].text()
		if err != nil || !bytes.Contains(text, entries.got[2].Data) || json.Unmarshal(entries.got[2].Data, &back) != nil || !back.Whole() {
			t.Errorf("%s, %v", text, err)
		}
	})
}

func TestRetentionTakesOldFilesThatAreSignedAndVerifyKnows(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	if err := os.WriteFile(filepath.Join(dir, Active), []byte(`{"seq":1,"time":"2026-07-01T00:00:00Z","phase":"intent"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := opened(t, Options{Dir: dir, FileSize: 2 << 10, Keep: time.Hour, Now: func() time.Time { return now }})
	for n := range 20 {
		read(t, l, n)
	}
	files := func() (names []string) {
		found, err := filepath.Glob(filepath.Join(dir, "audit-0*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			names = append(names, filepath.Base(f))
		}
		return names
	}
	before := len(files())
	now = now.Add(2 * time.Hour)
	read(t, l, 21)
	if err := l.retain(); err != nil || len(files()) < before {
		t.Fatalf("%v: files that no head covers are gone: %v", err, files())
	}
	if _, err := l.sign(); err != nil {
		t.Fatal(err)
	}
	if err := l.retain(); err != nil {
		t.Fatal(err)
	}
	if left := files(); len(left) >= before-3 {
		t.Errorf("%d files of %d are left: %v", len(left), before, left)
	}
	r, err := Verify(context.Background(), VerifyOptions{Paths: []string{dir}})
	if err != nil || r.Removed == 0 || r.First != r.Removed+1 {
		t.Errorf("%+v, %v", r, err)
	}
	if l.Check(context.Background()).Chain != ChainWhole {
		t.Error("the server's own check differs")
	}
	// Whoever removes one more is found.
	if err := os.Remove(filepath.Join(dir, files()[0])); err != nil {
		t.Fatal(err)
	}
	if b := broken(t, VerifyOptions{Paths: []string{dir}}); b == nil {
		t.Error("a file that retention did not take is missing, and nobody says so")
	}
}

func TestSinksAtLinkLocalAddressesAreNotConnectedTo(t *testing.T) {
	for _, text := range []string{"https://169.254.169.254/latest", "syslog://169.254.169.254:514", "syslog+tcp://[fe80::1]:514", "syslog+tls://[::ffff:169.254.169.254]:6514"} {
		s, err := OpenSink(text, SinkOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), []CloudEvent{{ID: "1"}}); !errors.Is(err, dial.ErrLinkLocal) {
			t.Errorf("%s: %v", text, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSinksAreNamed(t *testing.T) {
	for text, ok := range map[string]bool{
		"file:/x": true, "https://logs.example/x": true, "http://127.0.0.1:1/x": true, "syslog://h:514": true, "syslog+tls://h:6514": true, "http://logs.example/x": false,
		"file:": false, "syslog://h": false, "kafka:c/t": false, "kafka:c": false, "ftp://x": false, "x": false, "": false,
	} {
		if _, err := OpenSink(text, SinkOptions{}); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
	topic := ""
	if _, err := OpenSink("kafka:main/audit", SinkOptions{Kafka: func(c, n string) (Topic, error) { topic = c + " " + n; return new(keptTopic), nil }}); err != nil || topic != "main audit" {
		t.Errorf("%q, %v", topic, err)
	}
	if n := sinkName("https://ann:secret@logs.example/x?token=secret"); strings.Contains(n, "secret") {
		t.Error(n)
	}
}

func some() []CloudEvent {
	return []CloudEvent{
		{SpecVersion: "1.0", ID: "1", Type: EntryType, Time: time.Unix(1785585600, 0), Data: json.RawMessage(`{"filter":"a<b"}`)},
		{SpecVersion: "1.0", ID: "head-1", Type: access.HeadType, Time: time.Unix(1785585600, 0), Data: json.RawMessage(`{"seq":1}`)},
	}
}

func TestFilesAndWebhooksTakeEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "anchor")
	var body []byte
	status := http.StatusAccepted
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		if r.Header.Get("Content-Type") != "application/cloudevents-batch+json; charset=utf-8" {
			t.Errorf("%v", r.Header)
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	for _, text := range []string{"file:" + path, server.URL} {
		s, err := OpenSink(text, SinkOptions{})
		if err == nil {
			err = errors.Join(s.Send(context.Background(), some()), s.Close())
		}
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	raw, err := os.ReadFile(path)
	if err != nil || bytes.Count(raw, []byte("\n")) != 2 || !bytes.Contains(raw, []byte(`"data":{"filter":"a<b"}`)) {
		t.Errorf("%s, %v", raw, err)
	}
	var batch []CloudEvent
	if err := json.Unmarshal(body, &batch); err != nil || len(batch) != 2 {
		t.Errorf("%s, %v", body, err)
	}
	status = http.StatusFound
	s, _ := OpenSink(server.URL+"?token=secret", SinkOptions{})
	if err := s.Send(context.Background(), some()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a redirect: %v", err)
	}
}

func TestSyslogHasLengthsOverTCP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := make(chan []byte)
	go func() {
		c, err := l.Accept()
		if err != nil {
			got <- nil
			return
		}
		b, _ := io.ReadAll(c)
		got <- b
	}()
	s, err := OpenSink("syslog+tcp://"+l.Addr().String(), SinkOptions{Host: "here"})
	if err == nil {
		err = errors.Join(s.Send(context.Background(), some()), s.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	b := <-got
	for _, kind := range []string{"entry", "head"} {
		digits, rest, _ := bytes.Cut(b, []byte(" "))
		n, err := strconv.Atoi(string(digits))
		if err != nil || n > len(rest) || !bytes.HasPrefix(rest, []byte("<110>1 2026-08-01T12:00:00.000000Z here sightglass - "+kind+" - \xef\xbb\xbf{")) {
			t.Fatalf("%q, %v", b, err)
		}
		b = rest[n:]
	}
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	s, err = OpenSink("syslog://"+u.LocalAddr().String(), SinkOptions{})
	if err == nil {
		err = errors.Join(s.Send(context.Background(), some()[:1]), s.Close())
	}
	buf := make([]byte, 4096)
	n, _, failed := u.ReadFrom(buf)
	if err != nil || failed != nil || !bytes.HasPrefix(buf[:n], []byte("<110>1 ")) {
		t.Errorf("%q, %v, %v", buf[:n], err, failed)
	}
}
