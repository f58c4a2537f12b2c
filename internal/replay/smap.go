package replay

import (
	"strconv"
	"strings"
)

// smap says where the lines of a class come from, when they are not those of its file: what a compiler put in from elsewhere
// (SourceDebugExtension, JSR 45; Kotlin writes it for inline functions).
type smap []smapRange

type smapRange struct {
	out, n, step int // lines of the class
	in           int // first line of the file
	file, path   string
}

// parseSMAP reads the class's default stratum; what cannot be read maps nothing.
func parseSMAP(text string) smap {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if len(lines) < 3 || lines[0] != "SMAP" {
		return nil
	}
	stratum := lines[2]
	names, paths := make(map[string]string), make(map[string]string)
	var m smap
	section, current, file := "", "", "1"
	for i := 3; i < len(lines); i++ {
		l := strings.TrimSpace(lines[i])
		if strings.HasPrefix(l, "*") {
			section, _, _ = strings.Cut(l, " ")
			if name, ok := strings.CutPrefix(l, "*S "); ok {
				current = name
			}
			continue
		}
		if current != stratum {
			continue
		}
		switch section {
		case "*F":
			field := strings.Fields(l)
			if len(field) == 3 && field[0] == "+" {
				names[field[1]] = field[2]
				if i++; i < len(lines) {
					paths[field[1]] = strings.TrimSpace(lines[i])
				}
			} else if len(field) == 2 {
				names[field[0]] = field[1]
			}
		case "*L":
			var r smapRange
			if r, file = parseSMAPLine(l, file); r.n > 0 {
				r.file, r.path = names[file], paths[file]
				m = append(m, r)
			}
		}
	}
	return m
}

// parseSMAPLine reads in[#file][,repeat]:out[,step]; a file that is not said is the one before.
func parseSMAPLine(l, before string) (r smapRange, file string) {
	file = before
	in, out, ok := strings.Cut(l, ":")
	if !ok {
		return r, file
	}
	in, repeat, _ := strings.Cut(in, ",")
	first, id, said := strings.Cut(in, "#")
	if said {
		file = id
	}
	start, step, _ := strings.Cut(out, ",")
	number := func(s string, otherwise int) int {
		if n, err := strconv.Atoi(s); err == nil && n >= 0 {
			return n
		}
		return otherwise
	}
	return smapRange{out: number(start, 0), n: number(repeat, 1), step: max(number(step, 1), 1), in: number(first, 0)}, file
}

// origin is what a line of the class is out of; with n = 0 it is the class's own.
func (m smap) origin(line int) smapRange {
	for _, r := range m {
		if line >= r.out && line < r.out+r.n*r.step {
			return r
		}
	}
	return smapRange{}
}

// class is the one that a file's lines were compiled into, as far as its method's class says.
func (r smapRange) class(m *Method) string {
	if r.path == "" {
		return m.Class
	}
	return strings.ReplaceAll(r.path, "/", ".")
}

// inlined is the method that a line of m was put in from, as far as its class says: one of another file, or nil.
func (m *Method) inlined(line int) (*Method, int) {
	r := m.lines.origin(line)
	if r.n == 0 {
		return nil, line
	}
	in, class := r.in+(line-r.out)/r.step, r.class(m)
	if r.file == "" || r.file == m.Source && packageOf(class) == packageOf(m.Class) {
		return nil, in
	}
	return &Method{Class: class, Name: m.Name, Descriptor: m.Descriptor, Source: r.file, HasLines: true}, in
}

func packageOf(class string) string { return class[:max(0, strings.LastIndexByte(class, '.'))] }
