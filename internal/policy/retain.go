package policy

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// Retain says how much is kept of some jobs' recordings.
type Retain struct {
	Line int
	Job  string        // glob; empty = all
	Age  time.Duration // 0 = as the server's setting says
	Size uint64        // bytes of one recording; 0 = no limit of its own
}

// maxAge bounds what can be a meant age: ten years.
const maxAge = 10 * 366 * 24 * time.Hour

func (r *reader) retain(n *yaml.Node) Retain {
	x := Retain{Line: n.Line}
	r.Members(n, "a rule of retain", map[string]func(*yaml.Node){
		"job":  func(n *yaml.Node) { x.Job = r.Glob(n) },
		"age":  func(n *yaml.Node) { x.Age = r.duration(n, time.Minute, maxAge) },
		"size": func(n *yaml.Node) { x.Size = r.size(n, "") },
	})
	if x.Age == 0 && x.Size == 0 && document.Follow(n).Kind == yaml.MappingNode {
		r.Fail(n, "this rule says nothing: give it age or size")
	}
	return x
}

// Kept is how long a job's recordings are kept, and how many bytes of one: each by the first rule that fits the job and says it; 0 where
// none does. job holds what names it.
func (p *Policy) Kept(job []string) (age time.Duration, size int64) {
	for _, x := range p.Retain {
		if !fits(x.Job, "", job, "") {
			continue
		}
		if age == 0 {
			age = x.Age
		}
		if size == 0 {
			size = int64(min(x.Size, 1<<62))
		}
	}
	return age, size
}
