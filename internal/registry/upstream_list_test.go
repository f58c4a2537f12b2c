package registry

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
)

// A list by pages has all that is there, though somebody deletes what was listed already between two of them, and however few a registry gives at once.
func TestAListByPagesPassesOverNothing(t *testing.T) {
	for _, few := range []int{1, 2, 3, 100} {
		for deleted := range 8 {
			var all []upstreamVersion
			for i := range 7 {
				all = append(all, upstreamVersion{Subject: fmt.Sprintf("s%d", i), Version: 1})
			}
			asked := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked == 2 && deleted < len(all) {
					all = slices.Delete(all, deleted, deleted+1)
				}
				from, _ := strconv.Atoi(r.URL.Query().Get("offset"))
				from = min(from, len(all))
				_ = json.NewEncoder(w).Encode(all[from:min(from+few, len(all))])
			}))
			u := &Upstream{URL: server.URL, Client: server.Client()}
			got, err := u.list(t.Context(), false)
			server.Close()
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range all {
				if !slices.ContainsFunc(got, func(x upstreamVersion) bool { return x.Subject == v.Subject }) {
					t.Errorf("%d at once, the %d. deleted meanwhile: %s is not listed", few, deleted, v.Subject)
				}
			}
		}
	}
}

// A registry that knows no pages gives all of it each time.
func TestAListWithoutPages(t *testing.T) {
	for n := range 4 {
		all := []upstreamVersion{}
		for i := range n {
			all = append(all, upstreamVersion{Subject: fmt.Sprintf("s%d", i), Version: 1})
		}
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(all) }))
		got, err := (&Upstream{URL: server.URL, Client: server.Client()}).list(t.Context(), false)
		server.Close()
		if err != nil || len(got) != n {
			t.Errorf("of %d there are %v, %v", n, got, err)
		}
	}
}
