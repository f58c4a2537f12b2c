package event_test

import (
	"math"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestValueTextIsExact(t *testing.T) {
	for want, v := range map[string]event.Value{
		"":                        {},
		"true":                    event.BoolValue(true),
		"false":                   event.BoolValue(false),
		"-9223372036854775808":    event.IntValue(math.MinInt64),
		"18446744073709551615":    event.UintValue(math.MaxUint64),
		"0.1":                     event.Float32Value(0.1),
		"12.5":                    event.Float64Value(12.5),
		"3.0":                     event.Float64Value(3),
		"-0.0":                    event.Float64Value(math.Copysign(0, -1)),
		"0.0":                     event.Float64Value(0),
		"5e-324":                  event.Float64Value(5e-324),
		"1e+300":                  event.Float64Value(1e300),
		"100000000000000000000.0": event.Float64Value(1e20),
		"NaN":                     event.Float64Value(math.NaN()),
		"-Inf":                    event.Float32Value(float32(math.Inf(-1))),
		"12.50":                   event.TextValue(event.ValueDecimal, "12.50"),
	} {
		if got := v.Text(); got != want {
			t.Errorf("%s: got %q, want %q", v.Kind(), got, want)
		}
	}
	if v := event.Float32Value(0.1); v.Float() != float64(float32(0.1)) {
		t.Errorf("float32 reads back as %v", v.Float())
	}
	if v := event.IntValue(-5); v.Int() != -5 {
		t.Errorf("int reads back as %v", v.Int())
	}
}
