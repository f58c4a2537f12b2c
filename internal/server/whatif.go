package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/replay"
)

func changesOf(wish []api.ReplayChange) ([]replay.Change, error) {
	all := make([]replay.Change, 0, len(wish))
	for _, c := range wish {
		x := replay.Change{
			Kind: c.Kind, At: uint64(c.At), Path: c.Path, Value: c.Value, By: time.Duration(c.ByMS) * time.Millisecond, Source: c.Source, Nth: c.Nth,
			State: c.State, Operator: c.Operator, Key: c.Key, Namespace: c.Namespace, MapKey: c.MapKey, Begin: c.Begin,
		}
		if err := x.Check(); err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

// variantOf reads a variant; one with jars is refused where they may not run.
func (r *replays) variantOf(w *api.ReplayVariant) (v replay.Variant, err error) {
	if w == nil {
		return v, nil
	}
	v.Config, v.Flink = w.Config, w.Flink
	for _, j := range w.Jars {
		if err := r.mayRunJars(); err != nil {
			return v, err
		}
		if err := r.m.HasJar(j.ID); err != nil {
			return v, api.Refuse(http.StatusBadRequest, err.Error(), "POST it to /recordings/{rec}/replays/jars, as sightglass diff does")
		}
		v.Jars = append(v.Jars, replay.Jar{Name: j.Name, ID: j.ID})
	}
	return v, nil
}

func (r *replays) mayRunJars() error {
	if r.uploads == "any" || r.uploads == "sandboxed" && r.sandbox {
		return nil
	}
	return api.Refuse(http.StatusForbidden, "this server runs no uploaded jars", "the setting replay-uploads says so: sandboxed wants replay-sandbox: on")
}

// AddJar is that of api.Replays.
func (r *replays) AddJar(_ context.Context, b []byte) (api.ReplayJar, error) {
	if err := r.mayRunJars(); err != nil {
		return api.ReplayJar{}, err
	}
	id, err := r.m.AddJar(b)
	if errors.Is(err, replay.ErrJar) {
		return api.ReplayJar{}, api.Refuse(http.StatusBadRequest, err.Error(), "")
	}
	return api.ReplayJar{ID: id}, err
}

func kindOf(r *replay.Replay) string {
	switch {
	case !r.Wish.Variant.IsZero():
		return "diff"
	case r.WhatIf():
		return "what-if"
	}
	return "replay"
}

// shownWhatIf adds what a replay with changes has beside.
func shownWhatIf(out *api.ReplayRun, r *replay.Replay) {
	out.Kind = kindOf(r)
	if !r.WhatIf() {
		return
	}
	if v := r.Wish.Variant; !v.IsZero() {
		out.Variant = &api.ReplayVariant{Config: v.Config, Flink: v.Flink}
		for _, j := range v.Jars {
			out.Variant.Jars = append(out.Variant.Jars, api.ReplayJar{Name: j.Name, ID: j.ID})
		}
	}
	if p := r.Parted; p != nil {
		code := func(c *replay.CodePlace) *api.CodePlace {
			if c == nil {
				return nil
			}
			return &api.CodePlace{Class: c.Class, Method: c.Method, Source: c.Source, Line: c.Line}
		}
		out.Parted = &api.ReplayParted{
			Invocation: api.I64(p.Invocation), Position: positionIn(r, r.Wish.Operator, p.Invocation), Before: code(p.Before), Unchanged: code(p.First), Changed: code(p.Second),
			Variables: append([]string{}, p.Variables...), Note: p.Note,
		}
	}
	for _, c := range r.Wish.Changes {
		out.Changes = append(out.Changes, api.ReplayChange{
			Kind: c.Kind, At: api.I64(c.At), Path: c.Path, Value: c.Value, ByMS: api.I64(c.By.Milliseconds()), Source: c.Source, Nth: c.Nth,
			State: c.State, Operator: c.Operator, Key: c.Key, Namespace: c.Namespace, MapKey: c.MapKey, Begin: c.Begin,
		})
	}
	if !r.Base.IsZero() {
		out.Base = r.Base.String()
	}
	if r.Unchanged != nil {
		out.Unchanged = shownVerdict(r, r.Unchanged)
	}
	if d := r.Differences; d != nil {
		counts := func(c replay.Counts) api.ReplayCounts {
			return api.ReplayCounts{Equal: api.I64(c.Equal), Altered: api.I64(c.Altered), Added: api.I64(c.Added), Missing: api.I64(c.Missing)}
		}
		out.Differences = &api.ReplayDifferences{Outputs: counts(d.Outputs), State: counts(d.State), Note: d.Note}
	}
}

// Differences is that of api.Replays.
func (r *replays) Differences(ctx context.Context, id string, limit int) ([]api.DifferenceOf, uint64, error) {
	run, err := r.m.Get(ctx, id)
	if err != nil {
		_, err = answered(run, err)
		return nil, 0, err
	}
	d := run.Differences
	if d == nil {
		return nil, 0, nil
	}
	output := func(p *replay.OutputPlace) *api.PlaceOf {
		if p == nil {
			return nil
		}
		return &api.PlaceOf{Position: positionIn(&run, p.Operator, p.Invocation), Invocation: p.Invocation, Nth: p.Nth, Written: p.Written}
	}
	access := func(p *replay.AccessPlace) *api.PlaceOf {
		if p == nil {
			return nil
		}
		return &api.PlaceOf{Position: positionIn(&run, "", p.Invocation), Invocation: p.Invocation, Ordinal: p.Ordinal}
	}
	list := []api.DifferenceOf{}
	for _, o := range d.Of {
		if len(list) < limit {
			list = append(list, api.DifferenceOf{Kind: o.Kind, Unchanged: output(o.First), Changed: output(o.Second)})
		}
	}
	for _, s := range d.Entries {
		if len(list) < limit {
			list = append(list, api.DifferenceOf{State: true, Kind: s.Kind, Unchanged: access(s.First), Changed: access(s.Second)})
		}
	}
	return list, d.Outputs.Differ() + d.State.Differ() - uint64(len(list)), nil
}
