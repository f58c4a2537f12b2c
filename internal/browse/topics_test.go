package browse

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// topicPolicy knows ann, who reads orders and letters and sees ids; ben, who may read one topic raw; and cleo, who may list and reset alone.
const topicPolicy = `masking:
  classes:
    pii.contact: {rank: 30, action: redact}
  rules:
    - {topics: ["**"], part: value, paths: {id: public, amount: public, "**.email": pii.contact}}
    - {tags: [PII], class: pii.contact}
roles:
  - name: reader
    allow:
      - {actions: ["topic:list", "topic:read", "topic:produce"], resources: ["cluster/shop/topic/orders", "cluster/shop/topic/letters"]}
      - {actions: ["group:view", "group:reset"], resources: ["cluster/shop/group/billing"]}
  - name: writer
    allow: [{actions: ["topic:list", "topic:read", "topic:produce", "topic:read_raw"], resources: ["cluster/shop/topic/orders", "cluster/shop/topic/letters"]}]
`

type topicShelf struct {
	*Browser
	diary *diary
	kafka *kafkatest.Cluster
}

// noted is a diary that looks at what was read of the cluster when an intent comes.
type noted struct {
	*diary
	fetches func() int64
	before  []int64
}

func (n *noted) Begin(ctx context.Context, i access.Intent) (access.Receipt, error) {
	n.before = append(n.before, n.fetches())
	return n.diary.Begin(ctx, i)
}

// registry is a serde.Schemas of one schema.
type registry struct{ text string }

func (r registry) ByID(_ context.Context, id event.SchemaID) (event.SchemaText, error) {
	if id.Number != 7 {
		return event.SchemaText{}, serde.ErrNoSchema
	}
	return event.SchemaText{ID: id, Language: event.LanguageAvro, Text: r.text}, nil
}

const customer = `{"type":"record","name":"Customer","fields":[{"name":"id","type":"string"},{"name":"mail","type":"string","confluent:tags":["PII"]}]}`

func topicShelved(t *testing.T, policy string) (*topicShelf, *noted) {
	t.Helper()
	c := kafkatest.Start(t)
	for _, topic := range []string{"orders", "letters", "payroll"} {
		c.Topic(topic, 2, nil)
	}
	for i := range 10 {
		c.Write("orders", kafkatest.Record{Partition: int32(i % 2), Time: 1_767_600_000_000 + int64(i), Key: fmt.Appendf(nil, "k-%d", i), Value: fmt.Appendf(nil, `{"id":"o-%d","amount":%d,"customer":{"email":"m%d@example.org"}}`, i, i, i)})
	}
	c.Write("payroll", kafkatest.Record{Value: []byte(`{"id":"p"}`)})
	c.Commit("billing", "orders", map[int32]int64{0: 1, 1: 2})
	c.Commit("billing", "payroll", map[int32]int64{0: 1})
	c.Commit("secret", "payroll", map[int32]int64{0: 1})
	store := memory.New()
	if _, err := ingesttest.DemoRecording(store, 21, 50); err != nil {
		t.Fatal(err)
	}
	queries, err := query.New(query.Options{Reader: store})
	if err != nil {
		t.Fatal(err)
	}
	p, err := access.ReadPolicy(policy, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	n := &noted{diary: &diary{}, fetches: c.Fetches}
	b, err := New(Options{Queries: queries, Policy: access.NewInForce(p), Auditor: n, Clusters: []Cluster{{Name: "shop", Kafka: c.Client(), Decoder: serde.NewRecordDecoder(registry{customer}, serde.Limits{})}}})
	if err != nil {
		t.Fatal(err)
	}
	return &topicShelf{Browser: b, diary: n.diary, kafka: c}, n
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(stop)
	return ctx
}

func from(topic string) (q TopicQuery) {
	q.Topic, q.From, q.Forward = topic, FromStart, true
	return q
}

func where(t *testing.T, text string) *Filter {
	t.Helper()
	f, err := CompileFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func textOfRecords(t *testing.T, p TopicPage) string {
	t.Helper()
	var all []shown
	for _, r := range p.Records {
		all = append(all, shown{r.Text, nil, r.KeyView, r.View, r.Headers})
	}
	return everything(t, all)
}

// No filter, no decoder and no one line tells a record by a value that its reader does not see.
func TestMaskedReadersOfATopicCannotAskForAValue(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	ctx := within(t)
	for _, decoder := range append([]string{""}, TopicDecoders()...) {
		q := from("orders")
		q.Decoder = decoder
		p, err := s.TopicRecords(ctx, ann, "shop", q)
		if err != nil || len(p.Records) != 10 {
			t.Fatalf("%s: %d records, %v", decoder, len(p.Records), err)
		}
		if text := textOfRecords(t, p); strings.Contains(text, "example.org") || !strings.Contains(text, "o-3") {
			t.Errorf("%s: %.500s", decoder, text)
		}
	}
	for text, want := range map[string]int{`value.customer.email == "m3@example.org"`: 1, `text.contains("m3@example")`: 1, `value.id == "o-3"`: 1, `size == 40`: 0} {
		q := from("orders")
		q.Where = where(t, text)
		all, err := s.TopicRecords(ctx, local, "shop", q)
		if err != nil || len(all.Records) != want {
			t.Fatalf("%s: %d records for who may see, %v", text, len(all.Records), err)
		}
		seen, err := s.TopicRecords(ctx, ann, "shop", q)
		if err != nil || len(seen.Records) != 0 && strings.Contains(text, "example") || len(seen.Records) != want && strings.Contains(text, "o-3") {
			t.Errorf("%s: %d records for who may not, %v", text, len(seen.Records), err)
		}
		if intent := s.diary.intents[len(s.diary.intents)-1]; strings.Contains(intent.Filter, "m3@") {
			t.Errorf("the audit has %q", intent.Filter)
		}
	}
	q := from("orders")
	q.Match = "m3@example"
	if p, err := s.TopicRecords(ctx, ann, "shop", q); err != nil || len(p.Records) != 0 || p.Asked != 10 {
		t.Errorf("by a text: %d of %d, %v", len(p.Records), p.Asked, err)
	}
	one, err := s.TopicRecord(ctx, ann, "shop", "orders", 0, 0, "")
	if err != nil || strings.Contains(everything(t, one.View), "example") || one.Size()&(one.Size()-1) != 0 {
		t.Errorf("one record: size %d, %v", one.Size(), err)
	}
	raw := access.Principal{ID: "local:ben", Name: "Ben", Roles: []string{"writer"}}
	if one, err = s.TopicRecord(ctx, raw, "shop", "orders", 0, 0, serde.DecoderText); err != nil || one.View.Format != event.FormatText {
		t.Errorf("a decoder of who may read raw: %v, %v", one.View.Format, err)
	}
}

// What a schema calls PII is masked by the rule for its tag, in the one line and for filters alike.
func TestTagsOfASchemaMask(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	ctx := within(t)
	value := binary.BigEndian.AppendUint32([]byte{0}, 7)
	value = append(value, "\x06c-1\x1ac@example.org"...)
	s.kafka.Write("letters", kafkatest.Record{Value: value})
	q := from("letters")
	p, err := s.TopicRecords(ctx, ann, "shop", q)
	if err != nil || len(p.Records) != 1 {
		t.Fatalf("%d records, %v", len(p.Records), err)
	}
	if v := p.Records[0].View; v.Format != event.FormatAvro || len(v.Masked) != 1 || v.Masked[0].Path != "mail" || v.Masked[0].Class != "pii.contact" || strings.Contains(everything(t, v), "example.org") || !strings.Contains(everything(t, v), "c-1") {
		t.Errorf("%s", everything(t, v))
	}
	q.Where = where(t, `value.mail == "c@example.org"`)
	if p, err = s.TopicRecords(ctx, ann, "shop", q); err != nil || len(p.Records) != 0 {
		t.Errorf("%d records, %v", len(p.Records), err)
	}
	if p, err = s.TopicRecords(ctx, local, "shop", q); err != nil || len(p.Records) != 1 {
		t.Errorf("%d records for who may see, %v", len(p.Records), err)
	}
}

// A record that cannot be decoded is a row that says why, and those around it are there.
func TestRecordsThatCannotBeDecodedAreRows(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	ctx := within(t)
	cut := append(binary.BigEndian.AppendUint32([]byte{0}, 7), "\xfe\x01c@example.org"...) // of a public field it says more than there is
	unknown := append(binary.BigEndian.AppendUint32([]byte{0}, 8), 1, 2, 3)
	s.kafka.Write("letters", kafkatest.Record{Value: cut}, kafkatest.Record{Value: unknown}, kafkatest.Record{}, kafkatest.Record{Key: []byte{}, Value: []byte{}}, kafkatest.Record{Value: []byte(`{"id":1}`)})
	p, err := s.TopicRecords(ctx, local, "shop", from("letters"))
	if err != nil || len(p.Records) != 5 {
		t.Fatalf("%d records, %v", len(p.Records), err)
	}
	for i, r := range p.Records[:2] {
		if r.View.Reason == "" && r.Note == "" {
			t.Errorf("record %d has no reason: %s", i, everything(t, r.View))
		}
	}
	if p.Records[2].KeyView != nil || p.Records[3].KeyView == nil {
		t.Error("no key and an empty one are the same")
	}
	// Where a tag may be on anything, nothing is shown: neither when the schema is not there nor when it is.
	open, _ := topicShelved(t, strings.Replace(topicPolicy, `paths: {id: public,`, `paths: {"**": public,`, 1))
	open.kafka.Write("letters", kafkatest.Record{Value: cut}, kafkatest.Record{Value: append(unknown, "c@example.org"...)})
	if p, err := open.TopicRecords(ctx, ann, "shop", from("letters")); err != nil || len(p.Records) != 2 || len(p.Records[0].View.Masked) == 0 || len(p.Records[1].View.Masked) == 0 {
		t.Errorf("%v: %s", err, textOfRecords(t, p))
	}
	masked, err := s.TopicRecords(ctx, ann, "shop", from("letters"))
	if err != nil || len(masked.Records) != 5 {
		t.Fatalf("%d records, %v", len(masked.Records), err)
	}
	for i, r := range masked.Records[:2] {
		if len(r.View.Masked) == 0 {
			t.Errorf("record %d: what cannot be decoded shows: %s", i, everything(t, r.View))
		}
	}
}

func TestListsLeaveOutTopicsAndGroups(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	ctx := within(t)
	nobody := access.Principal{ID: "local:x", Roles: []string{"none"}}
	for who, want := range map[*access.Principal]string{&local: "letters orders payroll; billing secret; orders payroll", &ann: "letters orders; billing; orders", &nobody: "; ; "} {
		topics, _, err := s.Topics(ctx, *who, "shop")
		groups, _, err2 := s.Groups(ctx, *who, "shop")
		g, err3 := s.Group(ctx, *who, "shop", "billing")
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		var names [3][]string
		for _, x := range topics {
			names[0] = append(names[0], x.Name)
		}
		for _, x := range groups {
			names[1] = append(names[1], x.Name)
		}
		last := ""
		for _, x := range g.Partitions {
			if x.Topic != last {
				last = x.Topic
				names[2] = append(names[2], last)
			}
		}
		if got := strings.Join(names[0], " ") + "; " + strings.Join(names[1], " ") + "; " + strings.Join(names[2], " "); got != want {
			t.Errorf("%s sees %q, want %q", who.ID, got, want)
		}
	}
	if got := s.Clusters(nobody); len(got) != 0 {
		t.Errorf("nobody sees clusters %v", got)
	}
	if got := s.Clusters(ann); len(got) != 1 {
		t.Errorf("ann sees clusters %v", got)
	}
	q := from("orders")
	q.From, q.Group = FromGroup, "secret"
	if _, err := s.TopicRecords(ctx, ann, "shop", q); !errors.Is(err, ErrDenied) {
		t.Errorf("where a group is that ann may not look at: %v", err)
	}
}

// A reset sets nothing of a topic that its user may not list, nor does it tell of one.
func TestAResetLeavesOutTopics(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	ctx := within(t)
	plan, err := s.ResetGroup(ctx, ann, "shop", "billing", Reset{To: ToStart}, true)
	if err != nil || len(plan.Rows) != 2 || plan.Applied || len(s.diary.intents) != 0 {
		t.Errorf("the plan: %+v, %v", plan, err)
	}
	if _, err = s.ResetGroup(ctx, ann, "shop", "billing", Reset{To: ToStart, Partitions: map[string][]int32{"payroll": nil}}, true); !errors.Is(err, ErrDenied) {
		t.Errorf("a topic that is named: %v", err)
	}
	if plan, err = s.ResetGroup(ctx, ann, "shop", "billing", Reset{To: ToStart}, false); err != nil || len(plan.Rows) != 2 || !plan.Applied {
		t.Fatalf("%+v, %v", plan, err)
	}
	g, err := s.Group(ctx, local, "shop", "billing")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range g.Partitions {
		if want := map[string]int64{"orders": 0, "payroll": 1}[p.Topic]; p.Committed != want {
			t.Errorf("%s/%d is at %d, want %d", p.Topic, p.Partition, p.Committed, want)
		}
	}
	if len(s.diary.intents) != 1 || s.diary.intents[0].Action != access.GroupReset || s.diary.intents[0].Resource != GroupResource("shop", "billing") {
		t.Errorf("%+v", s.diary.intents)
	}
	s.diary.full = true
	if _, err = s.ResetGroup(ctx, local, "shop", "billing", Reset{To: ToEnd}, false); !errors.Is(err, ErrAudit) {
		t.Errorf("what cannot be written down: %v", err)
	}
	if g, err = s.Group(ctx, local, "shop", "billing"); err != nil || g.Partitions[0].Committed != 0 {
		t.Errorf("it was set all the same: %+v, %v", g.Partitions, err)
	}
}

// The intent is written down before anything is read, and nothing is read when it cannot be.
func TestReadsOfTopicsAreWrittenDownFirst(t *testing.T) {
	s, n := topicShelved(t, topicPolicy)
	ctx, stop := context.WithCancel(within(t))
	defer stop()
	at := event.KafkaPosition{Topic: "orders", Partition: 0, Offset: 0}
	reads := map[string]func() error{
		"a page":   func() error { _, err := s.TopicRecords(ctx, local, "shop", from("orders")); return err },
		"a record": func() error { _, err := s.TopicRecord(ctx, local, "shop", "orders", 0, 0, ""); return err },
		"a copy":   func() error { _, err := s.Republish(ctx, local, "shop", at, "letters", "again"); return err },
		"a tail": func() error {
			for x, err := range s.TopicTail(ctx, local, "shop", TopicQuery{}, TailQuery{Topic: "orders", Positions: map[int32]int64{0: 0, 1: 0}}) {
				if err != nil || x.Record != nil {
					return err
				}
			}
			return nil
		},
	}
	for name, read := range reads {
		s.diary.full = true
		before := s.kafka.Fetches()
		if err := read(); !errors.Is(err, ErrAudit) || s.kafka.Fetches() != before {
			t.Errorf("%s that cannot be written down: %v, %d answers of brokers", name, err, s.kafka.Fetches()-before)
		}
		s.diary.full = false
		intents := len(s.diary.intents)
		if err := read(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(s.diary.intents) != intents+1 || len(s.diary.results) != intents+1 || n.before[len(n.before)-1] != before || s.kafka.Fetches() == before {
			t.Errorf("%s: %d intents, %d results, %d answers before the last", name, len(s.diary.intents)-intents, len(s.diary.results)-intents, n.before[len(n.before)-1]-before)
		}
	}
	s.diary.full = true
	if _, err := s.Produce(ctx, local, "shop", "letters", []Message{{Value: []byte("x")}}, ""); !errors.Is(err, ErrAudit) {
		t.Errorf("writing: %v", err)
	}
	s.diary.full = false
	if p, err := s.TopicRecords(ctx, local, "shop", from("letters")); err != nil || len(p.Records) != 1 { // of the copy
		t.Errorf("%d records were written, %v", len(p.Records), err)
	}
}

// A page ends at its limit or at its bytes, and the next one goes on.
func TestPagesOfATopicTellWhyTheyEnd(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	ctx := within(t)
	q := from("orders")
	q.Limit, q.Where = 2, where(t, "value.amount >= 0")
	p, err := s.TopicRecords(ctx, local, "shop", q)
	if err != nil || len(p.Records) != 2 || p.Scanned.Ended != "limit" || !p.Scanned.More {
		t.Errorf("a page that is full: %d records, %+v, %v", len(p.Records), p.Scanned, err)
	}
	for i := range 40 { // each of two batches' worth, so that bytes end the page before a match
		s.kafka.Write("letters", kafkatest.Record{Value: fmt.Appendf(nil, `{"id":"%d","pad":"%s"}`, i, strings.Repeat("x", 200<<10))})
	}
	q = from("letters")
	q.Bytes, q.Where = 1<<20, where(t, `value.id == "39"`)
	pages := 0
	for ; pages < 20; pages++ {
		p, err = s.TopicRecords(ctx, local, "shop", q)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Records) > 0 {
			break
		}
		if !p.Scanned.More || p.Scanned.Ended != "bytes" {
			t.Fatalf("page %d is empty and the last: %+v", pages, p.Scanned)
		}
		q.From, q.Positions = FromPositions, map[int32]int64{}
		for _, part := range p.Scanned.Partitions {
			if !part.Done {
				q.Positions[part.Partition] = part.Next
			}
		}
	}
	if pages == 0 || len(p.Records) != 1 || p.Records[0].Record.Offset != 39 {
		t.Errorf("found %d records on page %d", len(p.Records), pages)
	}
}

// A copy is the record as it is; who makes it must be allowed to see the source as it is.
func TestACopyIsExact(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	ctx := within(t)
	all := []kafkatest.Record{
		{Key: nil, Value: nil},
		{Key: []byte{}, Value: []byte{}, Headers: []kafkatest.Header{{Name: "", Value: []byte{}}, {Name: "null"}, {Name: "twice", Value: []byte("1")}, {Name: "twice", Value: []byte{0xff}}}},
		{Key: []byte("k"), Value: []byte{0, 0xff, 0}},
	}
	s.kafka.Topic("source", 1, nil)
	s.kafka.Topic("target", 1, nil)
	s.kafka.Write("source", all...)
	for i := range all {
		made, err := s.Republish(ctx, local, "shop", event.KafkaPosition{Topic: "source", Offset: int64(i)}, "target", "again")
		if err != nil || made.Offset != int64(i) {
			t.Fatalf("%+v, %v", made, err)
		}
		got, want := s.kafka.Read("target", 0, int64(i)), all[i]
		if !same(got.Key, want.Key) || !same(got.Value, want.Value) || len(got.Headers) != len(want.Headers) {
			t.Errorf("record %d is %+v, want %+v", i, got, want)
			continue
		}
		for j, h := range got.Headers {
			if h.Name != want.Headers[j].Name || !same(h.Value, want.Headers[j].Value) {
				t.Errorf("header %d is %+v, want %+v", j, h, want.Headers[j])
			}
		}
	}
	before := s.kafka.Fetches()
	if _, err := s.Republish(ctx, ann, "shop", event.KafkaPosition{Topic: "orders"}, "letters", ""); !errors.Is(err, ErrDenied) || s.kafka.Fetches() != before {
		t.Errorf("a copy of what ann sees masked: %v", err)
	}
	if _, err := s.Republish(ctx, local, "shop", event.KafkaPosition{Topic: "source", Offset: 99}, "target", ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("a copy of what is not there: %v", err)
	}
}

func same(a, b []byte) bool { return (a == nil) == (b == nil) && string(a) == string(b) }

// A tail shows at most what the policy allows in a second, counts the rest, and ends with its reader.
func TestATailCountsWhatItPassesOver(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy+"limits: {tail_records_per_second: 5}\n")
	ctx, stop := context.WithCancel(within(t))
	defer stop()
	for range 4 {
		all := make([]kafkatest.Record, 200)
		for i := range all {
			all[i].Value = []byte(`{"id":"x"}`)
		}
		s.kafka.Write("letters", all...)
	}
	given, seen, dropped := 0, int64(0), int64(0)
	for r, err := range s.TopicTail(ctx, ann, "shop", TopicQuery{}, TailQuery{Topic: "letters", Positions: map[int32]int64{0: 0}}) {
		if err != nil {
			t.Fatal(err)
		}
		seen += r.Seen
		dropped += r.Dropped
		if r.Record != nil {
			given++
		}
		if seen >= 800 {
			break
		}
	}
	if given < 5 || int64(given)+dropped != seen || dropped == 0 {
		t.Errorf("%d given and %d dropped of %d", given, dropped, seen)
	}
	stop()
	for _, err := range s.TopicTail(ctx, ann, "shop", TopicQuery{}, TailQuery{Topic: "letters"}) {
		t.Errorf("a tail goes on after its end: %v", err)
	}
	if r := s.diary.results[0]; r.Records != given {
		t.Errorf("the audit says %d records, %d were given", r.Records, given)
	}
}
