package access

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/document"
	"github.com/sightglass/sightglass/internal/event"
)

const grantPolicy = `masking:
  classes:
    pii.contact:   {rank: 30, action: token, normalise: email}
    pii.financial: {rank: 40, action: {keep_last: 4}, normalise: digits}
  rules:
    - topics: ["orders", "orders.*", "payments"]
      part: value
      paths: {id: public, "**.email": pii.contact, pan: pii.financial}
roles:
  - name: support
    allow: [{actions: ["topic:read"], resources: ["cluster/prod/topic/orders*"]}]
    deny: [{actions: ["topic:read"], resources: ["cluster/prod/topic/orders.payroll"]}]
  - name: lead
  - name: fraud
    allow: [{actions: ["topic:*x", "topic:read", "topic:list", "grant:approve"], resources: ["**"]}]
    deny: [{actions: ["topic:list"], resources: ["cluster/*/topic/secret"]}]
    clear: [pii.financial]
grants:
  - name: contact
    ask: [support]
    approve: [lead]
    clear: [pii.contact]
    resources: ["cluster/prod/topic/orders", "flink/prod/job/**"]
    for: 2h
  - name: fraud
    ask: [support]
    role: fraud
    resources: ["cluster/prod/topic/*"]
  - name: all
    ask: [lead]
    clear: ["*"]
    resources: ["cluster/prod/topic/orders"]
    for: 30m
`

func grantPolicyOf(t testing.TB) *Policy {
	t.Helper()
	p, err := ReadPolicy(strings.ReplaceAll(grantPolicy, `"topic:*x", `, ""), keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var (
	someone = Principal{ID: "oidc:x#1", Name: "Ann", Roles: []string{"support"}}
	noon    = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
)

// asked is a grant of someone's from noon, of all that a rule allows unless it is said otherwise.
func asked(t testing.TB, p *Policy, g Grant, length time.Duration) Grant {
	t.Helper()
	if g.Principal == "" {
		g.Principal = someone.ID
	}
	if g.ID == "" {
		g.ID = "g-" + g.Rule
	}
	g.Reason = "ticket 7"
	g, length, err := p.Ask(g, length)
	if err != nil {
		t.Fatal(err)
	}
	g.Began, g.Until = noon, noon.Add(length)
	return g
}

func TestAGrantLiftsItsClassesOnItsResources(t *testing.T) {
	p := grantPolicyOf(t)
	with, next := p.withGrants([]Grant{asked(t, p, Grant{Rule: "contact"}, 0)}, noon)
	if !next.Equal(noon.Add(time.Hour)) {
		t.Errorf("it is over at %s", next)
	}
	for _, c := range []struct {
		topic, path string
		want        Mask
	}{
		{"orders", "customer.email", Clear}, {"orders", "pan", KeepLast}, {"orders", "note", Redact}, {"orders.eu", "customer.email", Token}, {"payments", "customer.email", Token},
	} {
		got := with.Plan(someone, Subject{Resource: ResourceOf("cluster", "prod", "topic", c.topic), Part: PartValue}).Leaf(strings.Split(c.path, "."), event.TextValue(event.ValueString, "x"))
		if got.Mask != c.want {
			t.Errorf("%s of %s: %+v, want %s", c.path, c.topic, got, c.want)
		}
	}
	for name, who := range map[string]Principal{
		"somebody else": {ID: "oidc:x#2", Roles: []string{"support"}}, "who has the role no more": {ID: someone.ID, Roles: []string{"lead"}}, "another token": {ID: "token:2", Owner: someone.ID, Roles: []string{"support"}},
	} {
		if got := with.LiftedOn(who, "cluster/prod/topic/orders"); len(got) != 0 {
			t.Errorf("%s sees %v clear", name, got)
		}
	}
	e := with.ExplainPath(someone, Subject{Resource: "cluster/prod/topic/orders", Part: PartValue}, "customer.email")
	if e.Grant != "g-contact" || e.By != "" || e.Mask != Clear || e.Class != "pii.contact" {
		t.Errorf("explained: %+v", e)
	}
	if e := with.ExplainPath(someone, Subject{Resource: "cluster/prod/topic/orders", Part: PartValue}, "id"); e.Grant != "" {
		t.Errorf("a grant is named for what is clear anyway: %+v", e)
	}
}

func TestAGrantsRoleHoldsOnItsResourcesAlone(t *testing.T) {
	p := grantPolicyOf(t)
	with, _ := p.withGrants([]Grant{asked(t, p, Grant{Rule: "fraud"}, 0)}, noon)
	for _, c := range []struct {
		action Action
		on     Resource
		want   bool
	}{
		{TopicRead, "cluster/prod/topic/payments", true},
		{TopicRead, "cluster/test/topic/payments", false},
		{TopicRead, "cluster/prod/topic/orders.payroll", false}, // an own role denies it
		{TopicList, "cluster/prod/topic/payments", true},
		{TopicList, "cluster/prod/topic/secret", false}, // the granted role denies it
		{TopicProduce, "cluster/prod/topic/payments", false},
		{GrantApprove, "grant/contact", false},
	} {
		d := with.Decide(someone, c.action, c.on)
		if d.Allowed != c.want || d.Allowed && (d.Grant != "g-fraud" || !strings.Contains(d.Reason, "grant g-fraud")) {
			t.Errorf("%s on %s: %+v", c.action, c.on, d)
		}
	}
	if d := with.Decide(someone, TopicRead, "cluster/prod/topic/orders"); !d.Allowed || d.Grant != "" {
		t.Errorf("a grant is named for what a role allows: %+v", d)
	}
	scoped := someone
	scoped.Scope = []Action{JobView}
	if with.Decide(scoped, TopicRead, "cluster/prod/topic/payments").Allowed {
		t.Error("a grant goes beyond the scope of a token")
	}
	if !with.DecideBelow(someone, TopicList, "cluster/prod/topic/") || with.DecideBelow(someone, TopicList, "cluster/test/topic/") || !with.DecideSomewhere(someone, TopicList).Allowed || p.DecideSomewhere(someone, TopicList).Allowed {
		t.Error("lists do not have what a grant allows, or have more")
	}
}

func TestWhatIsAskedForIsInsideTheRule(t *testing.T) {
	p := grantPolicyOf(t)
	for _, c := range []struct {
		g      Grant
		length time.Duration
		ok     bool
	}{
		{Grant{Rule: "contact"}, 0, true},
		{Grant{Rule: "none"}, 0, false},
		{Grant{Rule: "contact"}, 2 * time.Hour, true},
		{Grant{Rule: "contact"}, 2*time.Hour + 1, false},
		{Grant{Rule: "contact"}, time.Second, false},
		{Grant{Rule: "contact"}, -time.Hour, false},
		{Grant{Rule: "contact", Clear: []string{"pii.financial"}}, 0, false},
		{Grant{Rule: "contact", Clear: []string{"*"}}, 0, false},
		{Grant{Rule: "fraud", Clear: []string{"pii.financial"}}, 0, true},
		{Grant{Rule: "all", Clear: []string{"pii.financial"}}, 0, true},
		{Grant{Rule: "contact", Resources: []string{"flink/prod/job/orders/**"}}, 0, true},
		{Grant{Rule: "contact", Resources: []string{"flink/test/job/orders/**"}}, 0, false},
		{Grant{Rule: "contact", Resources: []string{"cluster/prod/topic/*"}}, 0, false},
		{Grant{Rule: "contact", Resources: []string{"**"}}, 0, false},
		{Grant{Rule: "contact", Resources: []string{"x"}}, 0, false},
		{Grant{Rule: "fraud", Resources: []string{"cluster/prod/topic/**"}}, 0, false},
		{Grant{Rule: "fraud", Resources: []string{"cluster/prod/topic/pay*"}}, 0, true},
	} {
		c.g.Reason = "x"
		if _, _, err := p.Ask(c.g, c.length); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrGrant) {
			t.Errorf("%+v for %s: %v", c.g, c.length, err)
		}
	}
	for _, reason := range []string{"", " \n", strings.Repeat("x", GrantReason+1)} {
		if _, _, err := p.Ask(Grant{Rule: "contact", Reason: reason}, 0); !errors.Is(err, ErrGrant) {
			t.Errorf("reason of %d bytes: %v", len(reason), err)
		}
	}
	if g, length, err := p.Ask(Grant{Rule: "all", Reason: "x"}, 0); err != nil || length != 30*time.Minute {
		t.Errorf("%+v %s %v", g, length, err)
	}
}

// A pattern that is inside another one covers nothing that the other does not.
func TestInsideIsNeverWider(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	text := func(of string, n int) string {
		var b strings.Builder
		for range r.IntN(n) {
			b.WriteByte(of[r.IntN(len(of))])
		}
		return b.String()
	}
	held := 0
	for range 200_000 {
		pattern, bound, name := text("a/*", 7), text("a/*", 7), text("aab/", 8)
		for _, p := range []*string{&pattern, &bound} {
			*p = strings.ReplaceAll(*p, "**", "*")
			if r.IntN(3) == 0 {
				*p = strings.TrimSuffix(*p, "*") + "**"
			}
		}
		if inside(pattern, bound) && Resource(name).matches(pattern) {
			if held++; !Resource(name).matches(bound) {
				t.Fatalf("%q is inside %q, and %q is not", pattern, bound, name)
			}
		}
	}
	if held < 1000 {
		t.Errorf("only %d were inside", held)
	}
}

// shownOf is all that a policy decides for someone over a small world, as text by question.
func shownOf(p *Policy, who Principal) map[string]string {
	out := make(map[string]string)
	for _, topic := range []string{"orders", "orders.eu", "orders.payroll", "payments", "secret"} {
		for _, cluster := range []string{"prod", "test"} {
			on := ResourceOf("cluster", cluster, "topic", topic)
			for _, a := range actions {
				if p.Decide(who, a, on).Allowed {
					out[fmt.Sprintf("%s %s", a, on)] = "allowed"
				}
			}
			plan := p.Plan(who, Subject{Resource: on, Part: PartValue})
			for _, path := range []string{"id", "email", "pan", "note"} {
				out[fmt.Sprintf("%s %s", path, on)] = plan.Leaf(Path{path}, event.TextValue(event.ValueString, "ann@example.org")).Shown(event.TextValue(event.ValueString, "ann@example.org"))
			}
		}
	}
	for _, rule := range []string{"contact", "fraud", "all"} {
		for _, a := range []Action{GrantRequest, GrantApprove} {
			out[fmt.Sprintf("%s %s", a, rule)] = fmt.Sprint(p.Decide(who, a, GrantResource(rule)).Allowed)
		}
	}
	return out
}

// Whatever is granted, by whatever was stored: nothing changes outside of the rule's and the grant's resources and classes, and when it is over all is as
// it was before.
func TestAGrantShowsNoMoreThanItsBoundAndLeavesNothingBehind(t *testing.T) {
	p := grantPolicyOf(t)
	r := rand.New(rand.NewPCG(11, 1))
	of := func(from ...string) []string {
		return slices.DeleteFunc(slices.Clone(from), func(string) bool { return r.IntN(2) == 0 })
	}
	widened := 0
	for range 2000 {
		who := someone
		who.Roles = of("support", "lead", "nobody")
		before := shownOf(p, who)
		g := Grant{ // as a file that somebody wrote might have it: not all of it inside the rule
			ID: "g", Rule: []string{"contact", "fraud", "all", "gone"}[r.IntN(4)], Principal: someone.ID, Clear: of("pii.contact", "pii.financial", "*"), Role: []string{"", "fraud", "lead"}[r.IntN(3)],
			Resources: of("cluster/prod/topic/orders", "cluster/*/topic/payments", "cluster/prod/**", "**"), Reason: "x", Began: noon, Until: noon.Add(time.Hour),
		}
		force, now := NewInForce(p), noon
		force.PutGrants([]Grant{g}, func() time.Time { return now })
		rule := p.grantRules[g.Rule]
		lifts := common(g.Clear, p.GrantClasses(rule))
		for question, got := range shownOf(force.Policy(), who) {
			if before[question] == got {
				continue
			}
			widened++
			what, on, _ := strings.Cut(question, " ")
			class := map[string]string{"id": ClassPublic, "email": "pii.contact", "pan": "pii.financial", "note": ClassUnknown}[what]
			in := slices.ContainsFunc(g.Resources, Resource(on).matches) && slices.ContainsFunc(rule.Resources, Resource(on).matches)
			named := slices.Contains(lifts, "*") || slices.Contains(lifts, class)
			if class == "" { // an action
				named = g.Role != "" && g.Role == rule.Role
			}
			if !in || !named || !p.mayAsk(who, g.Rule) {
				t.Fatalf("%+v to %v changes %s from %q to %q", g, who.Roles, question, before[question], got)
			}
		}
		switch r.IntN(3) {
		case 0:
			now = noon.Add(time.Hour)
		case 1:
			force.PutGrants(nil, func() time.Time { return now })
		case 2:
			now = noon.Add(rule.For)
		}
		if after := shownOf(force.Policy(), who); !reflect.DeepEqual(before, after) {
			t.Fatalf("%+v leaves something behind", g)
		}
	}
	if widened < 1000 {
		t.Errorf("only %d answers were widened", widened)
	}
}

func TestAGrantEndsByTheClockAndWithItsRule(t *testing.T) {
	p := grantPolicyOf(t)
	now := noon
	force := NewInForce(p)
	force.PutGrants([]Grant{asked(t, p, Grant{Rule: "contact"}, 0)}, func() time.Time { return now })
	lifted := func() int { return len(force.Policy().LiftedOn(someone, "cluster/prod/topic/orders")) }
	if lifted() != 1 {
		t.Fatal("it is not in force")
	}
	now = noon.Add(time.Hour - 1)
	if lifted() != 1 {
		t.Error("it is over before its time")
	}
	shorter, err := ReadPolicy(strings.Replace(strings.ReplaceAll(grantPolicy, `"topic:*x", `, ""), "for: 2h", "for: 30m", 1), keysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	force.Put(shorter)
	if lifted() != 0 {
		t.Error("it lasts longer than its rule allows by now")
	}
	force.Put(p)
	if lifted() != 1 {
		t.Error("it is not there under the rule that allows it")
	}
	force.Put(Local())
	if lifted() != 0 {
		t.Error("it is in force without its rule")
	}
	force.Put(p)
	now = noon.Add(time.Hour)
	if lifted() != 0 {
		t.Error("it is in force when its time is over")
	}
}

func TestAnAnswerEndsWithTheGrantThatItBeganWith(t *testing.T) {
	p := grantPolicyOf(t)
	now := noon
	force := NewInForce(p)
	clock := func() time.Time { return now }
	a, b := asked(t, p, Grant{Rule: "contact"}, 0), asked(t, p, Grant{Rule: "fraud"}, 0)
	before, stop := force.Bound(context.Background(), someone)
	defer stop()
	force.PutGrants([]Grant{a}, clock)
	under, stop := force.Bound(context.Background(), someone)
	defer stop()
	other, stop := force.Bound(context.Background(), Principal{ID: "oidc:x#2", Roles: []string{"support"}})
	defer stop()
	if n := len(force.In(before).GrantsOf(someone)); n != 0 {
		t.Errorf("an answer that began before has %d grants", n)
	}
	force.PutGrants([]Grant{a, b}, clock)
	force.Put(p)
	if under.Err() != nil || len(force.In(under).GrantsOf(someone)) != 1 {
		t.Errorf("one more grant ended it or changed it: %v", under.Err())
	}
	now = noon.Add(time.Hour)
	force.Policy()
	if !errors.Is(context.Cause(under), ErrGrantOver) {
		t.Errorf("it goes on: %v", context.Cause(under))
	}
	if other.Err() != nil || before.Err() != nil {
		t.Error("answers end that were under no grant")
	}
}

func TestWhatTheAuditLogIsToldOfGrants(t *testing.T) {
	p := grantPolicyOf(t)
	p, _ = p.withGrants([]Grant{asked(t, p, Grant{Rule: "contact", Resources: []string{"cluster/prod/topic/orders"}}, 0)}, noon)
	for on, want := range map[Resource]string{
		"cluster/prod/topic/orders": "pii.contact", "cluster/prod/topic/payments": "", "flink/prod/job/a/recording/1": "pii.contact", "server": "",
	} {
		if got := strings.Join(p.LiftedUnder(someone, on), " "); got != want || (want == "") != (len(p.Under(someone, on)) == 0) {
			t.Errorf("%s: %q, %v", on, got, p.Under(someone, on))
		}
	}
}

func TestMistakesInRulesOfGrants(t *testing.T) {
	for text, want := range map[string]string{
		"grants: [{name: a, ask: [x], clear: [public], resources: [\"**\"]}]":                                      `1: there is no role "x"`,
		"grants: [{name: a, clear: [public], resources: [\"**\"]}]":                                                "1: ask is missing",
		"roles: [{name: x}]\ngrants: [{name: a, ask: [x], resources: [\"**\"]}]":                                   "2: a rule of grants has clear",
		"roles: [{name: x}]\ngrants: [{name: a, ask: [x], clear: [public]}]":                                       "2: resources are missing",
		"roles: [{name: x}]\ngrants: [{name: a, ask: [x], clear: [nope], resources: [\"**\"]}]":                    `2: there is no class "nope"`,
		"roles: [{name: x}]\ngrants: [{name: a/b, ask: [x], clear: [public], resources: [\"**\"]}]":                "2: a rule of grants has a name",
		"roles: [{name: x}]\ngrants: [{name: a, ask: [x], clear: [public], resources: [\"**\"], for: 9h}]":         "2: this is a time from 1m to 8h",
		"roles: [{name: x}]\ngrants: [{name: a, ask: [x], clear: [public], resources: [\"orders\"]}]":              "2: \"orders\" begins with none of",
		"roles: [{name: x}]\ngrants: [{name: a, ask: [x], approve: [], clear: [public], resources: [\"**\"]}]":     "2: approve names roles",
		"roles: [{name: x}]\ngrants: [{name: a, ask: [x], role: y, resources: [\"**\"]}]":                          `2: there is no role "y"`,
		"roles: [{name: x}]\ngrants:\n- &a {name: a, ask: [x], clear: [public], resources: [\"**\"]}\n- *a":        "3: there are two rules",
		"roles: [{name: x}]\ngrants: [{name: a, ask: [x], clear: [public], resources: [\"**\"], until: tomorrow}]": "2:",
	} {
		_, err := ReadPolicy(text, Keys{})
		var mistakes Problems
		if !errors.As(err, &mistakes) || !slices.ContainsFunc(mistakes, func(m document.Problem) bool { return strings.HasPrefix(fmt.Sprintf("%d: %s", m.Line, m.Text), want) }) {
			t.Errorf("%s\n%v, want %s", text, err, want)
		}
	}
}

func TestACaseMayHaveAGrant(t *testing.T) {
	p := grantPolicyOf(t)
	cases, err := ReadCases(`cases:
  - {role: support, grant: contact, in: prod, topic: orders, sees: {customer.email: "clear:pii.contact", pan: keep_last}}
  - {role: support, grant: contact, in: test, topic: orders, sees: {customer.email: token}}
  - {role: support, grant: fraud, may: topic:read, on: cluster/prod/topic/payments, want: allow, by: fraud}
  - {role: support, grant: all, may: topic:read, on: cluster/prod/topic/payments, want: deny}
`)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if o := p.Try(c); o.OK != (i < 3) {
			t.Errorf("line %d: %s", c.Line, o.Got)
		}
	}
}
