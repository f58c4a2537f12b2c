package checks

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Of volume: how much is remembered of each hour of the week, from when on minutes are judged, and how far off they may be.
const (
	volumeMost  = 4 * 60 // minutes: those of four weeks
	volumeLeast = 2 * 60 // two weeks
	volumeFar   = 5      // median absolute deviations
)

// hourOfWeek is the number of the hour in the week, from 0, in UTC.
func hourOfWeek(minute int64) int64 {
	t := time.Unix(60*minute, 0).UTC()
	return int64(t.Weekday())*24 + int64(t.Hour())
}

// judgeVolume holds a minute against the same hours of the weeks before, and remembers it. The deviation is at least what chance makes of a count:
// its square root.
func (h *hold) judgeVolume(i int, at int64, m minute) verdict {
	hour, n := hourOfWeek(at), m.records+h.extra[at]
	before := h.volume[hour]
	v := verdict{holds: true, known: true, at: m}
	if len(before) < volumeLeast {
		h.learned[i] = fmt.Sprintf("learning: %d of %d minutes of this hour of the week are known", len(before), volumeLeast)
		v.known = false
	} else {
		delete(h.learned, i)
		middle, deviation := spread(before)
		deviation = max(deviation, math.Sqrt(max(1, middle)))
		v.holds = math.Abs(float64(n)-middle) <= volumeFar*deviation
		v.detail = fmt.Sprintf("%d records in the minute; %.0f are usual at this hour of the week", n, middle)
	}
	list := append(slices.Clone(before), n)
	h.volume[hour] = list[max(0, len(list)-volumeMost):]
	return v
}

// spread is the median, and the median of the distances from it.
func spread(of []int64) (middle, deviation float64) {
	sorted := slices.Sorted(slices.Values(of))
	middle = median(sorted)
	off := make([]int64, len(sorted))
	for i, n := range sorted {
		off[i] = int64(math.Abs(float64(n) - middle))
	}
	slices.Sort(off)
	return middle, median(off)
}

func median(sorted []int64) float64 {
	n := len(sorted)
	if n == 0 {
		return 0
	}
	if n%2 == 1 {
		return float64(sorted[n/2])
	}
	return float64(sorted[n/2-1]+sorted[n/2]) / 2
}
