package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/avro"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/rest"
	"github.com/sightglass/sightglass/internal/tables"
)

// versions that a registration is compared with.
const versions = 100

// open lets everybody do everything, so that the registry alone is measured.
type open struct{}

func (open) Enter(*http.Request) (rest.Caller, error) { return open{}, nil }
func (open) Name() string                             { return "bench" }
func (open) Done()                                    {}
func (open) May(context.Context, rest.Action, registry.Subject) string {
	return ""
}
func (open) Refused(context.Context, rest.Action, registry.Subject, string) {}
func (open) Change(_ context.Context, _ rest.Action, _ registry.Subject, _ string, do func() error) error {
	return do()
}

// order is the n-th version of a schema of 20 fields, to which every tenth one adds a field with a default.
func order(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"type":"record","name":"Order","namespace":"com.acme","doc":"version %d","fields":[`, n)
	for i := range 20 + n/10 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name":"field_%d","type":["null","string"],"default":null,"doc":"field %d of an order"}`, i, i)
	}
	b.WriteString("]}")
	return b.String()
}

func ofRegistry(ctx context.Context, dir string, o options) (_ []figures.Figure, err error) {
	db, err := tables.Open(ctx, filepath.Join(dir, "g.sqlite"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r, err := registry.Open(ctx, registry.Options{DB: db, Languages: []language.Language{avro.New()}, Registered: []language.Language{avro.Registered()}})
	if err != nil {
		return nil, err
	}
	if _, err := r.SetConfig(ctx, registry.Subject{Context: registry.DefaultContext}, []byte(`{"compatibility":"BACKWARD_TRANSITIVE"}`)); err != nil {
		return nil, err
	}
	s := registry.ParseSubject("orders-value", "")
	for n := range versions {
		if _, err := r.Register(ctx, s, registry.Request{Schema: order(n)}); err != nil {
			return nil, err
		}
	}
	spent := cpu()
	took, err := registering(ctx, r, s, o.registrations)
	if err != nil {
		return nil, err
	}
	spent = (cpu() - spent) / time.Duration(len(took))
	api := rest.New(rest.Options{Registry: r, Guard: open{}})
	asked, perSecond, err := asking(ctx, api, time.Duration(o.seconds)*time.Second)
	if err != nil {
		return nil, err
	}
	between, err := proxied(ctx, api)
	if err != nil {
		return nil, err
	}
	return append([]figures.Figure{
		figures.New("registry_id_p99", "ms", percentile(asked, 0.99), 4, figures.Most, 1),
		figures.New("registry_id_rate", "per_second_and_core", perSecond, 0, figures.Least, 20_000),
		figures.New("registry_register_100_versions_p95", "ms", percentile(took, 0.95), 1, figures.Most, 50),
		figures.New("registry_register_100_versions_p50", "ms", percentile(took, 0.5), 1, figures.None, 0),
		figures.New("registry_register_100_versions_cpu", "ms", float64(spent.Microseconds())/1000, 1, figures.None, 0), // with taking it away again
	}, between...), nil
}

// registering registers a version that is compared with a hundred, and takes it away again.
func registering(ctx context.Context, r *registry.Registry, s registry.Subject, times int) ([]time.Duration, error) {
	var took []time.Duration
	for n := range times {
		began := time.Now()
		v, err := r.Register(ctx, s, registry.Request{Schema: order(versions + n)})
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(began))
		if _, err := r.DeleteVersion(ctx, s, fmt.Sprint(v.Version), false); err != nil {
			return nil, err
		}
	}
	slices.Sort(took)
	return took, nil
}

// asking asks the handler for ids, one after the other on one core: the server's time, without a network.
func asking(ctx context.Context, h http.Handler, during time.Duration) ([]time.Duration, float64, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var took []time.Duration
	began := time.Now()
	for n := 0; time.Since(began) < during && ctx.Err() == nil; n++ {
		q := httptest.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("/schemas/ids/%d", 1+n%versions), nil)
		w := httptest.NewRecorder()
		at := time.Now()
		h.ServeHTTP(w, q)
		took = append(took, time.Since(at))
		if w.Code != http.StatusOK {
			return nil, 0, fmt.Errorf("id %d: HTTP %d", 1+n%versions, w.Code)
		}
	}
	var sum time.Duration
	for _, t := range took {
		sum += t
	}
	slices.Sort(took)
	return took, float64(len(took)) / sum.Seconds(), ctx.Err()
}
