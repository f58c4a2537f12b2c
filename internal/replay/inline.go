package replay

import "strings"

// Kotlin's compiler puts an inline function, and the blocks that are given to it, into the method that calls it. It says so by variables:
// the first one is there within the function NAME, the second one within a block that was given to NAME. What belongs to a function that
// was put in has a name that ends with $iv, once for each of them around it.
const (
	inlineFunction = "$i$f$"
	inlineBlock    = "$i$a$-"
	inlineDepth    = "$iv"
)

// ofKotlin tells whether a class is of Kotlin's own library: as other libraries, it is not looked into.
func ofKotlin(class string) bool {
	return strings.HasPrefix(class, "kotlin.") || strings.HasPrefix(class, "kotlinx.")
}

// linePlace says where a line of a method is as one reads it.
type linePlace struct {
	line   int
	from   *Method   // whose text it is, where neither the method nor the last of calls says it; else nil
	calls  []*Method // what was put in and has the line in it, the outermost first
	hidden bool      // it is of a library

	depth int // of the variables that one sees there
	since int // the first of them among all
}

// part is a function that was put in, or a block.
type part struct {
	method *Method
	block  bool
	depth  int
	at     int // of the variable that tells of it, among all
}

// place finds where a line is at which these variables are told, in the order of their slots.
func (m *Method) place(line int, variables []int) linePlace {
	var p linePlace
	o := m.lines.origin(line)
	p.from, p.line = m.inlined(line)
	parts := m.parts(variables)
	if n := len(parts); n == 1 && !parts[0].block && p.line == line && parts[0].method.Name == m.Name {
		m.itself = variables[parts[0].at] + 1 // as Java calls it: nothing was put in
		parts = nil
	}
	if len(parts) == 0 {
		p.hidden = p.from != nil && ofKotlin(p.from.Class)
		return p
	}
	last := parts[len(parts)-1]
	if !last.block {
		if o.n > 0 && !last.method.known { // traces that were given away have it too
			last.method.known = true
			last.method.Class, last.method.Source = o.class(m), o.file
		}
		if len(parts) > 1 {
			p.since = parts[len(parts)-2].at + 1
		}
	}
	if p.from != nil && p.from.Source == last.method.Source && p.from.Class == last.method.Class {
		p.from = nil
	}
	p.depth, p.hidden = last.depth, ofKotlin(last.method.Class)
	for _, x := range parts {
		if !ofKotlin(x.method.Class) {
			p.calls = append(p.calls, x.method)
		}
	}
	return p
}

// parts lists what variables tell of, the outermost first.
func (m *Method) parts(variables []int) []part {
	var parts []part
	for at, v := range variables {
		name := m.names[v]
		function, isFunction := strings.CutPrefix(name, inlineFunction)
		isBlock := strings.HasPrefix(name, inlineBlock)
		if !isFunction && !isBlock || m.itself == v+1 {
			continue
		}
		x := part{block: isBlock, at: at, method: m.put[v]}
		around := m // that a block is written in
		if isBlock {
			_, x.depth = cutDepth(name)
			for _, f := range parts {
				if !f.block && f.depth == x.depth {
					around = f.method
				}
			}
		} else if x.depth = 1; len(parts) > 0 {
			x.depth += parts[len(parts)-1].depth
		}
		if x.method == nil {
			// Its first line says which class the function is of.
			x.method = &Method{Class: around.Class, Name: function, Descriptor: m.Descriptor, Source: around.Source, HasLines: true, Inlined: true}
			if isBlock {
				x.method.Name = around.Name + "$lambda"
			}
			if m.put == nil {
				m.put = make(map[int]*Method)
			}
			m.put[v] = x.method
		}
		parts = append(parts, x)
	}
	return parts
}

// sees tells whether one sees a variable where a line is, as it is read; at is its place among all.
func (p *linePlace) sees(l *label, at int) bool {
	return !l.hidden && l.depth == p.depth && at >= p.since
}

// cutDepth cuts off how many functions around a name is within.
func cutDepth(name string) (string, int) {
	depth := 0
	for {
		short, ok := strings.CutSuffix(name, inlineDepth)
		if !ok {
			return name, depth
		}
		name = short
		depth++
	}
}
