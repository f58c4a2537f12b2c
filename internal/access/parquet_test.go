package access_test

import (
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
)

func TestParquetSeesWhatTheRoleOfItsChoiceSees(t *testing.T) {
	secret := event.NewPayload([]byte("canary"))
	for as, clear := range map[string]bool{"": false, access.LocalRole: true, access.ExportRole: false} {
		p, err := access.Local().WithExport(false).WithParquet(as)
		if err != nil {
			t.Fatal(err)
		}
		who := access.ParquetPrincipal(as)
		if v := p.View(who, access.Subject{Part: access.PartValue}, secret, event.Tree{}, access.Shape{}); (len(v.Masked) == 0) != clear {
			t.Errorf("as %q: masked %v", as, v.Masked)
		}
		if d := p.Decide(who, access.RecordingExport, "flink/local/job/a/recording/1"); !d.Allowed {
			t.Errorf("as %q: may not export: %s", as, d.Reason)
		}
		if d := p.Decide(access.ParquetPrincipal(""), access.JobRead, "flink/local/job/a/recording/1"); d.Allowed {
			t.Error("without a role it may look at records")
		}
	}
	if _, err := access.Local().WithParquet("nobody"); err == nil {
		t.Error("a role that there is not was taken")
	}
}
