package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// maxExceptions is how many exceptions one answer holds.
const maxExceptions = 200

func (s *service) events(ctx context.Context, in *eventsRequest) (EventPage, error) {
	q, err := in.query(s.now())
	if err != nil {
		return EventPage{}, err
	}
	if in.Order == "desc" {
		q.Order = browse.Descending
	}
	if in.Cursor != "" && in.Around != "" {
		return EventPage{}, problem(http.StatusBadRequest, "cursor and around exclude each other", "leave one out")
	}
	q.After, q.Around, q.Limit = browse.Cursor(in.Cursor), in.Around, in.Limit
	page, err := s.Browser.Events(ctx, caller(ctx), target(ctx), q)
	if err != nil {
		return EventPage{}, err
	}
	out, err := s.pageOf(ctx, page)
	if err == nil && in.Explain {
		out.Explain = explainOf(page.Explain)
		out.Explain.Asked, out.Explain.PrunedBy, out.Explain.Evaluated = page.Asked, page.Filter.By, page.Filter.Evaluated
	}
	return out, err
}

func (s *service) exceptions(ctx context.Context, _ *RecordingPath) (List[Event], error) {
	page, err := s.Browser.Exceptions(ctx, caller(ctx), target(ctx), maxExceptions)
	if err != nil {
		return List[Event]{}, err
	}
	return listOf("event", eventsOf(page.Events)), nil
}

func (s *service) eventsLive(ctx context.Context, in *liveEventsRequest, out send[Event]) error {
	q, err := in.query(s.now())
	if err != nil {
		return err
	}
	q.After = browse.Cursor(in.After)
	for e, err := range s.Browser.Follow(ctx, caller(ctx), target(ctx), q) {
		if err != nil {
			return err
		}
		if err := out(string(e.Cursor), eventOf(&e)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// pageOf adds to a page the gaps inside what was looked at.
func (s *service) pageOf(ctx context.Context, page browse.EventPage) (EventPage, error) {
	out := EventPage{
		List: listOf("event", eventsOf(page.Events)), Previous: string(page.Previous),
		ScannedFrom: wall(page.From), ScannedTo: wall(page.To), Complete: page.Complete,
	}
	out.Next = string(page.Next)
	all, err := s.Browser.Gaps(ctx, target(ctx))
	if err != nil {
		return EventPage{}, err
	}
	var inside []browse.Gap
	for _, g := range all {
		if g.From <= page.To && g.To >= page.From {
			inside = append(inside, g)
		}
	}
	if len(inside) > 0 {
		out.Gaps = gapsOf(inside)
	}
	out.Masked = maskedIn(page.Events)
	if page.Unclear.Events > 0 {
		out.Unclear = &Unclear{Events: page.Unclear.Events, Why: page.Unclear.Why}
	}
	return out, nil
}

func (s *service) timeline(ctx context.Context, in *timelineRequest) (Timeline, error) {
	q, err := in.query(s.now())
	if err != nil {
		return Timeline{}, err
	}
	if in.Key != "" || in.Text != "" {
		return Timeline{}, problem(http.StatusBadRequest, "a timeline counts from headers and cannot look into values",
			"leave key and text out; the list of events takes them")
	}
	counted, terms := q.Counted()
	if len(terms) > 0 {
		return Timeline{}, problem(http.StatusBadRequest, "a timeline counts from headers and cannot answer "+strings.Join(terms, " && "),
			"leave that out; kind, lane, reason, subtask, attempt, op and time can be counted")
	}
	t, err := s.Browser.Timeline(ctx, target(ctx), browse.TimelineQuery{EventQuery: counted, Buckets: in.Buckets})
	if err != nil {
		return Timeline{}, err
	}
	gaps, err := s.Browser.Gaps(ctx, target(ctx))
	if err != nil {
		return Timeline{}, err
	}
	out := Timeline{
		From: wall(t.From), To: wall(t.To), BucketUS: I64(t.BucketUS), Total: I64(t.Rows), Approximate: t.Approximate,
		Series: []TimelineSeries{}, Gaps: gapsOf(gaps),
	}
	for _, series := range t.Series {
		out.Series = append(out.Series, TimelineSeries{Op: series.Operator.Slug, Kind: series.Kind.String(), Counts: perBucket(series.Counts)})
	}
	return out, nil
}

func (s *service) now() time.Time { return time.Now() }

// query turns parameters into a question.
func (f *EventFilter) query(now time.Time) (q browse.EventQuery, err error) {
	q.Operator, q.Key, q.Match, q.Payload = f.Op, f.Key, f.Text, f.Payload
	if f.Subtask >= 0 {
		q.Subtask = &f.Subtask
	}
	if f.Attempt >= 0 {
		q.Attempt = &f.Attempt
	}
	if f.Invocation != "" {
		n, err := strconv.ParseUint(f.Invocation, 10, 63)
		if err != nil {
			return q, problem(http.StatusBadRequest, "invocation is no number", "give the number that a position ends with")
		}
		q.Invocation = &n
	}
	for _, name := range words(f.Lane) {
		lane, ok := event.ParseLane(name)
		if !ok {
			return q, problem(http.StatusBadRequest, "no lane is called "+strconv.Quote(bounded(name)), "lanes: out, det, src, trace, job, log, gap")
		}
		q.Lanes = append(q.Lanes, lane)
	}
	for _, name := range words(f.Kind) {
		kind, ok := event.ParseKind(name)
		if !ok {
			return q, problem(http.StatusBadRequest, "no kind is called "+strconv.Quote(bounded(name)), "spec/recording.md, section 4, lists the kinds; write dashes for blanks")
		}
		q.Kinds = append(q.Kinds, kind)
	}
	if q.Reasons, err = reasons(f.Reason); err != nil {
		return q, err
	}
	if q.Where, err = predicate(f.Where); err != nil {
		return q, err
	}
	if q.From, err = instant("from", f.From, now); err != nil {
		return q, err
	}
	q.To, err = instant("to", f.To, now)
	return q, err
}

// reasons reads names of reasons of drops.
func reasons(names []string) (list []event.DropReason, err error) {
	for _, name := range words(names) {
		r, ok := event.ParseDropReason(name)
		if !ok {
			return nil, problem(http.StatusBadRequest, "no reason is called "+strconv.Quote(bounded(name)), "spec/recording.md, section 4.1, lists the reasons, as window-late")
		}
		list = append(list, r)
	}
	return list, nil
}

// words splits values at commas, so that kind=a,b means the same as kind=a&kind=b.
func words(values []string) (out []string) {
	for _, v := range values {
		for w := range strings.SplitSeq(v, ",") {
			if w = strings.TrimSpace(w); w != "" {
				out = append(out, w)
			}
		}
	}
	return out
}

// instant reads RFC 3339, a date, a time of today in UTC, or an offset from now such as -5m.
func instant(name, text string, now time.Time) (browse.Wall, error) {
	if text == "" {
		return 0, nil
	}
	if text == "now" {
		return browse.Wall(now.UnixMicro()), nil
	}
	if text[0] == '-' {
		if d, err := time.ParseDuration(text); err == nil {
			return browse.Wall(now.Add(d).UnixMicro()), nil
		}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			return browse.Wall(t.UnixMicro()), nil
		}
	}
	for _, layout := range []string{"15:04:05.999999999", "15:04"} {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			day := now.UTC().Truncate(24 * time.Hour)
			return browse.Wall(day.Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
				time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())).UnixMicro()), nil
		}
	}
	return 0, problem(http.StatusBadRequest, fmt.Sprintf("%s: %q is no time", name, bounded(text)),
		"write 2026-08-01T14:02:11Z, 14:02:11, or -5m for five minutes ago")
}
