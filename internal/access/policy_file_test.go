package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

const policyText = `apiVersion: sightglass/v1
kind: AccessPolicy
masking:
  classes:
    pii.contact:   {rank: 30, action: token, normalise: email}
    pii.financial: {rank: 40, action: {keep_last: 4}, normalise: digits}
    pii.time:      {rank: 20, action: {truncate: month}}
    amount:        {rank: 10, action: {bucket: 50}}
  rules:
    - {tags: [PII, EMAIL], class: pii.contact}
    - topics: ["orders", "orders.*"]
      part: value
      paths: {id: public, "items[].sku": public, "**.email": pii.contact, payment.pan: pii.financial}
    - {topics: [orders], part: header, paths: {traceparent: public}}
    - {jobs: ["order-*"], part: [value, state, local], paths: {orderId: public}}
roles:
  - name: stream-support
    allow: [{actions: ["topic:list", "topic:read", "job:view", "job:read"], resources: ["cluster/*/topic/**", "flink/prod/job/**"]}]
    deny: [{actions: ["*"], resources: ["cluster/*/topic/payroll"]}]
  - name: fraud
    allow: [{actions: ["topic:read"], resources: ["cluster/prod/topic/payments.*"]}]
    clear: [pii.financial]
bindings:
  - {claim: /groups, equals: streaming-support, roles: [stream-support]}
  - {claim: /realm_access/roles, glob: "fraud-*", roles: [fraud, stream-support]}
limits: {tail_records_per_second: 250}
`

func keysOf(t testing.TB) Keys {
	t.Helper()
	k, err := NewKeys([]byte(strings.Repeat("k", 32)), "test", 1)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAPolicysText(t *testing.T) {
	p, err := ReadPolicy(policyText, keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	support := Principal{ID: "oidc:x#1", Roles: []string{"stream-support"}}
	for _, c := range []struct {
		action Action
		on     Resource
		want   bool
	}{
		{TopicRead, "cluster/prod/topic/orders", true},
		{TopicRead, "cluster/prod/topic/payroll", false},
		{JobRead, "flink/prod/job/order-totals/recording/1", true},
		{JobRead, "flink/test/job/order-totals/recording/1", false},
		{TopicProduce, "cluster/prod/topic/orders", false},
	} {
		if d := p.Decide(support, c.action, c.on); d.Allowed != c.want || d.Reason == "" {
			t.Errorf("%s on %s: %+v", c.action, c.on, d)
		}
	}
	if !p.Decide(LocalPrincipal("ann"), AuditRead, "audit/log").Allowed {
		t.Error("whoever sits at the server's machine may do less than without a policy")
	}
	orders := p.Plan(support, Subject{Resource: "cluster/prod/topic/orders.eu", Part: PartValue})
	for path, want := range map[string]Treatment{
		"id":             {Class: ClassPublic, Mask: Clear},
		"ID":             {Class: ClassPublic, Mask: Clear},
		"customer.email": {Class: "pii.contact", Mask: Token},
		"payment.pan":    {Class: "pii.financial", Mask: KeepLast},
		"note":           {Class: ClassUnknown, Mask: Redact},
	} {
		if got := orders.Leaf(strings.Split(path, "."), event.TextValue(event.ValueString, "x")); got.Class != want.Class || got.Mask != want.Mask {
			t.Errorf("%s: %s, %s", path, got.Class, got.Mask)
		}
	}
	if got := p.Plan(support, Subject{Resource: "flink/prod/job/order-totals/recording/1", Part: PartState}).Leaf(Path{"orderId"}, event.Value{}); got.Mask != Clear {
		t.Errorf("a rule of several parts: %+v", got)
	}
	tagged := &Tagged{Whole: true, Fields: []TaggedField{{Path: "contact.mail", Tags: []string{"pii"}}}}
	if got := p.Plan(support, Subject{Resource: "cluster/prod/topic/other", Part: PartKey, Tagged: tagged}).Leaf(Path{"contact", "mail"}, event.Value{}); got.Class != "pii.contact" {
		t.Errorf("a field with a tag: %+v", got)
	}
	parts := &Tagged{Fields: tagged.Fields}
	if got := p.Plan(support, Subject{Resource: "cluster/prod/topic/orders", Part: PartValue, Tagged: parts}).Leaf(Path{"id"}, event.Value{}); got.Class != ClassUnknown {
		t.Errorf("a field of a schema that is not known whole: %+v", got)
	}
	if l := p.Limits(); l.TailRecordsPerSecond != 250 {
		t.Errorf("limits %+v", l)
	}
	if again, err := ReadPolicy(policyText, keysOf(t)); err != nil || again.Version() != p.Version() {
		t.Errorf("the same text has the versions %s and %s, %v", p.Version(), again.Version(), err)
	}
	if other, err := ReadPolicy(policyText+"\n", keysOf(t)); err != nil || other.Version() == p.Version() {
		t.Errorf("another text has the same version, %v", err)
	}
}

func TestRolesComeByClaims(t *testing.T) {
	p, err := ReadPolicy(policyText, keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		claims map[string]any
		want   []string
	}{
		{map[string]any{"groups": []any{"other", "streaming-support"}}, []string{"stream-support"}},
		{map[string]any{"groups": "streaming-support"}, []string{"stream-support"}},
		{map[string]any{"groups": []any{"streaming-support-2"}}, nil},
		{map[string]any{"realm_access": map[string]any{"roles": []any{"fraud-eu"}}}, []string{"fraud", "stream-support"}},
		{map[string]any{"realm_access": "roles"}, nil},
		{map[string]any{"groups": map[string]any{"equals": "streaming-support"}}, nil},
		{nil, nil},
	} {
		if got := p.RolesOf(c.claims); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.claims, got, c.want)
		}
	}
}

func TestMistakesOfAPolicyHaveTheirLines(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"roles: [{name: a, allow: [{actions: [job:see], resources: [\"flink/**\"]}]}]", `line 1: there is no action "job:see"`},
		{"masking:\n  rules:\n    - {part: value, paths: {a: pii}}", `line 3: there is no class "pii"`},
		{"masking:\n  rules:\n    - {paths: {a: public}}", "line 3: part is missing"},
		{"masking:\n  rules:\n    - {part: body, paths: {a: public}}", `line 3: "body" is none of key, value`},
		{"masking:\n  rules:\n    - {part: value, paths: {\"a.\": public}}", "line 3: no path"},
		{"masking:\n  rules:\n    - {part: value, tags: [PII]}", "line 3: tags and class go together"},
		{"masking:\n  classes:\n    x: {action: {keep_last: 0}}", "line 3: this is a whole number from 1 to 64"},
		{"masking:\n  classes:\n    x: {action: {keep_last: 1, bucket: 2}}", "line 3: an action is one mask"},
		{"masking:\n  classes:\n    x: {action: hide}", `line 3: "hide" is none of clear, redact`},
		{"masking:\n  classes:\n    x: {rank: 1}\n    x: {rank: 2}", `line 4: "x" is there twice`},
		{"roles:\n  - {name: a}\n  - {name: a}", `line 3: there are two roles "a"`},
		{"roles:\n  - {allow: []}", "line 2: this role has no name"},
		{"roles:\n  - name: a\n    clear: [pii]", `line 3: there is no class "pii"`},
		{"roles:\n  - name: a\n    allow: [{actions: [job:read], resources: [\"jobs/x\"]}]", `line 3: "jobs/x" begins with none of`},
		{"roles:\n  - name: a\n    allow: [{actions: [job:read], resources: [\"flink/**/x\"]}]", "line 3: ** stands at the end"},
		{"roles:\n  - name: export", "line 2: export is a role of the server's own"},
		{"bindings:\n  - {claim: groups, equals: a, roles: [local]}", "line 2: claim is a JSON pointer"},
		{"bindings:\n  - {claim: /groups, equals: a, roles: [admin]}", `line 2: there is no role "admin"`},
		{"bindings:\n  - {claim: /groups, roles: [local]}", "line 2: a binding has equals or glob"},
		{"limits: {tail_records_per_second: lots}", "line 1: this is a whole number"},
		{"masking: {classes: {x: {action: token}}}\nextra: 1", `line 2: an access policy has no member "extra"`},
		{"a: [", "line 1: not YAML"},
	} {
		p, err := ReadPolicy(c.text, keysOf(t))
		if p != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
	if _, err := ReadPolicy("masking: {classes: {x: {action: token}}}", Keys{}); err == nil || !strings.Contains(err.Error(), "no key") {
		t.Errorf("tokens without a key: %v", err)
	}
	if p, err := ReadPolicy("", Keys{}); err != nil || p.Decide(Principal{ID: "x", Roles: []string{"a"}}, JobView, "flink/a").Allowed {
		t.Errorf("an empty policy: %v", err)
	}
}

func FuzzReadPolicy(f *testing.F) {
	f.Add(policyText)
	f.Add("masking: {rules: [{tags: *a}]}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadPolicy(text, keysOf(t))
		if (p == nil) == (err == nil) {
			t.Fatalf("policy %v, error %v", p, err)
		}
		if p != nil && p.Decide(Principal{}, JobView, "flink/a").Allowed {
			t.Fatal("nobody is allowed something")
		}
	})
}

func TestDetectorsOfAPolicysText(t *testing.T) {
	text := `masking:
  classes: {pii.contact: {rank: 30, action: token}}
  detectors: {enabled: [email, pan], free_text: keep, classes: {email: pii.contact}}
  rules: [{topics: [orders], part: value, paths: {note: public, id: public}}]
roles: [{name: support, allow: [{actions: [topic:read], resources: ["cluster/**"]}]}]
`
	p, err := ReadPolicy(text, keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	plan := p.Plan(Principal{ID: "x", Roles: []string{"support"}}, Subject{Resource: "cluster/a/topic/orders", Part: PartValue})
	if got := plan.Leaf(Path{"note"}, event.TextValue(event.ValueString, "astrid@example.org")); got.Class != "pii.contact" || got.Mask != Token {
		t.Errorf("an address in a public field: %+v", got)
	}
	if got := plan.Leaf(Path{"id"}, event.TextValue(event.ValueString, "o-0000017")); got.Mask != Clear {
		t.Errorf("a public field: %+v", got)
	}
	for text, want := range map[string]string{
		"masking: {detectors: {enabled: [mail]}}":                     `line 1: there is no detector "mail"`,
		"masking: {detectors: {enabled: all, free_text: hide}}":       `line 1: "hide" is none of redact, keep`,
		"masking: {detectors: {enabled: all, classes: {email: pii}}}": `line 1: there is no class "pii"`,
	} {
		if _, err := ReadPolicy(text, keysOf(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Whoever can write a guess and look at its token would learn by it what others wrote.
func TestTokensAreNotForThoseWhoMayWrite(t *testing.T) {
	const text = `masking:
  classes: {pii: {rank: 30, action: token}}
  rules: [{part: value, paths: {email: pii}}]
roles:
  - {name: reader, allow: [{actions: [topic:read], resources: ["cluster/**"]}]}
  - {name: writer, allow: [{actions: [topic:produce], resources: ["cluster/a/topic/x"]}]}
`
	seen := func(text string, roles ...string) Mask {
		p, err := ReadPolicy(text, keysOf(t))
		if err != nil {
			t.Fatal(err)
		}
		return p.Plan(Principal{ID: "x", Roles: roles}, Subject{Resource: "cluster/a/topic/orders", Part: PartValue}).Leaf(Path{"email"}, event.TextValue(event.ValueString, "a@b.org")).Mask
	}
	if got := seen(text, "reader"); got != Token {
		t.Errorf("a reader sees %s", got)
	}
	if got := seen(text, "reader", "writer"); got != Redact {
		t.Errorf("a writer sees %s", got)
	}
	if got := seen(strings.Replace(text, "masking:\n", "masking:\n  tokens_for_producers: allow\n", 1), "reader", "writer"); got != Token {
		t.Errorf("a writer whom the policy lets see tokens sees %s", got)
	}
}
