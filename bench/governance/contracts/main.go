// Command contracts measures what checks of contracts cost, in this process: ten rules on records of 20 fields, and conformity alone of Avro values of
// 1 KB.
//
//	make bench-governance
//
// Figures are of one core: processor time, the least of seven rounds. The last lines are the figures:
// FIGURE <name> <value> <unit> target <target> met|missed.
package main

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
)

func main() { figures.Main("bench-governance", bench) }

func bench(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("governance", flag.ContinueOnError)
	n := flags.Int("records", 50_000, "records of a round")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *n < 1000 {
		return errors.New("-records from 1000")
	}
	j, rec, err := tenRules("json")
	if err != nil {
		return err
	}
	avro, avroRec, err := tenRules("avro")
	if err != nil {
		return err
	}
	conform, large, err := conformity()
	if err != nil {
		return err
	}
	for what, bad := range map[string]int{"ten rules, JSON": j.Record(ctx, rec), "ten rules, Avro": avro.Record(ctx, avroRec), "conformity": conform.Record(ctx, large)} {
		if bad != 0 {
			return fmt.Errorf("%s: a good record breaks %d checks", what, bad)
		}
	}
	perSecond := func(do func()) float64 { return 1 / each(*n, do).Seconds() }
	for _, f := range []figures.Figure{
		figures.New("contract-rules-alone", "records/s", perSecond(func() { avro.Again(1) }), 0, figures.Least, 200_000),
		figures.New("contract-ten-rules-avro", "records/s", perSecond(func() { avro.Record(ctx, avroRec) }), 0, figures.Least, 200_000),
		figures.New("contract-ten-rules-json", "records/s", perSecond(func() { j.Record(ctx, rec) }), 0, figures.Least, 200_000),
		figures.New("contract-conformity-avro-1kb", "records/s", perSecond(func() { conform.Record(ctx, large) }), 0, figures.Least, 200_000),
	} {
		fmt.Println(f)
	}
	return nil
}

// cpu is the time that this process used of all processors.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// each is the processor time of one of many calls: the least of seven rounds, since others use the machine as well.
func each(n int, do func()) time.Duration {
	least := time.Duration(1 << 62)
	for range 7 {
		began := cpu()
		for range n {
			do()
		}
		least = min(least, (cpu()-began)/time.Duration(n))
	}
	return max(least, 1)
}

// fields of the record: ten texts and ten numbers.
const fields = 20

// ten are rules on some of them.
const ten = `apiVersion: v3.1.0
kind: DataContract
id: bench
version: 1.0.0
status: active
schema:
  - name: bench
    properties:
      - {name: f0, logicalType: string, required: true, logicalTypeOptions: {minLength: 3, maxLength: 20, pattern: "^o-[0-9]+$"}}
      - {name: f2, quality: [{metric: invalidValues, arguments: {validValues: [o-0000002, USD, EUR]}, mustBe: 0}]}
      - {name: f1, logicalType: number, required: true, logicalTypeOptions: {minimum: 0, maximum: 100000}}
      - {name: f3, required: true}
      - {name: f4, required: true}
`

// registry is a serde.Schemas of one schema.
type registry struct{ text string }

// ByID is that of serde.Schemas.
func (r registry) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	return event.SchemaText{ID: id, Language: event.LanguageAvro, Text: r.text, Subject: "bench-value", Version: 1}, nil
}

// avroSchema has so many fields: texts at even places, doubles at odd ones.
func avroSchema(n int) string {
	var b strings.Builder
	b.WriteString(`{"type":"record","name":"Bench","fields":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		kind := "string"
		if i%2 == 1 {
			kind = "long"
		}
		fmt.Fprintf(&b, `{"name":"f%d","type":%q}`, i, kind)
	}
	return b.String() + "]}"
}

// avroValue is a record of that schema with texts of so many bytes, behind the head of a registry.
func avroValue(n, width int) []byte {
	b := []byte{0, 0, 0, 0, 1}
	for i := range n {
		if i%2 == 1 {
			b = binary.AppendVarint(b, int64(1000+i))
			continue
		}
		text := fmt.Sprintf("o-%0*d", width-2, i)
		b = append(binary.AppendVarint(b, int64(len(text))), text...)
	}
	return b
}

func jsonValue() []byte {
	var b strings.Builder
	for i := range fields {
		b.WriteByte("{,"[min(i, 1)])
		if i%2 == 1 {
			fmt.Fprintf(&b, `"f%d":%d`, i, 1000+i)
		} else {
			fmt.Fprintf(&b, `"f%d":"o-%07d"`, i, i)
		}
	}
	return []byte(b.String() + "}")
}

func tenRules(format string) (*checks.Judge, *kafka.Record, error) {
	c, err := contract.Read(ten)
	if err != nil {
		return nil, nil, err
	}
	value := jsonValue()
	d := serde.NewRecordDecoder(nil, serde.Limits{})
	if format == "avro" {
		value, d = avroValue(fields, 9), serde.NewRecordDecoder(registry{avroSchema(fields)}, serde.Limits{})
	}
	return checks.NewJudge(c, &c.Streams[0], format, d), &kafka.Record{Topic: "bench", Time: 1, Value: event.NewPayload(value)}, nil
}

// conformity is a contract that says nothing of fields.
func conformity() (*checks.Judge, *kafka.Record, error) {
	c, err := contract.Read("apiVersion: v3.1.0\nkind: DataContract\nid: bench\nversion: 1.0.0\nstatus: active\nschema: [{name: bench}]\n")
	if err != nil {
		return nil, nil, err
	}
	d := serde.NewRecordDecoder(registry{avroSchema(fields)}, serde.Limits{})
	return checks.NewJudge(c, &c.Streams[0], "avro", d), &kafka.Record{Topic: "bench", Time: 1, Value: event.NewPayload(avroValue(fields, 99))}, nil
}
