package server

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

// joined is a server whose registry serves and whose rooms do their work when a test says so.
type joined struct {
	*Server
	t *testing.T
}

// shop is a server with one cluster, prod, whose topic orders is there; values are settings.
func shop(t *testing.T, fake *kafkatest.Cluster, values map[string]string) *joined {
	t.Helper()
	fake.Topic("orders", 1, nil)
	file := filepath.Join(t.TempDir(), "kafka.yaml")
	if err := os.WriteFile(file, []byte("clusters: [{name: prod, for: ['kafka:9092'], bootstrap: ['"+strings.Join(fake.Bootstrap(), "','")+"']}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{"kafka-file": file}
	for k, v := range values {
		all[k] = v
	}
	s, err := New(context.Background(), Options{Config: settings(t, all), Version: "1", User: "ann", Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.registry.serve(); err != nil {
			t.Error(err)
		}
	})
	running.Go(func() { s.registry.run(ctx) })
	t.Cleanup(func() {
		stop()
		if err := s.registry.shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		running.Wait()
		s.release()
	})
	return &joined{s, t}
}

// ann is the person at this machine.
var ann = access.LocalPrincipal("ann")

// page is that of an entity of the catalog as ann sees it.
func (j *joined) page(id catalog.ID) (catalog.Page, error) {
	return j.catalog.Page(j.t.Context(), j.catalog.Sight(j.t.Context(), ann), id)
}

// fetched is the answer of the API.
func (j *joined) fetched(path string) string {
	j.t.Helper()
	w := httptest.NewRecorder()
	j.http.Handler.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/api/v1"+path, nil))
	if w.Code != 200 {
		j.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

const orderSchema = `{"schema":"{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\",\"type\":\"string\"},{\"name\":\"email\",\"type\":[\"null\",\"string\"],\"default\":null}]}"}`

// order is one with this id, without an email, as Confluent's serializer writes it with schema 1.
func order(id string) []byte {
	return append([]byte{0, 0, 0, 0, 1, byte(2 * len(id))}, append([]byte(id), 0)...)
}

// What is registered here is the declared schema of the one cluster's topic, records of it are decoded by it, and who registers writes and who fetches
// an id reads. Behind a proxy it is the same, with the schemas of the registry there.
func TestTheServersRegistryIsThatOfItsCluster(t *testing.T) {
	agent := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("User-Agent", name) }
	}
	for _, mode := range []string{"serve", "proxy"} {
		t.Run(mode, func(t *testing.T) {
			fake := kafkatest.Start(t)
			values := map[string]string{}
			if mode == "proxy" {
				values = map[string]string{"registry-mode": "proxy", "registry-upstream": start(t, settings(t, nil)).Info().Registry}
			}
			r := shop(t, fake, values)
			at := r.Info().Registry
			if status, body := asks(t, "POST", at+"/subjects/orders-value/versions", orderSchema, agent("writer/1")); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			if status, body := asks(t, "GET", at+"/schemas/ids/1", "", agent("reader/2")); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			fake.Write("orders", kafkatest.Record{Value: order("o-17")})
			if body := r.fetched("/clusters/prod/topics/orders/records?from=earliest&limit=1"); !strings.Contains(body, "o-17") || !strings.Contains(body, `"decoder":"schema"`) {
				t.Errorf("the record is not decoded by the server's registry: %s", body)
			}
			var p catalog.Page
			eventually(t, "the stream in the catalog", func() bool {
				r.catalog.Fill(t.Context())
				var err error
				p, err = r.page("stream:prod/orders")
				return err == nil && len(p.FieldPages) > 0 && len(p.Readers) > 0 && len(p.Writers) > 0
			})
			var fields []string
			for _, f := range p.FieldPages {
				fields = append(fields, f.Path+" "+f.Origins[0])
			}
			if want := []string{"id schema", "email schema"}; !slices.Equal(fields, want) {
				t.Errorf("fields: %v, want %v", fields, want)
			}
			if len(p.Readers) != 1 || p.Readers[0].Evidence[0].Evidence != catalog.ByRegistry || p.Readers[0].Known || !strings.Contains(p.Readers[0].Facts["client"], "reader/2") {
				t.Errorf("readers, whose fields nobody knows: %+v", p.Readers)
			}
			if len(p.Writers) != 1 || !strings.Contains(p.Writers[0].Facts["client"], "writer/1") {
				t.Errorf("writers: %+v", p.Writers)
			}
		})
	}
}

// Where subjects may be of one of two clusters, none is made up.
func TestASubjectOfOneOfTwoClustersIsOfNeither(t *testing.T) {
	s := &Server{clusters: &clusters{byName: map[string]*openCluster{"a": {}, "b": {}}}, registry: &schemaRegistry{url: "http://127.0.0.1:8085"}}
	if got := s.registryCluster(); got != "" {
		t.Errorf("%q", got)
	}
	s.clusters.byName["b"].registry = &schemaSource{url: "http://localhost:8085/"}
	if got := s.registryCluster(); got != "b" {
		t.Errorf("%q, want the cluster whose registry this is", got)
	}
	if topic, part := topicOf("orders-key"); topic != "orders" || part != catalog.Key {
		t.Errorf("%s %s", topic, part)
	}
	if topic, _ := topicOf("com.acme.Order"); topic != "" {
		t.Errorf("a subject that names a type is for topic %s", topic)
	}
}
