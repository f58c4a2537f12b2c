package browse

import (
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Limits of a page of events.
const (
	defaultLimit = 100
	pageBytes    = 4 << 20 // of payload; a page of large records ends early
	filterBlocks = 4000    // decoded for a filter before the page ends with what it found
)

// Events gives a page of events, rendered for who.
func (b *Browser) Events(ctx context.Context, who access.Principal, t Target, q EventQuery) (EventPage, error) {
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	wanted := q.Payload
	q.Payload = q.Payload || q.looks()
	if !q.Payload {
		return b.page(ctx, b.renderer(ctx, who, listShape), t, q, false)
	}
	end, err := b.begin(ctx, who, t, rangesOf(q), filterOf(q))
	if err != nil {
		return EventPage{}, err
	}
	page, err := b.page(ctx, b.renderer(ctx, who, listShape), t, q, !wanted)
	if err2 := end(len(page.Events), err); err == nil {
		err = err2
	}
	if err != nil {
		return EventPage{}, err
	}
	return page, nil
}

// page reads one page; around a position it reads half a page in each order. strip leaves views out that only the filter needed.
func (b *Browser) page(ctx context.Context, r renderer, t Target, q EventQuery, strip bool) (EventPage, error) {
	if q.Around == "" {
		return b.scan(ctx, r, t, q, strip)
	}
	after := q
	after.Limit, after.Order = (q.Limit+1)/2, Ascending
	page, err := b.scan(ctx, r, t, after, strip)
	if err != nil || len(page.Events) == 0 {
		return page, err
	}
	before := q
	before.Around, before.After = "", page.Events[0].Cursor
	before.Limit, before.Order = q.Limit-len(page.Events), Descending
	if before.Limit <= 0 {
		before.Limit = 1
	}
	back, err := b.scan(ctx, r, t, before, strip)
	if err != nil {
		return EventPage{}, err
	}
	slices.Reverse(back.Events)
	page.Events = append(back.Events, page.Events...)
	page.Previous, page.From = back.Next, min(page.From, back.From)
	page.Explain.Add(back.Explain)
	page.Asked += back.Asked
	if page.Unclear.Events += back.Unclear.Events; page.Unclear.Why == "" {
		page.Unclear.Why = back.Unclear.Why
	}
	return page, nil
}

func (b *Browser) scan(ctx context.Context, r renderer, t Target, q EventQuery, strip bool) (EventPage, error) {
	if q.filtered() && q.MaxBlocks == 0 {
		q.MaxBlocks = filterBlocks
	}
	page := EventPage{Events: []Event{}}
	var empty bool
	narrow, err := b.narrow(ctx, r.who, t, q, &page.Filter, &empty)
	if err != nil {
		return EventPage{}, err
	}
	if empty {
		page.Complete = true
		return page, nil
	}
	scan, err := b.queries.Events(ctx, t.Recording, narrow)
	if err != nil {
		return EventPage{}, err
	}
	tell := q.Unclear
	q.Unclear = func(err error) {
		if page.Unclear.Events++; page.Unclear.Events == 1 {
			page.Unclear.Why = err.Error()
		}
		if tell != nil {
			tell(err)
		}
	}
	bytes, full := 0, false
	for e, err := range scan.All(ctx) {
		if err != nil {
			return EventPage{}, err
		}
		shown, fits := r.wanted(e, &q)
		page.Asked++
		if !fits {
			continue
		}
		if strip {
			shown.View, shown.KeyView, shown.Headers, shown.Access = nil, nil, nil, nil
		}
		page.Events = append(page.Events, shown)
		bytes += e.Value.Len() + e.Key.Len() + e.Headers.Len()
		if len(page.Events) >= q.Limit || bytes > pageBytes {
			full = true
			break
		}
	}
	if q.Payload && !strip {
		if err := r.changes(t, page.Events, false); err != nil {
			return EventPage{}, err
		}
	}
	p := scan.Progress()
	page.From, page.To, page.Explain = p.From, p.To, p.Explain
	page.Next, page.Complete = p.Next, p.Complete || full
	if full {
		page.Next = page.Events[len(page.Events)-1].Cursor
	}
	return page, nil
}

// wanted renders e and tells whether q wants it; what is not wanted is not rendered further than that takes.
func (r renderer) wanted(e query.Event, q *EventQuery) (Event, bool) {
	if !q.filtered() {
		return r.event(e), true
	}
	if shown := r.asked(e); !q.wants(&shown) {
		return Event{}, false
	}
	return r.event(e), true
}

// wants applies the filters that need views.
func (q *EventQuery) wants(e *Event) bool {
	if q.Key != "" && (e.KeyView == nil || !sameText(e.KeyView.Text(), q.Key)) {
		return false
	}
	if q.Where != nil {
		is, err := q.Where.Match(e)
		if err != nil && q.Unclear != nil {
			q.Unclear(err)
		}
		if !is {
			return false
		}
	}
	if q.Match == "" {
		return true
	}
	return (e.View != nil && e.View.Match(q.Match)) || (e.KeyView != nil && e.KeyView.Match(q.Match)) ||
		strings.Contains(e.Text, q.Match)
}

// sameText compares a view's line with what somebody typed: a text may be given with or without its quotes.
func sameText(line, typed string) bool {
	return line == typed || (len(line) >= 2 && line[0] == '"' && line[len(line)-1] == '"' && line[1:len(line)-1] == typed)
}

// Follow yields events as they are stored, from now or behind q.After, rendered for who. It ends with ctx.
func (b *Browser) Follow(ctx context.Context, who access.Principal, t Target, q EventQuery) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		wanted := q.Payload
		q.Payload = q.Payload || q.looks()
		r, records := b.renderer(ctx, who, listShape), 0
		end := func(int, error) error { return nil }
		if q.Payload {
			var err error
			if end, err = b.begin(ctx, who, t, append(rangesOf(q), "live"), filterOf(q)); err != nil {
				yield(Event{}, err)
				return
			}
		}
		var failed error
		var pruned Pruning
		var empty bool
		narrow, err := b.narrow(ctx, r.who, t, q, &pruned, &empty)
		if err == nil && empty {
			<-ctx.Done() // nothing will ever fit
		}
		if err != nil {
			_ = end(0, err)
			yield(Event{}, err)
			return
		}
		for e, err := range b.queries.Follow(ctx, t.Recording, narrow) {
			if err != nil {
				failed = err
				break
			}
			shown, fits := r.wanted(e, &q)
			if !fits {
				continue
			}
			if !wanted {
				shown.View, shown.KeyView, shown.Headers, shown.Access = nil, nil, nil, nil
			}
			if err := r.change(t, &shown); err != nil {
				failed = err
				break
			}
			records++
			if !yield(shown, nil) {
				_ = end(records, nil) // nobody listens any more; the intent stands
				return
			}
		}
		if err := end(records, failed); failed == nil {
			failed = err
		}
		if failed != nil && ctx.Err() == nil {
			yield(Event{}, failed)
		}
	}
}

// Exceptions gives the newest exceptions, newest first.
func (b *Browser) Exceptions(ctx context.Context, who access.Principal, t Target, limit int) (EventPage, error) {
	q := EventQuery{Limit: limit}
	q.Kinds, q.Order, q.Payload = []event.Kind{event.KindException}, Descending, true
	return b.Events(ctx, who, t, q)
}

func rangesOf(q EventQuery) (ranges []string) {
	if q.Operator != "" {
		ranges = append(ranges, "operator "+q.Operator)
	}
	if q.From != 0 || q.To != 0 {
		ranges = append(ranges, "time "+q.From.Time().Format(timeFormat)+" to "+q.To.Time().Format(timeFormat))
	}
	if q.Around != "" {
		ranges = append(ranges, "around "+q.Around)
	}
	return ranges
}

const timeFormat = "2006-01-02T15:04:05.000000Z"

// filterOf describes a filter without the values in it.
func filterOf(q EventQuery) string {
	var parts []string
	if q.Key != "" {
		parts = append(parts, "key == string")
	}
	if q.Match != "" {
		parts = append(parts, "text contains string")
	}
	if q.Where != nil {
		parts = append(parts, access.WithoutLiterals(q.Where.text))
	}
	return strings.Join(parts, " && ")
}
