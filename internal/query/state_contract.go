package query

import (
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// contract is what Flink's own operators promise beyond what is recorded of any: it narrows what a read or a write can have to
// do with. Of a class that is not listed nothing is promised.
type contract struct {
	// own: what is written depends on the record and on what that place of the state held, not on other places that were read.
	own bool
	// entries: an output is made while the entry of a map that was read last is at hand.
	entries bool
	// buckets: an entry holds several records, of which an output is made of one.
	buckets bool
	// overwrites: a value that is put takes nothing of the one before.
	overwrites bool
	// keys: one invocation handles several keys, each from its first access to its outputs.
	keys bool
	// window: what an output is made of is the window's contents; timers, triggers and the set of merging windows only decide when.
	window bool
	// evicts: some of the contents may have been left out.
	evicts bool
}

// contracts are by a part of the name of the operator's or its function's class. Those that the job Remember of test/e2e uses are
// tried on Flink 1.20 and 2.3; keep-last deduplication and the interval joins of SQL are not.
var contracts = []struct {
	class string
	contract
}{
	{"streaming.runtime.operators.windowing.EvictingWindowOperator", contract{own: true, window: true, evicts: true}},
	{"windowing.WindowOperator", contract{own: true, window: true}},
	{"windowing.AsyncWindowOperator", contract{own: true, window: true}},
	{"operators.window.groupwindow.operator.", contract{own: true, window: true}},
	{"co.IntervalJoinOperator", contract{own: true, entries: true, buckets: true}},
	{"join.interval.RowTimeIntervalJoin", contract{own: true, entries: true, buckets: true}},
	{"join.interval.ProcTimeIntervalJoin", contract{own: true, entries: true, buckets: true}},
	{"join.stream.StreamingJoinOperator", contract{own: true}},
	{"join.stream.StreamingSemiAntiJoinOperator", contract{own: true}},
	{"MiniBatchStreamingJoinOperator", contract{own: true, keys: true}},
	{"bundle.KeyedMapBundleOperator", contract{own: true, keys: true}},
	{"bundle.MapBundleOperator", contract{own: true, keys: true}},
	{"deduplicate.ProcTimeDeduplicateKeepLastRowFunction", contract{own: true, overwrites: true}},
	{"deduplicate.RowTimeDeduplicateFunction", contract{own: true, overwrites: true}},
}

// bookkeeping are states of window operators that decide when, not what.
var bookkeeping = map[string]bool{"merging-window-set": true, "count": true, "fire-time": true, "trigger-count-desc": true, "session-window-mapping": true}

func contractOf(def *event.ChainOperatorDef) contract {
	if def == nil {
		return contract{}
	}
	class := def.Class
	if def.Function != nil {
		class += " " + def.Function.Class
	}
	for _, c := range contracts {
		if strings.Contains(class, c.class) {
			return c.contract
		}
	}
	return contract{}
}

// ignores tells whether a state only decides when something is sent.
func (c contract) ignores(state string) bool { return c.window && bookkeeping[state] }
