package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// keptIncidents is an Incidents that remembers what it was asked for.
type keptIncidents struct {
	rec   event.RecordingID
	asked []IncidentRequest
	taken string
}

func (k *keptIncidents) incident() Incident {
	return Incident{Kind: "incident", Version: 1, Recording: k.rec.String(), Roles: []string{}, Classes: []IncidentClass{}, Cut: []IncidentCut{}, LeftOut: []IncidentLeft{}, Verdict: "not proven"}
}

func (k *keptIncidents) Export(_ context.Context, _ access.Principal, _ browse.Target, q IncidentRequest) (io.ReadCloser, int64, error) {
	k.asked = append(k.asked, q)
	switch q.As {
	case "nobody":
		return nil, 0, Refuse(http.StatusBadRequest, "the access policy has no such role", "name one of its roles")
	case "torn":
		return io.NopCloser(io.MultiReader(strings.NewReader("the fi"), failing{})), 8, nil
	}
	return io.NopCloser(strings.NewReader("the file")), 8, nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

func (k *keptIncidents) Preview(_ context.Context, _ access.Principal, _ browse.Target, q IncidentRequest) (Incident, error) {
	k.asked = append(k.asked, q)
	return k.incident(), nil
}

func (k *keptIncidents) Import(_ context.Context, _ access.Principal, in io.Reader) (IncidentFile, error) {
	b, err := io.ReadAll(in)
	k.taken = string(b)
	return IncidentFile{Incident: k.incident(), Signer: "SHA256:x"}, err
}

func (k *keptIncidents) Of(_ context.Context, rec event.RecordingID) (*IncidentFile, error) {
	if rec != k.rec {
		return nil, nil
	}
	return &IncidentFile{Incident: k.incident(), Signer: "SHA256:x"}, nil
}

func TestIncidentFilesLeaveWholeAndAreWrittenDown(t *testing.T) {
	f := open(t, local)
	k := f.api.service.Incidents.(*keptIncidents)
	path := Base + "/recordings/" + f.truth.Totals.String() + "/export/incident"
	status, header, body := get2(t, f, path+"?as=support&state=true&expires=30d&from=2026-01-05", "Accept-Encoding", "gzip")
	if status != http.StatusOK || string(body) != "the file" || header.Get("Content-Length") != "8" || header.Get("Content-Encoding") != "" ||
		!strings.Contains(header.Get("Content-Disposition"), ".sgi") {
		t.Errorf("%d %v %s", status, header, body)
	}
	if q := k.asked[0]; q.As != "support" || !q.State || q.Jars || q.Expires != 30*24*time.Hour || q.From == 0 || q.To != 0 {
		t.Errorf("asked for %+v", q)
	}
	f.api.Close() // the result is written down when the file has left
	if log := f.audit.String(); !strings.Contains(log, `"action":"recording:export"`) || !strings.Contains(log, `for role support`) || !strings.Contains(log, `"outcome":"ok"`) {
		t.Errorf("written down: %s", log)
	}
	f = open(t, local)
	path = Base + "/recordings/" + f.truth.Totals.String() + "/export/incident"
	for query, want := range map[string]int{
		"?as=nobody": http.StatusBadRequest, "?expires=soon": http.StatusBadRequest, "?around=a.1.0.1&from=-5m": http.StatusBadRequest,
		"?from=2026-01-06&to=2026-01-05": http.StatusBadRequest, "?unknown=1": http.StatusUnprocessableEntity,
	} {
		if status, _, body := get2(t, f, path+query); status != want {
			t.Errorf("%s: %d %s", query, status, body)
		}
	}
	for range maxExports {
		f.api.service.exports <- struct{}{}
	}
	for _, p := range []string{path, path + "/preview"} {
		if status, _, _ := get2(t, f, p); status != http.StatusTooManyRequests {
			t.Errorf("%s: one export too many: %d", p, status)
		}
	}
}

func TestATornIncidentFileIsBrokenOff(t *testing.T) {
	f := open(t, local)
	r, err := http.Get(f.server.URL + Base + "/recordings/" + f.truth.Totals.String() + "/export/incident?as=torn")
	if err == nil {
		_, err = io.ReadAll(r.Body)
		_ = r.Body.Close()
	}
	if err == nil {
		t.Error("a body that was broken off came to its end")
	}
}

func TestAnIncidentFileIsTakenIn(t *testing.T) {
	f := open(t, local)
	k := f.api.service.Incidents.(*keptIncidents)
	status, _, body := send2(t, f, http.MethodPost, Base+"/incidents", "a file", "Content-Type", incidentType)
	if status != http.StatusOK || k.taken != "a file" || !strings.Contains(string(body), `"signer":"SHA256:x"`) {
		t.Errorf("%d %s, taken %q", status, body, k.taken)
	}
	if log := f.audit.String(); !strings.Contains(log, `"action":"recording:import"`) {
		t.Errorf("written down: %s", log)
	}
	if status, _, _ := get2(t, f, Base+"/recordings/"+f.sql.Recording.String()+"/incident"); status != http.StatusNotFound {
		t.Errorf("a recording that came from no file: %d", status)
	}
}
