package figures

import (
	"strings"
	"testing"
)

func TestFigureThatCouldNotBeComputedMeetsNothing(t *testing.T) {
	if got := (Figure{Name: "a", Unit: "b", Value: Median(nil), Bound: Most, Target: 1}).String(); !strings.HasSuffix(got, "missed") {
		t.Error(got)
	}
}

func TestQuantile(t *testing.T) {
	values := []float64{5, 1, 4, 2, 3, 6, 7, 8, 9, 10}
	for q, want := range map[float64]float64{0: 1, 0.5: 5, 0.95: 10, 1: 10} {
		if got := Quantile(values, q); got != want {
			t.Errorf("quantile %v is %v, not %v", q, got, want)
		}
	}
	if values[0] != 5 {
		t.Error("the values were put in another order")
	}
}
