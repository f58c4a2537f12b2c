//go:build e2e

package e2e

import (
	"context"
	"net/url"
	"slices"
	"testing"
	"time"
)

// catalogStream is what the assertion needs of a stream's page.
type catalogStream struct {
	Readers, Writers []struct {
		ID       string   `json:"id"`
		Known    bool     `json:"known"`
		Paths    []string `json:"paths"`
		Evidence []struct {
			Kind string `json:"kind"`
		} `json:"evidence"`
	}
}

// testCatalog wants the demo's topics in the catalog, with the jobs that write and read them and the fields that these read.
func testCatalog(t *testing.T, c *serverClient) {
	t.Helper()
	for _, want := range []struct {
		topic, reader, writer string
		evidence              string
		paths, unread         []string
	}{
		{"orders", "job:order-totals", "", "recorded-type", []string{"orderId", "customer.email", "items[].unitCents"}, nil},
		{"merchant-totals", "job:merchant-alerts", "job:order-totals", "recorded-plan", []string{"merchantId", "windowEnd", "totalCents", "orders"}, []string{"windowStart", "items"}},
		{"alerts", "", "job:merchant-alerts", "", nil, nil},
	} {
		var last catalogStream
		await(t, 2*time.Minute, "the catalog knows who reads and writes "+want.topic, func(ctx context.Context) (bool, error) {
			last = catalogStream{}
			if err := c.get(ctx, "/api/v1/catalog/entities/"+url.PathEscape("stream:demo/"+want.topic), &last); err != nil {
				return false, nil // it has not been filled yet
			}
			found := func(id string, writes bool) bool {
				list := last.Readers
				if writes {
					list = last.Writers
				}
				for _, x := range list {
					if x.ID == id {
						return true
					}
				}
				return id == ""
			}
			return found(want.reader, false) && found(want.writer, true), nil
		})
		for _, r := range last.Readers {
			if r.ID != want.reader {
				continue
			}
			kinds := []string{}
			for _, e := range r.Evidence {
				kinds = append(kinds, e.Kind)
			}
			if !r.Known || !slices.Contains(kinds, "recorded-records") || !slices.Contains(kinds, want.evidence) {
				t.Errorf("%s reads %s by %v, known: %v", r.ID, want.topic, kinds, r.Known)
			}
			for _, p := range want.paths {
				if !slices.Contains(r.Paths, p) {
					t.Errorf("%s reads %s of %s: %v", r.ID, p, want.topic, r.Paths)
				}
			}
			for _, p := range want.unread {
				if slices.Contains(r.Paths, p) {
					t.Errorf("%s does not read %s of %s: %v", r.ID, p, want.topic, r.Paths)
				}
			}
		}
	}
}
