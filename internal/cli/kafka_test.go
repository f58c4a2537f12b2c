package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

// serveKafka is serve with a cluster that the server looks into, called prod.
func serveKafka(t *testing.T) (*recorded, *kafkatest.Cluster) {
	t.Helper()
	c := kafkatest.Start(t)
	c.Topic("orders", 4, map[string]string{"retention.ms": "604800000"})
	c.Topic("orders-dead", 1, map[string]string{"cleanup.policy": "compact"})
	began := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC).UnixMilli()
	for i := range 80 {
		c.Write("orders", kafkatest.Record{
			Partition: int32(i % 4), Time: began + int64(i)*250, Key: fmt.Appendf(nil, "o-%07d", i), Value: fmt.Appendf(nil, `{"id":"o-%07d","amount":%d,"customer":{"email":"c%d@example.org"}}`, i, i*7%100, i),
			Headers: []kafkatest.Header{{Name: "trace", Value: fmt.Appendf(nil, "t-%d", i)}},
		})
	}
	for i := range 3 {
		c.Write("orders-dead", kafkatest.Record{Time: began + int64(i)*1000, Key: fmt.Appendf(nil, "d-%d", i), Value: []byte(`{"id":`), Headers: []kafkatest.Header{{Name: "error", Value: []byte("ends early")}, {Name: "retry"}}})
	}
	c.Write("orders-dead", kafkatest.Record{Time: began + 3000, Key: []byte("d-0")})
	c.Commit("billing", "orders", map[int32]int64{0: 20, 1: 12, 2: 20, 3: 0})
	c.Commit("reports", "orders", map[int32]int64{0: 20})
	c.Limit("etl", "producer_byte_rate", 1<<20)
	c.Allow("etl", "orders")
	file := filepath.Join(t.TempDir(), "kafka.yaml")
	if err := os.WriteFile(file, []byte("clusters: [{name: prod, bootstrap: ["+strings.Join(c.Bootstrap(), ", ")+"]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := serveWith(t, func(out ingesttest.Output) (*ingesttest.Truth, error) {
		return ingesttest.Generate(ingesttest.Options{Seed: seed, Orders: orders, StepUS: 25_000, Gap: true}, out)
	}, config.Source(func(name string) (string, bool) { return file, name == "kafka-file" }))
	r.broker = c.Bootstrap()[0]
	return r, c
}

// Those in testdata/kafka are about a cluster of Kafka.
func TestTranscriptsOfKafka(t *testing.T) {
	r, _ := serveKafka(t)
	r.transcripts(t, "testdata/kafka/*.txt")
}

func TestWithoutAClusterThatIsSaid(t *testing.T) {
	r := serve(t)
	for _, args := range [][]string{{"topics"}, {"browse", "orders"}, {"groups"}, {"tail", "orders"}} {
		if _, errs, code := r.run(context.Background(), "", args...); code != exitUnknown || !strings.Contains(errs, "--kafka-file") {
			t.Errorf("%v: exit %d %s", args, code, errs)
		}
	}
}

// All pages together are all records, each once; what a broker does not give ends with exit 3.
func TestBrowseGoesThroughAllPages(t *testing.T) {
	r, c := serveKafka(t)
	ctx := context.Background()
	c.Topic("many", 3, nil)
	var all []kafkatest.Record
	for i := range 1200 {
		all = append(all, kafkatest.Record{Partition: int32(i % 3), Value: fmt.Appendf(nil, "%d", i)})
	}
	c.Write("many", all...)
	for _, order := range []string{"asc", "desc"} {
		out, errs, code := r.run(ctx, "", "browse", "many", "--all", "--order", order, "-o", "jsonl")
		seen := map[string]bool{}
		for line := range strings.Lines(out) {
			var one gen.TopicRecord
			if err := json.Unmarshal([]byte(line), &one); err != nil {
				t.Fatal(err)
			}
			seen[one.Place] = true
		}
		if want := map[string]int{"asc": 0, "desc": 1200}[order]; code != 0 || len(seen) != want || strings.Count(out, "\n") != want {
			t.Errorf("%s: %d lines, %d records, exit %d %s", order, strings.Count(out, "\n"), len(seen), code, errs)
		}
	}
	out, errs, code := r.run(ctx, "", "browse", "many", "--all", "--limit", "701", "--from", "earliest")
	if strings.Count(out, "\n") != 702 || code != 0 || !strings.Contains(errs, "701 records of 701 that were looked at in 3 partitions") || !strings.Contains(errs, "there are more") {
		t.Errorf("a limit of more than a page: %d lines, exit %d %s", strings.Count(out, "\n"), code, errs)
	}
	if _, errs, code = r.run(ctx, "", "browse", "many", "--partition", "0,7"); code != exitIncomplete || !strings.Contains(errs, "partition 7") {
		t.Errorf("a partition that is not there: exit %d %s", code, errs)
	}
	for _, args := range [][]string{{"--limit", "501"}, {"--limit", "0"}, {"--order", "up"}, {"--all", "-o", "json"}, {"--decoder", "magic"}, {"--where", "value."}, {"--from", "soon"}} {
		if _, errs, code = r.run(ctx, "", append([]string{"browse", "many"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d %s", args, code, errs)
		}
	}
	gone, stop := context.WithCancel(ctx)
	stop()
	if _, _, code = r.run(gone, "", "browse", "many", "--all"); code != exitInterrupted {
		t.Errorf("interrupted: exit %d", code)
	}
}

func TestWhatIsProducedIsRead(t *testing.T) {
	r, c := serveKafka(t)
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "value")
	if err := os.WriteFile(file, []byte("\x00\xff\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(want string, args ...string) {
		t.Helper()
		if out, errs, code := r.run(ctx, "", append([]string{"produce"}, args...)...); code != 0 || strings.TrimSpace(out) != want {
			t.Errorf("%v: exit %d %s%s, want %s", args, code, out, errs, want)
		}
	}
	run("orders-dead/0@4", "orders-dead", "--key", "", "--header", "a=b=c", "--header", "none", "--header", "empty=", "--file", file, "--why", "a test")
	if x := c.Read("orders-dead", 0, 4); x.Key == nil || len(x.Key) != 0 || string(x.Value) != "\x00\xff\n" || len(x.Headers) != 3 || string(x.Headers[0].Value) != "b=c" || x.Headers[1].Value != nil || x.Headers[2].Value == nil {
		t.Errorf("%+v", x)
	}
	run("orders/0@20", "orders", "--tombstone", "--partition", "0", "--why", "a test")
	if x := c.Read("orders", 0, 20); x.Key != nil || x.Value != nil {
		t.Errorf("%+v", x)
	}
	run("orders-dead/0@5", "orders-dead", "--copy", "orders-dead/0@4", "--why", "a test")
	run("", "orders", "--tombstone", "--why", "a test", "--dry-run")
	for _, args := range [][]string{{"orders"}, {"orders", "--why", "x", "--copy", "orders"}, {"orders", "--why", "x", "--copy", "a/0@1", "--key", "k"}, {"orders", "--why", "x", "--file", "/no/such"}, {"orders", "--why", "x", "--tombstone", "--partition", "-1"}} {
		if _, errs, code := r.run(ctx, "", append([]string{"produce"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d %s", args, code, errs)
		}
	}
}

func TestAResetIsDryUnlessApplied(t *testing.T) {
	r, _ := serveKafka(t)
	ctx := context.Background()
	at := func() string {
		out, _, _ := r.run(ctx, "", "groups", "billing", "-o", "json")
		var g gen.KafkaGroup
		if err := json.Unmarshal([]byte(out), &g); err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, p := range g.Partitions {
			text += p.Committed + " "
		}
		return text
	}
	if out, errs, code := r.run(ctx, "", "groups", "reset", "billing", "--to", "shift:-2"); code != 0 || at() != "20 12 20 0 " || !strings.Contains(errs, "--apply") || !strings.Contains(out, "not there any more") {
		t.Errorf("dry: exit %d %s%s, at %s", code, out, errs, at())
	}
	if _, errs, code := r.run(ctx, "", "groups", "reset", "billing", "--to", "offset:3", "--topic", "orders:0,1", "--apply"); code != 0 || at() != "3 3 20 0 " {
		t.Errorf("applied: exit %d %s, at %s", code, errs, at())
	}
	for _, args := range [][]string{nil, {"--to", "offset:x"}, {"--to", "offset:-1"}, {"--to", "time:"}, {"--to", "latest:1"}, {"--to", "there"}, {"--to", "latest", "--topic", "orders:x"}} {
		if _, errs, code := r.run(ctx, "", append([]string{"groups", "reset", "billing"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d %s", args, code, errs)
		}
	}
}

func TestATailTellsWhatComes(t *testing.T) {
	r, c := serveKafka(t)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	var out lines
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		r.runWith(ctx, Streams{Out: &out, Err: io.Discard}, "tail", "orders", "-o", "jsonl", "--where", `value.id == "new"`)
	}()
	// The tail may begin after some of these: it ends when it has told one.
	for ctx.Err() == nil && !strings.Contains(out.String(), "\n") {
		c.Write("orders", kafkatest.Record{Value: []byte(`{"id":"new"}`)})
		time.Sleep(20 * time.Millisecond)
	}
	stop()
	<-ended
	if first, _, _ := strings.Cut(out.String(), "\n"); !strings.Contains(first, `"place":"orders/0@`) || !json.Valid([]byte(first)) {
		t.Errorf("%s", out.String())
	}
}
