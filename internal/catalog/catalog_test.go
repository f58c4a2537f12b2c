package catalog

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/openlineage"
	"github.com/sightglass/sightglass/internal/tables"
)

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// opened is a catalog of its own in a file.
func opened(t *testing.T, path string) *Catalog {
	t.Helper()
	db, err := tables.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := Open(t.Context(), Options{DB: db, Now: func() time.Time { return noon }, Clusters: func(b string) string {
		return map[string]string{"kafka:9092": "prod", "spare:9092": "spare"}[b]
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fresh(t *testing.T) *Catalog { return opened(t, filepath.Join(t.TempDir(), "g.sqlite")) }

// all is who sees everything.
func all(c *Catalog) *Sight {
	return &Sight{c: c, who: access.Principal{ID: "local:ann"}, decided: map[string]bool{}, decide: func(access.Action, access.Resource) bool { return true }}
}

func take(t *testing.T, c *Catalog, b Batch) {
	t.Helper()
	if err := c.Take(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func pageOf(t *testing.T, c *Catalog, id ID) Page {
	t.Helper()
	p, err := c.Page(t.Context(), all(c), id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// alertsJob is the demo's SQL job as a recording tells it.
func alertsJob() *browse.RecordedJob {
	columns := []string{"merchantId", "windowStart", "windowEnd", "orders", "items", "totalCents"}
	return &browse.RecordedJob{
		Job: browse.Job{Name: "merchant-alerts", SQL: true, LastSeen: browse.Wall(noon.UnixMicro())}, Resource: "flink/local/job/merchant-alerts/recording/1", Planned: true,
		Statements: []string{
			"CREATE TABLE merchant_totals ( merchantId STRING, windowStart BIGINT, windowEnd BIGINT, orders BIGINT, items BIGINT, totalCents BIGINT, closed AS TO_TIMESTAMP_LTZ(windowEnd, 0), WATERMARK FOR closed AS closed - INTERVAL '***' SECOND) WITH ('***' = '***')",
			"CREATE TABLE alerts ( merchantId STRING, windowEnd BIGINT, totalCents BIGINT, averageCents DECIMAL(0, 0), PRIMARY KEY (merchantId) NOT ENFORCED) WITH ('***' = '***')",
		},
		Operators: []browse.RecordedOperator{
			{ID: "a", Slug: "merchant_totals-1", Name: "Source: merchant_totals[1]", Kind: "source", Next: []string{"b"}, Fields: columns, Plan: "[1]:TableSourceScan(table=[[default_catalog, default_database, merchant_totals]], fields=[merchantId, windowStart, windowEnd, orders, items, totalCents])"},
			{ID: "b", Slug: "calc-2", Name: "Calc[2]", PlanType: "StreamExecCalc", Next: []string{"c"}, Fields: []string{"merchantId", "windowEnd", "totalCents", "EXPR$3"},
				Plan: "[2]:Calc(select=[merchantId, windowEnd, totalCents, (totalCents / orders) AS EXPR$3], where=[(totalCents > 0)])"},
			{ID: "c", Slug: "alerts-3-writer", Name: "alerts[3]: Writer", Plan: "alerts[3]: Writer"},
		},
		Topics: []browse.TopicUse{
			{Topic: "merchant-totals", Cluster: "kafka:9092", Role: browse.TopicRead, Operator: "a", Records: 10, LastSeen: browse.Wall(noon.UnixMicro())},
			{Topic: "alerts", Cluster: "kafka:9092", Role: browse.TopicWritten, Operator: "c", Records: 3, LastSeen: browse.Wall(noon.UnixMicro())},
		},
	}
}

// A SQL job reads the columns that its plan uses, not all of its table, and its fields are followed to the sink's columns.
func TestASQLPlanTellsFieldsAndTheirLineage(t *testing.T) {
	c := fresh(t)
	take(t, c, c.recorded(alertsJob()))
	p := pageOf(t, c, "stream:prod/merchant-totals")
	if len(p.Readers) != 1 || !p.Readers[0].Known || !slices.Equal(p.Readers[0].Paths, []string{"merchantId", "windowEnd", "orders", "totalCents"}) {
		t.Errorf("readers: %+v", p.Readers)
	}
	m, err := c.Map(t.Context(), all(c), MapQuery{ID: "stream:prod/merchant-totals", Path: "orders", Down: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Nodes) != 2 || m.Nodes[1].ID != "stream:prod/alerts" || m.Nodes[1].Path != "averageCents" || m.Edges[0].Via != "job:merchant-alerts" {
		t.Errorf("downstream of orders: %+v %+v", m.Nodes, m.Edges)
	}
	if m, err = c.Map(t.Context(), all(c), MapQuery{ID: "stream:prod/merchant-totals", Path: "items", Down: true}); err != nil || len(m.Nodes) != 1 {
		t.Errorf("downstream of items, which nobody uses: %+v, %v", m.Nodes, err)
	}
}

// Where the planner ran in a process that nothing recorded, a source has no columns of its own: what the calculation behind it uses of it is known all
// the same, unless its words are not understood.
func TestCalculationsTellTheColumnsOfASource(t *testing.T) {
	bare := func(plan string) *browse.RecordedJob {
		j := alertsJob()
		j.Statements = nil
		j.Operators[0].Fields, j.Operators[0].Plan, j.Operators[0].Name = nil, "", "Source: KafkaSource-default_catalog.default_database.merchant_totals"
		if plan != "" {
			j.Operators[1].Plan = plan
		}
		return j
	}
	c := fresh(t)
	take(t, c, c.recorded(bare("")))
	p := pageOf(t, c, "stream:prod/merchant-totals")
	if len(p.Readers) != 1 || !p.Readers[0].Known || !slices.Equal(p.Readers[0].Paths, []string{"merchantId", "windowEnd", "totalCents", "orders"}) {
		t.Errorf("readers: %+v", p.Readers)
	}
	for _, plan := range []string{
		"[2]:Calc(select=[merchantId, CAST(windowEnd AS INTEGER) AS e])", "[2]:Calc(select=[merchantId, customer.email AS e])", "[2]:Calc(select=[m[1] AS e])", "[2]:Calc(select=[helper(orders) AS e])",
		"[2]:GroupAggregate(groupBy=[merchantId], select=[merchantId, SUM(orders) AS n])", "[2]:Calc(select=[merchantId], where=[SEARCH(orders, Sarg[0])])",
	} {
		c := fresh(t)
		take(t, c, c.recorded(bare(plan)))
		p := pageOf(t, c, "stream:prod/merchant-totals")
		if len(p.Readers) != 1 || p.Readers[0].Known {
			t.Errorf("%s: %+v", plan, p.Readers)
		}
	}
}

// Where a plan cannot be followed nothing is made up: all columns may be used, and no field comes out of another.
func TestAPlanThatIsNotUnderstoodIsNotFollowed(t *testing.T) {
	c, j := fresh(t), alertsJob()
	j.Operators[1].Plan, j.Operators[1].PlanType = "[2]:PythonCalc2(strange=[merchantId])", "StreamExecSomething"
	take(t, c, c.recorded(j))
	p := pageOf(t, c, "stream:prod/merchant-totals")
	if len(p.Readers) != 1 || len(p.Readers[0].Paths) != 6 {
		t.Errorf("readers: %+v", p.Readers)
	}
	if m, err := c.Map(t.Context(), all(c), MapQuery{ID: "stream:prod/merchant-totals", Path: "orders", Down: true}); err != nil || len(m.Nodes) != 2 || m.Nodes[1].ID != "job:merchant-alerts" || m.Nodes[1].Path != "" {
		t.Errorf("downstream: %+v, %v", m.Nodes, err)
	}
}

// A DataStream job reads the fields of its deserializer's type that the stream has; a type without fields says nothing.
func TestTheTypeOfADeserializerTellsFields(t *testing.T) {
	c := fresh(t)
	take(t, c, Batch{Entities: []Entity{{ID: "stream:prod/orders", Kind: Stream, Name: "orders", Cluster: "prod"}},
		Fields: []FieldSet{{Stream: "stream:prod/orders", Origin: SchemaOrigin, Fields: []Field{{Part: Value, Path: "id", Type: "string"}, {Part: Value, Path: "customer.email", Type: "string"}, {Part: Value, Path: "note", Type: "string"}}}}})
	job := func(name string, out browse.RecordedOperator) *browse.RecordedJob {
		out.ID, out.Kind = "a", "source"
		return &browse.RecordedJob{Job: browse.Job{Name: name, LastSeen: browse.Wall(noon.UnixMicro())}, Operators: []browse.RecordedOperator{out},
			Topics: []browse.TopicUse{{Topic: "orders", Cluster: "kafka:9092", Role: browse.TopicRead, Operator: "a"}}}
	}
	take(t, c, c.recorded(job("typed", browse.RecordedOperator{OutType: "Order", Out: []browse.TypeField{{Path: "ID"}, {Path: "customer.email"}, {Path: "computed"}}})))
	take(t, c, c.recorded(job("blind", browse.RecordedOperator{OutType: "String"})))
	take(t, c, c.recorded(job("foreign", browse.RecordedOperator{OutType: "Other", Out: []browse.TypeField{{Path: "x"}}})))
	w, err := c.Who(all(c), "stream:prod/orders", "customer.email")
	if err != nil {
		t.Fatal(err)
	}
	if names(w.Readers) != "typed" || names(w.Unknown) != "blind foreign" {
		t.Errorf("readers %s, unknown %s", names(w.Readers), names(w.Unknown))
	}
	if w, err = c.Who(all(c), "stream:prod/orders", "note"); err != nil || names(w.Readers) != "" || names(w.Unknown) != "blind foreign typed" {
		t.Errorf("of note: readers %s, unknown %s, %v", names(w.Readers), names(w.Unknown), err)
	}
	// All that the stream has is taken, however it is spelled: what is left is the program's own.
	take(t, c, c.recorded(job("whole", browse.RecordedOperator{OutType: "Order", Out: []browse.TypeField{{Path: "I_D"}, {Path: "customer.email"}, {Path: "NOTE"}, {Path: "computed"}}})))
	if w, err = c.Who(all(c), "stream:prod/orders", "note"); err != nil || names(w.Readers) != "whole" || names(w.Unknown) != "blind foreign typed" {
		t.Errorf("of note: readers %s, unknown %s, %v", names(w.Readers), names(w.Unknown), err)
	}
	if _, err := c.Who(all(c), "stream:prod/orders", "nothing"); err == nil {
		t.Error("a field that is not there is found")
	}
}

func names(list []System) string {
	var out []string
	for _, x := range list {
		out = append(out, x.Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func lineageEvent(t *testing.T, text string) []openlineage.Event {
	t.Helper()
	events, faults := openlineage.Read([]byte(text))
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	return events
}

// Events with empty lists take nothing away, and a streaming job's lineage is there from its start on.
func TestAnEventWithoutInputsRemovesNoEdge(t *testing.T) {
	c := fresh(t)
	event := func(at, state, inputs string) string {
		return `{"eventTime":"2026-08-01T` + at + `Z","eventType":"` + state + `","producer":"https://openlineage.io/integration/flink","run":{"runId":"1"},"job":{"namespace":"prod","name":"totals"},"inputs":[` + inputs + `],"outputs":[]}`
	}
	orders := `{"namespace":"kafka://kafka:9092","name":"orders","facets":{"schema":{"fields":[{"name":"id","type":"STRING"}]}}}`
	for _, e := range []string{event("10:00:00", "START", orders), event("10:05:00", "RUNNING", ""), event("10:06:00", "RUNNING", `{"namespace":"kafka://kafka:9092","name":"orders"}`)} {
		if err := c.TakeLineage(t.Context(), lineageEvent(t, e)); err != nil {
			t.Fatal(err)
		}
		p := pageOf(t, c, "stream:prod/orders")
		if len(p.Readers) != 1 || !p.Readers[0].Known || !slices.Equal(p.Readers[0].Paths, []string{"id"}) {
			t.Fatalf("after %s: %+v", e, p.Readers)
		}
	}
	var n int
	if err := c.DB.QueryRow(t.Context(), "SELECT COUNT(*) FROM catalog_event").Scan(&n); err != nil || n != 3 {
		t.Errorf("%d events are stored, %v", n, err)
	}
}

// Whoever sends events names owners, but gives nobody rights by it.
func TestOwnersOfEventsGiveNoRights(t *testing.T) {
	c := fresh(t)
	e := `{"eventTime":"2026-08-01T10:00:00Z","dataset":{"namespace":"kafka://kafka:9092","name":"orders","facets":{"ownership":{"owners":[{"name":"user:oidc:x#mallory"}]}}}}`
	if err := c.TakeLineage(t.Context(), lineageEvent(t, e)); err != nil {
		t.Fatal(err)
	}
	mallory := &Sight{c: c, who: access.Principal{ID: "oidc:x#mallory"}, decided: map[string]bool{}, decide: func(a access.Action, _ access.Resource) bool { return a == access.TopicList }}
	p, err := c.Page(t.Context(), mallory, "stream:prod/orders")
	if err != nil || p.Owns || p.Editable || !slices.Equal(p.Owners, []string{"person:oidc:x#mallory"}) {
		t.Errorf("owns %v, may change %v, owners %v, %v", p.Owns, p.Editable, p.Owners, err)
	}
	if plan, err := c.Plan(mallory, Edit{Entity: "stream:prod/orders", Attribute: Tags, Values: []string{"x"}, Reason: "r"}); err != nil || plan.May {
		t.Errorf("may change: %v, %v", plan.May, err)
	}
}

// Topics of one name on different clusters have nothing to do with each other, and a rule that permits is no flow of records.
func TestNoEdgeComesFromANameAlone(t *testing.T) {
	c := fresh(t)
	for _, x := range []struct{ job, cluster string }{{"one", "kafka:9092"}, {"two", "spare:9092"}, {"three", "unheard:9092"}, {"four", ""}} {
		take(t, c, c.recorded(&browse.RecordedJob{Job: browse.Job{Name: x.job}, Operators: []browse.RecordedOperator{{ID: "a"}}, Topics: []browse.TopicUse{{Topic: "orders", Cluster: x.cluster, Role: browse.TopicWritten, Operator: "a"}}}))
	}
	for id, want := range map[ID]string{"stream:prod/orders": "one", "stream:spare/orders": "two", "stream:kafka://unheard:9092/orders": "three", "stream:local/orders": "four"} {
		if p := pageOf(t, c, id); names(p.Writers) != want || names(p.Readers) != "" {
			t.Errorf("%s is written by %q, read by %q", id, names(p.Writers), names(p.Readers))
		}
	}
	var b Batch
	permitted(&b, "prod", []browse.ACL{{Principal: "User:legacy", Resource: "TOPIC", Name: "orders", Pattern: "LITERAL", Permission: "ALLOW", Operation: "READ"}, {Principal: "User:all", Resource: "TOPIC", Name: "*", Pattern: "LITERAL", Permission: "ALLOW", Operation: "READ"}}, map[string]bool{"orders": true}, noon)
	take(t, c, b)
	p := pageOf(t, c, "stream:prod/orders")
	if names(p.Readers) != "legacy" || !p.Readers[0].Stale || p.Readers[0].Known || !p.Readers[0].Seen.IsZero() {
		t.Errorf("readers: %+v", p.Readers)
	}
	if m, err := c.Map(t.Context(), all(c), MapQuery{ID: "stream:prod/orders", Down: true}); err != nil || len(m.Edges) != 0 {
		t.Errorf("what a rule permits flows: %+v, %v", m, err)
	}
}

// In a generated estate every answer about a field is the truth that was planted: readers that are known to read it, those of which nobody knows,
// and nobody else. What the tables give after a restart is the same.
func TestAGeneratedEstateHasNoFalseEdges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "g.sqlite")
	c := opened(t, path)
	r := rand.New(rand.NewPCG(8, 1))
	const streams, systems, fields = 20, 60, 8
	known, blind := map[string][]string{}, map[ID][]string{}
	var b Batch
	for i := range streams {
		id := StreamID("prod", fmt.Sprintf("t%d", i))
		b.Entities = append(b.Entities, Entity{ID: id, Kind: Stream, Name: fmt.Sprintf("t%d", i), Cluster: "prod", First: noon})
		set := FieldSet{Stream: id, Origin: SchemaOrigin}
		for f := range fields {
			set.Fields = append(set.Fields, Field{Part: Value, Path: fmt.Sprintf("f%d", f), Type: "string"})
		}
		b.Fields = append(b.Fields, set)
	}
	for i := range systems {
		name := fmt.Sprintf("s%02d", i)
		b.Entities = append(b.Entities, Entity{ID: JobID(name), Kind: Job, Name: name})
		for range 1 + r.IntN(3) {
			stream := StreamID("prod", fmt.Sprintf("t%d", r.IntN(streams)))
			if slices.ContainsFunc(b.Edges, func(e Edge) bool { return e.Stream == stream && e.System == JobID(name) }) {
				continue
			}
			e := Edge{Stream: stream, System: JobID(name), Direction: Reads, Evidence: ByGroup, First: noon, Last: noon}
			b.Edges = append(b.Edges, e)
			if r.IntN(3) == 0 {
				blind[stream] = append(blind[stream], name)
				continue
			}
			e.Evidence, e.Known = ByType, true
			for f := range fields {
				if r.IntN(2) == 0 {
					e.Paths = append(e.Paths, fmt.Sprintf("f%d", f))
					k := fmt.Sprintf("%s#f%d", stream, f)
					known[k] = append(known[k], name)
				}
			}
			b.Edges = append(b.Edges, e)
		}
	}
	take(t, c, b)
	check := func(c *Catalog) {
		t.Helper()
		for i := range streams {
			id := StreamID("prod", fmt.Sprintf("t%d", i))
			for f := range fields {
				w, err := c.Who(all(c), id, fmt.Sprintf("f%d", f))
				if err != nil {
					t.Fatal(err)
				}
				if got, want := names(w.Readers), strings.Join(known[fmt.Sprintf("%s#f%d", id, f)], " "); got != want {
					t.Fatalf("%s#f%d is read by %q, want %q", id, f, got, want)
				}
				if got, want := names(w.Unknown), strings.Join(blind[id], " "); got != want || len(w.Writers) > 0 {
					t.Fatalf("%s: unknown %q, want %q; writers %q", id, got, want, names(w.Writers))
				}
			}
		}
	}
	check(c)
	again := opened(t, path)
	check(again)
	for id, n := range c.nodes {
		if m := again.nodes[id]; m == nil || !reflect.DeepEqual(n.fields, m.fields) || len(n.edges) != len(m.edges) || !n.Last.Equal(m.Last) {
			t.Fatalf("%s is other after a restart", id)
		}
	}
}

// Fields that an origin has no more are gone, and the history says so.
func TestFieldsThatChangeAreInTheHistory(t *testing.T) {
	c := fresh(t)
	set := func(fields ...Field) Batch {
		return Batch{Entities: []Entity{{ID: "stream:prod/orders", Kind: Stream, Name: "orders", Cluster: "prod"}}, Fields: []FieldSet{{Stream: "stream:prod/orders", Origin: SchemaOrigin, Fields: fields}}}
	}
	take(t, c, set(Field{Part: Value, Path: "id", Type: "string"}, Field{Part: Value, Path: "amount", Type: "int"}))
	take(t, c, set(Field{Part: Value, Path: "id", Type: "string"}, Field{Part: Value, Path: "amount", Type: "long"}))
	p := pageOf(t, c, "stream:prod/orders")
	if len(p.FieldPages) != 2 || len(p.Changes) != 1 || !slices.Equal(p.Changes[0].Before, []string{"amount int"}) || !slices.Equal(p.Changes[0].After, []string{"amount long"}) {
		t.Errorf("fields %+v, changes %+v", p.FieldPages, p.Changes)
	}
}

// Words are found in names, fields, owners, tags and docs; where they stand decides about the order.
func TestSearchFindsWordsWhereTheyStand(t *testing.T) {
	c := fresh(t)
	stream := func(name string, fields ...string) Batch {
		id := StreamID("prod", name)
		set := FieldSet{Stream: id, Origin: SchemaOrigin}
		for _, f := range fields {
			set.Fields = append(set.Fields, Field{Part: Value, Path: f})
		}
		return Batch{Entities: []Entity{{ID: id, Kind: Stream, Name: name, Cluster: "prod"}}, Fields: []FieldSet{set}}
	}
	take(t, c, stream("orders", "id", "Customer.Email"))
	take(t, c, stream("orders-archive", "id"))
	take(t, c, stream("invoices", "orders[].id"))
	for _, e := range []Edit{
		{Entity: "stream:prod/invoices", Attribute: Owners, Values: []string{"team:billing"}, Reason: "r"}, {Entity: "stream:prod/orders", Path: "Customer.Email", Attribute: Tags, Values: []string{"pii.email"}, Reason: "r"},
		{Entity: "stream:prod/orders-archive", Attribute: Doc, Values: []string{"kept for **seven** years"}, Reason: "r"},
	} {
		if err := c.Set(t.Context(), access.Principal{ID: "local:ann", Name: "ann"}, e, ""); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]string{
		"orders": "orders orders-archive invoices", "email": "orders", "field:customer.email": "orders", "owner:billing": "invoices", "tag:pii.email": "orders", "class:pii": "orders", "doc:seven": "orders-archive",
		"orders email": "orders", "name:id": "", "orders nothing": "", "field:orders": "invoices", "cluster:prod orders-archive": "orders-archive",
	} {
		h, err := c.Search(t.Context(), all(c), Query{Text: text, Kinds: []Kind{Stream}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range h.Hits {
			got = append(got, x.Name)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %v, want %s", text, got, want)
		}
	}
	h, err := c.Search(t.Context(), all(c), Query{Text: "email", Limit: 1})
	if err != nil || len(h.Hits) != 1 || h.Hits[0].Matched[0] != (Match{What: "field", Text: "Customer.Email"}) {
		t.Errorf("where it was found: %+v, %v", h.Hits, err)
	}
}

// Identifiers of expressions are those that are there, whatever stands around them.
func TestIdentifiersOfExpressions(t *testing.T) {
	for text, want := range map[string]string{
		"(totalCents / orders) AS EXPR$3": "totalCents orders AS EXPR$3", "CAST(`a b` AS VARCHAR(0))": "CAST a b AS VARCHAR 0", "x = '***' → größe": "x größe", "": "",
	} {
		if got := strings.Join(identifiers(text), " "); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	name, columns := createdTable("CREATE TEMPORARY TABLE IF NOT EXISTS db.`t` (`a b` ROW<x INT, y STRING>, m BIGINT METADATA VIRTUAL, k STRING METADATA FROM '***', PRIMARY KEY (k) NOT ENFORCED) WITH ('***' = '***')")
	if name != "t" || !slices.Equal(columns, []string{"a b", "k"}) {
		t.Errorf("table %q has %v", name, columns)
	}
}

func TestDecisionsAreMadeOnce(t *testing.T) {
	c := fresh(t)
	take(t, c, Batch{Entities: []Entity{{ID: "stream:prod/orders", Kind: Stream, Name: "orders", Cluster: "prod"}}})
	p, err := c.Propose(t.Context(), access.Principal{ID: "a"}, Edit{Entity: "stream:prod/orders", Attribute: Tags, Values: []string{"x"}, Reason: "r"})
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for range 2 {
		if _, err := c.Decide(context.Background(), access.Principal{ID: "b"}, p.ID, Approved, ""); err == nil {
			made++
		}
	}
	if made != 1 {
		t.Errorf("it was approved %d times", made)
	}
}
