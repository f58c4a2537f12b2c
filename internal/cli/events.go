package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// pageSize is how many events are asked for at once.
const pageSize = 1000

type eventFlags struct {
	q                        client.EventQuery
	subtask, attempt, limit  int
	invocation               uint64
	follow, newest, noValues bool
}

func (a *app) events() *cobra.Command {
	var f eventFlags
	c := &cobra.Command{
		Use:   "events [RECORDING] [flags]",
		Short: "List events: by operator, subtask, time, kind, key, text; -f follows",
		Long: `List events of a recording in order of time. RECORDING is an id, the beginning of one, or a job's name (its newest run); it may be
left out when only one job is there.

Times are RFC 3339, a time of today (UTC), or an offset from now such as -5m. Kinds are those of spec/recording.md with dashes:
record, watermark, source-record, written, elements, event-timer, checkpoint, exception, gap …
Filters by --key, --text and --where work on what you may see of a value. --where takes an expression in CEL, as
kind == "record" && value.amount > 50 && op == "convert-currency"; --explain says which of its terms found the events and which were
evaluated for each.

In a stream of changes (SQL) the two halves of an update, -U and +U, are one line of kind update when one invocation sent both; a half
whose other half it did not send is marked as alone. -o json and jsonl keep the halves apart and name the other one in change.

Exit 2: nothing was found, but not everything could be looked at (a gap, or the search was cut short).`,
		Example: `  sightglass events order-totals --kind record --op convert-currency --limit 20
  sightglass events order-totals --where 'value.id.startsWith("o-77")' --from -15m
  sightglass events merchant-alerts -f -o jsonl | jq -r .text`,
		Args: between(0, 1, "at most one recording"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&f.q.Op, "op", "", "operator: name, slug, or beginning of its id")
	fl.IntVar(&f.subtask, "subtask", 0, "subtask")
	fl.IntVar(&f.attempt, "attempt", 0, "attempt of the subtask")
	fl.Uint64Var(&f.invocation, "invocation", 0, "invocation, the last number of a position")
	fl.StringArrayVar(&f.q.Kinds, "kind", nil, "kind of event; may be repeated")
	fl.StringArrayVar(&f.q.Reasons, "reason", nil, "dropped records alone, by reason (sightglass drops lists them); may be repeated")
	fl.StringArrayVar(&f.q.Lanes, "lane", nil, "out, det, src, trace, state, job, log, gap or env; may be repeated")
	fl.StringVar(&f.q.Key, "key", "", "exact key of a record")
	fl.StringVar(&f.q.Text, "text", "", "text that key or value holds")
	fl.StringVar(&f.q.Where, "where", "", "filter in CEL over fields and decoded values (docs/guides/filter.md)")
	fl.StringVar(&f.q.From, "from", "", "earliest time")
	fl.StringVar(&f.q.To, "to", "", "latest time, exclusive")
	fl.StringVar(&f.q.Around, "around", "", "events on both sides of a position")
	fl.IntVar(&f.limit, "limit", 100, "most events; 0 = all")
	fl.BoolVar(&f.newest, "newest", false, "newest first")
	fl.BoolVar(&f.noValues, "no-values", false, "leave keys and values out")
	fl.BoolVar(&f.q.Explain, "explain", false, "say what the search had to look at, and what it could skip")
	fl.BoolVarP(&f.follow, "follow", "f", false, "go on with events as they arrive")
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, err := a.client()
		if err != nil {
			return err
		}
		if f.q.Recording, err = a.onlyRecording(c.Context(), cl, args); err != nil {
			return err
		}
		if given(fl, "subtask") {
			f.q.Subtask = &f.subtask
		}
		if given(fl, "attempt") {
			f.q.Attempt = &f.attempt
		}
		if given(fl, "invocation") {
			f.q.Invocation = strconv.FormatUint(f.invocation, 10)
		}
		f.q.NoPayload, f.q.Descending = f.noValues, f.newest
		if f.limit < 0 {
			return usage("0 means all", "--limit %d is below 0", f.limit)
		}
		if f.follow {
			if f.newest || f.q.Around != "" || f.q.To != "" || f.q.Explain {
				return usage("leave them out", "--newest, --around, --to and --explain do not go with -f")
			}
			return a.follow(c.Context(), cl, &f)
		}
		return a.list(c.Context(), cl, &f)
	}
	return c
}

// list prints pages until the limit or the end.
func (a *app) list(ctx context.Context, cl *client.Client, f *eventFlags) error {
	if a.format == "json" {
		return a.onePage(ctx, cl, f)
	}
	left, found, complete := f.limit, 0, true
	var t *table
	var looked lookedAt
	var unclear notTold
	fold := changeFold{add: func(e *gen.Event) { a.addEvent(t, e) }}
	for {
		f.q.Limit = pageSize
		if f.limit > 0 {
			f.q.Limit = min(left, pageSize)
		}
		answer, err := cl.Events(ctx, f.q)
		if err != nil {
			return err
		}
		page := &answer.Value
		found += len(page.Items)
		looked.add(page.Explain)
		unclear.add(page.Unclear)
		complete = page.Complete && len(page.Gaps) == 0
		if done, err := a.raw(answer.Raw, true); err != nil {
			return err
		} else if !done {
			if t == nil {
				t = a.eventTable()
			}
			for i := range page.Items {
				fold.next(&page.Items[i])
			}
		}
		left -= len(page.Items)
		f.q.Cursor, f.q.Around = page.Next, ""
		if page.Next == "" || (f.limit > 0 && left <= 0) {
			for _, g := range page.Gaps {
				a.hint("gap: %s to %s %s, %s: %s", instant(g.From), instant(g.To), g.Task, g.Reason, g.Text)
			}
			break
		}
	}
	if t != nil {
		fold.end()
		if found == 0 {
			a.hint("No event matches.")
		} else {
			a.more(t.print(a, a.screen(2)), "--limit, a narrower filter, or into a pipe")
		}
		a.link(cl, "/r/"+url.PathEscape(f.q.Recording)+"/events", f.fragment())
	}
	if f.q.Explain {
		a.hint("%s", looked.text(a, found))
	}
	unclear.tell(a)
	if found == 0 && !complete {
		return verdict(exitUnknown)
	}
	return nil
}

// onePage prints one answer of the API as it is, with the cursor of the next.
func (a *app) onePage(ctx context.Context, cl *client.Client, f *eventFlags) error {
	f.q.Limit = min(f.limit, pageSize)
	if f.limit == 0 {
		f.q.Limit = pageSize
	}
	answer, err := cl.Events(ctx, f.q)
	if err != nil {
		return err
	}
	if _, err := a.raw(answer.Raw, true); err != nil {
		return err
	}
	if answer.Value.Next != "" {
		a.hint("there are more; -o jsonl goes through all pages")
	}
	if len(answer.Value.Items) == 0 && !answer.Value.Complete {
		return verdict(exitUnknown)
	}
	return nil
}

// follow prints events as they arrive until it is interrupted. With --from it begins there.
func (a *app) follow(ctx context.Context, cl *client.Client, f *eventFlags) error {
	after, shown := "", 0
	show := func(e *gen.Event, raw []byte) error {
		shown++
		if a.format == "json" || a.format == "jsonl" {
			return a.line(raw)
		}
		a.eventLine(e, shown == 1)
		return nil
	}
	if f.q.From != "" {
		q := f.q
		q.Limit = pageSize
		for {
			answer, err := cl.Events(ctx, q)
			if err != nil {
				return err
			}
			var page struct{ Items []jsonText }
			if err := unmarshal(answer.Raw, &page); err != nil {
				return err
			}
			for i := range answer.Value.Items {
				after = answer.Value.Items[i].Cursor
				if err := show(&answer.Value.Items[i], page.Items[i]); err != nil {
					return err
				}
			}
			if q.Cursor = answer.Value.Next; q.Cursor == "" {
				break
			}
		}
		f.q.From = ""
	}
	a.hint("following %s; Ctrl-C ends", f.q.Recording)
	for {
		err := a.stream(ctx, cl, f.q, &after, show)
		var p *client.Problem
		if ctx.Err() != nil || errors.As(err, &p) && p.Status < http.StatusInternalServerError {
			return errors.Join(ctx.Err(), err)
		}
		// The server was restarted or the network broke: nothing is lost, since the stream goes on behind the last event seen.
		a.hint("%v; trying again", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(reconnectAfter):
		}
	}
}

const reconnectAfter = 2 * time.Second

// stream shows events until the stream ends, and notes the cursor of the last one.
func (a *app) stream(ctx context.Context, cl *client.Client, q client.EventQuery, after *string, show func(*gen.Event, []byte) error) error {
	for e, err := range cl.Follow(ctx, q, *after) {
		if err != nil {
			return err
		}
		if err := show(&e.Value, e.Raw); err != nil {
			return err
		}
		*after = e.Value.Cursor
	}
	return errors.New("the stream ended")
}

func (a *app) eventTable() *table {
	return newTable(
		column{head: "TIME"}, column{head: "KIND", style: kindStyle}, column{head: "OPERATOR", flex: true}, column{head: "SUB", right: true},
		column{head: "POSITION", flex: true}, column{head: "RECORD", flex: true}, column{head: "EVENT TIME", wide: true}, column{head: "KEY", wide: true, flex: true},
		column{head: "PATH", wide: true}, column{head: "CHANNEL", wide: true}, column{head: "TEXT", flex: true},
	)
}

func (a *app) addEvent(t *table, e *gen.Event) { t.add(eventCells(e)...) }

func eventCells(e *gen.Event) []string {
	record := e.Kafka
	if record == "" {
		record = e.Element
	}
	name := e.Op
	if name == "" {
		name = e.Task
	}
	subtask := nothing
	if e.Subtask >= 0 {
		subtask = strconv.FormatInt(e.Subtask, 10)
	}
	return []string{e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), e.Kind, orNothing(name), subtask, orNothing(e.Position), orNothing(record),
		instant(e.EventTime), orNothing(e.Key.Text), e.Path, e.Channel, e.Text}
}

// eventLine prints one event of a stream: widths are fixed, since what comes is not known.
func (a *app) eventLine(e *gen.Event, first bool) {
	cells := eventCells(e)
	if !a.Terminal {
		t := a.eventTable()
		t.add(cells...)
		if !first {
			t.columns = append([]column(nil), t.columns...)
		}
		a.streamTabbed(t, first)
		return
	}
	text := fmt.Sprintf("%s  %s  %s  ", cells[0], a.paint(kindStyle(e.Kind), pad(shorten(e.Kind, 16), 16, false, false)),
		pad(shorten(clean(cells[2])+"."+cells[3], 28), 28, false, false))
	room := max(20, a.Width-24-2-16-2-28-2)
	a.say("%s%s", text, shorten(clean(e.Text), room))
}

// streamTabbed prints rows of a stream, with the head before the first.
func (a *app) streamTabbed(t *table, head bool) {
	var keep []int
	for i, c := range t.columns {
		if !c.wide || a.format == "wide" {
			keep = append(keep, i)
		}
	}
	if head {
		t.tabbed(a, keep)
		return
	}
	cells := make([]string, len(keep))
	for k, i := range keep {
		cells[k] = clean(t.rows[0][i])
	}
	a.say("%s", strings.Join(cells, "\t"))
}

func kindStyle(kind string) style {
	switch kind {
	case "exception", "write-failed":
		return red
	case "gap", "resync":
		return amber
	case "watermark", "watermark-in", "internal-watermark":
		return blue
	case "record", "source-record", "written":
		return plainStyle
	}
	return dim
}

// fragment is the part of a link behind #: the window and the filter as the events screen writes them.
func (f *eventFlags) fragment() string {
	var terms, parts []string
	text := func(name, value string) {
		if value != "" {
			terms = append(terms, name+" == "+strconv.Quote(value))
		}
	}
	number := func(name string, n *int) {
		if n != nil {
			terms = append(terms, name+" == "+strconv.Itoa(*n))
		}
	}
	several := func(name string, values []string) {
		quoted := make([]string, 0, len(values))
		for _, v := range values {
			quoted = append(quoted, strconv.Quote(v))
		}
		switch len(quoted) {
		case 0:
		case 1:
			terms = append(terms, name+" == "+quoted[0])
		default:
			terms = append(terms, name+" in ["+strings.Join(quoted, ", ")+"]")
		}
	}
	text("op", f.q.Op)
	number("subtask", f.q.Subtask)
	number("attempt", f.q.Attempt)
	if f.q.Invocation != "" {
		terms = append(terms, "invocation == "+f.q.Invocation)
	}
	several("kind", f.q.Kinds)
	several("lane", f.q.Lanes)
	several("drop.reason", f.q.Reasons)
	text("key", f.q.Key)
	if f.q.Text != "" {
		terms = append(terms, "text.contains("+strconv.Quote(f.q.Text)+")")
	}
	if f.q.Where != "" {
		if len(terms) > 0 {
			terms = append(terms, "("+f.q.Where+")")
		} else {
			terms = append(terms, f.q.Where)
		}
	}
	if strings.HasPrefix(f.q.From, "2") || strings.HasPrefix(f.q.To, "2") { // offsets mean another moment when the link is opened
		parts = append(parts, "win="+url.QueryEscape(f.q.From)+".."+url.QueryEscape(f.q.To))
	}
	if len(terms) > 0 {
		parts = append(parts, "f="+url.QueryEscape(strings.Join(terms, " && ")))
	}
	if f.q.Around != "" {
		parts = append(parts, "at="+url.QueryEscape(f.q.Around))
	}
	return strings.Join(parts, "&")
}
