package rest

import (
	"bytes"
	"crypto/sha256"
	"io"
	"net/http"
	"strings"
	"sync"
)

// Bounds of what is kept of answers.
const (
	keptBytes = 64 << 20
	keptOne   = 1 << 20
)

// keptKey is a request with all that its answer depends on, who asks included: what one may see is not shown to another.
type keptKey [sha256.Size]byte

func keyOf(r *http.Request) keptKey {
	return sha256.Sum256([]byte(strings.Join([]string{
		r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Accept"), r.Header.Get("Accept-Encoding"), r.Header.Get("Authorization"), r.Header.Get("Cookie"),
		r.Header.Get("Confluent-Accept-Unknown-Properties"),
	}, "\x00")))
}

type keptAnswer struct {
	header http.Header
	body   []byte
}

// size is what it takes of the bound, about: requests of other queries have answers of their own, however small.
func (a *keptAnswer) size() int {
	n := len(a.body) + 512
	for name, values := range a.header {
		n += len(name) + 64
		for _, v := range values {
			n += len(v) + 16
		}
	}
	return n
}

// keptAnswers are answers that stay true. When they are too many, all go: they come again.
type keptAnswers struct {
	mu      sync.Mutex
	answers map[keptKey]keptAnswer // guarded by mu
	size    int                    // guarded by mu
}

func (k *keptAnswers) put(key keptKey, a keptAnswer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if old, ok := k.answers[key]; ok {
		k.size -= old.size()
	}
	if k.size+a.size() > keptBytes {
		clear(k.answers)
		k.size = 0
	}
	k.answers[key] = a
	k.size += a.size()
}

func (k *keptAnswers) get(key keptKey) (keptAnswer, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, ok := k.answers[key]
	return a, ok
}

// taken is a body that is read by others, and its beginning kept.
type taken struct {
	io.ReadCloser
	most   int
	packed bool
	whole  func([]byte) // called once with a body that ended and fits; may be nil

	mu   sync.Mutex
	head bytes.Buffer // guarded by mu
	over bool         // guarded by mu; it ended, or is too long
}

func (t *taken) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return n, err
	}
	if t.head.Len()+n > t.most {
		t.over = true
		t.head.Reset()
		return n, err
	}
	t.head.Write(p[:n])
	if err == io.EOF {
		t.over = true
		if t.whole != nil {
			t.whole(bytes.Clone(t.head.Bytes()))
		}
	}
	return n, err
}

func (t *taken) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.head.Bytes()
}
