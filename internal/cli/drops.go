package cli

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) drops() *cobra.Command {
	var q client.DropsQuery
	var subtask int
	c := &cobra.Command{
		Use:   "drops [JOB] [flags]",
		Short: "Count the records that operators threw away, by reason",
		Long: `Count the records that operators threw away, by operator and reason: late for their window, duplicates, unreadable, retracted but not
there … Without payload, and without decoding anything. JOB is a name (its newest run), a recording id, or the beginning of one; it
may be left out when only one job is there.

Reasons are those of spec/recording.md, section 4.1. Times are RFC 3339, a time of today (UTC), or an offset from now such as -5m.
The records themselves, with the numbers that were compared: sightglass events JOB --reason REASON.

Exit 1: records were lost. Exit 2: none is told, but no agent of the job tells drops.`,
		Example: `  sightglass drops order-totals
  sightglass drops order-totals --op dedup --reason duplicate -o wide
  sightglass drops order-totals --from -15m -o jsonl | jq -r '[.op, .reason, .count] | @tsv'`,
		Args: between(0, 1, "at most one job"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&q.Op, "op", "", "operator: name, slug, or beginning of its id")
	fl.IntVar(&subtask, "subtask", 0, "subtask")
	fl.StringArrayVar(&q.Reasons, "reason", nil, "reason; may be repeated")
	fl.StringVar(&q.From, "from", "", "earliest time")
	fl.StringVar(&q.To, "to", "", "latest time, exclusive")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		if q.Job, err = a.onlyRecording(c.Context(), cl, args); err != nil {
			return err
		}
		if given(fl, "subtask") {
			q.Subtask = &subtask
		}
		answer, err := cl.Drops(c.Context(), q)
		if err != nil {
			return err
		}
		done, err := a.raw(answer.Raw, true)
		if err != nil {
			return err
		}
		d := &answer.Value
		if !done {
			a.showDrops(cl, &q, d)
		}
		switch {
		case !isZero(d.Lost):
			return verdict(exitFound)
		case len(d.Items) == 0 && !d.Told:
			return verdict(exitUnknown)
		}
		return nil
	}
	return c
}

func (a *app) showDrops(cl *client.Client, q *client.DropsQuery, d *gen.DropReport) {
	switch {
	case len(d.Items) > 0:
		a.more(a.dropTable(d.Items).print(a, a.screen(3)), "-o wide, or into a pipe")
		a.say("%s lost, %s late and kept", a.count(d.Lost), a.count(d.Kept))
	case d.Told:
		a.hint("No record was thrown away, as far as is recorded.")
	default:
		a.hint("No agent of this job tells drops: it is older than they are, or the TaskManagers have none.")
	}
	if len(d.Gaps) > 0 {
		a.hint("Within %s some may be missing: sightglass gaps %s", plural(len(d.Gaps), "gap"), q.Job)
	}
	f := eventFlags{q: client.EventQuery{Op: q.Op, Subtask: q.Subtask, Reasons: q.Reasons, From: q.From, To: q.To}}
	if len(q.Reasons) == 0 {
		f.q.Kinds = []string{"dropped"}
	}
	a.link(cl, "/r/"+url.PathEscape(q.Job)+"/events", f.fragment())
}

// dropTable has one line for each operator and reason; the subtasks of each are in a wide column.
func (a *app) dropTable(items []gen.DropCount) *table {
	t := newTable(
		column{head: "OPERATOR", flex: true}, column{head: "REASON", style: always(amber)}, column{head: "RECORDS", right: true},
		column{head: "LOST"}, column{head: "LAST"}, column{head: "TASK", wide: true, flex: true}, column{head: "BY SUBTASK", wide: true, flex: true},
	)
	for i := 0; i < len(items); {
		first := items[i]
		var sum int64
		var last time.Time
		var by []string
		for ; i < len(items) && items[i].Op == first.Op && items[i].Vertex == first.Vertex && items[i].Reason == first.Reason; i++ {
			n, err := strconv.ParseInt(items[i].Count, 10, 64)
			if err == nil {
				sum += n
			}
			if items[i].Last.After(last) {
				last = items[i].Last
			}
			by = append(by, fmt.Sprintf("%d: %s", items[i].Subtask, items[i].Count))
		}
		t.add(orNothing(first.OpName), first.Reason, a.count(strconv.FormatInt(sum, 10)), map[bool]string{true: "kept", false: "lost"}[first.Kept],
			instant(last), orNothing(first.Task), strings.Join(by, ", "))
	}
	return t
}

// dropped sums up what an operator threw away, as in "12 window-late, 3 duplicate".
func (a *app) dropped(of []gen.DropSum) string {
	words := make([]string, 0, len(of))
	for _, d := range of {
		words = append(words, a.count(d.Count)+" "+d.Reason)
	}
	return strings.Join(words, ", ")
}
