package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/event"
)

// keptHouse is a House that remembers what it was asked for.
type keptHouse struct {
	rec   event.RecordingID
	asked []string
}

func (h *keptHouse) Pins(context.Context) (Pins, error) {
	return Pins{Kind: "pin", Version: 1, Items: []Pin{h.pin()}, Bytes: 7, Quota: 9}, nil
}

func (h *keptHouse) pin() Pin {
	return Pin{ID: "p1", Recording: h.rec.String(), Reason: "hold", Created: &Time{time.Unix(1, 0)}}
}

func (h *keptHouse) PinOf(_ context.Context, id string) (event.RecordingID, error) {
	if id != "p1" && id != "1" {
		return event.RecordingID{}, Refuse(http.StatusNotFound, "there is no pin "+id, "sightglass pins lists them")
	}
	return h.rec, nil
}

func (h *keptHouse) Pin(_ context.Context, rec event.RecordingID, w PinRequest) (Pin, error) {
	h.asked = append(h.asked, fmt.Sprintf("pin %s %d %d %s %q %s", rec.String()[:4], w.From, w.To, w.Reason, w.Note, w.Owner))
	if w.Note == "too much" {
		return Pin{}, Refuse(http.StatusInsufficientStorage, "pins hold all that they may", "unpin something")
	}
	return h.pin(), nil
}

func (h *keptHouse) Unpin(_ context.Context, id string) (Pin, error) {
	h.asked = append(h.asked, "unpin "+id)
	return h.pin(), nil
}

func (h *keptHouse) Compact(context.Context) (Compaction, error) {
	h.asked = append(h.asked, "compact")
	return Compaction{State: "running"}, nil
}

func (h *keptHouse) CancelCompaction(context.Context) (Compaction, error) {
	return Compaction{State: "cancelled"}, nil
}

func (h *keptHouse) Compaction(context.Context) (Compaction, error) {
	return Compaction{State: "none"}, nil
}

func TestPinsAreAskedForByNameAndWrittenDown(t *testing.T) {
	f := open(t, local)
	h := f.api.service.House.(*keptHouse)
	rec := "/recordings/" + f.truth.Totals.String()
	put[Pin](t, f, http.MethodPost, rec+"/pins", `{"reason":"incident","from":"2026-03-01T12:00:00Z","to":"2026-03-01T12:05:00Z","note":"ticket 4711"}`, 200)
	put[Problem](t, f, http.MethodPost, rec+"/pins", `{"reason":"hold","from":"2026-03-01T12:00:00Z","to":"2026-03-01T11:00:00Z"}`, http.StatusBadRequest)
	put[Problem](t, f, http.MethodPost, rec+"/pins", `{"reason":"whim"}`, http.StatusUnprocessableEntity)
	if p := put[Problem](t, f, http.MethodPost, rec+"/pins", `{"reason":"hold","note":"too much"}`, http.StatusInsufficientStorage); p.Hint == "" {
		t.Errorf("%+v", p)
	}
	put[Problem](t, f, http.MethodDelete, "/pins/none", "", http.StatusNotFound)
	put[Pin](t, f, http.MethodDelete, "/pins/p1", "", 200)
	put[Compaction](t, f, http.MethodPost, "/store/compaction", "", 200)
	short := f.truth.Totals.String()[:4]
	want := []string{
		fmt.Sprintf(`pin %s 1772366400000000 1772366700000000 incident "ticket 4711" ann`, short), fmt.Sprintf(`pin %s 0 0 hold "too much" ann`, short), "unpin p1", "compact",
	}
	if strings.Join(h.asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked for\n%s", strings.Join(h.asked, "\n"))
	}
	for _, line := range []string{`"action":"recording:pin"`, `"reason":"ticket 4711"`, `"unpin p1"`, `"action":"store:compact"`, `"outcome":"failed"`} {
		if !strings.Contains(f.audit.String(), line) {
			t.Errorf("the audit log lacks %s:\n%s", line, f.audit)
		}
	}
}
