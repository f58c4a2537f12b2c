package api

import (
	"cmp"
	"context"
	"slices"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/junit"
	"github.com/sightglass/sightglass/internal/replay"
)

// TestExport is a moment of a recording as a JUnit test.
type TestExport struct {
	Position string           `json:"position"`
	Op       string           `json:"op"`
	OpName   string           `json:"op_name"`
	Flink    string           `json:"flink" doc:"Version whose test harness it uses."`
	Class    string           `json:"class" doc:"Of the test, with its package."`
	Expects  string           `json:"expects" doc:"When it passes, in words."`
	Records  int              `json:"records" doc:"That go into the operator."`
	Traced   string           `json:"traced,omitempty" doc:"Recording that told what the operator did with its key."`
	Unproven []string         `json:"unproven" doc:"What the test may do otherwise than production, and why."`
	Files    []TestExportFile `json:"files" doc:"What is in the zip, in its order."`
	Zip      []byte           `json:"zip" doc:"The test: a zip of its files."`
}

// TestExportFile is one file of a test.
type TestExportFile struct {
	Path  string `json:"path" doc:"In the folder of the test, with slashes."`
	Bytes int    `json:"bytes"`
}

type testExportRequest struct {
	RecordingPath
	Position string `path:"position" maxLength:"256" doc:"operator.subtask.attempt.invocation; the operator is the head of its chain."`
	Before   int    `query:"before" default:"-1" minimum:"-1" maximum:"1000" doc:"Most records before that of the position: of its key or, where the operator has no keys, of its input. -1 = 20 of a key, else none."`
	Expect   string `query:"expect" maxLength:"32" doc:"What the last step must do: production, no-exception, no-output, outputs:N. Empty: no-exception where production threw, else production."`
	Name     string `query:"name" maxLength:"128" doc:"Of the class. Empty: of the operator's function."`
	Package  string `query:"package" maxLength:"256" doc:"Empty: that of the operator's function."`
	POM      bool   `query:"pom" doc:"With a pom.xml that runs it."`
	Replay   string `query:"replay" maxLength:"64" doc:"Id of the replay that tells what was done with keys. Empty: the recording itself, or any replay that does."`
}

func (s *service) exportTest(ctx context.Context, in *testExportRequest) (TestExport, error) {
	p, err := browse.ParsePosition(in.Position)
	if err != nil {
		return TestExport{}, err
	}
	q := browse.ExcerptQuery{Position: p, Before: in.Before}
	if q.Traced, err = s.traced(ctx, p, in.Replay); err != nil {
		return TestExport{}, err
	}
	e, err := s.Browser.Excerpt(ctx, caller(ctx), target(ctx), q)
	if err != nil {
		return TestExport{}, err
	}
	t, err := junit.Write(e, junit.Options{Name: in.Name, Package: in.Package, Expect: in.Expect, POM: in.POM})
	if err != nil {
		return TestExport{}, err
	}
	out := TestExport{
		Position: e.Position.String(), Op: e.Operator.Slug, OpName: e.Operator.Name, Flink: e.Flink, Class: t.Class, Expects: t.Expects,
		Unproven: junit.Notes(e), Files: []TestExportFile{},
	}
	if !e.Traced.IsZero() {
		out.Traced = e.Traced.String()
	}
	for i := range e.Steps {
		if e.Steps[i].Record != nil {
			out.Records++
		}
	}
	for _, f := range t.Files {
		out.Files = append(out.Files, TestExportFile{f.Path, len(f.Content)})
	}
	out.Zip, err = t.Zip()
	return out, err
}

// traced lists what replays of the attempt that a position is of derived, best first: those that proved themselves, from the attempt's
// beginning if they can. Whether they came that far shows in what they derived: what a step brings about has numbers behind its own.
func (s *service) traced(ctx context.Context, p browse.Position, id string) ([]browse.Traced, error) {
	if s.Replays == nil {
		return nil, nil
	}
	a, err := s.Browser.Attempt(ctx, target(ctx), p)
	if err != nil {
		return nil, err
	}
	runs, err := s.Replays.List(ctx, target(ctx).Recording, maxReplaysLooked)
	if err != nil {
		return nil, err
	}
	runs = slices.DeleteFunc(runs, func(r ReplayRun) bool {
		return r.Key != a.Key.String() || r.Verdict == nil || !replay.Proves(r.Verdict.Verdict) || id != "" && r.ID != id
	})
	slices.SortStableFunc(runs, func(x, y ReplayRun) int { return cmp.Compare(x.Checkpoint, y.Checkpoint) })
	var list []browse.Traced
	for _, r := range runs {
		if rec, err := event.ParseRecordingID(r.Derived); err == nil {
			list = append(list, browse.Traced{Recording: rec, Checkpoint: uint64(r.Checkpoint)})
		}
	}
	return list, nil
}

// maxReplaysLooked is how many of the newest replays are looked at.
const maxReplaysLooked = 500
