package export

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// TableDoc is what the documentation says of a table.
type TableDoc struct {
	Name string
	Text string
	row  reflect.Type
}

// Tables lists the tables in their order.
func Tables() []TableDoc {
	return []TableDoc{
		{"events", "One row for each event of any kind, without the values that other tables hold.", reflect.TypeFor[EventRow]()},
		{"records", "Records that were sent between tasks, read by sources, or written to external systems, with key and value.", reflect.TypeFor[RecordRow]()},
		{"state_changes", "What operators at level trace did with state: the value before and after.", reflect.TypeFor[StateRow]()},
		{"timers", "Timers that were registered, deleted or fired.", reflect.TypeFor[TimerRow]()},
		{"watermarks", "Watermarks that were sent, taken in, given out, or held back.", reflect.TypeFor[WatermarkRow]()},
		{"windows", "What window operators at level trace did: assigned, merged, fired, purged.", reflect.TypeFor[WindowRow]()},
		{"edges", "Which record an invocation took in, and which it gave out. A walk over it is a record's lineage, as far as no state lies in between.", reflect.TypeFor[EdgeRow]()},
		{"drops", "Records that operators threw away, or that were late and kept.", reflect.TypeFor[DropRow]()},
		{"gaps", "Stretches that were not recorded. What lies in one is in no other table, and is not known not to have happened.", reflect.TypeFor[GapRow]()},
	}
}

// Reference is docs/reference/parquet.md.
func Reference() []byte {
	var b strings.Builder
	b.WriteString("# Parquet export\n\nGenerated from the program (`make gen`). How to make and read one: [guides/parquet.md](../guides/parquet.md).\n\n")
	fmt.Fprintf(&b, "Version %d. Each table is a folder of Parquet files (zstd), as `events/00000.parquet`; a table without rows has one file. Times are UTC. Keys and values are\n"+
		"masked for whoever made the export. `manifest.json` says what was selected, what is missing, what was masked, and the SHA-256 of each file;\n"+
		"an export without one is torn. New columns may come; what is here keeps its meaning within the version.\n"+
		"What the server writes in the background has the same tables in the folder of each recording, as `recording=…/events/part-000001.parquet`, and a manifest for each part in `_parts`.\n", Version)
	for _, t := range Tables() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| column | type | null | meaning |\n|---|---|---|---|\n", t.Name, t.Text)
		for _, f := range fields(t.row) {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.name, f.kind, f.null, f.doc)
		}
	}
	return []byte(b.String())
}

type field struct{ name, kind, null, doc string }

// fields lists the columns of a row as Parquet has them.
func fields(row reflect.Type) (out []field) {
	docs := map[string]string{}
	collect(row, docs)
	schema := parquet.SchemaOf(reflect.New(row).Interface())
	for _, f := range schema.Fields() {
		c := field{name: f.Name(), doc: docs[f.Name()]}
		if f.Optional() {
			c.null = "yes"
		}
		switch {
		case !f.Leaf():
			c.kind = "list of text"
		case times(f) != nil:
			c.kind = "timestamp, µs"
			if times(f).Unit.Value.Duration() == time.Millisecond {
				c.kind = "timestamp, ms"
			}
		default:
			c.kind = map[parquet.Kind]string{parquet.Boolean: "boolean", parquet.Int32: "int32", parquet.Int64: "int64", parquet.ByteArray: "text"}[f.Type().Kind()]
		}
		out = append(out, c)
	}
	return out
}

// times is the type of a column of times, nil for others.
func times(f parquet.Field) *format.TimestampType {
	l := f.Type().LogicalType()
	if l == nil {
		return nil
	}
	t, _ := l.Value.(*format.TimestampType)
	return t
}

// collect finds the docs of a struct's columns, those of embedded structs too.
func collect(row reflect.Type, docs map[string]string) {
	for i := range row.NumField() {
		f := row.Field(i)
		if f.Anonymous {
			collect(f.Type, docs)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("parquet"), ",")
		docs[name] = f.Tag.Get("doc")
	}
}
