package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/rest"
)

// proxyAsks of each way, in turns.
const proxyAsks = 5000

// unseen is an observer that keeps nothing.
type unseen struct{}

func (unseen) Observe(registry.Traffic) {}

// proxied asks a registry on a port straight and through a proxy before it, in turns, over connections that are kept: what the proxy adds is the
// difference of the 99th percentiles.
func proxied(ctx context.Context, behind http.Handler) ([]figures.Figure, error) {
	upstream := httptest.NewServer(behind)
	defer upstream.Close()
	to, err := url.Parse(upstream.URL)
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression, transport.MaxIdleConnsPerHost = true, 64
	p := rest.NewProxy(rest.ProxyOptions{Upstream: to, Transport: transport, Observer: unseen{}, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go p.Run(ctx)
	before := httptest.NewServer(p)
	defer before.Close()
	client := &http.Client{Transport: transport}
	ask := func(base string, n int) (float64, error) {
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/schemas/ids/%d", base, 1+n%versions), nil)
		if err != nil {
			return 0, err
		}
		began := time.Now()
		answer, err := client.Do(q)
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			return 0, err
		}
		if answer.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("id %d: HTTP %d", 1+n%versions, answer.StatusCode)
		}
		return float64(time.Since(began).Nanoseconds()) / 1e6, nil
	}
	var straight, through []float64
	for n := range proxyAsks + 100 {
		one, err := ask(upstream.URL, n)
		if err != nil {
			return nil, err
		}
		other, err := ask(before.URL, n)
		if err != nil {
			return nil, err
		}
		if n >= 100 { // the first ones open connections
			straight, through = append(straight, one), append(through, other)
		}
	}
	return []figures.Figure{
		figures.New("proxy_added_p50", "ms", figures.Median(through)-figures.Median(straight), 3, figures.None, 0),
		figures.New("proxy_added_p99", "ms", figures.Quantile(through, 0.99)-figures.Quantile(straight, 0.99), 3, figures.Most, 5),
	}, nil
}
