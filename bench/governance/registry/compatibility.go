package main

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/avro"
	"github.com/sightglass/sightglass/internal/language/jsonschema"
	"github.com/sightglass/sightglass/internal/language/protobuf"
)

// pairFields is how many fields each schema of a pair has; the newer one has one more, and one of another name.
const pairFields = 500

// Each language is asked pairAsks times in each of pairRounds, after a round to warm up.
const (
	pairRounds = 7
	pairAsks   = 20
)

// cpu is the time that this process used of all processors.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func avroPair(n int, extra bool) string {
	var b strings.Builder
	b.WriteString(`{"type":"record","name":"Order","namespace":"com.acme","fields":[`)
	for i := range n {
		fmt.Fprintf(&b, `{"name":"field_%d","type":["null",%q],"default":null,"doc":"field %d"},`, i, []string{"string", "long", "double"}[i%3], i)
	}
	b.WriteString(`{"name":"last","type":{"type":"array","items":"string"},"default":[]}`)
	if extra {
		b.WriteString(`,{"name":"added","type":["null","string"],"default":null}`)
	}
	return b.String() + "]}"
}

func protobufPair(n int, extra bool) string {
	var b strings.Builder
	b.WriteString("syntax = \"proto3\";\npackage com.acme;\nmessage Order {\n")
	for i := range n {
		fmt.Fprintf(&b, "  %s field_%d = %d;\n", []string{"string", "int64", "double"}[i%3], i, i+1)
	}
	if extra {
		fmt.Fprintf(&b, "  string added = %d;\n", n+1)
	}
	return b.String() + "}\n"
}

func jsonPair(n int, extra bool) string {
	var b strings.Builder
	b.WriteString(`{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","additionalProperties":false,"required":["field_0"],"properties":{`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"field_%d":{"type":%q,"description":"field %d"}`, i, []string{"string", "integer", "number"}[i%3], i)
	}
	if extra {
		b.WriteString(`,"added":{"type":"string"}`)
	}
	return b.String() + "}}"
}

// compatibility measures what one question takes about a schema of 500 fields: it is parsed and compared, in the direction of BACKWARD, with the one
// before it, which registries keep parsed.
func compatibility() ([]figures.Figure, error) {
	var out []figures.Figure
	for _, x := range []struct {
		name string
		l    language.Language
		text func(int, bool) string
	}{{"avro", avro.New(), avroPair}, {"protobuf", protobuf.Language{}, protobufPair}, {"json", jsonschema.Language{}, jsonPair}} {
		older, err := x.l.Parse(x.text(pairFields, false), nil)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.name, err)
		}
		text := x.text(pairFields, true)
		var wall []float64
		least := time.Duration(1 << 62)
		for round := range pairRounds + 1 {
			began := cpu()
			for range pairAsks {
				at := time.Now()
				newer, err := x.l.Parse(text, nil)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", x.name, err)
				}
				differences, err := x.l.Compare(newer, older, language.Rules{})
				if err != nil {
					return nil, fmt.Errorf("%s: %w", x.name, err)
				}
				if len(differences) == 0 || language.Breaking(differences) {
					return nil, fmt.Errorf("%s: a field was added that breaks nobody, and the comparison says %v", x.name, differences)
				}
				if round > 0 {
					wall = append(wall, float64(time.Since(at).Microseconds())/1000)
				}
			}
			if round > 0 { // the least, since others use the machine as well
				least = min(least, (cpu()-began)/pairAsks)
			}
		}
		out = append(out,
			figures.New("compatibility_500_fields_"+x.name+"_cpu", "ms", float64(least.Microseconds())/1000, 2, figures.Most, 10),
			figures.New("compatibility_500_fields_"+x.name+"_p50", "ms", figures.Median(wall), 2, figures.None, 0),
			figures.New("compatibility_500_fields_"+x.name+"_p95", "ms", figures.Quantile(wall, 0.95), 2, figures.None, 0),
		)
	}
	return out, nil
}
