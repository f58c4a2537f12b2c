package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/stepping"
)

func TestStepsWhereNothingCanBeReplayed(t *testing.T) {
	f := open(t, local)
	s, err := stepping.New(stepping.Options{
		Browser: f.browser, Policy: access.NewInForce(access.Local()),
		Replay: func(context.Context, event.RecordingID, event.Key) (replay.Options, error) {
			return replay.Options{}, errors.New("the jars of Flink 2.3.0 are not here")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	f.api.service.Stepping = s
	path := Base + "/recordings/" + f.truth.Totals.String() + "/steps/" + url.PathEscape(f.truth.Orders[5].Source.String())

	status, _, body := get2(t, f, path)
	if status != http.StatusConflict || !strings.Contains(string(body), "jars of Flink 2.3.0") || !strings.Contains(string(body), "docs/guides/step.md") {
		t.Errorf("a step: %d %s", status, body)
	}
	var p StepProgress
	if status, _, body = get2(t, f, path+"/progress"); status != http.StatusOK || json.Unmarshal(body, &p) != nil || p.Phase != "planning" || p.Invocation != 0 {
		t.Errorf("progress: %d %s", status, body)
	}
	var e StepEnded
	if status, _, body = send2(t, f, http.MethodDelete, path, ""); status != http.StatusOK || json.Unmarshal(body, &e) != nil || e.Ended {
		t.Errorf("the end: %d %s", status, body)
	}
	for query, why := range map[string]string{
		"?break=A.java&until=line": "FILE:LINE", "?frame=-1": "frame", "?until=nothing": "until",
	} {
		if status, _, body := get2(t, f, path+query); status < 400 || status >= 500 || !strings.Contains(string(body), why) {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
	if status, _, body = get2(t, f, Base+"/recordings/"+f.truth.Totals.String()+"/steps/nobody.0.0.1/progress"); status != http.StatusNotFound {
		t.Errorf("of nobody: %d %s", status, body)
	}
}
