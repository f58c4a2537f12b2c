package main

import (
	"container/heap"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"
)

// plan says what to send. The same plan gives the same records.
type plan struct {
	seed  uint64
	begin time.Time     // event time of offset 0
	rate  float64       // orders per second
	lead  time.Duration // rates alone, before the first order, so that no job meets an order of an unknown currency

	duplicates     float64       // share of orders sent again soon
	lateDuplicates float64       // share of orders sent again after the shop has forgotten them
	memory         time.Duration // how long the shop remembers an order
	late           float64       // share of orders whose event time is long past

	poisonAfter time.Duration // one order in a currency without a rate; 0 for none
	rateAfter   time.Duration // when that currency's rate is published
}

const poisonCurrency = "ISK"

// kind says why a record was sent.
type kind int

const (
	kindOrder kind = iota
	kindDuplicate
	kindLateDuplicate
	kindLate
	kindPoison
	kindRate
)

// message is one record and the moment to send it, counted from the start.
type message struct {
	due   time.Duration
	kind  kind
	topic string
	key   string
	value []byte

	turn int // breaks ties, so that the order is the same in every run
}

// schedule yields the messages of a plan in the order of their moments. It never ends and keeps only what is to be sent again.
type schedule struct {
	plan   plan
	random *rand.Rand
	queue  queue
	turns  int
	orders int
}

func newSchedule(p plan) *schedule {
	s := &schedule{plan: p, random: rand.New(rand.NewPCG(p.seed, 0x5348_4f50))}
	s.publishRates(0)
	s.planOrder()
	return s
}

// next gives the next message and plans what follows from it.
func (s *schedule) next() message {
	m := heap.Pop(&s.queue).(message)
	switch {
	case m.kind == kindRate && m.key == "EUR":
		s.publishRates(m.due + 5*time.Second)
	case m.kind == kindOrder || m.kind == kindLate || m.kind == kindPoison:
		s.planOrder()
	}
	return m
}

func (s *schedule) push(m message) {
	s.turns++
	m.turn = s.turns
	heap.Push(&s.queue, m)
}

// planOrder draws the next order and, for some, when it is sent again.
func (s *schedule) planOrder() {
	p, r := s.plan, s.random
	due := p.lead + time.Duration(float64(s.orders)/p.rate*float64(time.Second))
	s.orders++
	what, behind := kindOrder, time.Duration(r.Int64N(int64(2*time.Second)))
	if r.Float64() < p.late {
		what, behind = kindLate, 45*time.Second+time.Duration(r.Int64N(int64(30*time.Second)))
	}
	o := nextOrder(r, s.orders, p.begin.Add(due-behind).UnixMilli())
	before := p.lead + time.Duration(float64(s.orders-2)/p.rate*float64(time.Second))
	if poison := p.poisonAfter; poison > 0 && due >= poison && before < poison {
		what, o.Currency, o.EventTime = kindPoison, poisonCurrency, p.begin.Add(due).UnixMilli()
	}
	m := message{due: due, kind: what, topic: "orders", key: o.OrderID, value: encode(o)}
	s.push(m)
	if what == kindPoison {
		return
	}
	switch draw := r.Float64(); {
	case draw < p.duplicates:
		m.kind, m.due = kindDuplicate, due+time.Duration(r.Int64N(int64(p.memory/2)))
		s.push(m)
	case draw < p.duplicates+p.lateDuplicates:
		m.kind, m.due = kindLateDuplicate, due+p.memory+5*time.Second+time.Duration(r.Int64N(int64(p.memory/2)))
		s.push(m)
	}
}

// fxRate is the JSON of topic fx-rates.
type fxRate struct {
	Currency  string  `json:"currency"`
	Euros     float64 `json:"euros"`
	ValidFrom int64   `json:"validFrom"`
}

var middleRates = []fxRate{
	{Currency: "EUR", Euros: 1}, {Currency: "USD", Euros: 0.92}, {Currency: "GBP", Euros: 1.17}, {Currency: "CHF", Euros: 1.04},
	{Currency: "SEK", Euros: 0.088}, {Currency: "PLN", Euros: 0.23}, {Currency: "JPY", Euros: 0.0061},
}

// publishRates plans one round of all rates, each a little off its middle; the poison's rate is among them once its time has come.
func (s *schedule) publishRates(due time.Duration) {
	rates := middleRates
	if s.plan.poisonAfter > 0 && due >= s.plan.rateAfter {
		rates = append(rates[:len(rates):len(rates)], fxRate{Currency: poisonCurrency, Euros: 0.0067})
	}
	for _, rate := range rates {
		if rate.Currency != "EUR" {
			rate.Euros *= 1 + (s.random.Float64()-0.5)/50
		}
		rate.ValidFrom = s.plan.begin.Add(due).UnixMilli()
		s.push(message{due: due, kind: kindRate, topic: "fx-rates", key: rate.Currency, value: encode(rate)})
	}
}

func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encoding %T: %v", v, err)) // plain structs of strings and finite numbers always encode
	}
	return text
}

// queue is a heap of messages by moment.
type queue []message

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].due < q[j].due || q[i].due == q[j].due && q[i].turn < q[j].turn
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(m any)   { *q = append(*q, m.(message)) }
func (q *queue) Pop() any {
	old := *q
	last := len(old) - 1
	m := old[last]
	*q = old[:last]
	return m
}
