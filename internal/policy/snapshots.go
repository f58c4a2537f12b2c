package policy

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// Snapshots says how much of the state files of some jobs' checkpoints agents copy, so that replays can begin there when Flink has removed them.
// The first rule that fits a job holds.
type Snapshots struct {
	Line  int
	Job   string        // glob; empty = all
	Bytes uint64        // of one subtask's snapshot; of a larger one nothing is copied
	Every time.Duration // at most one of a subtask in that time
}

// defaultEvery is how often a subtask's snapshot is copied.
const defaultEvery = 10 * time.Minute

func (r *reader) snapshots(n *yaml.Node) Snapshots {
	x := Snapshots{Line: n.Line, Every: defaultEvery}
	said := false
	r.Members(n, "a rule of snapshots", map[string]func(*yaml.Node){
		"job":   func(n *yaml.Node) { x.Job = r.Glob(n) },
		"bytes": func(n *yaml.Node) { x.Bytes, said = r.size(n, ""), true },
		"every": func(n *yaml.Node) { x.Every = r.duration(n, 0, 30*24*time.Hour) },
	})
	if !said && document.Follow(n).Kind == yaml.MappingNode {
		r.Fail(n, "this rule says nothing: give it bytes, as in bytes: 256MiB")
	}
	return x
}
