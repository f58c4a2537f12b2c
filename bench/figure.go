package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// figure is one number with what it should be.
type figure struct {
	name, unit string
	value      float64
	digits     int
	bound      bound
	target     float64
}

type bound int

const (
	none bound = iota // as measured
	least
	most
)

func (f figure) String() string {
	target, verdict := "none", "met"
	switch {
	case f.bound == least:
		target = ">=" + strconv.FormatFloat(f.target, 'f', -1, 64)
	case f.bound == most:
		target = "<=" + strconv.FormatFloat(f.target, 'f', -1, 64)
	}
	// A figure that could not be computed meets nothing.
	if math.IsNaN(f.value) || f.bound == least && f.value < f.target || f.bound == most && f.value > f.target {
		verdict = "missed"
	}
	return fmt.Sprintf("FIGURE %s %.*f %s target %s %s", f.name, f.digits, f.value, f.unit, target, verdict)
}

func each[T any](all []T, of func(T) float64) []float64 {
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = of(one)
	}
	return values
}

// median of values; NaN when there are none.
func median(values []float64) float64 {
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

// geometric mean of ratios; NaN when there are none.
func geometric(ratios []float64) float64 {
	if len(ratios) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for _, r := range ratios {
		sum += math.Log(r)
	}
	return math.Exp(sum / float64(len(ratios)))
}

// spread prints a median with the lowest and the highest. Without that a ratio near 1 says nothing.
func spread(values []float64, digits int) string {
	if len(values) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.*f (%.*f-%.*f)", digits, median(values), digits, slices.Min(values), digits, slices.Max(values))
}
