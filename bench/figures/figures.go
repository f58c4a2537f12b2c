// Package figures is how benchmarks tell numbers and their targets: lines FIGURE <name> <value> <unit> target <target> met|missed.
package figures

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Figure is one number with what it should be.
type Figure struct {
	Name, Unit string
	Value      float64
	Digits     int
	Bound      Bound
	Target     float64
}

// Bound says which way a figure may miss its target.
type Bound int

// The bounds.
const (
	None Bound = iota // as measured
	Least
	Most
)

// New is a figure with a target.
func New(name, unit string, value float64, digits int, bound Bound, target float64) Figure {
	return Figure{Name: name, Unit: unit, Value: value, Digits: digits, Bound: bound, Target: target}
}

func (f Figure) String() string {
	target, verdict := "none", "met"
	switch {
	case f.Bound == Least:
		target = ">=" + strconv.FormatFloat(f.Target, 'f', -1, 64)
	case f.Bound == Most:
		target = "<=" + strconv.FormatFloat(f.Target, 'f', -1, 64)
	}
	// A figure that could not be computed meets nothing.
	if math.IsNaN(f.Value) || f.Bound == Least && f.Value < f.Target || f.Bound == Most && f.Value > f.Target {
		verdict = "missed"
	}
	return fmt.Sprintf("FIGURE %s %.*f %s target %s %s", f.Name, f.Digits, f.Value, f.Unit, target, verdict)
}

// Each collects a number of each of all.
func Each[T any](all []T, of func(T) float64) []float64 {
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = of(one)
	}
	return values
}

// Median of values; NaN when there are none.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	values = slices.Sorted(slices.Values(values))
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// Geometric is the geometric mean of ratios; NaN when there are none.
func Geometric(ratios []float64) float64 {
	if len(ratios) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	return math.Exp(sum / float64(len(ratios)))
}

// Spread prints a median with the lowest and the highest. Without that a ratio near 1 says nothing.
func Spread(values []float64, digits int) string {
	if len(values) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.*f (%.*f-%.*f)", digits, Median(values), digits, slices.Min(values), digits, slices.Max(values))
}

// Quantile is the smallest of values that a share of q of them does not pass; NaN when there are none.
func Quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	values = slices.Sorted(slices.Values(values))
	at := int(math.Ceil(q*float64(len(values)))) - 1
	return values[min(max(at, 0), len(values)-1)]
}
