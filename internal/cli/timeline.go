package cli

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// sparkWidth is how many buckets a line of the timeline shows.
const sparkWidth = 40

func (a *app) timeline() *cobra.Command {
	var q client.TracksQuery
	var subtask int
	var each, latency bool
	c := &cobra.Command{
		Use:   "timeline [JOB] [flags]",
		Short: "Show what each operator did over time: activity, records, drops, watermark",
		Long: `Show what each operator did over time: its activity as a line, the records that came in and went out, what it threw away, and how far
its watermark was behind the clock. Counted from the headers of blocks, without payload and without decoding what lies within one
bucket. --latency shows how long records took and how late they came instead. JOB is a name (its newest run), a recording id, or the beginning of one; it may be left out when only one job is there.

Times are RFC 3339, a time of today (UTC), or an offset from now such as -5m. -o json has the counts of every bucket.`,
		Example: `  sightglass timeline order-totals
  sightglass timeline order-totals --latency --by-subtask --op dedup
  sightglass timeline order-totals --from -15m -o jsonl | jq -c '.tracks[] | [.op, .subtask, .drops]'`,
		Args: between(0, 1, "at most one job"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&q.Op, "op", "", "operator: name, slug, or beginning of its id")
	fl.IntVar(&subtask, "subtask", 0, "subtask")
	fl.BoolVar(&each, "by-subtask", false, "one line for each subtask")
	fl.BoolVar(&latency, "latency", false, "how long records took, how old they were, and how far they were behind the watermark")
	fl.StringVar(&q.From, "from", "", "earliest time")
	fl.StringVar(&q.To, "to", "", "latest time, exclusive")
	fl.IntVar(&q.Buckets, "buckets", sparkWidth, "number of stretches that are counted, at most 2000")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		if q.Recording, err = a.onlyRecording(c.Context(), cl, args); err != nil {
			return err
		}
		if given(fl, "subtask") {
			q.Subtask = &subtask
		}
		if q.Buckets < 1 || q.Buckets > 2000 {
			return usage("1 to 2000", "--buckets %d cannot be counted", q.Buckets)
		}
		if latency {
			return a.latency(c.Context(), cl, &q, each)
		}
		answer, err := cl.Tracks(c.Context(), q)
		if err != nil {
			return err
		}
		if done, err := a.raw(answer.Raw, false); done || err != nil {
			return err
		}
		a.showTimeline(cl, &q, &answer.Value, each)
		return nil
	}
	return c
}

func (a *app) showTimeline(cl *client.Client, q *client.TracksQuery, t *gen.Tracks, each bool) {
	lines := trackLines(t, each)
	if len(lines) == 0 {
		a.hint("Nothing is recorded in this stretch.")
	} else {
		a.say("%s to %s, %s a bucket", instant(t.From), instant(t.To), span(bucketOf(t)))
		out := newTable(column{head: "OPERATOR", flex: true}, column{head: "SUBTASK", right: true, wide: !each}, column{head: "ACTIVITY"},
			column{head: "IN", right: true}, column{head: "OUT", right: true}, column{head: "DROPPED", style: always(amber), flex: true},
			column{head: "WATERMARK LAG", right: true})
		for _, l := range lines {
			out.add(l.name, l.subtasks, sparkline(l.activity, sparkWidth), a.count(strconv.FormatInt(l.in, 10)),
				a.count(strconv.FormatInt(l.out, 10)), orNothing(a.dropWords(l.drops)), l.lag)
		}
		a.more(out.print(a, a.screen(4)), "--op, or into a pipe")
	}
	if t.Approximate {
		a.hint("Blocks across the borders of buckets were split in proportion.")
	}
	if len(t.Gaps) > 0 {
		a.hint("%s: sightglass gaps %s", plural(len(t.Gaps), "gap"), q.Recording)
	}
	a.link(cl, "/r/"+url.PathEscape(q.Recording)+"/timeline", "")
}

func bucketOf(t *gen.Tracks) time.Duration {
	us, _ := strconv.ParseInt(t.BucketUs, 10, 64)
	return time.Duration(us) * time.Microsecond
}

// trackLine is one line of the table: an operator, or one subtask of it.
type trackLine struct {
	name, subtasks string
	activity       []int64
	in, out        int64
	drops          map[string]int64
	lag            string
}

// trackLines sums subtasks up unless each is wanted. What is of no operator is left out: checkpoints and log lines have
// commands of their own.
func trackLines(t *gen.Tracks, each bool) []trackLine {
	var lines []trackLine
	index := make(map[string]int)
	slowest := make(map[string]time.Duration)
	for i := range t.Tracks {
		x := &t.Tracks[i]
		if x.OpName == "" {
			continue
		}
		id := x.Op
		if each {
			id += "." + strconv.FormatInt(x.Subtask, 10)
		}
		at, ok := index[id]
		if !ok {
			at = len(lines)
			index[id] = at
			lines = append(lines, trackLine{name: x.OpName, drops: make(map[string]int64), lag: nothing})
		}
		l := &lines[at]
		l.subtasks = strings.Trim(l.subtasks+" "+strconv.FormatInt(x.Subtask, 10), " ")
		kinds := make(map[string]int64)
		for _, c := range x.Counts {
			l.activity = added(l.activity, c.Counts)
			kinds[c.Kind] += total(c.Counts)
		}
		in, out := flow(kinds)
		l.in, l.out = l.in+in, l.out+out
		for _, d := range x.Drops {
			l.drops[d.Reason] += total(d.Counts)
		}
		if lag, ok := lastLag(t, x); ok && (slowest[id] <= lag || l.lag == nothing) {
			slowest[id], l.lag = lag, span(lag)
		}
	}
	return lines
}

// flow is how many records came into an operator and went out of it. Rows stand in for what the chain did not count.
func flow(kinds map[string]int64) (in, out int64) {
	in = kinds["source-record"] + kinds["other-source-record"] + kinds["source-run"]
	if in == 0 {
		in = kinds["entered"]
	}
	switch {
	case kinds["written"] > 0:
		out = kinds["written"]
	case kinds["passed"] > 0:
		out = kinds["passed"]
	default:
		out = kinds["record"]
	}
	return in, out
}

// unknownTime and endOfTime stand for watermarks that are no time.
const (
	unknownTime = -(1<<53 - 1)
	endOfTime   = 1<<53 - 1
)

// lastLag is how far the slowest input's last watermark was behind the end of the bucket in which it came.
func lastLag(t *gen.Tracks, x *gen.Track) (lag time.Duration, known bool) {
	for _, w := range x.Watermarks {
		for i, v := range slices.Backward(w.Values) {
			if v == unknownTime {
				continue
			}
			if v != endOfTime {
				end := t.From.Add(bucketOf(t) * time.Duration(i+1))
				if end.After(t.To) {
					end = t.To
				}
				if of := end.Sub(time.UnixMilli(v)); !known || of > lag {
					lag, known = of, true
				}
			}
			break
		}
	}
	return lag, known
}

func (a *app) dropWords(of map[string]int64) string {
	reasons := make([]string, 0, len(of))
	for reason := range of {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(x, y string) int {
		if of[x] != of[y] {
			return int(max(-1, min(1, of[y]-of[x])))
		}
		return strings.Compare(x, y)
	})
	for i, reason := range reasons {
		reasons[i] = a.count(strconv.FormatInt(of[reason], 10)) + " " + reason
	}
	return strings.Join(reasons, ", ")
}

func total(counts []int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

func added(sum, counts []int64) []int64 {
	if sum == nil {
		return slices.Clone(counts)
	}
	for i, c := range counts {
		sum[i] += c
	}
	return sum
}

// sparkline draws counts as bars of at most width signs; a bucket with anything in it is never empty.
func sparkline(counts []int64, width int) string {
	per := (len(counts) + width - 1) / max(1, width)
	var sums []int64
	for i := 0; i < len(counts); i += per {
		sums = append(sums, total(counts[i:min(len(counts), i+per)]))
	}
	top := int64(1)
	for _, n := range sums {
		top = max(top, n)
	}
	bars := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, n := range sums {
		if n == 0 {
			b.WriteRune(' ')
			continue
		}
		b.WriteRune(bars[min(len(bars)-1, int(float64(n)/float64(top)*float64(len(bars))))])
	}
	return b.String()
}
