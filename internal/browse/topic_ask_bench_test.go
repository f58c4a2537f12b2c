package browse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
)

// order is the record of bench/access, of 407 bytes.
const order = `{"id":"o-%07d","merchantId":"m-4471","customer":{"id":"c-93412","name":"Astrid Lindqvist","email":"astrid.lindqvist@example.org","phone":"+46701234567"},` +
	`"payment":{"method":"card","pan":"4111111111111111"},"items":[{"sku":"SKU-1182","quantity":2,"price":420.00},{"sku":"SKU-0940","quantity":1,"price":1050.00}],` +
	`"amount":1890.00,"currency":"SEK","createdAt":1785592906902,"sentAt":1785592928000,"note":"leave it at the door"}`

// orderPolicy is that of bench/access.
const orderPolicy = `
masking:
  classes:
    pii.contact: {rank: 30, action: token, normalise: email}
    pii.financial: {rank: 40, action: {keep_last: 4}, normalise: digits}
  rules:
    - topics: ["orders*"]
      part: value
      paths: {id: public, merchantId: public, "items[].sku": public, "items[].quantity": public, currency: public, amount: public, "**.email": pii.contact, "**.phone": pii.contact, "payment.pan": pii.financial}
roles:
  - name: support
    allow: [{actions: [status, "topic:list", "topic:read", "topic:read_raw", "cluster:view", "group:view", "job:view"], resources: ["**"]}]
`

// BenchmarkAsk asks one record whether a filter wants it: from its bytes to the answer, with masks.
func BenchmarkAsk(b *testing.B) {
	keys, err := access.NewKeys([]byte(strings.Repeat("k", 32)), "bench", 0)
	if err != nil {
		b.Fatal(err)
	}
	p, err := access.ReadPolicy(orderPolicy, keys)
	if err != nil {
		b.Fatal(err)
	}
	filter, err := CompileFilter(`value.merchantId == "nobody" && value.amount > 10`)
	if err != nil {
		b.Fatal(err)
	}
	cluster := &Cluster{Name: "bench", Decoder: serde.NewRecordDecoder(nil, serde.Limits{})}
	rec := kafka.Record{Topic: "orders", Key: event.NewPayload([]byte("o-7719342")), Value: event.NewPayload(fmt.Appendf(nil, order, 7719342))}
	r := renderer{Browser: &Browser{}, ctx: b.Context(), who: access.Principal{ID: "bench", Roles: []string{"support"}}, shape: askShape, policy: p}
	q := TopicQuery{Where: filter}
	var unclear Unclear
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if e := r.topicRecord(cluster, &rec); q.wants(&e.Event, &unclear) {
				b.Fatal("wanted")
			}
		}
	})
	b.Run("members", func(b *testing.B) {
		b.ReportAllocs()
		ask := r.asking(&q)
		for b.Loop() {
			if ask.wants(cluster, &rec, &unclear) {
				b.Fatal("wanted")
			}
		}
	})
	if unclear.Events > 0 {
		b.Fatal(unclear.Why)
	}
}
