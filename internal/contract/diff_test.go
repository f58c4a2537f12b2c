package contract

import (
	"strings"
	"testing"
)

// A consumer learns which promises became weaker, and which are only other words.
func TestDiffTellsWhichPromisesBecameWeaker(t *testing.T) {
	from := read(t, orders(t))
	for _, c := range []struct {
		from, to, about string
		weaker          bool
	}{
		{"version: 1.2.0", "version: 1.3.0", "", false},
		{"minimum: 0, exclusiveMaximum: 100000", "minimum: -5, exclusiveMaximum: 100000", "orders/amount/range", true},
		{"        unique: true\n", "", "orders/id/unique", true},
		{"      - name: amount\n        logicalType: number", "      - name: amount\n        logicalType: integer", "orders#amount", true},
		{"          - {name: city, logicalType: string, required: true}", "          - {name: city, logicalType: string}", "orders/customer.city/required", true},
		{"severity: critical", "severity: info", "orders/currency/values", true},
		{"classification: personal", "classification: public", "orders#email", false},
		{"username: ann@example.org", "username: bob@example.org", "", false},
	} {
		if !strings.Contains(orders(t), c.from) {
			t.Fatalf("%q is not there", c.from)
		}
		to := read(t, strings.Replace(orders(t), c.from, c.to, 1))
		changes := Diff(from, to)
		hit := false
		for _, x := range changes {
			hit = hit || x.About == c.about && x.Weaker == c.weaker
		}
		if !hit {
			t.Errorf("%q: %+v", c.to, changes)
		}
	}
	if d := Diff(from, read(t, orders(t))); len(d) > 0 {
		t.Errorf("the same: %v", d)
	}
}

// What is proposed can be read, and the stream that was seen would keep it.
func TestAProposalIsAContract(t *testing.T) {
	o := &Observed{
		Topic: "orders", Cluster: "shop", Host: "broker:9092", Format: "json", Records: 1000, Fields: []ObservedField{
			{Path: Path{Part: PartKey}, Of: 1000, Seen: 1000, Types: map[string]int{"string": 1000}},
			{Path: Path{PartHeaders, "tenant"}, Of: 1000, Seen: 900, Types: map[string]int{"string": 900}},
			{Path: Path{PartValue, "id"}, Of: 1000, Seen: 1000, Types: map[string]int{"string": 1000}, Distinct: true},
			{Path: Path{PartValue, "currency"}, Of: 1000, Seen: 1000, Types: map[string]int{"string": 1000}, Values: map[string]int{"EUR": 600, "no": 400}},
			{Path: Path{PartValue, "amount"}, Of: 1000, Seen: 990, Types: map[string]int{"integer": 500, "number": 490}, Numbers: 990, Min: 1, Max: 9},
			{Path: Path{PartValue, "email"}, Of: 1000, Seen: 1000, Types: map[string]int{"string": 1000}, Masked: "contact", Values: map[string]int{"x": 1000}},
			{Path: Path{PartValue, "items"}, Of: 1000, Seen: 1000, Types: map[string]int{"array": 1000}},
			{Path: Path{PartValue, "items.[]"}, Of: 3000, Seen: 3000, Types: map[string]int{"object": 3000}},
			{Path: Path{PartValue, "items.[].price"}, Of: 3000, Seen: 3000, Types: map[string]int{"number": 3000}, Numbers: 3000},
		},
	}
	text, err := Propose(o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Read(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	ids := map[string]*Check{}
	for i, k := range c.Streams[0].Checks {
		ids[k.ID] = &c.Streams[0].Checks[i]
	}
	for _, want := range []string{"orders/id/unique", "orders/id/required", "orders/key/required", "orders/currency/values", "orders/amount/range", "orders/amount/nulls", "orders/items[].price/type"} {
		if ids[want] == nil {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
	if k := ids["orders/currency/values"]; k != nil && !k.Texts["no"] {
		t.Errorf("a word that YAML takes for a truth is no text any more: %v", k.Texts)
	}
	if ids["orders/email/values"] != nil || ids["orders/email/unique"] != nil || strings.Contains(text, `"x"`) || strings.Contains(text, "- x\n") {
		t.Errorf("what is masked has values in\n%s", text)
	}
}
