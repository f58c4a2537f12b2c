package access

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func seen(name, value string) event.Node {
	return event.Node{Kind: event.NodeScalar, Name: name, Value: event.TextValue(event.ValueString, value)}
}

func treeOf(items ...event.Node) event.Tree {
	return event.NewTree(event.Node{Kind: event.NodeObject, Items: items}, event.TreeInfo{Format: event.FormatJSON})
}

func TestAnObserverSuggestsClasses(t *testing.T) {
	o, err := NewObserver(ObserverOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		ref := "SKU-" + strconv.Itoa(i)
		if i%4 == 0 {
			ref = "4111111111111111"
		}
		o.Look(orders, "7", treeOf(seen("mail", "ann"+strconv.Itoa(i)+"@example.org"), seen("ref", ref), seen("lastName", "Tanaka"), seen("phone", "+46701234567"), seen("odd phone", "n/a"), seen("status", "new"),
			seen("doc", `{"ip":"203.0.113.7","list":[{"token":"x"}]}`), seen("ann"+strconv.Itoa(i)+"@example.org", "x"), seen("c-9341"+strconv.Itoa(i), "ann@example.org"),
			event.Node{Kind: event.NodeMap, Name: "byMail", Items: []event.Node{{Kind: event.NodeEntry, Items: []event.Node{seen("", "ann@example.org"), seen("", "1")}}}}))
	}
	got := map[string]Suggestion{}
	for _, s := range o.Suggestions() {
		if s.Resource != orders.Resource || s.Part != orders.Part || s.Schema != "7" {
			t.Errorf("%+v is of another subject", s)
		}
		got[s.Path+" "+string(s.Detector)] = s
		if strings.Contains(fmt.Sprint(s), "ann") || strings.Contains(fmt.Sprint(s), "9341") {
			t.Errorf("%+v holds a value", s)
		}
		if _, err := parsePattern(s.Path); err != nil {
			t.Errorf("no rule can name it: %v", err)
		}
	}
	for at, want := range map[string]Suggestion{
		"mail email": {Class: "pii.contact", Hits: 100, Looked: 100, Confidence: 95}, "ref pan": {Class: "pii.financial", Hits: 25, Looked: 100, Confidence: 15}, "lastName person_name": {Class: "pii.person", ByName: true, Looked: 100, Confidence: 70},
		"phone phone": {Class: "pii.contact", Hits: 100, Looked: 100, Confidence: 87}, "odd phone phone": {Class: "pii.contact", ByName: true, Looked: 100, Confidence: 40}, "doc~json.ip ip": {Class: "pii.network", Hits: 100, Looked: 100, Confidence: 93},
		"doc~json.list[].token password": {Class: ClassSecret, ByName: true, Looked: 100, Confidence: 85}, "* email": {Class: "pii.contact", Hits: 100, Looked: 200, Confidence: 42}, "byMail{key} email": {Class: "pii.contact", Hits: 100, Looked: 100, Confidence: 95},
	} {
		s, ok := got[at]
		if !ok || s.Class != want.Class || s.ByName != want.ByName || s.Hits != want.Hits || s.Looked != want.Looked || s.Confidence != want.Confidence {
			t.Errorf("%s: %+v, want %+v", at, s, want)
		}
		delete(got, at)
	}
	delete(got, "byMail{} email") // the map's own name
	if len(got) > 0 {
		t.Errorf("more: %+v", got)
	}
	if o.Full() {
		t.Error("it is full of a few fields")
	}
}

func TestAnObserverIsBounded(t *testing.T) {
	o, err := NewObserver(ObserverOptions{Detectors: []Detector{"email"}, Fields: 300})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			for i := range 2000 {
				name := "f" + strings.Repeat("x", i%40) + strconv.Itoa(i/40%10)
				o.Look(Subject{Resource: ResourceOf("cluster", "prod", "topic", strconv.Itoa(w)), Part: PartValue}, "", treeOf(seen(name, "ann@example.org")))
			}
		})
	}
	all.Wait()
	if n := len(o.Suggestions()); n > 300 || n < 250 || !o.Full() {
		t.Errorf("%d suggestions, full: %v", n, o.Full())
	}
	o.Look(orders, "", event.Tree{})
	if _, err := NewObserver(ObserverOptions{Detectors: []Detector{"mail"}}); err == nil {
		t.Error("a detector that does not exist")
	}
}

func TestNamesOfFieldsAreNoValues(t *testing.T) {
	for name, want := range map[string]bool{"email": true, "order_id": true, "x-forwarded-for": true, "line2": true, "größe": true, "a b": true, "$ref": true, "": false, "ann@example.org": false, "4111111111111111": false, "c-93412": false, "2026-08-01": false,
		strings.Repeat("x", 65): false, "a/b": false, "-x": false, "DE89370400440532013000": false, "AKIA" + "IOSFODNN7EXAMPLE": false} {
		if namesAField(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
