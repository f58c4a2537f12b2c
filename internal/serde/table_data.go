package serde

import (
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// decimalData, timestampData and stringData are the table stack's values outside of rows.
type decimalData struct {
	typ  string
	p, s int
}

func (d decimalData) decode(in *input, n *event.Node) {
	n.Type = d.typ
	if d.p <= 18 {
		setScalar(n, event.TextValue(event.ValueDecimal, decimalText(strconv.FormatInt(in.i64(), 10), d.s)))
		return
	}
	if p := in.take(in.count(1)); p != nil {
		in.setDecimal(n, p, d.s)
	}
}

type timestampData struct {
	typ string
	p   int
}

func (t timestampData) decode(in *input, n *event.Node) {
	n.Type = t.typ
	ms, nano := in.i64(), int64(0)
	if t.p > 3 {
		nano = int64(in.i32())
	}
	second, nano := millisTime(ms, nano)
	setInstant(n, event.ValueDateTime, second, nano)
}

type stringData struct{ typ string }

func (s stringData) decode(in *input, n *event.Node) {
	n.Type = s.typ
	if p := in.take(in.count(1)); !in.stopped() {
		in.setText(n, event.ValueString, p)
	}
}
