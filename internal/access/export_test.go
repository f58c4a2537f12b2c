package access_test

import (
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
)

func TestExportSeesNoValueUnlessTold(t *testing.T) {
	who := access.ExportPrincipal("otlp")
	secret := event.NewPayload([]byte("canary"))
	for _, clear := range []bool{false, true} {
		p := access.Local().WithExport(clear)
		if v := p.View(who, access.Subject{Part: access.PartValue}, secret, event.Tree{}, access.Shape{}); (len(v.Masked) == 0) != clear {
			t.Errorf("clear %v: masked %v", clear, v.Masked)
		}
		if d := p.Decide(who, access.RecordingExport, "flink/local/job/a/recording/1"); !d.Allowed {
			t.Errorf("clear %v: may not export: %s", clear, d.Reason)
		}
		if d := p.Decide(who, access.RecordWrite, "flink/local/job/a/recording/1"); d.Allowed {
			t.Error("an export may change what is recorded")
		}
		if d := p.Decide(access.LocalPrincipal("ann"), access.JobRead, "flink/local/job/a/recording/1"); !d.Allowed {
			t.Error("the local person lost their role")
		}
	}
	if d := access.Local().Decide(who, access.RecordingExport, "flink/local/job/a/recording/1"); d.Allowed {
		t.Error("a server without an export lets one export")
	}
}

func TestOnlyATraceParentLeavesAHeader(t *testing.T) {
	const good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	if p, ok := access.TraceParentOf(event.NewPayload([]byte(good))); !ok || p.Trace[0] != 0x4b || p.Span[7] != 0xb7 {
		t.Fatalf("%v %v", p, ok)
	}
	for _, bad := range []string{
		"", "canary", good + "0", "01" + good[2:], "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
		"00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0-",
		"00-4bf92f3577b34da6-3ce929d0e0e4736-00f067aa0ba902b7-01",
	} {
		if p, ok := access.TraceParentOf(event.NewPayload([]byte(bad))); ok || p != (access.TraceParent{}) {
			t.Errorf("%q passed", bad)
		}
	}
}
