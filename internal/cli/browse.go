package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

// exitIncomplete of browse: not all that was asked for was looked at.
const exitIncomplete = 3

// topicPage is the most records that one page has.
const topicPage = 500

type browseFlags struct {
	q        client.TopicQuery
	all, hex bool
	limit    int // 0: none
}

// recordFilter are the flags that say which records of a topic are wanted.
func recordFilter(f *pflag.FlagSet, q *client.TopicQuery) {
	f.IntSliceVar(&q.Partitions, "partition", nil, "partition; may be repeated, or with commas (default all)")
	f.StringVar(&q.Key, "key", "", "exact key, as you may see it")
	f.StringVar(&q.Text, "text", "", "text that key or value holds, as you may see them")
	f.StringVar(&q.Where, "where", "", "filter in CEL over key, value, headers, partition, offset … (docs/guides/filter.md)")
	f.StringVar(&q.Decoder, "decoder", "", "how keys and values are read: auto, schema, json, text, avro, protobuf, msgpack, cbor, int, float, uuid or bytes")
}

func (a *app) browse() *cobra.Command {
	var f browseFlags
	c := &cobra.Command{
		Use:   "browse TOPIC [flags] | browse TOPIC/PARTITION@OFFSET",
		Short: "Look at records of a topic: from an end, an offset, a time or a group's place, by key, text or an expression",
		Long: `Look at records of a topic as you may see them. Partitions are merged by time. A filter is asked of every record that is looked at, masks come
before it, and a page ends after the records that are wanted, 256 MB that brokers sent, or five seconds; --all goes on until the end or --limit.
What was looked at is said on standard error.

A place, topic/partition@offset, shows that record whole: key, value as a tree, and headers.

Exit 3: the look ended before all that was asked for was looked at, or a partition could not be read. Exit 130: interrupted; what was found is shown.`,
		Example: `  sightglass browse orders --from -15m --where 'value.amount >= 50' --all
  sightglass browse orders --from earliest --partition 0 --limit 20 -o jsonl | jq -r .text
  sightglass browse orders/2@4711`,
		Args: exactly(1, "a topic, or the place of a record"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	clusterFlag(c, &f.q.Cluster)
	fl.StringVar(&f.q.From, "from", "latest", "latest, earliest, an offset, a time (2026-08-01T14:02:11Z, -15m), or group:NAME, where the group reads next")
	fl.StringVar(&f.q.Order, "order", "", "asc or desc (default: newest first from latest, else oldest first)")
	recordFilter(fl, &f.q)
	fl.IntVar(&f.limit, "limit", 50, "most records, at most 500 without --all")
	fl.BoolVar(&f.q.Uncommitted, "uncommitted", false, "records of transactions that are open or were aborted, too")
	fl.BoolVar(&f.all, "all", false, "go on until the end, or until --limit if that is given")
	fl.BoolVar(&f.hex, "hex", false, "of one record: with the bytes")
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := f.check(fl, a.format); err != nil {
			return err
		}
		cl, cluster, err := a.askCluster(c.Context(), f.q.Cluster)
		if err != nil {
			return err
		}
		f.q.Cluster, f.q.Topic = cluster, args[0]
		if at := placeText.FindStringSubmatch(args[0]); at != nil {
			return a.browseOne(c.Context(), cl, &f, at[1], at[2], at[3])
		}
		return a.browsePages(c.Context(), cl, &f)
	}
	return c
}

func (f *browseFlags) check(fl *pflag.FlagSet, format string) error {
	switch {
	case f.q.Order != "" && f.q.Order != "asc" && f.q.Order != "desc":
		return usage("asc is oldest first, desc newest first", "%q is no order", f.q.Order)
	case f.limit <= 0:
		return usage("--all looks at all of them", "--limit %d is no number of records", f.limit)
	case f.all && format == "json":
		return usage("-o jsonl has one record a line", "-o json is one page, and --all goes through all of them")
	case !f.all && f.limit > topicPage:
		return usage("with --all it goes through as many pages as it takes", "--limit %d is more than a page has: %d", f.limit, topicPage)
	case f.all && !given(fl, "limit"):
		f.limit = 0
	}
	return nil
}

// looking is what pages looked at so far.
type looking struct {
	found, asked, bytes int64
	unclear             int64
	why                 string
	parts               map[int32]gen.ScannedPartition // a page is told of those that are left alone
	last                *gen.TopicPage
}

func (l *looking) add(p *gen.TopicPage) {
	l.found += int64(len(p.Items))
	l.asked += p.Asked
	l.bytes += number(p.Bytes)
	l.unclear += p.Unclear
	if l.why == "" {
		l.why = p.UnclearWhy
	}
	l.last = p
	if l.parts == nil {
		l.parts = make(map[int32]gen.ScannedPartition)
	}
	for _, s := range p.Scanned {
		l.parts[s.Partition] = s
	}
}

// browsePages prints pages: one, or with --all until the end.
func (a *app) browsePages(ctx context.Context, cl *client.Client, f *browseFlags) error {
	t := recordTable()
	var l looking
	failed := error(nil)
	for {
		f.q.Limit = topicPage
		if f.limit > 0 {
			f.q.Limit = min(topicPage, f.limit-int(l.found))
		}
		answer, err := cl.TopicRecords(ctx, f.q)
		if err != nil {
			failed = err
			break
		}
		p := &answer.Value
		l.add(p)
		if done, err := a.raw(answer.Raw, true); err != nil {
			return err
		} else if !done {
			for i := range p.Items {
				t.add(a.recordCells(&p.Items[i])...)
			}
		}
		a.lookProgress(f, &l)
		if f.q.Cursor = p.Next; !f.all || p.Next == "" || f.limit > 0 && l.found >= int64(f.limit) {
			break
		}
	}
	if l.last == nil {
		return failed
	}
	a.endProgress(f)
	if a.format == "table" || a.format == "wide" {
		if l.found == 0 {
			a.hint("No record that was looked at is wanted.")
		} else {
			a.more(t.print(a, a.screen(3)), "a narrower filter, or into a pipe")
		}
	}
	return a.endBrowse(f, &l, failed)
}

// endBrowse says what was looked at, and whether that is all.
func (a *app) endBrowse(f *browseFlags, l *looking, failed error) error {
	p := l.last
	text := fmt.Sprintf("%s of %d that were looked at in %s, %s from brokers", plural(int(l.found), "record"), l.asked, plural(len(l.parts), "partition"), bytesText(float64(l.bytes)))
	incomplete := failed != nil
	switch {
	case failed != nil:
		text += "; it ended before the end"
	case p.More && p.Ended == "limit":
		text += "; there are more"
		if !f.all {
			text += ": --all, or a larger --limit"
		}
	case p.More:
		incomplete = true
		text += "; ended by " + p.Ended + ", and not all was looked at: --all goes on"
	}
	a.hint("%s", text)
	for _, n := range slices.Sorted(maps.Keys(l.parts)) {
		s := l.parts[n]
		if s.Error != "" {
			incomplete = true
			a.hint("partition %d, from %s to %s: %s", s.Partition, s.From, s.To, clean(s.Error))
		}
		if s.Note != "" {
			a.hint("partition %d: %s", s.Partition, clean(s.Note))
		}
	}
	if l.unclear > 0 {
		a.hint("of %s the filter is neither true nor false: %s", plural(int(l.unclear), "record"), clean(l.why))
	}
	switch {
	case failed != nil:
		return failed
	case incomplete:
		return verdict(exitIncomplete)
	}
	return nil
}

// lookProgress says on a terminal how far --all is.
func (a *app) lookProgress(f *browseFlags, l *looking) {
	if f.all && a.Terminal {
		fmt.Fprintf(a.Err, "\r\x1b[K%s of %d, %s", plural(int(l.found), "record"), l.asked, bytesText(float64(l.bytes)))
	}
}

func (a *app) endProgress(f *browseFlags) {
	if f.all && a.Terminal {
		fmt.Fprint(a.Err, "\r\x1b[K")
	}
}

func recordTable() *table {
	return newTable(
		column{head: "TIME"}, column{head: "PLACE", flex: true}, column{head: "KEY", flex: true}, column{head: "HEADERS", flex: true, wide: true}, column{head: "SIZE", right: true, wide: true},
		column{head: "READ AS", wide: true}, column{head: "BATCH", wide: true}, column{head: "NOTE", flex: true, wide: true, style: always(amber)}, column{head: "VALUE", flex: true},
	)
}

func (a *app) recordCells(r *gen.TopicRecord) []string {
	key := nothing
	if r.Key.Format != "" {
		key = r.Key.Text
	}
	return []string{instant(r.Time), r.Place, key, orNothing(headerText(r.Headers)), bytesText(float64(r.Size)), orNothing(r.Decoder), r.Packed, r.Note, r.Text}
}

func headerText(all []gen.HeaderView) string {
	var parts []string
	for _, h := range all {
		if h.Value.Format == "" {
			parts = append(parts, h.Name)
			continue
		}
		parts = append(parts, h.Name+"="+h.Value.Text)
	}
	return strings.Join(parts, " ")
}

// browseOne shows one record whole.
func (a *app) browseOne(ctx context.Context, cl *client.Client, f *browseFlags, topic, partition, offset string) error {
	answer, err := cl.TopicRecord(ctx, f.q.Cluster, topic, partition, offset, f.q.Decoder)
	if err != nil {
		return err
	}
	if done, err := a.raw(answer.Raw, false); done {
		return err
	}
	r := &answer.Value
	a.fact("record", a.paint(bold, clean(r.Place)))
	a.fact("time", instant(r.Time)+", "+string(r.TimeType))
	a.fact("size", bytesText(float64(r.Size))+", batch "+r.Packed+", leader's epoch "+strconv.Itoa(int(r.Epoch)))
	if r.Note != "" {
		a.fact("note", a.paint(amber, clean(r.Note)))
	}
	a.section("key")
	if r.Key.Format == "" {
		a.say("  %s", a.paint(dim, "none"))
	} else {
		a.showView(&r.Key, f.hex)
	}
	a.section("value")
	a.showView(&r.Value, f.hex)
	for i := range r.Headers {
		h := &r.Headers[i]
		a.section("header " + clean(h.Name))
		if h.Value.Format == "" {
			a.say("  %s", a.paint(dim, "null"))
			continue
		}
		a.showView(&h.Value, f.hex)
	}
	return nil
}
