package probe

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/serde"
)

// twenty is a record of 20 fields in JSON and Avro, with its Avro schema: texts, longs, doubles and bools in turn.
func twenty() (text, avro []byte, schema string) {
	var fields, members []string
	for i := range 20 {
		name := fmt.Sprintf("field_%d", i)
		switch i % 4 {
		case 0:
			v := fmt.Sprintf("value of %d", i)
			members, fields = append(members, fmt.Sprintf("%q:%q", name, v)), append(fields, `{"name":"`+name+`","type":"string"}`)
			avro = append(long(avro, int64(len(v))), v...)
		case 1:
			members, fields = append(members, fmt.Sprintf("%q:%d", name, i*1_000_000)), append(fields, `{"name":"`+name+`","type":["null","long"]}`)
			avro = long(long(avro, 1), int64(i)*1_000_000)
		case 2:
			members, fields = append(members, fmt.Sprintf("%q:%v", name, float64(i)/3)), append(fields, `{"name":"`+name+`","type":"double"}`)
			avro = binary.LittleEndian.AppendUint64(avro, math.Float64bits(float64(i)/3))
		default:
			members, fields = append(members, fmt.Sprintf("%q:%t", name, i%8 == 3)), append(fields, `{"name":"`+name+`","type":"boolean"}`)
			avro = append(avro, byte(i/4%2))
		}
	}
	return []byte("{" + strings.Join(members, ",") + "}"), avro, `{"type":"record","name":"Wide","fields":[` + strings.Join(fields, ",") + `]}`
}

func tenPaths() (all []Path) {
	for i := range 10 {
		all = append(all, Members(fmt.Sprintf("field_%d", 2*i)))
	}
	return all
}

// kilobyte is an Avro record of about 1 KB with what such records hold: an order of a dozen lines.
func kilobyte() (b []byte, schema string) {
	text := func(s string) { b = append(long(b, int64(len(s))), s...) }
	schema = `{"type":"record","name":"Order","fields":[{"name":"id","type":"string"},{"name":"customer","type":{"type":"record","name":"C","fields":[
	 {"name":"name","type":"string"},{"name":"email","type":["null","string"]}]}},{"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
	 {"name":"status","type":{"type":"enum","name":"S","symbols":["NEW","PAID","SENT"]}},
	 {"name":"lines","type":{"type":"array","items":{"type":"record","name":"L","fields":[{"name":"sku","type":"string"},{"name":"title","type":"string"},
	  {"name":"quantity","type":"int"},{"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}},{"name":"weight","type":["null","double"]}]}}},
	 {"name":"tags","type":{"type":"map","values":"string"}}]}`
	text("o-0007719342")
	text("Astrid Lindqvist")
	b = long(b, 1)
	text("astrid.lindqvist@example.org")
	b = long(long(b, 1785592906902), 1)
	b = long(b, 14)
	for i := range 14 {
		text(fmt.Sprintf("SKU-%04d", 1000+i))
		text("A title of a thing that people buy, with its colour")
		b = append(long(long(b, int64(i)), 3), 1, 2, 3)
		b = binary.LittleEndian.AppendUint64(long(b, 1), math.Float64bits(1.5))
	}
	b = long(long(b, 0), 2)
	for range 2 {
		text("channel")
		text("web")
	}
	return long(b, 0), schema
}

// twentyProto is the record of twenty in Protobuf.
func twentyProto() (b []byte, schema string) {
	for i := range 20 {
		kind := []string{"string", "int64", "double", "bool"}[i%4]
		schema += fmt.Sprintf("%s field_%d = %d; ", kind, i, i+1)
		switch i % 4 {
		case 0:
			b = withLength(tagOf(b, i+1, wireLength), fmt.Appendf(nil, "value of %d", i))
		case 1:
			b = binary.AppendUvarint(tagOf(b, i+1, wireVarint), uint64(i)*1_000_000)
		case 2:
			b = binary.LittleEndian.AppendUint64(tagOf(b, i+1, wire64), math.Float64bits(float64(i)/3))
		default:
			b = append(tagOf(b, i+1, wireVarint), 1)
		}
	}
	return b, `syntax = "proto3"; message Wide { ` + schema + "}"
}

func runs(b *testing.B, p *Program, record []byte) {
	b.Helper()
	var row Row
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if err := p.Run(record, &row); err != nil || row.Faults() != 0 {
			b.Fatal(err, row.Faults())
		}
	}
}

func BenchmarkRun(b *testing.B) {
	text, avro, schema := twenty()
	order, orderSchema := kilobyte()
	p, err := JSON(tenPaths(), serde.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("json 20 fields 10 wanted", func(b *testing.B) { runs(b, p, text) })
	b.Run("avro 20 fields 10 wanted", func(b *testing.B) { runs(b, avroProgram(b, schema, tenPaths(), serde.Limits{}), avro) })
	b.Run("protobuf 20 fields 10 wanted", func(b *testing.B) {
		record, schema := twentyProto()
		runs(b, protoProgram(b, schema, tenPaths(), serde.Limits{}), record)
	})
	b.Run("avro 1 KB conformity", func(b *testing.B) { runs(b, avroProgram(b, orderSchema, nil, serde.Limits{}), order) })
	b.Run("avro 1 KB lines wanted", func(b *testing.B) {
		var paths []Path
		for _, text := range []string{"id", "lines[].sku", "lines[].price", "tags{}"} {
			path, err := ParsePath(text)
			if err != nil {
				b.Fatal(err)
			}
			paths = append(paths, path)
		}
		runs(b, avroProgram(b, orderSchema, paths, serde.Limits{}), order)
	})
}
