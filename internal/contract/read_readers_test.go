package contract

import (
	"slices"
	"strings"
	"testing"
)

const consumer = `apiVersion: v3.1.0
kind: DataContract
id: mails
version: 0.1.0
status: active
customProperties:
  - {property: sightglass.reads, value: ['orders#email', 'orders#id', totals]}
  - property: sightglass.reader
    value: READER
`

func TestReadersOfAConsumersContract(t *testing.T) {
	with := func(reader string) string { return strings.Replace(consumer, "READER", reader, 1) }
	c, err := Read(with(`{orders: orders-value/3, totals: '{"type": "object"}'}`))
	if err != nil || !slices.Equal(c.Readers, []ReadBy{{"orders", "orders-value/3"}, {"totals", `{"type": "object"}`}}) {
		t.Fatalf("%v %v", c, err)
	}
	for _, ok := range []string{"id:7", "file:schemas/orders.avsc", "team/orders-value/latest"} {
		if c, err := Read(with("{orders: '" + ok + "'}")); err != nil || c.Readers[0].Schema != ok {
			t.Errorf("%s: %v", ok, err)
		}
	}
	for _, no := range []string{"orders-value/3", "[orders-value/3]", "{other: orders-value/3}", "{orders: ''}", "{orders: orders-value}", "{orders: orders-value/0}", "{orders: 'id:x'}", "{orders: 'file:../secret'}", "{orders: 'file:/etc/passwd'}"} {
		if _, err := Read(with(no)); err == nil {
			t.Errorf("%s was taken", no)
		}
	}
	one, err := Read(strings.Replace(with("orders-value/3"), ", totals", "", 1))
	if err != nil || !slices.Equal(one.Readers, []ReadBy{{"orders", "orders-value/3"}}) {
		t.Fatalf("of one topic: %v %v", one, err)
	}
	if d := Diff(one, c); !slices.ContainsFunc(d, func(x Change) bool { return x.About == "totals" && strings.Contains(x.Text, "told now") }) {
		t.Errorf("%+v", d)
	}
	other := *one
	other.Readers = []ReadBy{{"orders", "orders-value/4"}}
	if d := Diff(one, &other); len(d) != 1 || d[0].About != "orders" || d[0].Weaker {
		t.Errorf("%+v", d)
	}
}
