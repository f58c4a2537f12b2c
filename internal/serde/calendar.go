package serde

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// Times are rendered here and not by package time, because Java's ranges exceed it and hostile fields must not wrap around.

const (
	secondsPerDay = 86_400
	millisPerDay  = 86_400_000
)

func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

func pad(b []byte, v int64, width int) []byte {
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	s := strconv.FormatInt(v, 10)
	for i := len(s); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, s...)
}

// appendDate writes a date as Java does: four digits, a plus sign before longer years.
func appendDate(b []byte, year, month, day int64) []byte {
	if year > 9999 {
		b = append(b, '+')
	}
	b = append(pad(b, year, 4), '-')
	b = append(pad(b, month, 2), '-')
	return pad(b, day, 2)
}

// appendClock writes 14:02:11 and the fraction in groups of three digits, as Java does.
func appendClock(b []byte, hour, minute, second, nano int64) []byte {
	b = append(pad(b, hour, 2), ':')
	b = append(pad(b, minute, 2), ':')
	b = pad(b, second, 2)
	if nano == 0 {
		return b
	}
	b = append(b, '.')
	switch {
	case nano%1_000_000 == 0:
		return pad(b, nano/1_000_000, 3)
	case nano%1_000 == 0:
		return pad(b, nano/1_000, 6)
	}
	return pad(b, nano, 9)
}

// appendEpochDay writes the date of a day counted from 1970-01-01 in the proleptic Gregorian calendar.
// Algorithm: Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
func appendEpochDay(b []byte, day int64) []byte {
	era, doe := floorDiv(day+719_468, 146_097)
	yoe := (doe - doe/1460 + doe/36_524 - doe/146_096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	y := yoe + era*400
	if m <= 2 {
		y++
	}
	return appendDate(b, y, m, d)
}

func appendSecondOfDay(b []byte, second, nano int64) []byte {
	return appendClock(b, second/3600, second/60%60, second%60, nano)
}

// dateTimeText is the local form without a zone; instantText adds Z.
func dateTimeText(second, nano int64) string {
	day, rest := floorDiv(second, secondsPerDay)
	b := appendEpochDay(make([]byte, 0, 32), day)
	return string(appendSecondOfDay(append(b, 'T'), rest, nano))
}

func instantText(second, nano int64) string { return dateTimeText(second, nano) + "Z" }

// millisTime splits epoch milliseconds and further nanoseconds into seconds and nanoseconds.
func millisTime(ms, nanoOfMilli int64) (second, nano int64) {
	second, rest := floorDiv(ms, 1000)
	return second, rest*1_000_000 + nanoOfMilli
}

// setTime makes n a scalar of one of the time kinds.
func setTime(n *event.Node, k event.ValueKind, text string) {
	n.Kind, n.Value = event.NodeScalar, event.TextValue(k, text)
}

// setInstant makes n the instant; nanoseconds outside a second are shown as they are and named.
func setInstant(n *event.Node, k event.ValueKind, second, nano int64) {
	if nano < 0 || nano >= 1_000_000_000 {
		n.Reason = "nanoseconds out of range"
	}
	if k == event.ValueInstant {
		setTime(n, k, instantText(second, nano))
		return
	}
	setTime(n, k, dateTimeText(second, nano))
}

// monthsText and millisText are ISO 8601 durations.
func monthsText(months int64) string {
	sign := ""
	if months < 0 {
		sign, months = "-", -months
	}
	switch y, m := months/12, months%12; {
	case y == 0:
		return sign + "P" + strconv.FormatInt(m, 10) + "M"
	case m == 0:
		return sign + "P" + strconv.FormatInt(y, 10) + "Y"
	default:
		return sign + "P" + strconv.FormatInt(y, 10) + "Y" + strconv.FormatInt(m, 10) + "M"
	}
}

func millisText(ms int64) string {
	sign, u := "", uint64(ms)
	if ms < 0 {
		sign, u = "-", -u
	}
	b := strconv.AppendUint([]byte(sign+"PT"), u/1000, 10)
	if u%1000 != 0 {
		b = pad(append(b, '.'), int64(u%1000), 3)
	}
	return string(append(b, 'S'))
}
