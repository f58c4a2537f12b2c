package avro

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
)

func TestTooLargeSchemasAreRefused(t *testing.T) {
	deep := func(n int) string {
		return strings.Repeat(`{"type":"array","items":`, n) + `"int"` + strings.Repeat("}", n)
	}
	parsed(t, deep(language.MostNesting-1))
	for name, text := range map[string]string{
		"nesting": deep(language.MostNesting + 1),
		"endless": strings.Repeat("[", 1<<20),
		"bytes":   `{"type":"int","doc":"` + strings.Repeat("x", language.MostBytes) + `"}`,
		"nesting through names": func() string { // each type is defined where the one before it is done
			var b strings.Builder
			b.WriteString(`[`)
			for i := range 60 {
				fmt.Fprintf(&b, `{"type":"record","name":"R%d","fields":[{"name":"f","type":"R%d"}]},`, i, i+1)
			}
			return b.String() + `{"type":"record","name":"R60","fields":[]}]`
		}(),
	} {
		if _, err := New().Parse(text, nil); !errors.Is(err, language.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	half := `{"type":"fixed","name":"F","size":1,"doc":"` + strings.Repeat("x", language.MostBytes/2) + `"}`
	if _, err := New().Parse(half, []language.Referenced{{Name: "F", Text: half}}); !errors.Is(err, language.ErrTooLarge) {
		t.Errorf("with references: %v", err)
	}
}

// tower makes records that each refer twice to the one before, in unions with others: paths through them double with each record. The
// first one has a field of a type.
func tower(height int, first string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `[{"type":"record","name":"R0","fields":[{"name":"x","type":%q}]},{"type":"record","name":"S0","fields":[{"name":"x","type":%q}]}`, first, first)
	for i := 1; i < height; i++ {
		for _, name := range []string{"R", "S"} {
			fmt.Fprintf(&b, `,{"type":"record","name":"%s%d","fields":[{"name":"a","type":["null","R%d","S%d"]},{"name":"b","type":["S%d","R%d"]}]}`,
				name, i, i-1, i-1, i-1, i-1)
		}
	}
	return b.String() + "]"
}

func TestEntangledSchemasTakeFewSteps(t *testing.T) {
	const height = 60
	for _, types := range [][2]string{{"int", "int"}, {"int", "string"}, {"long", "int"}} {
		r, w := parsed(t, tower(height, types[0])).(*schema), parsed(t, tower(height, types[1])).(*schema)
		j := &judge{memo: map[[2]*node]*outcome{}}
		list, err := j.verdict(r.root, w.root)
		if err != nil {
			t.Fatal(err)
		}
		// Every pair of types once, with the fields of each.
		if most := (2*height + 1) * (2*height + 1) * 16; j.steps > most {
			t.Errorf("%v: %d steps, of at most %d", types, j.steps, most)
		}
		if (types[1] == "string") != (len(list) > 0) {
			t.Errorf("%v: %d incompatibilities", types, len(list))
		}
		told, err := New().Compare(r, w, language.Rules{})
		if err != nil || len(told) > 2000 {
			t.Errorf("%v: %d differences, %v", types, len(told), err)
		}
	}
}

// cycle makes records that lead around.
func cycle(length int) string {
	var b strings.Builder
	for i := length - 1; i >= 0; i-- {
		fmt.Fprintf(&b, `,{"type":"record","name":"n%d.A","fields":[{"name":"f","type":["null","n%d.A"]}]}`, i, (i+1)%length)
	}
	return "[" + b.String()[1:] + "]"
}

// A pair of cycles is as long as the product of their lengths.
func TestEndlessComparisonsAreUndecided(t *testing.T) {
	// Parse refuses cycles as long as these, which Avro's text of a schema nests; the judge ends by itself.
	long := func(length int) *node {
		n, err := newParser(namesStrict, true).parse(cycle(length))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if list, err := judged(long(31), long(37)); err != nil || len(list) > 0 {
		t.Errorf("%v, %v", list, err)
	}
	if _, err := judged(long(2003), long(1999)); !errors.Is(err, errUndecided) {
		t.Errorf("4,003,997 pairs: %v", err)
	}
	many := func(prefix string) language.Schema {
		var b strings.Builder
		for i := range 1500 {
			fmt.Fprintf(&b, `,{"type":"fixed","name":"%s%d","size":1}`, prefix, i)
		}
		return parsed(t, "["+b.String()[1:]+"]")
	}
	if _, err := New().Compare(many("A"), many("B"), language.Rules{}); !errors.Is(err, errUndecided) {
		t.Errorf("2,250,000 pairs: %v", err)
	}
}

// A default in unions of records is tried with each of them at every level.
func TestDefaultsOfUnionsTakeFewSteps(t *testing.T) {
	const depth, width = 30, 4
	var text strings.Builder
	text.WriteString(`[{"type":"record","name":"L0W0","fields":[{"name":"x","type":"int"}]}`)
	for level := 1; level < depth; level++ {
		for w := range width {
			var below []string
			for v := range width {
				if level > 1 || v == 0 {
					below = append(below, fmt.Sprintf(`"L%dW%d"`, level-1, v))
				}
			}
			fmt.Fprintf(&text, `,{"type":"record","name":"L%dW%d","fields":[{"name":"x","type":[%s]}]}`, level, w, strings.Join(below, ","))
		}
	}
	types := parsed(t, text.String()+"]").(*schema)
	value, err := readJSON(strings.Repeat(`{"x":`, depth) + `"not an int"` + strings.Repeat("}", depth))
	if err != nil {
		t.Fatal(err)
	}
	check := &defaultCheck{}
	if check.valid(types.root, value) {
		t.Error("a text is an int")
	}
	if most := depth*width*depth*2 + depth; len(check.memo) > most {
		t.Errorf("%d steps, of at most %d", len(check.memo), most)
	}
}

func TestFieldsOfTypesThatContainThemselvesEnd(t *testing.T) {
	list := parsed(t, cycle(20)).Fields()
	if len(list) == 0 || len(list) > mostFields {
		t.Errorf("%d fields", len(list))
	}
	if list := parsed(t, tower(60, "int")).Fields(); len(list) == 0 || len(list) > mostFields {
		t.Errorf("%d fields", len(list))
	}
}
