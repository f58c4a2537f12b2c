package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The picture's size and margins.
const (
	svgWidth, svgHeight               = 760, 420
	svgLeft, svgRight, svgTop, svgLow = 60, 190, 30, 50
)

var svgColours = []string{"#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#ff8ab7", "#a463f2", "#97bbf5", "#9c6b4e", "#9498a0"}

// draw shows how the 95th percentile of each question grows with the number of events, both axes logarithmic.
func draw(runs []run) []byte {
	low, high := math.Inf(1), math.Inf(-1)
	value := func(q question, r run) float64 { return max(r.answers.Times[q.name].P95, 0.01) }
	for _, q := range questions {
		for _, r := range runs {
			low, high = min(low, value(q, r)), max(high, value(q, r))
		}
	}
	low, high = math.Floor(math.Log10(low)), math.Ceil(math.Log10(high))
	first, last := math.Log10(runs[0].events()), math.Log10(runs[len(runs)-1].events())
	x := func(events float64) float64 {
		return svgLeft + (math.Log10(events)-first)/max(last-first, 1e-9)*(svgWidth-svgLeft-svgRight)
	}
	y := func(ms float64) float64 {
		return svgHeight - svgLow - (math.Log10(ms)-low)/max(high-low, 1e-9)*(svgHeight-svgTop-svgLow)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", svgWidth, svgHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><text x="%d" y="18">95th percentile, ms, by million events</text>`+"\n", svgWidth, svgHeight, svgLeft)
	for e := low; e <= high; e++ {
		at := y(math.Pow(10, e))
		fmt.Fprintf(&b, `<path d="M%d %.1fH%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n", svgLeft, at, svgWidth-svgRight, svgLeft-6, at+4, math.Pow(10, e))
	}
	for _, r := range runs {
		at := x(r.events())
		fmt.Fprintf(&b, `<path d="M%.1f %dV%d" stroke="#eee"/><text x="%.1f" y="%d" text-anchor="middle">%d</text>`+"\n", at, svgTop, svgHeight-svgLow, at, svgHeight-svgLow+18, r.Millions)
	}
	final := runs[len(runs)-1]
	order := slices.Clone(questions)
	slices.SortStableFunc(order, func(p, q question) int { return cmp.Compare(value(q, final), value(p, final)) })
	label := float64(svgTop)
	for _, q := range order {
		colour := svgColours[slices.IndexFunc(questions, func(other question) bool { return other.name == q.name })%len(svgColours)]
		var points []string
		for _, r := range runs {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(r.events()), y(value(q, r))))
		}
		label = max(label+15, y(value(q, final))+4)
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/><text x="%d" y="%.1f" fill="%s">%s</text>`+"\n",
			strings.Join(points, " "), colour, svgWidth-svgRight+8, label, colour, q.name)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}
