package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/dial"
	"github.com/sightglass/sightglass/internal/openlineage"
)

// lineageSender posts RunEvents to a server of OpenLineage, one after the other. It is a catalog.Lineage.
type lineageSender struct {
	url, namespace string
	token          string // empty = none is shown
	client         *http.Client
	queue          chan openlineage.Event
	log            *slog.Logger
	first, most    time.Duration // of waiting between tries
}

// Events that wait to be sent, and how often each is tried: for about ten minutes.
const (
	mostLineage  = 10_000
	lineageTries = 12
)

func newLineageSender(c config.Governance, log *slog.Logger) (*lineageSender, error) {
	if c.LineageURL == "" {
		return nil, nil
	}
	l := &lineageSender{
		url: c.LineageURL, namespace: c.LineageNamespace, queue: make(chan openlineage.Event, mostLineage), log: log, first: time.Second, most: 2 * time.Minute,
		client: &http.Client{Transport: dial.Transport(10 * time.Second), Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
	}
	if c.LineageTokenFile != "" {
		b, err := os.ReadFile(c.LineageTokenFile)
		if err != nil {
			return nil, fmt.Errorf("setting openlineage-token-file: %w", err)
		}
		l.token = strings.TrimSpace(string(b))
	}
	return l, nil
}

// Tell is that of catalog.Lineage.
func (l *lineageSender) Tell(e openlineage.Event) {
	e.Job.Namespace = l.namespace
	select {
	case l.queue <- e:
	default:
		l.log.Error("an event of OpenLineage was not sent: too many wait; it is sent again after a restart", "job", e.Job.Name, "state", e.State)
	}
}

// run sends until ctx ends.
func (l *lineageSender) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-l.queue:
			l.send(ctx, &e)
		}
	}
}

// errRefused: what is sent again is refused again.
var errRefused = errors.New("refused")

func (l *lineageSender) send(ctx context.Context, e *openlineage.Event) {
	body, err := openlineage.Encode(e)
	wait := l.first
	for try := 1; err == nil; try++ {
		err = l.post(ctx, body)
		if err == nil || ctx.Err() != nil {
			return
		}
		if try == lineageTries || errors.Is(err, errRefused) {
			break
		}
		err = nil
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = min(2*wait, l.most)
	}
	l.log.Error("an event of OpenLineage was not taken; it is sent again after a restart", "job", e.Job.Name, "state", e.State, "error", err)
}

func (l *lineageSender) post(ctx context.Context, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if l.token != "" {
		r.Header.Set("Authorization", "Bearer "+l.token)
	}
	answer, err := l.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	switch s := answer.StatusCode; {
	case s < 300:
		return nil
	case s == http.StatusTooManyRequests || s == http.StatusRequestTimeout || s >= 500:
		return fmt.Errorf("it answered with status %d", s)
	default:
		return fmt.Errorf("%w: it answered with status %d", errRefused, s)
	}
}
