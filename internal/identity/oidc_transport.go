package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// errKeys means that the provider's keys cannot be had.
var errKeys = errors.New("the provider's keys cannot be had")

// keysAgain is how long the provider's keys are not asked for again: everybody can show a token of a key that nobody knows, and each would
// make a request. New keys of a provider are known that much later.
const keysAgain = 5 * time.Second

// maxProviderAnswer bounds an answer of the provider.
const maxProviderAnswer = 1 << 20

// bounded cuts answers off that are longer than any of a provider's.
type bounded struct{ next http.RoundTripper }

func (b *bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(answer.Body, maxProviderAnswer), answer.Body}
	return answer, nil
}

// keysOnce answers requests for the keys from its memory for a while.
type keysOnce struct {
	next http.RoundTripper
	now  func() time.Time

	mu      sync.Mutex
	address string
	at      time.Time
	body    []byte
	failed  error
}

func (k *keysOnce) set(address string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.address = address
}

func (k *keysOnce) isKeys(r *http.Request) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return r.Method == http.MethodGet && r.URL.String() == k.address
}

func (k *keysOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	if !k.isKeys(r) {
		return k.next.RoundTrip(r)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(); k.at.IsZero() || now.Sub(k.at) >= keysAgain {
		k.at = now
		k.body, k.failed = k.ask(r)
	}
	if k.failed != nil {
		return nil, k.failed
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(k.body)), ContentLength: int64(len(k.body)),
	}, nil
}

func (k *keysOnce) ask(r *http.Request) ([]byte, error) {
	answer, err := k.next.RoundTrip(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errKeys, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: it answered %d", errKeys, answer.StatusCode)
	}
	return body, nil
}
