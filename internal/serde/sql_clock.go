package serde

import (
	"math"
	"time"
	_ "time/tzdata" // jobs run in zones that this machine may not know

	"github.com/sightglass/sightglass/internal/event"
)

// Bounds of what sqlClock renders in a zone of its own. Before 1900 Java's calendar of java.sql.Date and the rules of zones
// part from those of Go; after 2100 nobody knows the rules.
const (
	zonedFrom = -2_208_988_800_000 // 1900-01-01T00:00Z
	zonedTo   = 4_102_444_800_000  // 2100-01-01T00:00Z
)

// sqlClock reads java.sql.Date and Time: epoch milliseconds that mean a date or time of day in the job's zone. Where that
// is not certain the instant is shown instead.
func sqlClock(typ string, d *event.Descriptor) codec {
	kind := event.ValueDate
	if d.T == event.SerSQLTime {
		kind = event.ValueTime
	}
	zone, err := time.LoadLocation(d.Zone)
	local := d.Zone != "" && d.Zone != "UTC"
	return scalar{typ, func(in *input, n *event.Node) {
		ms := in.i64()
		switch {
		case ms == math.MinInt64:
		case !local:
			setMillis(n, kind, ms)
		case err != nil || ms < zonedFrom || ms >= zonedTo:
			n.Reason = "its zone is not known for this time: the instant is shown"
			setMillis(n, event.ValueInstant, ms)
		default:
			_, offset := time.UnixMilli(ms).In(zone).Zone()
			setMillis(n, kind, ms+int64(offset)*1000)
		}
	}}
}
