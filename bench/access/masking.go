package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
)

// order is a record of 407 bytes; %07d is its number.
const order = `{"id":"o-%07d","merchantId":"m-4471","customer":{"id":"c-93412","name":"Astrid Lindqvist","email":"astrid.lindqvist@example.org","phone":"+46701234567"},` +
	`"payment":{"method":"card","pan":"4111111111111111"},"items":[{"sku":"SKU-1182","quantity":2,"price":420.00},{"sku":"SKU-0940","quantity":1,"price":1050.00}],` +
	`"amount":1890.00,"currency":"SEK","createdAt":1785592906902,"sentAt":1785592928000,"note":"leave it at the door"}`

// accessPolicy masks by two tokens, and hides what it does not name.
const accessPolicy = `
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

var (
	support = access.Principal{ID: "bench", Roles: []string{"support"}}
	orders  = access.Subject{Resource: "cluster/bench/topic/orders", Part: access.PartValue}
)

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
	return least
}

// inProcess measures what costs no broker.
func inProcess(ctx context.Context) ([]figures.Figure, error) {
	keys, err := access.NewKeys([]byte(strings.Repeat("k", 32)), "bench", 0)
	if err != nil {
		return nil, err
	}
	p, err := access.ReadPolicy(accessPolicy, keys)
	if err != nil {
		return nil, err
	}
	filter, err := browse.CompileFilter(`value.merchantId == "nobody" && value.amount > 10`)
	if err != nil {
		return nil, err
	}
	decoder := serde.NewRecordDecoder(nil, serde.Limits{})
	record := event.NewPayload(fmt.Appendf(nil, order, 7719342))
	tree := decoder.Decode(ctx, serde.PartValue, record, serde.Wish{}).Tree
	plan := p.Plan(support, orders)

	// What masking adds is the difference to a view that hides nothing; the rest is the line and the tree.
	clear := access.Local()
	whole := access.LocalPrincipal("bench")
	masked := each(20_000, func() { p.View(support, orders, record, tree, access.Shape{}) })
	plain := each(20_000, func() { clear.View(whole, orders, record, tree, access.Shape{}) })
	lookup := each(1_000_000, func() { plan = p.Plan(support, orders) })
	if plan == nil {
		return nil, errors.New("there is no plan")
	}
	found := 0
	all := each(20_000, func() {
		t := decoder.Decode(ctx, serde.PartValue, record, serde.Wish{}).Tree
		v := p.View(support, orders, record, t, access.Shape{})
		e := browse.Event{Event: query.Event{Kind: event.KindSourceRecord, Lane: event.LaneSrc}, View: &v}
		if is, err := filter.Match(&e); err == nil && is {
			found++
		}
	})
	if found > 0 {
		return nil, errors.New("the filter finds what is not there")
	}
	var many strings.Builder
	many.WriteString("masking:\n  rules:\n    - part: value\n      paths: {a: public")
	for i := range 500 {
		fmt.Fprintf(&many, ", \"f%d.**.g%d\": public", i, i)
	}
	many.WriteString("}\n")
	large, err := access.ReadPolicy(many.String(), keys)
	if err != nil {
		return nil, err
	}
	n := 0
	compile := each(200, func() {
		n++
		large.Plan(support, access.Subject{Resource: browse.TopicResource("bench", fmt.Sprint(n)), Part: access.PartValue})
	})
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
	return []figures.Figure{
		figures.New("mask_step", "us/record", us(masked), 2, figures.Most, 5),
		figures.New("mask_added", "us/record", us(masked-plain), 2, figures.None, 0),
		figures.New("decode_mask_filter", "us/record", us(all), 2, figures.Most, 10),
		figures.New("plan_lookup", "ns", float64(lookup.Nanoseconds()), 0, figures.Most, 100),
		figures.New("plan_compile_500_paths", "ms", us(compile)/1000, 3, figures.Most, 1),
	}, nil
}
