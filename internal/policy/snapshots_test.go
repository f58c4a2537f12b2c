package policy

import (
	"strings"
	"testing"
	"time"
)

func TestSnapshotsThatAreCopied(t *testing.T) {
	p, err := Read("snapshots:\n- {job: \"order-*\", bytes: 256MiB, every: 5m}\n- {bytes: 1MiB}\n", Checks{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Snapshots{{2, "order-*", 256 << 20, 5 * time.Minute}, {3, "", 1 << 20, 10 * time.Minute}}
	if len(p.Snapshots) != 2 || p.Snapshots[0] != want[0] || p.Snapshots[1] != want[1] {
		t.Errorf("%+v", p.Snapshots)
	}
	for text, part := range map[string]string{
		"snapshots: [{job: x}]": "says nothing", "snapshots: [{bytes: many}]": "many", "snapshots: [{bytes: 1MiB, every: soon}]": "no time", "snapshots: [{size: 1MiB}]": "bytes",
	} {
		if _, err := Read(text, Checks{}); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v, want %q", text, err, part)
		}
	}
}
