//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/sightglass/sightglass/tools/lab"
)

// isKilled has many register the same schemas at once, at a server and at others on its database, kills the server in the midst of it and starts it again:
// each schema has one id wherever it is asked for, and what was acknowledged is there.
func isKilled(t *testing.T, l *lab.Lab, name string, others []string, settings ...string) {
	dir := filepath.Join(l.Repository, "build", "e2e", "registry", name+"-killed")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	ports, err := lab.FreePorts(3)
	if err != nil {
		t.Fatal(err)
	}
	server, at := launchRegistry(t, l, name+"-killed", dir, ports, settings...)
	const schemas, writers, before = 60, 3, 40 // acknowledgements before the end
	schema := func(n int) sr.Schema {
		return sr.Schema{Schema: fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"f","type":"int"}]}`, n)}
	}
	subject := func(n int) string { return fmt.Sprintf("killed-%d", n) } // each schema is of two
	var mu sync.Mutex
	ids := map[int]int{}
	acknowledged := func(n, id int) {
		mu.Lock()
		defer mu.Unlock()
		if other, ok := ids[n]; ok && other != id {
			t.Errorf("schema %d has the ids %d and %d", n, other, id)
		}
		ids[n] = id
	}
	registers := func(at string, first int, acknowledge func()) error {
		c, err := sr.NewClient(sr.URLs(at))
		if err != nil {
			return err
		}
		for i := range schemas {
			n := (first + i) % schemas
			for _, s := range []string{subject(n), subject(n + schemas)} {
				id, err := c.RegisterSchema(t.Context(), s, schema(n), -1, -1)
				if err != nil {
					return err
				}
				acknowledged(n, id)
				acknowledge()
			}
		}
		return nil
	}
	var all sync.WaitGroup
	var count atomic.Int64
	full := make(chan struct{})
	for w := range writers {
		all.Go(func() {
			err := registers(at, w, func() {
				if count.Add(1) == before {
					close(full)
				}
			})
			var refused *sr.ResponseError
			if errors.As(err, &refused) {
				t.Errorf("a registration was refused: %v", err)
			}
		})
		for _, other := range others {
			all.Go(func() {
				if err := registers(other, w, func() {}); err != nil {
					t.Errorf("the server that lives on: %v", err)
				}
			})
		}
	}
	<-full
	if err := server.Kill(t.Context()); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if n := count.Load(); n >= writers*schemas*2 {
		t.Errorf("all %d registrations were acknowledged: it was killed in the midst of nothing", n)
	}
	_, at = launchRegistry(t, l, name+"-killed", dir, ports, settings...)
	c, err := sr.NewClient(sr.URLs(at))
	if err != nil {
		t.Fatal(err)
	}
	for n, id := range ids {
		if s, err := c.SchemaByID(t.Context(), id); err != nil || s.Schema != schema(n).Schema {
			t.Errorf("id %d was acknowledged for schema %d: %+v, %v", id, n, s, err)
		}
	}
	if err := registers(at, 0, func() {}); err != nil {
		t.Errorf("after the crash: %v", err)
	}
	schemaOf := map[int]int{}
	for n, id := range ids {
		if other, ok := schemaOf[id]; ok {
			t.Errorf("id %d is that of schemas %d and %d", id, n, other)
		}
		schemaOf[id] = n
		for _, s := range []string{subject(n), subject(n + schemas)} {
			if v, err := c.SubjectVersions(t.Context(), s); err != nil || len(v) != 1 {
				t.Errorf("%s has the versions %v, %v", s, v, err)
			}
		}
	}
}
