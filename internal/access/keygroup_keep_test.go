package access

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func keeping(t *testing.T, of Class, places KeyPlaces) (*KeyKeeper, *class) {
	t.Helper()
	keeper, err := NewKeyKeeper(places)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := NewKeys(make([]byte, 32), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	m := Masking{Classes: map[string]Class{"customer": of}, Keys: keys.Keeping(keeper)}
	compiled, err := m.compile()
	if err != nil {
		t.Fatal(err)
	}
	return keeper, compiled.classes["customer"]
}

// What runs again finds each key where its value was, in every keyed operator, and never two keys in place of two.
func TestTokensStayInTheKeyGroupsOfTheirValues(t *testing.T) {
	texts := []KeyPlace{{Operator: "a", MaxParallelism: 128, Parallelism: 4}, {Operator: "b", MaxParallelism: 30, Parallelism: 3}}
	ints := []KeyPlace{{Operator: "c", MaxParallelism: 128, Parallelism: 2}}
	longs := []KeyPlace{{Operator: "d", MaxParallelism: 64, Parallelism: 2}}
	keeper, c := keeping(t, Class{Action: MaskAction{Mask: Token}, KeyGroups: KeepAny}, KeyPlaces{texts, ints, longs})
	seen := map[string]string{}
	take := func(v event.Value) string {
		t.Helper()
		token := c.of(v)
		if before, ok := seen[token]; ok {
			t.Fatalf("%s and %s both have the token %s", before, v.Text(), token)
		}
		seen[token] = v.Text()
		if c.of(v) != token {
			t.Fatalf("%s has two tokens", v.Text())
		}
		return token
	}
	for i := range 300 {
		text := fmt.Sprintf("customer %d of Ærø", i)
		token := take(event.TextValue(event.ValueString, text))
		for _, p := range texts {
			if KeyGroup(HashString(text), p.MaxParallelism) != KeyGroup(HashString(token), p.MaxParallelism) {
				t.Fatalf("%s: %s is in another of %d key groups", text, token, p.MaxParallelism)
			}
		}
	}
	for _, n := range []int64{0, 1, 17, 4711, math.MaxInt32, math.MaxInt32 + 1, 1 << 40, math.MaxInt64, -1, -4711, math.MinInt64} {
		token, err := strconv.ParseInt(take(event.IntValue(n)), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if KeyGroup(HashLong(n), 64) != KeyGroup(HashLong(token), 64) {
			t.Errorf("%d: %d is in another key group as a long", n, token)
		}
		if small := n >= 0 && n <= math.MaxInt32; small != (token >= 0 && token <= math.MaxInt32) {
			t.Errorf("%d became %d, which an int cannot be, or only an int", n, token)
		} else if small && KeyGroup(HashInt(int32(n)), 128) != KeyGroup(HashInt(int32(token)), 128) {
			t.Errorf("%d: %d is in another key group as an int", n, token)
		}
	}
	if kept, err := keeper.Kept(); err != nil || len(kept.Astray) > 0 || kept.Bits < 18 {
		t.Errorf("%+v, %v", kept, err)
	}
}

func TestFewKeysAreRefusedUnlessThePolicySaysOtherwise(t *testing.T) {
	places := KeyPlaces{Texts: []KeyPlace{{Operator: "a", MaxParallelism: 4, Parallelism: 2}}}
	for groups, values := range map[KeepKeyGroups]int{KeepMany: 39, KeepAny: 1} {
		keeper, c := keeping(t, Class{Action: MaskAction{Mask: Token}, KeyGroups: groups}, places)
		for i := range values {
			c.of(event.TextValue(event.ValueString, strconv.Itoa(i)))
		}
		if _, err := keeper.Kept(); (groups == KeepMany) != errors.Is(err, ErrKeyGroupLeak) {
			t.Errorf("%s, %d values: %v", groups, values, err)
		}
		c.of(event.TextValue(event.ValueString, "one more"))
		if _, err := keeper.Kept(); err != nil {
			t.Errorf("%s, %d values: %v", groups, values+1, err)
		}
	}
}

func TestNumbersThatNoTokenKeepsAreTold(t *testing.T) {
	keeper, c := keeping(t, Class{Action: MaskAction{Mask: Token}, KeyGroups: KeepAny}, KeyPlaces{Ints: []KeyPlace{{Operator: "a", MaxParallelism: 128, Parallelism: 2}}})
	if token := c.of(event.IntValue(1 << 40)); token == "" || token == strconv.Itoa(1<<40) {
		t.Errorf("a number beyond an int became %q", token)
	}
	if kept, err := keeper.Kept(); err != nil || len(kept.Astray) != 1 || kept.Astray[0] != "customer" {
		t.Errorf("%+v, %v", kept, err)
	}
}

func TestOnlyTokensKeepKeyGroups(t *testing.T) {
	keys, err := NewKeys(make([]byte, 32), "", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, mask := range []Mask{Redact, EmailDomain, Clear} {
		m := Masking{Classes: map[string]Class{"x": {Action: MaskAction{Mask: mask}, KeyGroups: KeepAny}}, Keys: keys}
		if _, err := m.compile(); err == nil {
			t.Errorf("%s was taken", mask)
		}
	}
	m := Masking{Classes: map[string]Class{"x": {Action: MaskAction{Mask: Token}, KeyGroups: KeepAny}}, Keys: keys}
	c, err := m.compile()
	if err != nil || c.classes["x"].tokens.kept != nil {
		t.Errorf("views on screens need no key groups: %v", err)
	}
	if _, err := NewKeyKeeper(KeyPlaces{Texts: []KeyPlace{{MaxParallelism: 0, Parallelism: 1}}}); err == nil {
		t.Error("a place that is none of Flink's was taken")
	}
}
