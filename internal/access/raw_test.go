package access

import (
	"errors"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestRawBytesLeaveForThoseWhoMayExportAndSeeAll(t *testing.T) {
	may := func(clear []string, actions ...Action) Role {
		return Role{Name: "r", Clear: clear, Statements: []Statement{{Effect: Allow, Actions: actions, Resources: []string{"recording/**"}}}}
	}
	payload, of := event.NewPayload([]byte("secret")), ResourceOf("recording", "1")
	for name, c := range map[string]struct {
		role Role
		ok   bool
	}{
		"who may export and sees all": {may([]string{"*"}, JobRead, RecordingExport), true},
		"who sees all and may read":   {may([]string{"*"}, JobRead), false},
		"who may export masked":       {may(nil, JobRead, RecordingExport), false},
		"who sees one class":          {may([]string{"contact"}, RecordingExport), false},
	} {
		p, err := NewPolicy("v", c.role)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := p.Raw(Principal{ID: "x", Roles: []string{"r"}}, of, payload)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrDenied) || c.ok != (string(raw.Bytes()) == "secret") {
			t.Errorf("%s: %q, %v", name, raw.Bytes(), err)
		}
	}
	if _, err := (*Policy)(nil).Raw(LocalPrincipal("x"), of, payload); !errors.Is(err, ErrDenied) {
		t.Errorf("no policy: %v", err)
	}
	if raw, err := Local().Raw(LocalPrincipal("x"), of, payload); err != nil || raw.Base64() != "c2VjcmV0" || raw.Len() != 6 {
		t.Errorf("the local person: %v, %v", raw, err)
	}
}
