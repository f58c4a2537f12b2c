package sidecar

import (
	"context"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// TestMain is a sidecar itself when a test starts it as one. The "serializers" that it knows are words.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "sidecar" {
		pretend(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

func pretend(greeting string) {
	if os.Getenv("SIGHTGLASS_TOKEN") != "" {
		os.Exit(9)
	}
	_, _ = os.Stdout.WriteString(greeting)
	block := func() []byte {
		var size [4]byte
		if _, err := io.ReadFull(os.Stdin, size[:]); err != nil {
			os.Exit(0)
		}
		b := make([]byte, binary.BigEndian.Uint32(size[:]))
		_, _ = io.ReadFull(os.Stdin, b)
		return b
	}
	answer := func(b []byte) {
		_, _ = os.Stdout.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...))
	}
	for {
		word, b := string(block()), block()
		switch word {
		case "text":
			answer(scalarAnswer(len(b), string(b)))
		case "pid":
			answer(scalarAnswer(0, string(rune('a'+os.Getpid()%26))+strings.Repeat("x", os.Getpid()%1000)))
		case "long":
			answer(scalarAnswer(len(b)+1, ""))
		case "hang":
			select {}
		case "memory":
			os.Exit(exitOOM)
		case "exit":
			os.Exit(7)
		case "huge":
			_, _ = os.Stdout.Write([]byte{255, 255, 255, 255})
		case "refuse":
			answer(append([]byte{1, 0, 0, 0, 3}, "why"...))
		default:
			answer([]byte("garbage"))
		}
	}
}

func scalarAnswer(taken int, s string) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0}, uint32(taken))
	b = append(b, byte(event.NodeScalar))
	b = binary.BigEndian.AppendUint32(b, 0)
	b = append(binary.BigEndian.AppendUint32(b, 1), 'T')
	b = append(b, byte(event.ValueString))
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func sidecar(t *testing.T, greeting string) (*Sidecar, string, *clock) {
	t.Helper()
	t.Setenv("SIGHTGLASS_TOKEN", "secret")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, c := t.TempDir(), &clock{time.Unix(1, 0)}
	jar(t, dir, "job.jar")
	s, err := New(Options{
		Dir: dir, Now: c.now,
		commands: func(_ string, _ []string) []string { return []string{self, "sidecar", greeting} },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, dir, c
}

func jar(t *testing.T, at ...string) {
	t.Helper()
	path := filepath.Join(at...)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(path), 0o600); err != nil {
		t.Fatal(err)
	}
}

// ask gives the text that came back, or the error.
func ask(t *testing.T, s *Sidecar, job, word, bytes string) string {
	t.Helper()
	object := &event.SerializerObject{ID: word, Packed: []byte(word)}
	tree, taken, err := s.Decode(t.Context(), job, "2.3.0", object, event.NewPayload([]byte("ab"+bytes+"z")), 2, 2+len(bytes))
	if err != nil {
		return err.Error()
	}
	if word == "text" && taken != len(bytes) {
		t.Errorf("%d bytes were taken", taken)
	}
	return tree.Open(sealed.Take()).Value.Raw()
}

func TestOneProcessAnswersForAJobUntilItsJarsChange(t *testing.T) {
	s, dir, c := sidecar(t, hello)
	if got := ask(t, s, "orders", "text", "hello"); got != "hello" {
		t.Fatal(got)
	}
	first := s.jvms["orders\x002.3"]
	if ask(t, s, "orders", "refuse", "x") != "why" || s.jvms["orders\x002.3"] != first {
		t.Error("a refusal ended the process, or says something else")
	}
	jar(t, dir, "jobs", "orders", "more.jar")
	if got := ask(t, s, "orders", "text", "again"); got != "again" || !first.ended || s.jvms["orders\x002.3"] == first {
		t.Errorf("%q of the old jars", got)
	}
	c.at = c.at.Add(time.Second)
	ask(t, s, "b", "text", "")
	c.at = c.at.Add(time.Second)
	ask(t, s, "c", "text", "")
	if len(s.jvms) != maxJVMs || s.jvms["orders\x002.3"] != nil {
		t.Errorf("%d processes live, the oldest among them", len(s.jvms))
	}
	c.at = c.at.Add(2*time.Minute - time.Second)
	if s.sweep(); len(s.jvms) != 1 {
		t.Errorf("%d processes live after nobody asked one", len(s.jvms))
	}
	s.Close()
	if got := ask(t, s, "c", "text", ""); !strings.Contains(got, "stops") {
		t.Error(got)
	}
}

func TestWhatEndsTheProcessIsSaidAndNotAskedAgain(t *testing.T) {
	for word, want := range map[string]string{
		"hang": "no answer within", "memory": "memory is used up", "exit": "exit status 7", "huge": "no answer that can be used",
	} {
		t.Run(word, func(t *testing.T) {
			s, dir, c := sidecar(t, hello)
			if got := ask(t, s, "j", "text", "warm"); got != "warm" {
				t.Fatal(got)
			}
			if word == "hang" {
				s.o.Answer = time.Millisecond // the process runs already and never answers
			}
			if got := ask(t, s, "j", word, "x"); !strings.Contains(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
			s.o.Answer = time.Minute
			if got := ask(t, s, "j", word, "x"); !strings.Contains(got, want) || !strings.Contains(got, "not tried again") {
				t.Errorf("asked again: %q", got)
			}
			if got := ask(t, s, "j", "text", "fine"); got != "fine" {
				t.Errorf("another serializer suffers: %q", got)
			}
			if word == "hang" {
				return // it would again
			}
			c.at = c.at.Add(time.Minute)
			if got := ask(t, s, "j", word, "x"); strings.Contains(got, "not tried again") {
				t.Errorf("after the time: %q", got)
			}
			jar(t, dir, "fixed.jar")
			if got := ask(t, s, "j", word, "x"); strings.Contains(got, "not tried again") {
				t.Errorf("with other jars: %q", got)
			}
		})
	}
}

func TestAnswersThatMakeNoSense(t *testing.T) {
	s, _, _ := sidecar(t, hello)
	for _, word := range []string{"long", "nonsense"} {
		if got := ask(t, s, "j", word, "x"); got != errAnswer.Error() {
			t.Errorf("%s: %q", word, got)
		}
	}
	if got := ask(t, s, "j", "text", "fine"); got != "fine" {
		t.Error(got)
	}
	if _, _, err := s.Decode(t.Context(), "", "", &event.SerializerObject{}, event.NewPayload([]byte("abc")), 2, 4); err == nil {
		t.Error("bytes behind the end")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	s.turn <- struct{}{}
	if _, _, err := s.Decode(gone, "", "", &event.SerializerObject{}, event.NewPayload([]byte("abc")), 0, 1); err == nil {
		t.Error("it waited for somebody who is gone")
	}
	<-s.turn
}

func TestAProgramThatIsNoSidecar(t *testing.T) {
	s, _, _ := sidecar(t, "HTTP")
	if got := ask(t, s, "j", "text", "x"); !strings.Contains(got, "another protocol") {
		t.Error(got)
	}
	if got := ask(t, s, "j", "other", "x"); !strings.Contains(got, "not tried again") {
		t.Error(got)
	}
}

func TestFolderOfJars(t *testing.T) {
	dir := t.TempDir()
	for _, at := range []string{"all.jar", "notes.txt", "jobs/orders/own.jar", "flink-1.20/dist.jar", "flink-2.3/dist.jar"} {
		jar(t, dir, filepath.FromSlash(at))
	}
	for _, c := range []struct{ job, flink, want string }{
		{"", "", "all.jar"},
		{"orders", "2.3.0", "jobs/orders/own.jar all.jar flink-2.3/dist.jar"},
		{"other", "1.20.5", "all.jar flink-1.20/dist.jar"},
		{"../jobs/orders", "2./../../x.3", "all.jar"},
		{"..", "2.3-SNAPSHOT", "all.jar"},
	} {
		found, err := jarsOf(dir, c.job, c.flink)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range found.files {
			name, err := filepath.Rel(dir, f)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, filepath.ToSlash(name))
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%q on %q: %s, want %s", c.job, c.flink, got, c.want)
		}
	}
	if _, err := New(Options{Dir: filepath.Join(dir, "none"), Jar: "x"}); err == nil {
		t.Error("a folder that is not there")
	}
	if _, err := New(Options{Dir: dir}); err != ErrNoJar {
		t.Errorf("without a program: %v", err)
	}
	if _, err := New(Options{Dir: dir, Jar: "x", Java: filepath.Join(dir, "java")}); err == nil {
		t.Error("without Java")
	}
	s, own, _ := sidecar(t, hello)
	if err := os.Remove(filepath.Join(own, "job.jar")); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, s, "j", "text", "x"); !strings.Contains(got, "no jars") {
		t.Error(got)
	}
}
