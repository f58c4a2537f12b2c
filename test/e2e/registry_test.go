//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/sightglass/sightglass/tools/lab"
)

// registryServer runs the built server for its registry alone, and gives the registry's address.
func registryServer(t *testing.T, l *lab.Lab, name string, settings ...string) string {
	t.Helper()
	dir := filepath.Join(l.Repository, "build", "e2e", "registry", name)
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
	_, at := launchRegistry(t, l, name, dir, ports, settings...)
	return at
}

// launchRegistry runs the built server in a folder that may have been one's before, at three ports, and gives the registry's address.
func launchRegistry(t *testing.T, l *lab.Lab, name, dir string, ports []int, settings ...string) (*lab.Process, string) {
	t.Helper()
	at := func(i int) string { return fmt.Sprintf("127.0.0.1:%d", ports[i]) }
	p, err := lab.Start(lab.Command{
		Name: "server-" + name, Path: filepath.Join(l.Repository, "bin", "sightglass"), Dir: dir, Log: filepath.Join(dir, "server.log"),
		Args: append([]string{"up", "--data", filepath.Join(dir, "data"), "--listen", at(0), "--agent-listen", at(1), "--registry-listen", at(2)}, settings...),
	})
	if err != nil {
		t.Fatal(err)
	}
	stopsWith(t, p)
	if err := lab.AwaitHTTP(t.Context(), "http://"+at(0)+"/readyz", p); err != nil {
		t.Fatal(err)
	}
	return p, "http://" + at(2)
}

func stopsWith(t *testing.T, p *lab.Process) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := p.Stop(ctx, 20*time.Second); err != nil {
			t.Error(err)
		}
	})
}

// Peers' own clients use the registry as they use Confluent's: franz-go's sr and Confluent's Python client with its serializers, through a real broker,
// KafkaJS's client, which has serializers of its own, and Spring's Java client; on SQLite and on PostgreSQL. Confluent's Java serializers are in no registry
// of packages that this repository builds from.
func TestRegistry(t *testing.T) {
	log := &progress{t: t}
	t.Cleanup(log.end)
	l, err := lab.Open(lab.Options{Progress: log})
	if err != nil {
		t.Fatal(err)
	}
	python, err := l.InstallConfluentPython(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	modules, err := l.InstallKafkaJSRegistry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	spring, err := l.InstallSpringRegistry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(l.Repository, "build", "e2e", "registry")
	if err := os.RemoveAll(filepath.Join(dir, "kafka")); err != nil {
		t.Fatal(err)
	}
	k, err := l.StartKafka(t.Context(), lab.KafkaOptions{Dir: filepath.Join(dir, "kafka")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := k.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	pg, err := l.StartPostgres(t.Context(), filepath.Join(dir, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	stopsWith(t, pg.Process)
	for name, settings := range map[string][]string{"sqlite": nil, "postgres": {"--database", pg.URL}} {
		at := registryServer(t, l, name, settings...)
		through := at
		if name == "sqlite" { // what a proxy passes on is as what comes straight
			through = registryServer(t, l, name+"-proxy", "--registry-mode", "proxy", "--registry-upstream", at)
		}
		t.Run(name+"/franz-go", func(t *testing.T) { franzAsks(t, at, k.Bootstrap) })
		source := func(file string) string { return filepath.Join(l.Repository, "test", "e2e", file) }
		t.Run(name+"/confluent-kafka", func(t *testing.T) { asks(t, nil, python, source("registry_client.py"), through, k.Bootstrap) })
		t.Run(name+"/kafkajs", func(t *testing.T) {
			asks(t, []string{"NODE_PATH=" + modules}, "node", source("registry_client.cjs"), through)
		})
		t.Run(name+"/spring", func(t *testing.T) {
			asks(t, nil, "java", "-cp", filepath.Join(spring, "*"), source("RegistryClient.java"), through)
		})
		t.Run(name+"/mirror", func(t *testing.T) { mirrors(t, l, name, at) })
		others := []string{at}
		if name == "sqlite" {
			others = nil // a file is one server's
		}
		t.Run(name+"/killed", func(t *testing.T) { isKilled(t, l, name, others, settings...) })
	}
}

// asks runs a program that asks the registry all it wants to know and ends with ok.
func asks(t *testing.T, environment []string, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, program, args...)
	c.Env = append(os.Environ(), environment...)
	out, err := c.CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || lines[len(lines)-1] != "ok" {
		t.Errorf("%v\n%s", err, out)
	}
}

type orderOfTest struct {
	ID string `json:"id"`
	N  int    `json:"n"`
}

func franzAsks(t *testing.T, at, broker string) {
	ctx := t.Context()
	c, err := sr.NewClient(sr.URLs(at))
	if err != nil {
		t.Fatal(err)
	}
	const subject = "franz/orders:value"
	v1 := sr.Schema{Schema: `{"type":"record","name":"O","fields":[{"name":"id","type":"string"},{"name":"n","type":"int"}]}`}
	made, err := c.CreateSchema(ctx, subject, v1)
	if err != nil || made.Version != 1 || made.Subject != subject {
		t.Fatalf("registering: %+v, %v", made, err)
	}
	_, err = c.CreateSchema(ctx, subject, sr.Schema{Schema: `"int"`})
	var no *sr.ResponseError
	if !errors.As(err, &no) || no.StatusCode != http.StatusConflict || no.ErrorCode != 409 {
		t.Errorf("an incompatible one: %v", err)
	}
	if r, err := c.CheckCompatibility(ctx, subject, -1, sr.Schema{Schema: `"int"`}); err != nil || r.Is {
		t.Errorf("asking whether it is: %+v, %v", r, err)
	}
	if found, err := c.LookupSchema(ctx, subject, v1); err != nil || found.ID != made.ID {
		t.Errorf("looking it up: %+v, %v", found, err)
	}
	for _, r := range c.SetCompatibility(ctx, sr.SetCompatibility{Level: sr.CompatFull}, subject) {
		if r.Err != nil || r.Level != sr.CompatFull {
			t.Errorf("setting a level: %+v", r)
		}
	}
	for _, r := range c.SetMode(ctx, sr.ModeReadOnly, subject) {
		if r.Err != nil || r.Mode != sr.ModeReadOnly {
			t.Errorf("setting a mode: %+v", r)
		}
	}
	if _, err := c.CreateSchema(ctx, subject, sr.Schema{Schema: `"long"`}); !errors.As(err, &no) || no.ErrorCode != 42205 {
		t.Errorf("registering in READONLY: %v", err)
	}
	for _, r := range c.ResetMode(ctx, subject) {
		if r.Err != nil {
			t.Error(r.Err)
		}
	}
	franzRoundTrip(t, c, made.ID, broker)
	if list, err := c.DeleteSubject(ctx, subject, sr.SoftDelete); err != nil || len(list) != 1 {
		t.Errorf("deleting: %v, %v", list, err)
	}
	if s, err := c.SchemaByID(ctx, made.ID); err != nil || s.Schema != v1.Schema {
		t.Errorf("records of a deleted schema cannot be read: %+v, %v", s, err)
	}
}

// franzRoundTrip writes a record with the id before it and reads it by what the registry says of the id.
func franzRoundTrip(t *testing.T, c *sr.Client, id int, broker string) {
	t.Helper()
	topic := fmt.Sprintf("franz-%d", time.Now().UnixNano())
	var serde sr.Serde
	serde.Register(id, orderOfTest{}, sr.EncodeFn(json.Marshal), sr.DecodeFn(json.Unmarshal))
	k, err := kgo.NewClient(kgo.SeedBrokers(broker), kgo.ConsumeTopics(topic), kgo.UnknownTopicRetries(50))
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if _, err := kadm.NewClient(k).CreateTopic(t.Context(), 1, 1, nil, topic); err != nil {
		t.Fatal(err)
	}
	want := orderOfTest{"o-1", 7}
	value, err := serde.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Value: value}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	all := k.PollFetches(ctx).Records()
	if len(all) != 1 {
		t.Fatalf("%d records came", len(all))
	}
	at, _, err := serde.DecodeID(all[0].Value)
	if err != nil || at != id {
		t.Errorf("want id %d, got %d, %v", id, at, err)
	}
	var got orderOfTest
	if err := serde.Decode(all[0].Value, &got); err != nil || got != want {
		t.Errorf("want %+v, got %+v, %v", want, got, err)
	}
	if s, err := c.SchemaByID(ctx, at); err != nil || !strings.Contains(s.Schema, `"name":"O"`) {
		t.Errorf("the id in the record: %+v, %v", s, err)
	}
}

// mirrors has a second server follow the first, and a third take its export: both have its ids, versions, deleted states and settings.
func mirrors(t *testing.T, l *lab.Lab, name, at string) {
	copied := registryServer(t, l, name+"-copy", "--registry-mode", "follow", "--registry-upstream", at, "--registry-follow-every", "200ms")
	fresh := registryServer(t, l, name+"-fresh")
	binary := filepath.Join(l.Repository, "bin", "sightglass")
	file := filepath.Join(l.Repository, "build", "e2e", "registry", name+".jsonl")
	lines := func(of string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), binary, "registry", "export", "--registry", of, "--to", "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(out), "\n") // the head has the moment of the export
		return body
	}
	want := lines(at)
	if strings.Count(want, "\n") < 5 {
		t.Fatalf("there is nothing to copy:\n%s", want)
	}
	end := time.Now().Add(time.Minute)
	for lines(copied) != want && time.Now().Before(end) {
		time.Sleep(200 * time.Millisecond)
	}
	if got := lines(copied); got != want {
		t.Errorf("who follows has\n%s\nwant\n%s", got, want)
	}
	for _, args := range [][]string{{"registry", "export", "--registry", at, "--to", file}, {"registry", "import", "--registry", fresh, "--from", file}, {"registry", "import", "--registry", fresh, "--from", at}} {
		if out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	if got := lines(fresh); got != want {
		t.Errorf("who imported has\n%s\nwant\n%s", got, want)
	}
}
