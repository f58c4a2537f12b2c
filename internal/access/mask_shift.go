package access

import (
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// shifted is a date or a time so many weeks later; what is finer than a day stays as it is written. A whole number is taken for seconds,
// milliseconds or microseconds since 1970 by its size, for what lies between 1973 and 5138; false for every other.
func shifted(v event.Value, weeks int) (string, bool) {
	const day = "2006-01-02"
	switch v.Kind() {
	case event.ValueDate, event.ValueDateTime, event.ValueInstant:
		text := v.Raw()
		if len(text) < len(day) {
			return "", false
		}
		at, err := time.Parse(day, text[:len(day)])
		if err != nil {
			return "", false // a year of more digits, or before the era
		}
		if at = at.AddDate(0, 0, 7*weeks); at.Year() < 0 || at.Year() > 9999 {
			return "", false
		}
		return at.Format(day) + text[len(day):], true
	case event.ValueInt:
		n := v.Int()
		second := int64(0)
		switch {
		case n >= 1e8 && n < 1e11:
			second = 1
		case n >= 1e11 && n < 1e14:
			second = 1e3
		case n >= 1e14 && n < 1e17:
			second = 1e6
		default:
			return "", false
		}
		return strconv.FormatInt(n+int64(weeks)*7*24*3600*second, 10), true
	}
	return "", false
}
