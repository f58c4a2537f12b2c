package access_test

import (
	"errors"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
)

func TestDecideDeniesByDefault(t *testing.T) {
	var zero access.Policy
	var none *access.Policy
	anyone := access.LocalPrincipal("ann")
	for name, p := range map[string]*access.Policy{"nil": none, "zero": &zero} {
		if d := p.Decide(anyone, access.JobView, "flink/local/job/x"); d.Allowed || d.Err() == nil || d.Reason == "" {
			t.Errorf("%s policy: %+v", name, d)
		}
	}
	for name, who := range map[string]access.Principal{
		"nobody": {}, "no roles": {ID: "local:ann"}, "unknown role": {ID: "local:ann", Roles: []string{"root"}}, "no id": {Roles: []string{access.LocalRole}},
	} {
		d := access.Local().Decide(who, access.JobRead, "recording/1")
		if d.Allowed || !errors.Is(d.Err(), access.ErrDenied) {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func TestLocalAllowsEverything(t *testing.T) {
	for _, a := range []access.Action{access.JobView, access.JobRead, access.TopicReadRaw, access.StoreCompact} {
		if d := access.Local().Decide(access.LocalPrincipal("ann"), a, "flink/local/job/x"); !d.Allowed || d.Err() != nil {
			t.Errorf("%s: %+v", a, d)
		}
	}
}

func TestDecideUnitesRolesAndDenyWins(t *testing.T) {
	p, err := access.NewPolicy("v1",
		access.Role{Name: "support", Statements: []access.Statement{
			{Effect: access.Allow, Actions: []access.Action{access.TopicRead, access.TopicList}, Resources: []string{"cluster/*/topic/**"}}}},
		access.Role{Name: "jobs", Statements: []access.Statement{
			{Effect: access.Allow, Actions: []access.Action{"*"}, Resources: []string{"flink/prod/job/*"}}}},
		access.Role{Name: "careful", Statements: []access.Statement{
			{Effect: access.Deny, Actions: []access.Action{access.TopicRead}, Resources: []string{"cluster/*/topic/payments.**"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		roles    []string
		action   access.Action
		resource access.Resource
		want     bool
	}{
		{[]string{"support"}, access.TopicRead, "cluster/prod/topic/orders", true},
		{[]string{"support"}, access.TopicReadRaw, "cluster/prod/topic/orders", false},
		{[]string{"support"}, access.TopicRead, "cluster/prod/group/orders", false},
		{[]string{"support", "jobs"}, access.JobRead, "flink/prod/job/totals", true},
		{[]string{"support", "jobs"}, access.JobRead, "flink/test/job/totals", false},
		{[]string{"jobs"}, access.JobRead, "flink/prod/job/totals/extra", false},
		{[]string{"support", "careful"}, access.TopicRead, "cluster/prod/topic/payments.cards", false},
		{[]string{"careful", "support"}, access.TopicRead, "cluster/prod/topic/payments.cards", false},
		{[]string{"support", "careful"}, access.TopicRead, "cluster/prod/topic/orders", true},
	} {
		d := p.Decide(access.Principal{ID: "local:x", Roles: c.roles}, c.action, c.resource)
		if d.Allowed != c.want {
			t.Errorf("%v %s %s: %+v, want %v", c.roles, c.action, c.resource, d, c.want)
		}
	}
}

func TestPolicyRefusesMistakes(t *testing.T) {
	for name, roles := range map[string][]access.Role{
		"no name":        {{}},
		"twice":          {{Name: "a"}, {Name: "a"}},
		"unknown effect": {{Name: "a", Statements: []access.Statement{{Effect: "permit"}}}},
		"unknown action": {{Name: "a", Statements: []access.Statement{{Effect: access.Allow, Actions: []access.Action{"topic:reed"}}}}},
	} {
		if p, err := access.NewPolicy("v", roles...); err == nil || p != nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestResourcePatterns(t *testing.T) {
	for _, c := range []struct {
		pattern  string
		resource access.Resource
		want     bool
	}{
		{"**", "a/b/c", true}, {"*", "a", true}, {"*", "a/b", false}, {"a/*", "a/b", true}, {"a/*", "a/", true}, {"a/*", "a/b/c", false},
		{"a/**", "a/b/c", true}, {"a/**", "a", false}, {"a/b*d", "a/bccd", true}, {"a/b*d", "a/bcc", false}, {"a/*b*c", "a/xbyc", true},
		{"a/*/c/**", "a/b/c/d/e", true}, {"a/*/c/**", "a/b/x/d", false}, {"*/b", "a/b", true}, {"*/b", "a/c/b", false}, {"", "", true}, {"", "a", false},
		{"a*b**", "axbyy/z", true}, {"a", "ab", false}, {"ab", "a", false}, {"*a*a*", "aa", true}, {"*a*a*", "a", false},
	} {
		p, err := access.NewPolicy("v", access.Role{Name: "r", Statements: []access.Statement{
			{Effect: access.Allow, Actions: []access.Action{"*"}, Resources: []string{c.pattern}}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Decide(access.Principal{ID: "x", Roles: []string{"r"}}, access.JobView, c.resource).Allowed; got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.resource, got)
		}
	}
	if got := access.ResourceOf("cluster", "prod", "topic", "a/b*%"); got != "cluster/prod/topic/a%2Fb%2A%25" {
		t.Errorf("a name with slashes becomes %q", got)
	}
}

func TestAScopeBoundsWhatRolesAllow(t *testing.T) {
	who := access.LocalPrincipal("ann")
	who.Scope = []access.Action{access.JobView}
	p := access.Local()
	if !p.Decide(who, access.JobView, "recording/1").Allowed || !p.DecideSomewhere(who, access.JobView).Allowed {
		t.Error("what the scope names is refused")
	}
	if p.Decide(who, access.JobRead, "recording/1").Allowed || p.DecideSomewhere(who, access.JobRead).Allowed {
		t.Error("what the scope leaves out is allowed")
	}
	who.Scope = []access.Action{}
	if p.Decide(who, access.JobView, "recording/1").Allowed {
		t.Error("an empty scope allows something")
	}
}
