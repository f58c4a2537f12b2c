package access

import (
	"strings"
	"testing"
)

func TestCasesOfAPolicy(t *testing.T) {
	p, err := ReadPolicy(policyText, keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	cases, err := ReadCases(`cases:
  - {role: stream-support, may: topic:read, on: cluster/prod/topic/orders, want: allow, by: stream-support}
  - {claims: {groups: [streaming-support]}, may: topic:read, on: cluster/prod/topic/payroll, want: deny, by: stream-support}
  - {claims: {groups: [guests]}, may: topic:read, on: cluster/prod/topic/orders, want: deny}
  - {role: stream-support, topic: orders, sees: {id: clear, customer.email: "token:pii.contact", payment.pan: keep_last}}
  - {roles: [stream-support, fraud], topic: orders, sees: {payment.pan: clear}}
  - {role: stream-support, job: order-totals, part: state, sees: {orderId: clear, other: ":unknown"}}
  - {role: stream-support, may: topic:read, on: cluster/prod/topic/orders, want: allow, by: fraud}
  - {role: stream-support, may: topic:produce, on: cluster/prod/topic/orders, want: allow}
  - {role: stream-support, topic: orders, sees: {note: clear}}
`)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if o := p.Try(c); o.OK != (i < 6) || !o.OK && o.Got == "" {
			t.Errorf("line %d: %t, %q", c.Line, o.OK, o.Got)
		}
	}
	for text, want := range map[string]string{
		"cases: [{may: job:read, on: flink/a, want: allow}]": "whose case this is",
		"cases: [{role: a}]": "a case has may, on and want",
		"cases: [{role: a, may: job:see, on: flink/a, want: allow}]":    `there is no action "job:see"`,
		"cases: [{role: a, may: job:read, want: allow}]":                "to may belong on",
		"cases: [{role: a, sees: {a: clear}}]":                          "to sees belongs a topic or a job",
		"cases: [{role: a, topic: x, sees: {\"a.\": clear}}]":           "it ends with a dot",
		"cases: [{role: a, may: job:read, on: flink/a, want: perhaps}]": `"perhaps" is none of allow, deny`,
	} {
		if _, err := ReadCases(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAPathIsExplainedByItsRules(t *testing.T) {
	p, err := ReadPolicy(policyText, keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	what := Subject{Resource: SubjectOf("orders", ""), Part: PartValue}
	e := p.ExplainPath(Principal{ID: "x", Roles: []string{"stream-support", "fraud"}}, what, "payment.pan")
	if e.Class != "pii.financial" || e.Mask != Clear || e.By != "fraud" || len(e.Rules) != 1 || !strings.Contains(e.Rules[0], "payment.pan") {
		t.Errorf("%+v", e)
	}
	if e := p.ExplainPath(Principal{ID: "x", Roles: []string{"stream-support"}}, what, "customer.email"); e.Mask != Token || e.By != "" || len(e.Rules) != 1 {
		t.Errorf("%+v", e)
	}
	if e := p.ExplainPath(Principal{ID: "x", Roles: []string{"stream-support"}}, what, "note"); e.Class != ClassUnknown || e.Mask != Redact || len(e.Rules) != 0 {
		t.Errorf("%+v", e)
	}
}

func TestSomewhere(t *testing.T) {
	p, err := ReadPolicy(policyText, keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	support := Principal{ID: "x", Roles: []string{"stream-support"}}
	if !p.DecideSomewhere(support, JobView).Allowed || p.DecideSomewhere(support, AuditRead).Allowed || p.DecideSomewhere(Principal{Roles: support.Roles}, JobView).Allowed {
		t.Error("somewhere is where a role allows it, for somebody")
	}
	// What is denied everywhere is allowed nowhere in particular, but only Decide knows: lists ask it of each item.
	if p.Decide(support, TopicRead, "cluster/prod/topic/payroll").Allowed {
		t.Error("denied")
	}
}

func TestBelow(t *testing.T) {
	for pattern, want := range map[string]bool{
		"cluster/*/topic/**": true, "cluster/prod/topic/orders": true, "cluster/p*/**": true, "**": true, "cluster/**": true,
		"cluster/test/topic/**": false, "cluster/prod/group/**": false, "cluster/prod": false, "cluster/prod/topic": false, "flink/**": false,
	} {
		p, err := NewPolicy("1", Role{Name: "r", Statements: []Statement{{Effect: Allow, Actions: []Action{TopicList}, Resources: []string{pattern}}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.DecideBelow(Principal{ID: "x", Roles: []string{"r"}}, TopicList, "cluster/prod/topic/"); got != want {
			t.Errorf("%s: %t", pattern, got)
		}
	}
}
