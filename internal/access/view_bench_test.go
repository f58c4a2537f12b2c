package access_test

import (
	"context"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/serde"
)

const order = `{"id":"o-7719342","merchantId":"m-4471","customer":{"id":"c-93412","name":"Astrid Lindqvist","email":"astrid.lindqvist@example.org","phone":"+46701234567"},` +
	`"payment":{"method":"card","pan":"4111111111111111"},"items":[{"sku":"SKU-1182","quantity":2,"price":420.00},{"sku":"SKU-0940","quantity":1,"price":1050.00}],` +
	`"amount":1890.00,"currency":"SEK","createdAt":1785592906902,"sentAt":1785592928000,"note":"leave at the door, please ring"}`

// BenchmarkDecodeViewMatch is what a filtered scan does per record: decode, mask, render the line, look for a text.
func BenchmarkDecodeViewMatch(b *testing.B) {
	d := serde.NewDetector(nil, serde.Limits{})
	p := event.NewPayload([]byte(order))
	b.SetBytes(int64(len(order)))
	b.ReportAllocs()
	for b.Loop() {
		v := access.Local().View(ann, orders, p, d.Detect(context.Background(), p), access.Shape{})
		if v.Match("not there") {
			b.Fatal("found what is not there")
		}
	}
}
