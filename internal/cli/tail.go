package cli

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/gen"
	"github.com/sightglass/sightglass/internal/client"
)

func (a *app) tail() *cobra.Command {
	var q client.TopicQuery
	c := &cobra.Command{
		Use:   "tail TOPIC [flags]",
		Short: "Show records of a topic as they come, until Ctrl-C",
		Long: `Show records of a topic as they come, as you may see them, until Ctrl-C. What comes faster than the server's policy shows is counted and told on
standard error; a filter is asked of every record, as far as the server keeps up. Where the connection breaks it goes on with what comes then.`,
		Example: `  sightglass tail orders
  sightglass tail orders --where 'value.amount >= 50' --partition 0,1
  sightglass tail orders -o jsonl | jq -r .value.text`,
		Args: exactly(1, "a topic"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	clusterFlag(c, &q.Cluster)
	recordFilter(fl, &q)
	c.RunE = func(c *cobra.Command, args []string) error {
		cl, cluster, err := a.askCluster(c.Context(), q.Cluster)
		if err != nil {
			return err
		}
		q.Cluster, q.Topic = cluster, args[0]
		a.hint("following %s of %s; Ctrl-C ends", q.Topic, cluster)
		shown := 0
		for {
			err := a.tailOnce(c.Context(), cl, q, &shown)
			var p *client.Problem
			if ctx := c.Context(); ctx.Err() != nil || errors.As(err, &p) && p.Status < http.StatusInternalServerError || errors.Is(err, client.ErrUnreachable) && shown == 0 {
				return errors.Join(ctx.Err(), err)
			}
			a.hint("%v; trying again, what comes meanwhile is not shown", err)
			select {
			case <-c.Context().Done():
				return c.Context().Err()
			case <-time.After(reconnectAfter):
			}
		}
	}
	return c
}

// tailOnce shows records until the stream ends.
func (a *app) tailOnce(ctx context.Context, cl *client.Client, q client.TopicQuery, shown *int) error {
	for x, err := range cl.TopicTail(ctx, q) {
		if err != nil {
			return err
		}
		item := &x.Value
		if !isZero(item.Dropped) {
			a.hint("%s of %s are not shown: they came faster", thousands(item.Dropped), thousands(item.Seen))
		}
		if item.Record.Place == "" {
			continue
		}
		*shown++
		if a.format == "json" || a.format == "jsonl" {
			var raw struct{ Record jsonText }
			if err := unmarshal(x.Raw, &raw); err != nil {
				return err
			}
			if err := a.line(raw.Record); err != nil {
				return err
			}
			continue
		}
		a.recordLine(&item.Record, *shown == 1)
	}
	return errors.New("the stream ended")
}

// recordLine prints one record of a stream: widths are fixed, since what comes is not known.
func (a *app) recordLine(r *gen.TopicRecord, head bool) {
	cells := a.recordCells(r)
	if !a.Terminal {
		t := recordTable()
		t.add(cells...)
		a.streamTabbed(t, head)
		return
	}
	key := pad(shorten(clean(cells[2]), 24), 24, false, false)
	place := pad(shorten(clean(strings.TrimPrefix(r.Place, r.Topic+"/")), 16), 16, false, false)
	a.say("%s  %s  %s  %s", cells[0], a.paint(dim, place), key, shorten(clean(r.Text), max(20, a.Width-24-2-16-2-24-2)))
}
