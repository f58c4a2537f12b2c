package notify

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

// What repeats is told once; that it gets worse and that it is over are told as well, with how often it was meanwhile.
func TestRepeatsAreOneGroup(t *testing.T) {
	f, r := open(t), receive(t, nil)
	f.add(person("ann"), hook(r), secret)
	for range 42 {
		f.happens(broken("orders", Warning))
		f.clock.add(time.Second)
		f.deliver()
	}
	if n := len(r.got()); n != 1 {
		t.Fatalf("42 repeats were told %d times", n)
	}
	f.happens(broken("orders", Critical))
	f.happens(broken("orders", Critical))
	f.deliver()
	f.happens(holds("orders"))
	f.deliver()
	var phases, summaries []string
	for _, g := range r.got() {
		e := g.event(t)
		phases, summaries = append(phases, string(e.Data.Phase)), append(summaries, e.Data.Summary)
	}
	if want := []string{"opened", "raised", "recovered"}; !slices.Equal(phases, want) {
		t.Fatalf("told %v, want %v", phases, want)
	}
	if !strings.HasSuffix(summaries[1], "and 43 more since 14:02 UTC on 1 August") || !strings.HasSuffix(summaries[2], "after 44 since 14:02 UTC on 1 August") {
		t.Errorf("repeats: %q", summaries)
	}
	f.happens(broken("orders", Warning)) // the group was over: it begins anew
	f.deliver()
	all := r.got()
	if len(all) != 4 || all[3].event(t).Data.Phase != Opened || all[3].event(t).Data.Group == all[0].event(t).Data.Group {
		t.Errorf("after the end: %d, %s", len(all), all[len(all)-1].body)
	}
}

// Repeats that come before the first attempt succeeds are in what it says, and every attempt says the same.
func TestEveryAttemptSaysTheSame(t *testing.T) {
	f, r := open(t), receive(t, says(503))
	f.add(person("ann"), hook(r), secret)
	f.happens(broken("orders", Warning))
	f.happens(broken("orders", Warning))
	f.deliver()
	f.happens(broken("orders", Warning))
	f.clock.add(time.Minute)
	r.reply(nil)
	f.deliver()
	all := r.got()
	if len(all) != 2 || string(all[0].body) != string(all[1].body) || all[0].event(t).Data.Count != 2 {
		t.Errorf("attempts differ: %q", all)
	}
}

func TestEachSubscriberIsToldOnce(t *testing.T) {
	f, r := open(t), receive(t, nil)
	narrow := hook(r)
	narrow.Filter = Filter{Topics: []string{"prod/ord*"}, Types: []Type{ContractViolated}}
	f.add(person("ann"), hook(r), secret)
	f.add(person("ann"), narrow, secret)
	f.add(person("bob"), hook(r), secret)
	f.add(person("ann"), Wish{Target: Target{Kind: Inbox}}, "")
	f.add(person("ann"), Wish{Target: Target{Kind: Inbox}, Filter: Filter{Contracts: []string{"orders"}}}, "")
	f.happens(broken("orders", Warning))
	f.deliver()
	if n := len(r.got()); n != 2 {
		t.Errorf("two subscribers were told %d times", n)
	}
	if in := f.inbox("ann"); len(in) != 1 || !in[0].Unread || in[0].First.Topic != "orders" {
		t.Errorf("inbox: %+v", in)
	}
	e := broken("orders", Warning)
	e.ID, e.Group = "same", ""
	f.happens(e)
	f.happens(e) // the same change again
	f.deliver()
	if n := len(r.got()); n != 4 {
		t.Errorf("an event with the same id was told again: %d", n)
	}
}

func TestFiltersChooseWhatIsTold(t *testing.T) {
	for name, c := range map[string]struct {
		filter Filter
		want   bool
	}{
		"everything":       {Filter{}, true},
		"type":             {Filter{Types: []Type{ContractViolated}}, true},
		"another type":     {Filter{Types: []Type{DriftDetected}}, false},
		"less severe":      {Filter{Severity: "info"}, true},
		"more severe":      {Filter{Severity: "critical"}, false},
		"topic":            {Filter{Topics: []string{"ord*"}}, true},
		"topic of cluster": {Filter{Topics: []string{"prod/orders"}}, true},
		"other cluster":    {Filter{Topics: []string{"test/*"}}, false},
		"one of two":       {Filter{Topics: []string{"x"}, Contracts: []string{"ord*s"}}, true},
		"a job":            {Filter{Jobs: []string{"*"}}, false},
		"subject":          {Filter{Subjects: []string{"orders-value"}}, false},
		"no role":          {Filter{Roles: []Role{Consumer}}, false},
		"role of a team":   {Filter{Roles: []Role{Consumer, Owner}, As: []string{"team:shop"}}, true},
		"another role":     {Filter{Roles: []Role{Producer}, As: []string{"team:shop"}}, false},
	} {
		f := open(t, func(o *Options) { o.Graph = graph{"orders": {{Role: Owner, Party: "team:shop"}}} })
		f.add(person("ann"), Wish{Filter: c.filter, Target: Target{Kind: Inbox}}, "")
		f.happens(broken("orders", Warning))
		if got := len(f.inbox("ann")) == 1; got != c.want {
			t.Errorf("%s: told %v", name, got)
		}
	}
}

// Everyone downstream of a stream has it in their inbox by one subscription of an administrator, and nobody else.
func TestRolesInTheGraph(t *testing.T) {
	f := open(t, func(o *Options) {
		o.Graph = graph{"orders": {{Owner, "team:shop", false}, {Owner, "local:ann", true}, {Consumer, "job:totals", false}, {Downstream, "local:bob", true}, {Downstream, "local:cid", true}}}
	})
	f.add(person("root"), Wish{Filter: Filter{Roles: []Role{Downstream}}, Target: Target{Kind: Inbox, Related: true}}, "")
	f.add(person("bob"), Wish{Filter: Filter{Roles: []Role{Downstream}}, Target: Target{Kind: Inbox}}, "")
	f.happens(broken("orders", Critical))
	f.happens(broken("carts", Critical))
	for who, want := range map[string]int{"ann": 0, "bob": 1, "cid": 1, "root": 0} {
		if got := f.inbox(who); len(got) != want {
			t.Errorf("%s has %d, want %d", who, len(got), want)
		}
	}
	f.happens(holds("orders"))
	if in := f.inbox("cid"); in[0].Open || in[0].Why != Recovered {
		t.Errorf("the end: %+v", in)
	}
}

// Nothing leaves to who may not see what it is about.
func TestRightsOfSubscribersHold(t *testing.T) {
	f, r := open(t), receive(t, nil)
	eve := access.Principal{ID: "local:eve", Name: "eve", Roles: []string{"shop"}}
	f.add(eve, hook(r), secret)
	f.happens(broken("orders", Critical))
	f.happens(broken("shop-carts", Critical))
	f.deliver()
	if all := r.got(); len(all) != 1 || all[0].event(t).Data.Topic != "shop-carts" {
		t.Fatalf("eve was told %q", all)
	}
	eve.Roles = []string{"guest"}
	if err := f.Seen(t.Context(), eve); err != nil {
		t.Fatal(err)
	}
	f.happens(broken("shop-sales", Critical))
	f.deliver()
	if n := len(r.got()); n != 1 {
		t.Errorf("with other roles eve was told %d times", n)
	}
}

// An event is there with the change that made it, and not without.
func TestAnEventLivesAndDiesWithItsTransaction(t *testing.T) {
	f := open(t)
	f.add(person("ann"), Wish{Target: Target{Kind: Inbox}}, "")
	undone := errors.New("undone")
	err := f.db.Do(t.Context(), func(tx *tables.Tx) error {
		return errors.Join(f.Enqueue(t.Context(), tx, broken("orders", Warning)), undone)
	})
	if !errors.Is(err, undone) || len(f.inbox("ann")) != 0 || len(f.log(DeliveryQuery{})) != 0 {
		t.Errorf("%v, %v", err, f.inbox("ann"))
	}
	for name, e := range map[string]Event{
		"no type": {Resource: "cluster/a/topic/b"}, "nobody may see it": {Type: DriftDetected}, "a link elsewhere": {Type: DriftDetected, Resource: "cluster/a/topic/b", Link: "//evil.example"},
		"an action that does not follow": {Type: DriftDetected, Resource: "registry/x"},
	} {
		err := f.db.Do(t.Context(), func(tx *tables.Tx) error { return f.Enqueue(t.Context(), tx, e) })
		if !errors.Is(err, ErrEvent) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAcknowledgingStopsReminders(t *testing.T) {
	f, r := open(t), receive(t, nil)
	w := hook(r)
	w.Remind = time.Hour
	f.add(person("ann"), w, secret)
	f.add(person("ann"), Wish{Target: Target{Kind: Inbox}}, "")
	late := hook(r)
	late.Target.URL += "/chief"
	late.After = 90 * time.Minute
	f.add(person("cid"), late, secret)
	f.happens(broken("orders", Warning))
	f.deliver()
	for range 3 { // two of them are due
		f.clock.add(40 * time.Minute)
		f.happens(broken("orders", Warning))
		f.reminds()
		f.deliver()
	}
	ids := map[string]bool{}
	for _, g := range r.got() {
		ids[g.event(t).ID] = true
	}
	if all := r.got(); len(all) != 3 || len(ids) != 2 || all[1].event(t).Data.Phase != Reminder || !strings.Contains(all[1].event(t).Data.Summary, "still open") || all[2].path != "/hook/chief" {
		t.Fatalf("reminder and escalation: %q", all)
	}
	group := f.inbox("ann")[0].ID
	g, err := f.Ack(t.Context(), person("ann"), group, "on it")
	if err != nil || g.AckedBy != "local:ann" || g.Note != "on it" || g.Acked.IsZero() {
		t.Fatal(g, err)
	}
	if _, err := f.Ack(t.Context(), person("bob"), group, ""); !errors.Is(err, ErrState) {
		t.Errorf("twice: %v", err)
	}
	if in := f.inbox("ann"); in[0].Unread {
		t.Error("unread after it was acknowledged")
	}
	f.clock.add(5 * time.Hour)
	f.reminds()
	f.deliver()
	if n := len(r.got()); n != 3 {
		t.Errorf("told %d times after it was acknowledged", n)
	}
	// Who waits for nobody to acknowledge is not told of what somebody does, nor of its end.
	f.happens(broken("carts", Warning))
	f.deliver()
	if _, err := f.Ack(t.Context(), person("ann"), f.inbox("ann")[0].ID, ""); err != nil {
		t.Fatal(err)
	}
	f.clock.add(2 * time.Hour)
	f.deliver()
	f.happens(holds("carts"))
	f.deliver()
	for _, g := range r.got()[3:] {
		if g.path == "/hook/chief" {
			t.Errorf("escalated though it was acknowledged: %s", g.body)
		}
	}
	if got := f.log(DeliveryQuery{State: Cancelled}); len(got) != 1 || got[0].Detail != "somebody acknowledged before" {
		t.Errorf("cancelled: %+v", got)
	}
}

func TestAGroupThatIsQuietIsOver(t *testing.T) {
	f, drifts := open(t), broken("orders", Warning)
	drifts.Type = DriftDetected
	f.add(person("ann"), Wish{Target: Target{Kind: Inbox}}, "")
	f.happens(drifts)
	f.clock.add(WindowDefault + time.Minute)
	f.reminds()
	if in := f.inbox("ann"); in[0].Open || in[0].Why != Quiet {
		t.Errorf("%+v", in)
	}
	f.happens(drifts)
	if in := f.inbox("ann"); len(in) != 2 || !in[0].Open {
		t.Errorf("%+v", in)
	}
	f.clock.add(keptFor + WindowDefault + time.Hour)
	f.reminds()
	f.clock.add(time.Minute)
	f.reminds()
	if in := f.inbox("ann"); len(in) != 1 || in[0].Open {
		t.Errorf("after %v: %+v", keptFor, in)
	}
}

// A contract that is broken for days is over when it holds again, whoever was told hears of it, and is reminded until then.
func TestABrokenContractIsNotOverBecauseNothingMoreIsTold(t *testing.T) {
	f := open(t)
	f.add(person("ann"), Wish{Target: Target{Kind: Inbox}}, "")
	f.happens(broken("orders", Warning))
	f.clock.add(3 * WindowDefault)
	f.reminds()
	if in := f.inbox("ann"); len(in) != 1 || !in[0].Open {
		t.Fatalf("after %v: %+v", 3*WindowDefault, in)
	}
	f.happens(holds("orders"))
	if in := f.inbox("ann"); len(in) != 1 || in[0].Open || in[0].Why != Recovered {
		t.Errorf("when it holds: %+v", in)
	}
	f.happens(broken("carts", Warning))
	f.clock.add(brokenFor + time.Hour)
	f.reminds()
	if in := f.inbox("ann"); in[0].Open || in[0].Why != Quiet {
		t.Errorf("after %v: %+v", brokenFor, in[0])
	}
}

func TestInboxIsReadAndPaged(t *testing.T) {
	f := open(t)
	f.add(person("ann"), Wish{Target: Target{Kind: Inbox}}, "")
	for _, topic := range []string{"a", "b", "c", "d"} {
		f.happens(broken(topic, Warning))
	}
	not := func(e *Event) bool { return e.Topic != "b" }
	if n, err := f.Unread(t.Context(), "local:ann", 2, not); n != 2 || err != nil {
		t.Error(n, err)
	}
	var seen []string
	var told int64
	last := ""
	for {
		page, more, err := f.Inbox(t.Context(), "local:ann", true, told, last, 2, not)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range page {
			seen = append(seen, n.First.Topic)
			told, last = n.Told.UnixMicro(), n.ID
		}
		if !more {
			break
		}
	}
	if !slices.Equal(seen, []string{"d", "c", "a"}) {
		t.Errorf("pages: %v", seen)
	}
	if err := f.Read(t.Context(), "local:ann", []string{last}); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Unread(t.Context(), "local:ann", 9, not); n != 2 || err != nil {
		t.Error(n, err)
	}
	if err := f.Read(t.Context(), "local:ann", nil); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Unread(t.Context(), "local:ann", 9, not); n != 0 || err != nil {
		t.Error(n, err)
	}
}
