// Command impact measures reports of who breaks before a change: an estate of 1,000 topics and 5,000 readers, each report with the newest 1,000 records of
// a topic converted for every reader, from a broker in this process.
//
//	go run ./bench/governance/impact
//
// The last lines are the figures: FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/avro"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
	"github.com/sightglass/sightglass/internal/store/memory"
)

func main() {
	figures.Main("bench-impact", func(ctx context.Context, _ []string) (err error) {
		// The broker is one of tests, which wants a test to belong to; its time is not what is measured.
		done := false
		testing.Benchmark(func(b *testing.B) {
			if done {
				return
			}
			done = true
			var all []figures.Figure
			var records *browse.Browser
			if records, err = stage(b); err != nil {
				return
			}
			if all, err = impactFigures(ctx, records); err != nil {
				return
			}
			for _, f := range all {
				fmt.Println(f)
			}
		})
		if err == nil && !done {
			err = errors.New("the broker did not start")
		}
		return err
	})
}

// oneSchema is the registry that records name.
type oneSchema struct{}

func (oneSchema) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	return event.SchemaText{ID: id, Language: event.LanguageAvro, Text: impactSchema("")}, nil
}

// nowhere is an audit log that keeps nothing.
type nowhere struct{}

func (nowhere) Begin(context.Context, access.Intent) (access.Receipt, error) {
	return 0, nil
}
func (nowhere) End(context.Context, access.Receipt, access.Result) error  { return nil }
func (nowhere) Event(context.Context, access.Intent, access.Result) error { return nil }

// stage is a browser over a broker with the topics that are asked about.
func stage(b *testing.B) (*browse.Browser, error) {
	c := kafkatest.Start(b)
	head := binary.BigEndian.AppendUint32([]byte{0}, 7)
	for i := range impactRounds {
		topic := fmt.Sprintf("topic-%d", i)
		c.Topic(topic, 4, nil)
		all := make([]kafkatest.Record, 0, impactLast+200)
		for n := range impactLast + 200 {
			value := append([]byte{}, head...)
			value = append(value, "\x10order-07"...)
			value = binary.AppendVarint(value, int64(n))
			value = append(value, "\x06EUR"...)
			for range 20 {
				value = append(value, "\x02\x0asome-"...)
			}
			all = append(all, kafkatest.Record{Partition: int32(n % 4), Time: 1_767_600_000_000 + int64(n), Key: []byte("k"), Value: value})
		}
		c.Write(topic, all...)
	}
	queries, err := query.New(query.Options{Reader: memory.New()})
	if err != nil {
		return nil, err
	}
	return browse.New(browse.Options{Queries: queries, Policy: access.NewInForce(access.Local()), Auditor: nowhere{},
		Clusters: []browse.Cluster{{Name: "bench", Kafka: c.Client(), Decoder: serde.NewRecordDecoder(oneSchema{}, serde.Limits{})}}})
}

// The estate of the target: so many topics, and edges from systems to them. Each topic has readers with schemas of their own, and a job that writes the next one.
const (
	impactTopics = 1000
	impactEdges  = 5000
	impactLast   = 1000
	impactRounds = 40
)

// impactEstate is generated when it is asked, so that none of it is measured twice.
type impactEstate struct{ now time.Time }

// impactSchema is the schema of all topics.
func impactSchema(extra string) string {
	text := `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"amount","type":"long"},{"name":"currency","type":"string"}`
	for i := range 20 {
		text += fmt.Sprintf(`,{"name":"f%d","type":["null","string"],"default":null}`, i)
	}
	return text + extra + "]}"
}

func (e impactEstate) Users(_ context.Context, _ access.Principal, of impact.Stream) ([]impact.User, int, error) {
	var out []impact.User
	for i := range impactEdges / impactTopics {
		out = append(out, impact.User{
			ID: fmt.Sprintf("job:%s-%d", of.Topic, i), Name: fmt.Sprintf("%s-%d", of.Topic, i), Kind: "job", Reads: true, Seen: e.now,
			Fields: impact.FieldUse{Known: true, Paths: []string{"id", "amount"}, Source: "recording", At: e.now},
			Reader: &impact.Reader{Language: language.Avro, Text: impactSchema(""), Source: "recording", At: e.now},
		})
	}
	return out, 0, nil
}

func (impactEstate) Outputs(_ context.Context, _ access.Principal, of impact.Stream, system string) ([]impact.Output, error) {
	var n, i int
	if _, err := fmt.Sscanf(system, "job:topic-%d-%d", &n, &i); err != nil || i > 2 {
		return nil, nil
	}
	to := impact.Stream{Cluster: of.Cluster, Topic: fmt.Sprintf("topic-%d", (3*n+i+1)%impactTopics)}
	return []impact.Output{{To: to, Known: true, Pairs: []impact.Pair{{From: "amount", To: "amount"}}}}, nil
}

func (impactEstate) Cluster(context.Context, access.Principal, string) (string, error) {
	return "bench", nil
}

func (impactEstate) OwnersOf(context.Context, access.Principal, impact.Stream) ([]string, error) {
	return nil, nil
}

// impactRegistry has one schema for all.
type impactRegistry struct{}

func (impactRegistry) Latest(_ context.Context, subject string) (*impact.Registered, error) {
	return &impact.Registered{Subject: subject, Version: 1, Language: language.Avro, Text: impactSchema("")}, nil
}

func (impactRegistry) Compatible(context.Context, string, *impact.Proposal) (string, bool, []string, error) {
	return "BACKWARD", true, nil, nil
}

func (impactRegistry) Profile() language.Profile { return language.Confluent83 }

// impactFigures measures reports over that estate, with records of a broker in this process where there is one: the time of a whole report.
func impactFigures(ctx context.Context, records impact.Converter) ([]figures.Figure, error) {
	now := time.Now()
	e := impact.New(impact.Options{Estate: impactEstate{now}, Registry: impactRegistry{}, Languages: []language.Language{avro.New()}, Records: records})
	var took []float64
	systems := 0
	for i := range impactRounds {
		began := time.Now()
		r, err := e.Report(ctx, access.LocalPrincipal("bench"), impact.Proposal{
			Kind: impact.OfSchema, Topic: fmt.Sprintf("topic-%d", i), Schema: impactChanged(), Sample: impactLast,
		}, nil)
		if err != nil {
			return nil, err
		}
		if r.Data == nil || r.Data.Records != impactLast {
			return nil, fmt.Errorf("of %d records %+v were looked at", impactLast, r.Data)
		}
		took, systems = append(took, time.Since(began).Seconds()), systems+len(r.Systems)
	}
	fmt.Fprintf(os.Stderr, "impact: %d reports, %d systems judged, each with %d records\n", impactRounds, systems, impactLast)
	return []figures.Figure{
		figures.New("impact_report_p50", "s", figures.Quantile(took, 0.5), 3, figures.None, 0),
		figures.New("impact_report_p95", "s", figures.Quantile(took, 0.95), 3, figures.Most, 2),
	}, nil
}

// impactChanged is the proposal: amount is another type.
func impactChanged() string {
	return `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"string"},{"name":"amount","type":"string"},{"name":"currency","type":"string"}]}`
}
