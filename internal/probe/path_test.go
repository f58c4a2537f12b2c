package probe

import (
	"testing"

	"github.com/sightglass/sightglass/internal/serde"
)

func TestPathsAreWrittenAsTheyAreRead(t *testing.T) {
	for text, repeated := range map[string]bool{"": false, "a": false, "a.b": false, "items[].sku": true, "totals{}": true, "totals{key}": true, "m{}[].x": true,
		`"odd.name".x`: false, `a."b \"c\"".d`: false, "[]": true, "[][].a": true, `""`: false} {
		p, err := ParsePath(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if p.String() != text || p.Repeated() != repeated {
			t.Errorf("%q is written %q, repeated %t", text, p.String(), p.Repeated())
		}
	}
	for _, text := range []string{".", "a.", "a..b", "a]", "a*", `"a`, "[]a", "a{b}", `"a"b`, "a~json"} {
		if p, err := ParsePath(text); err == nil {
			t.Errorf("%s is read as %v", text, p)
		}
	}
	if _, err := JSON([]Path{Members("a"), Members("a")}, serde.Limits{}); err == nil {
		t.Error("a path that is there twice is taken")
	}
}
