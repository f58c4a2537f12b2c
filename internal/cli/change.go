package cli

import "github.com/sightglass/sightglass/gen"

// changeFold makes one line of the two halves of an update, when they follow each other in either order.
type changeFold struct {
	held *gen.Event // a half whose other half may be next
	add  func(*gen.Event)
}

func (f *changeFold) next(e *gen.Event) {
	if h := f.held; h != nil {
		f.held = nil
		if e.Element != "" && h.Change.Other == e.Element {
			after := e
			if h.Change.Kind == "+U" {
				after = h
			}
			one := *after
			one.Kind, one.Text = "update", after.Change.Text
			f.add(&one)
			return
		}
		f.add(h)
	}
	if e.Change.Other != "" {
		f.held = e
		return
	}
	if e.Change.Why != "" {
		one := *e
		one.Text += " · alone"
		e = &one
	}
	f.add(e)
}

func (f *changeFold) end() {
	if f.held != nil {
		f.add(f.held)
		f.held = nil
	}
}
