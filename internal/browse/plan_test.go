package browse

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// openSQL makes a browser over the recording of a SQL job; ann may read and sees no value.
func openSQL(t *testing.T) (*Browser, *ingesttest.SQLTruth, Target) {
	t.Helper()
	store := memory.New()
	truth, err := ingesttest.RecordSQL(t.Context(), store, 3)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := query.New(query.Options{Reader: store})
	if err != nil {
		t.Fatal(err)
	}
	everything := []access.Statement{{Effect: access.Allow, Actions: []access.Action{"*"}, Resources: []string{"**"}}}
	policy, err := access.NewPolicy("test-1", access.Role{Name: access.LocalRole, Statements: everything, Clear: []string{"*"}},
		access.Role{Name: "reader", Statements: everything})
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Options{Queries: queries, Policy: access.NewInForce(policy), Auditor: &diary{}})
	if err != nil {
		t.Fatal(err)
	}
	target, err := b.Resolve(t.Context(), "customer-totals")
	if err != nil {
		t.Fatal(err)
	}
	return b, truth, target
}

func TestPlanTellsStatementsOperatorsAndCode(t *testing.T) {
	b, truth, target := openSQL(t)
	p, err := b.Plan(t.Context(), local, target)
	if err != nil {
		t.Fatal(err)
	}
	if !p.Planner || len(p.Statements) != 2 || len(p.Operators) != 3 {
		t.Fatalf("planner %v, %d statements, %d operators", p.Planner, len(p.Statements), len(p.Operators))
	}
	if s := p.Statements[1]; !s.Made || !strings.Contains(s.Source.Text, "SUM(amount) AS total") || s.Number != 2 {
		t.Errorf("second statement: %+v", s)
	}
	if p.Statements[0].Made {
		t.Error("a table's definition made operators")
	}
	sum := p.Operators[0]
	if sum.Operator.Slug != "groupaggregate-4" || !sum.ByPlan || !slices.Equal(sum.Fields, []string{"customer", "EXPR$1"}) ||
		!slices.Equal(sum.Key, []string{"customer"}) || !slices.Equal(sum.Statements, []int{2}) {
		t.Errorf("the aggregate: %+v", sum.PlannedOperator)
	}
	if !strings.Contains(sum.Source.Text, "groupBy=[customer]") {
		t.Errorf("its description: %q", sum.Source.Text)
	}
	var code []string
	for _, o := range p.Operators {
		for _, c := range o.Code {
			code = append(code, o.Operator.Slug+" "+c.Class+map[bool]string{true: "", false: " without text"}[c.HasText])
		}
	}
	want := []string{"groupaggregate-4 GroupAggsHandler$9", "groupaggregate-4 KeyProjection$0", "calc-5 KeyProjection$0", "calc-5 StreamExecCalc$6 without text"}
	if !slices.Equal(code, want) {
		t.Errorf("code %q, want %q", code, want)
	}
	c, err := b.Code(t.Context(), local, target, truth.CodeHash[:6])
	if err != nil || c.Source == nil || !strings.Contains(c.Source.Text, "agg0_sum + in1.getLong(1)") {
		t.Errorf("the handler's source: %v %+v", err, c.Source)
	}
	if _, err := b.Code(t.Context(), local, target, "0000"); !errors.Is(err, ErrNotFound) {
		t.Errorf("code that is not there: %v", err)
	}
}

func TestPlanHidesLiterals(t *testing.T) {
	b, truth, target := openSQL(t)
	ann := access.Principal{ID: "ann", Name: "ann", Roles: []string{"reader"}}
	p, err := b.Plan(t.Context(), ann, target)
	if err != nil {
		t.Fatal(err)
	}
	if text := p.Statements[1].Source.Text; strings.Contains(text, "north") || strings.Contains(text, "by customer") || !strings.Contains(text, "GROUP BY customer") {
		t.Errorf("shown to somebody who sees no values: %q", text)
	}
	c, err := b.Code(t.Context(), ann, target, truth.CodeHash)
	if err != nil || strings.Contains(c.Source.Text, "add to the sum") || !strings.Contains(c.Source.Text, "accumulate(RowData in1)") {
		t.Errorf("%v %q", err, c.Source.Text)
	}
}

func TestOnlyTextsOfTheJobLaneAreShown(t *testing.T) {
	b, _, target := openSQL(t)
	q := EventQuery{}
	q.Kinds, q.Payload = []event.Kind{event.KindSnapshot, event.KindStatement}, true
	page, err := b.Events(t.Context(), local, target, q)
	if err != nil || len(page.Events) != 3 {
		t.Fatalf("%d events, %v", len(page.Events), err)
	}
	for _, e := range page.Events {
		shown := strings.Contains(e.Text, "handles") || strings.Contains(e.Text, "INSERT") || strings.Contains(e.Text, "CREATE")
		if shown != (e.Kind == event.KindStatement) {
			t.Errorf("%v: %q", e.Kind, e.Text)
		}
	}
}

func changesOf(t *testing.T, b *Browser, who access.Principal, target Target, q EventQuery) map[event.Element]Event {
	t.Helper()
	q.Kinds, q.Payload = []event.Kind{event.KindRecord}, true
	page, err := b.Events(t.Context(), who, target, q)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[event.Element]Event)
	for _, e := range page.Events {
		found[*e.Element] = e
	}
	return found
}

func TestHalvesOfUpdatesAreLinked(t *testing.T) {
	b, truth, target := openSQL(t)
	found := changesOf(t, b, local, target, EventQuery{})
	if len(found) != len(truth.Changes) {
		t.Fatalf("%d changes, want %d", len(found), len(truth.Changes))
	}
	for _, want := range truth.Changes {
		got := found[want.Element].Change
		if got == nil || got.Kind != want.Kind {
			t.Errorf("%v: %+v, want kind %s", want.Element, got, want.Kind)
			continue
		}
		switch {
		case want.Other < 0 && got.Other != nil:
			t.Errorf("%s of %s: linked with %v", want.Kind, want.Customer, got.Other)
		case want.Other >= 0 && (got.Other == nil || *got.Other != truth.Changes[want.Other].Element):
			t.Errorf("%s of %s: linked with %v, want %v", want.Kind, want.Customer, got.Other, truth.Changes[want.Other].Element)
		case want.Other < 0 && strings.HasSuffix(want.Kind, "U") != (got.Why != ""):
			t.Errorf("%s of %s: why %q", want.Kind, want.Customer, got.Why)
		}
	}
	update := found[truth.Changes[2].Element].Change
	if len(update.Fields) != 1 || update.Fields[0].Name != "total" || update.Text != `{who: "ann", total: 5 → 8}` {
		t.Errorf("what changed: %+v, %s", update.Fields, update.Text)
	}
}

func TestHalvesAreFoundBeyondAPage(t *testing.T) {
	b, truth, target := openSQL(t)
	found := changesOf(t, b, local, target, EventQuery{Limit: 2})
	if got := found[truth.Changes[1].Element].Change; len(found) != 2 || got.Other == nil || *got.Other != truth.Changes[2].Element {
		t.Errorf("a half at the end of a page of %d: %+v", len(found), got)
	}
}

func TestMaskedHalvesDoNotTellWhatChanged(t *testing.T) {
	b, truth, target := openSQL(t)
	found := changesOf(t, b, access.Principal{ID: "ann", Roles: []string{"reader"}}, target, EventQuery{})
	update := found[truth.Changes[2].Element].Change
	if update.Other == nil || len(update.Fields) != 2 || !update.Fields[0].Masked || strings.Contains(update.Text, "→") {
		t.Errorf("%+v", update)
	}
}

func TestMomentLinksHalves(t *testing.T) {
	b, truth, target := openSQL(t)
	p, err := ParsePosition("groupaggregate-4.0.0.6")
	if err != nil {
		t.Fatal(err)
	}
	m, err := b.At(context.Background(), local, target, p)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Outputs) != 4 || m.Outputs[3].Change.Other == nil || *m.Outputs[3].Change.Other != truth.Changes[8].Element {
		t.Errorf("%d outputs, the last %+v", len(m.Outputs), m.Outputs[len(m.Outputs)-1].Change)
	}
}
