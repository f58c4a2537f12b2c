package access

import (
	"encoding/json"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestViewsAreJSONInOrder(t *testing.T) {
	scalar := func(name string, v event.Value) event.Node {
		return event.Node{Kind: event.NodeScalar, Name: name, Value: v}
	}
	entry := func(k, v event.Node) event.Node { return event.Node{Kind: event.NodeEntry, Items: []event.Node{k, v}} }
	root := event.Node{Kind: event.NodeObject, Items: []event.Node{
		scalar("z", event.TextValue(event.ValueString, "a\"\\\n\x01<\xff")), scalar("big", event.IntValue(9_007_199_254_740_993)),
		scalar("dec", event.TextValue(event.ValueDecimal, "1.50")), scalar("yes", event.BoolValue(true)), scalar("raw", event.TextValue(event.ValueBytes, "\x00\xfe")),
		{Kind: event.NodeNull, Name: "none"}, {Kind: event.NodeOpaque, Name: "dark", Reason: "no class"},
		{Kind: event.NodeList, Name: "l", Items: []event.Node{scalar("", event.IntValue(-1)), {Kind: event.NodeNull}}},
		{Kind: event.NodeMap, Name: "m", Items: []event.Node{entry(scalar("", event.IntValue(3)), scalar("", event.TextValue(event.ValueString, "x")))}},
		{Kind: event.NodeMap, Name: "c", Items: []event.Node{entry(event.Node{Kind: event.NodeList}, scalar("", event.IntValue(1)))}},
		scalar("a", event.TextValue(event.ValueString, "")),
	}}
	v := render(clearPlan{}, event.NewPayload([]byte("x")), event.NewTree(root, event.TreeInfo{Format: event.FormatFlink}), Shape{})
	want := `{"z":"a\"\\\n\u0001<` + "\ufffd" + `","big":9007199254740993,"dec":"1.50","yes":true,"raw":"00fe","none":null,"dark":null,` +
		`"l":[-1,null],"m":{"3":"x"},"c":[{"key":[],"value":1}],"a":""}`
	if got := string(v.JSON()); got != want || !json.Valid([]byte(got)) || v.Plain() != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	masked := render(hiddenPlan{}, event.NewPayload([]byte("x")), event.NewTree(scalar("", event.TextValue(event.ValueString, "o-17")), event.TreeInfo{Format: event.FormatText}), Shape{})
	if string(masked.JSON()) != `"***"` || masked.Plain() != "***" {
		t.Errorf("masked: %s, %s", masked.JSON(), masked.Plain())
	}
	if b := (View{}).JSON(); b != nil || (View{}).Plain() != "" {
		t.Errorf("nothing: %s", b)
	}
}

func TestFloatsThatJSONHasNoWordForAreText(t *testing.T) {
	for text, want := range map[string]string{"1.5": "1.5", "NaN": `"NaN"`, "-Inf": `"-Inf"`, "1e+300": "1e+300", "0.1": "0.1"} {
		n := Node{Kind: kindFloat, Value: text}
		if got := string(n.appendJSON(nil)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
