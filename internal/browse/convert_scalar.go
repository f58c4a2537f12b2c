package browse

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/access"
)

// writtenAs is a scalar as the proposal writes it.
type writtenAs struct {
	kind   FormKind
	form   *Form // nil: as it is
	text   string
	hidden bool
}

// scalar rewrites a scalar and reads it.
func (x *converting) scalar(n *access.Node, path string, w, r *Form) finding {
	v := writtenAs{formOf(n), w, n.Value, n.Mask != ""}
	if n.Reason == "shortened" {
		v.hidden = true
	}
	if w != nil {
		if x.By == ReadAvro && !promoted(w.Kind, r.Kind) {
			return x.otherwise(path, string(w.Kind), r) // whatever the value is
		}
		if why := v.rewrite(n, w); why != "" {
			return finding{unsimulated, path, why, false}
		}
	}
	f := x.read(&v, r)
	f.path = path
	return f
}

// rewrite writes v as w; it says why where it cannot.
func (v *writtenAs) rewrite(n *access.Node, w *Form) (why string) {
	from := v.kind
	v.kind = w.Kind
	hiddenWhy := "whether the value can be rewritten as " + string(w.Kind) + " depends on what is hidden"
	switch {
	case isTime(n.Kind) || n.Kind == "decimal" && w.Kind != FormText: // what stands for it in the proposed type is the writer's choice of a logical type
		return ""
	case w.Kind == FormText || w.Kind == FormBytes || w.Kind == FormFixed:
		return ""
	case w.Kind == FormEnum:
		switch {
		case v.hidden:
			return hiddenWhy
		case !slices.Contains(w.Symbols, v.text):
			return "a symbol that the proposed schema does not have"
		}
		return ""
	case w.Kind == FormBool:
		if from == FormBool {
			return ""
		}
		return "a " + kindWord(n) + " cannot be rewritten as boolean"
	case !numberKind(w.Kind):
		return "a " + kindWord(n) + " cannot be rewritten as " + string(w.Kind)
	case from == FormBool:
		return "a boolean cannot be rewritten as " + string(w.Kind)
	case numberKind(from) && wider(from, w.Kind):
		return ""
	case v.hidden:
		return hiddenWhy
	case !fits(v.text, w.Kind):
		return "a value that is no " + string(w.Kind)
	}
	return ""
}

func isTime(kind string) bool {
	switch kind {
	case "instant", "datetime", "date", "time", "duration":
		return true
	}
	return false
}

func numberKind(k FormKind) bool {
	switch k {
	case FormInt, FormLong, FormInteger, FormFloat, FormDouble, FormNumber:
		return true
	}
	return false
}

// wider tells whether every number of one kind is written as another without loss of more than precision.
func wider(from, to FormKind) bool {
	order := []FormKind{FormInt, FormLong, FormInteger, FormFloat, FormDouble, FormNumber}
	return slices.Index(order, from) <= slices.Index(order, to)
}

func fits(text string, k FormKind) bool {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return false
	}
	switch k {
	case FormInt:
		return f == math.Trunc(f) && f >= math.MinInt32 && f <= math.MaxInt32
	case FormLong:
		_, err := strconv.ParseInt(text, 10, 64)
		return err == nil || f == math.Trunc(f) && math.Abs(f) < 1<<53
	case FormInteger:
		return f == math.Trunc(f)
	}
	return true
}

// read reads v as r.
func (x *converting) read(v *writtenAs, r *Form) finding {
	other := finding{failed, "", string(v.kind) + " is written where " + string(r.Kind) + " is read", false}
	switch x.By {
	case ReadAvro:
		if !promoted(v.kind, r.Kind) {
			return other
		}
		if r.Kind == FormFixed && v.form != nil && v.form.Size != r.Size {
			return finding{failed, "", "fixed of another size", false}
		}
	case ReadProtobuf:
		if v.form != nil && v.form.Type != "" && r.Type != "" && wire(v.form.Type) != wire(r.Type) {
			return finding{failed, "", v.form.Type + " is written where " + r.Type + " is read", false}
		}
		return finding{}
	case ReadJSON:
		return v.coerced(r, other)
	default:
		if !valid(v.kind, r.Kind) {
			if r.Kind == FormInteger && v.kind != FormText && v.kind != FormBool && !v.hidden && fits(v.text, FormInteger) {
				break
			}
			if numberKind(v.kind) && numberKind(r.Kind) {
				other.ofValue = true
				if v.hidden {
					return finding{unsimulated, "", "whether it is an integer is hidden", false}
				}
			}
			return other
		}
	}
	return v.bounds(r)
}

// bounds asks what a form says of values.
func (v *writtenAs) bounds(r *Form) finding {
	hidden := finding{unsimulated, "", "the value is hidden", false}
	if len(r.Symbols) > 0 && !r.Other {
		if v.form != nil && len(v.form.Symbols) > 0 && !slices.ContainsFunc(v.form.Symbols, func(s string) bool { return !slices.Contains(r.Symbols, s) }) {
			return finding{} // whichever it is
		}
		if v.hidden {
			return hidden
		}
		if !slices.Contains(r.Symbols, v.text) {
			return finding{failed, "", "a value that the reader does not know", true}
		}
	}
	if r.Low == nil && r.High == nil && r.Shortest == 0 && r.Longest == 0 && r.Pattern == nil {
		return finding{}
	}
	if v.hidden {
		return hidden
	}
	if numberKind(v.kind) {
		f, err := strconv.ParseFloat(v.text, 64)
		if err == nil && (r.Low != nil && (f < *r.Low || r.LowOpen && f == *r.Low) || r.High != nil && (f > *r.High || r.HighOpen && f == *r.High)) {
			return finding{failed, "", "a number out of the bounds that are read", true}
		}
		return finding{}
	}
	if v.kind == FormText {
		if n := utf8.RuneCountInString(v.text); n < r.Shortest || r.Longest > 0 && n > r.Longest {
			return finding{failed, "", "a text of a length that is not read", true}
		}
		if r.Pattern != nil && !r.Pattern.MatchString(v.text) {
			return finding{failed, "", "a text that the reader's pattern does not match", true}
		}
	}
	return finding{}
}

// coerced reads JSON into a type, as Jackson and its like do unless they are told otherwise.
func (v *writtenAs) coerced(r *Form, other finding) finding {
	switch {
	case r.Kind == FormText, r.Kind == v.kind, r.Kind == FormNumber && numberKind(v.kind):
		return v.bounds(r)
	case r.Kind == FormEnum && v.kind == FormText:
		return v.bounds(r)
	case numberKind(r.Kind) && (v.kind == FormText || v.kind == FormEnum):
		if v.hidden {
			return finding{unsimulated, "", "whether the text is a number is hidden", false}
		}
		if !fits(strings.TrimSpace(v.text), r.Kind) {
			return finding{failed, "", "a text that is no " + string(r.Kind), true}
		}
		return finding{}
	case numberKind(r.Kind) && numberKind(v.kind):
		if wider(v.kind, r.Kind) || r.Kind == FormFloat || r.Kind == FormDouble {
			return finding{}
		}
		if v.hidden {
			return finding{unsimulated, "", "whether the number fits is hidden", false}
		}
		if f, err := strconv.ParseFloat(v.text, 64); err != nil || r.Kind == FormInt && !fits(strconv.FormatFloat(math.Trunc(f), 'f', 0, 64), FormInt) {
			return finding{failed, "", "a number that is no " + string(r.Kind), true}
		}
		return finding{}
	case (r.Kind == FormBytes || r.Kind == FormFixed) && v.kind == FormText:
		return finding{}
	case r.Kind == FormBool && v.kind == FormText:
		if v.hidden {
			return finding{unsimulated, "", "whether the text is true or false is hidden", false}
		}
		if v.text != "true" && v.text != "false" {
			return finding{failed, "", "a text that is neither true nor false", true}
		}
		return finding{}
	}
	return other
}

// promoted tells whether Avro reads one type as another.
func promoted(written, read FormKind) bool {
	if written == read || read == FormAny {
		return true
	}
	switch read {
	case FormLong:
		return written == FormInt
	case FormFloat:
		return written == FormInt || written == FormLong
	case FormDouble:
		return written == FormInt || written == FormLong || written == FormFloat
	case FormText:
		return written == FormBytes
	case FormBytes:
		return written == FormText
	case FormInteger, FormNumber:
		return numberKind(written)
	}
	return false
}

// valid tells whether values of a kind are of a type of JSON Schema.
func valid(written, read FormKind) bool {
	switch read {
	case FormNumber, FormDouble, FormFloat:
		return numberKind(written)
	case FormInteger, FormLong, FormInt:
		return written == FormInteger || written == FormLong || written == FormInt
	case FormText, FormEnum:
		return written == FormText || written == FormEnum || written == FormBytes
	}
	return written == read
}

// wire is the group of Protobuf's scalar types that read each other's bytes.
func wire(typ string) string {
	switch typ {
	case "int32", "int64", "uint32", "uint64", "bool", "enum":
		return "varint"
	case "sint32", "sint64":
		return "zigzag"
	case "string", "bytes":
		return "text"
	case "fixed32", "sfixed32":
		return "fixed32"
	case "fixed64", "sfixed64":
		return "fixed64"
	}
	return typ
}
