package impact

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

const day = 24 * time.Hour

var orders = Stream{"shop", "orders"}

func report(t *testing.T, p *planted, of Proposal) *Report {
	t.Helper()
	r, err := p.engine().Report(t.Context(), ann, of, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func verdicts(r *Report) map[string]Verdict {
	out := map[string]Verdict{}
	for _, s := range r.Systems {
		out[s.Name] = s.Verdict
	}
	return out
}

// An estate whose truth is planted: every reader that breaks is named, nobody else is, and who is stale or blind is never called safe.
func TestBrokenReadersAreThoseThatBreak(t *testing.T) {
	const seed = 8
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	var hit, missed, wrong, judged, unknowns int
	for i := range 300 {
		p := newPlanted()
		s := Stream{"shop", fmt.Sprintf("topic-%d", i)}
		var fields []field
		for n := range 3 + r.IntN(8) {
			fields = append(fields, field{fmt.Sprintf("f%d", n), []string{"int", "string", "long"}[r.IntN(3)], false})
		}
		p.latest[s.Topic+"-value"] = &Registered{Subject: s.Topic + "-value", Version: 1, Language: language.Avro, Text: schemaText(fields...)}
		proposed := slices.Clone(fields)
		at := r.IntN(len(fields))
		removed := r.IntN(2) == 0
		if removed {
			proposed = slices.Delete(proposed, at, at+1)
		} else {
			proposed[at].typ = map[string]string{"int": "string", "string": "long", "long": "string"}[proposed[at].typ]
		}
		changed := fields[at].name
		truth := map[string]Verdict{}
		for n := range 12 {
			name := fmt.Sprintf("r%d-%d", i, n)
			var own []field
			var paths []string
			uses, fallback := false, r.IntN(4) == 0
			for _, f := range fields {
				if r.IntN(2) == 0 {
					if f.name == changed {
						uses, f.fallback = true, fallback
					}
					own, paths = append(own, f), append(paths, f.name)
				}
			}
			breaks := uses && !(removed && fallback)
			seen := time.Duration(r.IntN(6)) * day
			switch n % 6 {
			case 0, 1: // its schema is known
				p.users[s] = append(p.users[s], by(reads(name, seen, true, paths...), schemaText(own...)))
				switch {
				case breaks:
					truth[name] = Broken
				case uses:
					truth[name] = Maybe
				default:
					truth[name] = Safe
				}
			case 2: // its fields alone are
				p.users[s] = append(p.users[s], reads(name, seen, true, paths...))
				truth[name] = Maybe
			case 3: // blind
				p.users[s] = append(p.users[s], reads(name, seen, false))
				truth[name] = Unknown
			case 4: // stale
				p.users[s] = append(p.users[s], by(reads(name, 8*day+seen, true, paths...), schemaText(own...)))
				truth[name] = Unknown
			case 5: // forgotten
				p.users[s] = append(p.users[s], by(reads(name, 31*day+seen, true, paths...), schemaText(own...)))
			}
		}
		p.users[Stream{"shop", "another"}] = []User{by(reads("elsewhere", 0, true, changed), schemaText(fields...))}
		got := verdicts(report(t, p, Proposal{Kind: OfSchema, Topic: s.Topic, Schema: schemaText(proposed...)}))
		for name, v := range got {
			judged++
			if truth[name] == "" {
				t.Errorf("topic %d: %s is no reader of it that is known", i, name)
			}
			if v == Broken && truth[name] != Broken {
				wrong++
			}
		}
		for name, v := range truth {
			switch {
			case got[name] != v && v != Broken:
				t.Errorf("topic %d: %s is %s, not %s", i, name, got[name], v)
			case v == Broken && got[name] == Broken:
				hit++
			case v == Broken:
				missed++
			}
			if v == Unknown {
				unknowns++
			}
		}
	}
	t.Logf("%d systems judged: of %d that break %d were named, %d wrongly; %d unknown", judged, hit+missed, hit, wrong, unknowns)
	if hit == 0 || missed+wrong > 0 {
		t.Errorf("precision %.2f, recall %.2f", float64(hit)/float64(hit+wrong), float64(hit)/float64(hit+missed))
	}
}

func TestRecordsThatCannotBeReadBreakTheirReader(t *testing.T) {
	p := newPlanted()
	text := schemaText(field{"id", "string", false}, field{"amount", "int", false})
	p.latest["orders-value"] = &Registered{Subject: "orders-value", Version: 4, Language: language.Avro, Text: text}
	p.users[orders] = []User{by(reads("billing", time.Hour, true, "amount"), text)}
	p.records["orders"] = map[string]browse.ConvertedFor{"group:billing": {Converted: 17, Failed: 3, First: []browse.ConvertedPlace{{Partition: 2, Offset: 40, Path: "amount", Reason: "why"}}, Reasons: []browse.ConvertedReason{{Path: "amount", Reason: "why", Failed: true, Records: 3}}}}
	r := report(t, p, Proposal{Kind: OfSchema, Subject: "orders-value", Schema: schemaText(field{"id", "string", false}, field{"amount", "int", false}, field{"more", "int", true})})
	if s := r.Systems[0]; s.Verdict != Broken || s.Records.Failed != 3 || !strings.Contains(s.Why, "3 of the last 20") {
		t.Errorf("%+v", s)
	}
	if r.Registry == nil || !r.Registry.Compatible || r.Registry.Version != 4 || r.Profile != "confluent-8.3" || len(r.Owners) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestADroppedFieldIsFollowedDownstream(t *testing.T) {
	p := newPlanted()
	text := schemaText(field{"id", "string", false}, field{"amount", "int", false})
	p.latest["orders-value"] = &Registered{Subject: "orders-value", Version: 1, Language: language.Avro, Text: text}
	totals, far := Stream{"shop", "totals"}, Stream{"shop", "daily"}
	p.users[orders] = []User{reads("aggregate", 0, true, "amount"), reads("ids", 0, true, "id")}
	p.outputs["shop/orders group:aggregate"] = []Output{{To: totals, Known: true, Pairs: []Pair{{"amount", "sum"}, {"id", "key"}}}}
	p.outputs["shop/orders group:ids"] = []Output{{To: Stream{"shop", "list"}, Known: true, Pairs: []Pair{{"id", "id"}}}}
	p.users[Stream{"shop", "list"}] = []User{reads("lister", 0, true, "id")}
	p.users[totals] = []User{reads("dashboard", 0, true, "sum"), reads("counter", 0, true, "key"), reads("blind", 0, false), reads("old", 9*day, true, "sum")}
	p.outputs["shop/totals group:dashboard"] = []Output{{To: far}}
	p.users[far] = []User{reads("mailer", 0, true, "anything")}
	p.outputs["shop/daily group:mailer"] = []Output{{To: orders}} // a circle ends
	r := report(t, p, Proposal{Kind: OfDrop, Topic: "orders", Drop: "amount"})
	want := map[string]Verdict{"aggregate": Maybe, "ids": Maybe, "dashboard": Maybe, "blind": Unknown, "old": Unknown, "mailer": Maybe}
	for name, v := range verdicts(r) {
		if want[name] != v {
			t.Errorf("%s is %s, want %q", name, v, want[name])
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("not judged: %v", want)
	}
	for _, s := range r.Systems {
		if s.Name == "mailer" && strings.Join(s.Path, ">") != "orders>aggregate>totals>dashboard>daily" {
			t.Errorf("path %v", s.Path)
		}
	}
	if d := r.Data; d == nil || len(d.Fields) != 1 || d.Fields[0].NotNull != 0.75 || d.Fields[0].LastOffset != 99 {
		t.Errorf("%+v", d)
	}
}

func TestLineageEndsAfterFiveHops(t *testing.T) {
	p := newPlanted()
	for i := range 8 {
		s, next := Stream{"shop", fmt.Sprintf("t%d", i)}, Stream{"shop", fmt.Sprintf("t%d", i+1)}
		name := fmt.Sprintf("job%d", i)
		p.users[s] = []User{reads(name, 0, true, "a")}
		p.outputs[s.String()+" group:"+name] = []Output{{To: next, Known: true, Pairs: []Pair{{"a", "a"}}}}
	}
	r := report(t, p, Proposal{Kind: OfDrop, Topic: "t0", Drop: "a"})
	if len(r.Systems) != 5 || !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "5 hops") }) {
		t.Errorf("%d systems, notes %v", len(r.Systems), r.Notes)
	}
}

func TestReadersOfPlainJSONAreJudgedByWhatTheyRead(t *testing.T) {
	p := newPlanted()
	typed := reads("typed", 0, true, "id", "amount")
	typed.Reader = &Reader{Fields: []language.Field{{Path: "id", Type: "String"}, {Path: "amount", Type: "long"}}, Source: "recording typed", At: noon}
	p.users[orders] = []User{typed, reads("other", 0, true, "id"), reads("uses", 0, true, "amount"), reads("blind", 0, false)}
	p.records["orders"] = map[string]browse.ConvertedFor{"group:typed": {Failed: 20, Reasons: []browse.ConvertedReason{{Path: "amount", Reason: "it is not there, and the reader requires it", Failed: true, Records: 20}}}}
	got := verdicts(report(t, p, Proposal{Kind: OfDrop, Topic: "orders", Drop: "amount"}))
	for name, v := range map[string]Verdict{"typed": Broken, "other": Safe, "uses": Maybe, "blind": Unknown} {
		if got[name] != v {
			t.Errorf("%s is %s, want %s", name, got[name], v)
		}
	}
	if c := p.asked[0].Conversions; len(c) != 1 || c[0].By != browse.ReadJSON || len(c[0].Drop) != 1 || len(c[0].Read.Fields) != 2 {
		t.Errorf("%+v", c)
	}
}

func TestWhatChangesNothingJudgesNobody(t *testing.T) {
	p := newPlanted()
	text := schemaText(field{"id", "string", false})
	p.latest["orders-value"] = &Registered{Subject: "orders-value", Version: 1, Language: language.Avro, Text: text}
	p.users[orders] = []User{reads("blind", 0, false)}
	if r := report(t, p, Proposal{Kind: OfSchema, Subject: "orders-value", Schema: text}); len(r.Systems)+len(r.Changes) > 0 || len(r.Notes) == 0 {
		t.Errorf("%+v", r)
	}
}

func TestSystemsThatAreHiddenCountAsUnknown(t *testing.T) {
	p := newPlanted()
	p.hidden[orders] = 2
	r := report(t, p, Proposal{Kind: OfDrop, Topic: "orders", Drop: "a"})
	if c := r.Counts(); c.Unknown != 2 || len(r.Notes) == 0 {
		t.Errorf("%+v %v", c, r.Notes)
	}
}

func TestProposalsThatCannotBeMeantAreRefused(t *testing.T) {
	for _, p := range []Proposal{
		{}, {Kind: "x"}, {Kind: OfSchema}, {Kind: OfSchema, Schema: "{}"}, {Kind: OfDrop, Topic: "a"}, {Kind: OfContract}, {Kind: OfConfig, Topic: "a"}, {Kind: OfJar}, {Kind: OfJar, Job: "a"},
		{Kind: OfConfig, Topic: "a", Config: map[string]string{Partitions: "-1"}}, {Kind: OfDrop, Topic: "a", Drop: "b", Sample: 10_001}, {Kind: OfContract, Contract: "x"},
	} {
		if _, err := newPlanted().engine().Report(t.Context(), ann, p, nil); !errors.Is(err, ErrProposal) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if _, err := newPlanted().engine().Report(t.Context(), ann, Proposal{Kind: OfSchema, Topic: "a", Language: language.Avro, Schema: "{"}, nil); !errors.Is(err, language.ErrSyntax) {
		t.Errorf("%v", err)
	}
}
