package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/gen"
)

// lookedAt adds up what the pages of one search looked at.
type lookedAt struct {
	index                                     string
	blocks                                    string
	headers, skipped, decoded, rows, selected int64
	asked, absent                             int64
	by, evaluated                             []string
}

func (l *lookedAt) add(e gen.Explain) {
	l.index, l.blocks = string(e.Index), e.Blocks
	l.headers, l.skipped, l.decoded = l.headers+e.Headers, l.skipped+e.Skipped, l.decoded+e.Decoded
	l.rows, l.selected = l.rows+e.Rows, l.selected+e.Selected
	l.asked, l.absent = l.asked+e.Asked, l.absent+e.Absent
	l.by, l.evaluated = e.PrunedBy, e.Evaluated
}

// indexes say in words how a search found its blocks.
var indexes = map[string]string{
	"key": "by the key", "invocation": "by the invocation", "lane": "by the lane, all of it", "time": "by the time",
}

func (l *lookedAt) text(a *app, found int) string {
	n := func(v int64) string { return a.count(strconv.FormatInt(v, 10)) }
	text := fmt.Sprintf("found %s: of %s blocks %s headers looked at, %s skipped by them, %s decoded; of their %s rows %s fit, %s given",
		indexes[l.index], a.count(l.blocks), n(l.headers), n(l.skipped), n(l.decoded), n(l.rows), n(l.selected), n(int64(found)))
	if l.absent > 0 {
		if l.index == "key" {
			text += fmt.Sprintf("\n%s blocks more were passed over by indexes of keys", n(l.absent))
		} else {
			text += fmt.Sprintf("\n%s of the skipped by indexes of texts", n(l.absent))
		}
	}
	if len(l.by) > 0 {
		text += "\nby headers and columns: " + strings.Join(l.by, ", ")
	}
	if len(l.evaluated) > 0 {
		text += fmt.Sprintf("\nevaluated for %s events: %s", n(l.asked), strings.Join(l.evaluated, " && "))
	}
	return text
}

// explained says what one answer looked at.
func (a *app) explained(asked bool, e gen.Explain, found int) {
	if asked {
		var l lookedAt
		l.add(e)
		a.hint("%s", l.text(a, found))
	}
}

// notTold adds up for how many events of a search a filter was neither true nor false.
type notTold struct {
	events int64
	why    string
}

func (n *notTold) add(u gen.Unclear) {
	if n.events += u.Events; n.why == "" {
		n.why = u.Why
	}
}

// tell says it, so that a name that is not there is not taken for an answer.
func (n *notTold) tell(a *app) {
	if n.events > 0 {
		a.hint("of %s events the filter was neither true nor false, and they are left out: %s", a.count(strconv.FormatInt(n.events, 10)), n.why)
	}
}
