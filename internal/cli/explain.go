package cli

import (
	"fmt"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// lookedAt adds up what the pages of one search looked at.
type lookedAt struct {
	index                                     string
	blocks                                    string
	headers, skipped, decoded, rows, selected int64
}

func (l *lookedAt) add(e gen.Explain) {
	l.index, l.blocks = string(e.Index), e.Blocks
	l.headers, l.skipped, l.decoded = l.headers+e.Headers, l.skipped+e.Skipped, l.decoded+e.Decoded
	l.rows, l.selected = l.rows+e.Rows, l.selected+e.Selected
}

// indexes say in words how a search found its blocks.
var indexes = map[string]string{
	"invocation": "by the invocation", "lane": "by the lane, all of it", "time": "by the time",
}

func (l *lookedAt) text(a *app, found int) string {
	n := func(v int64) string { return a.count(strconv.FormatInt(v, 10)) }
	return fmt.Sprintf("found %s: of %s blocks %s headers looked at, %s skipped by them, %s decoded; of their %s rows %s fit, %s given",
		indexes[l.index], a.count(l.blocks), n(l.headers), n(l.skipped), n(l.decoded), n(l.rows), n(l.selected), n(int64(found)))
}
