package junit

import (
	"fmt"
	"strings"

	"github.com/sightglass/sightglass/internal/browse"
)

// properties is recorded.properties in the making.
type properties struct{ strings.Builder }

func (p *properties) set(name, value string) { fmt.Fprintf(p, "%s=%s\n", name, property(value)) }

func (p *properties) number(name string, n int64) { fmt.Fprintf(p, "%s=%d\n", name, n) }

// value writes bytes below what people read of them.
func (p *properties) value(name string, v *browse.ExcerptValue) {
	if v.Text != "" {
		fmt.Fprintf(p, "# %s\n", line(v.Text))
	}
	p.set(name, v.Base64())
}

// optional writes a value that may not be there.
func (p *properties) optional(name string, v *browse.ExcerptValue) {
	if v != nil {
		p.value(name, v)
	}
}

func (p *properties) begin(e *browse.Excerpt) {
	fmt.Fprintf(p, "# Values as Flink's serializers wrote them, in Base64; above each what it says.\n")
	p.set("task", e.Task)
	p.number("subtask", int64(e.Subtask))
	p.number("parallelism", int64(e.Parallelism))
	p.number("max-parallelism", int64(e.MaxParallelism))
	p.number("inputs", int64(e.Inputs))
	p.optional("key", e.Key)
	for i := range e.Cells {
		c, name := &e.Cells[i], fmt.Sprintf("state-%d", i+1)
		p.WriteByte('\n')
		p.set(name+".state", c.State)
		p.optional(name+".namespace", c.Namespace)
		p.optional(name+".key", c.MapKey)
		if c.Written != 0 {
			p.number(name+".written", c.Written)
		}
		p.value(name, &c.Value)
	}
	for i := range e.Timers {
		t, name := &e.Timers[i], fmt.Sprintf("timer-%d", i+1)
		domain := "processing"
		if t.Event {
			domain = "event"
		}
		p.WriteByte('\n')
		p.set(name+".service", t.Service)
		p.set(name+".domain", domain)
		p.optional(name+".namespace", t.Namespace)
		p.number(name, int64(t.Time))
	}
}
