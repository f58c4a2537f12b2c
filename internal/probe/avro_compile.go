package probe

import (
	"fmt"

	"github.com/sightglass/sightglass/internal/serde"
)

// opcode is what an instruction reads. See the package's comment for the layout.
type opcode uint8

const (
	opEnd    opcode = iota
	opSkip          // size bytes that nobody wants and that may be anything: runs of floats, doubles and fixeds
	opNull          //
	opBool          //
	opInt           //
	opLong          //
	opFloat         //
	opDouble        //
	opText          //
	opBytes         //
	opFixed         // size bytes
	opEnum          // size symbols
	opUnion         // of size branches, from Program.branches[to] on
	opArray         // of what the code at to reads
	opMap           // of what the code at to reads
	opRecord        // of size fields, which follow
	opCall          // the code at to reads the value
)

// instr is an instruction. 40 bytes.
type instr struct {
	w     *want // of lists, maps and members that are wanted
	slot  int32 // of the path that is given the cell, -1 = none
	size  int32
	to    int32
	level int32 // of the value below the one that the code is for
	typ   uint16
	op    opcode
}

const (
	mostTypes = 1<<16 - 1
	mostCode  = 1 << 20
)

type avroCompiler struct {
	p        *Program
	types    map[serde.AvroType]uint16
	routines map[serde.AvroType]int32 // of types that nobody wants anything of: where their code begins
	waiting  []serde.AvroType         // of routines, those that have no code yet
	calls    map[serde.AvroType][]int32
}

// compileAvro makes the code: that of the root at 0, then that of what it holds.
func (p *Program) compileAvro(t serde.AvroType) error {
	c := avroCompiler{p: p, types: map[serde.AvroType]uint16{}, routines: map[serde.AvroType]int32{}, calls: map[serde.AvroType][]int32{}}
	if err := c.block(t, p.wants.root); err != nil {
		return err
	}
	for len(c.waiting) > 0 {
		next := c.waiting[len(c.waiting)-1]
		c.waiting = c.waiting[:len(c.waiting)-1]
		c.routines[next] = int32(len(p.code))
		if err := c.block(next, nil); err != nil {
			return err
		}
	}
	for of, at := range c.calls {
		for _, i := range at {
			p.code[i].to = c.routines[of]
		}
	}
	return nil
}

// later is code that a block calls, and that follows it.
type later struct {
	at     int32 // instruction whose to is its place, or of branches its place in Program.branches
	branch bool
	part   blockPart
}

type blockPart struct {
	t     serde.AvroType
	w     *want
	level int32
	own   bool // it is what the routine is for, which does not call itself
}

// block is the code of one value and of all that only it calls.
func (c *avroCompiler) block(t serde.AvroType, w *want) error {
	return c.blockOf(blockPart{t, w, 0, true})
}

func (c *avroCompiler) blockOf(part blockPart) error {
	var after []later
	if err := c.value(part, &after); err != nil {
		return err
	}
	c.emit(instr{op: opEnd})
	for _, l := range after {
		to := int32(len(c.p.code))
		if l.branch {
			c.p.branches[l.at] = to
		} else {
			c.p.code[l.at].to = to
		}
		if err := c.blockOf(l.part); err != nil {
			return err
		}
	}
	return nil
}

func (c *avroCompiler) emit(i instr) int32 {
	c.p.code = append(c.p.code, i)
	return int32(len(c.p.code) - 1)
}

func (c *avroCompiler) typ(t serde.AvroType) (uint16, error) {
	if i, ok := c.types[t]; ok {
		return i, nil
	}
	if len(c.p.types) > mostTypes || len(c.p.code) > mostCode {
		return 0, fmt.Errorf("%w: too many types", errSchema)
	}
	i := uint16(len(c.p.types))
	c.p.types = append(c.p.types, cellType{form: formAvro, unit: avroUnit(t), scale: t.Scale(), symbols: t.Symbols(), avro: t})
	c.types[t] = i
	return i, nil
}

var avroUnits = map[string]Unit{"date": Days, "time-millis": DayMillis, "time-micros": DayMicros, "timestamp-millis": Millis, "timestamp-micros": Micros,
	"timestamp-nanos": Nanos, "local-timestamp-millis": LocalMillis, "local-timestamp-micros": LocalMicros, "local-timestamp-nanos": LocalNanos}

func avroUnit(t serde.AvroType) Unit {
	switch t.Kind() {
	case "int", "long":
		return avroUnits[t.Logical()]
	case "bytes", "fixed":
		if t.Logical() == "duration" {
			return Calendar
		}
	}
	return NoUnit
}

var avroScalars = map[string]opcode{"null": opNull, "boolean": opBool, "int": opInt, "long": opLong, "float": opFloat, "double": opDouble,
	"string": opText, "bytes": opBytes, "fixed": opFixed, "enum": opEnum}

// value is the code of one value at a level below that of the block's.
func (c *avroCompiler) value(part blockPart, after *[]later) error {
	t, w, level := part.t, part.w, part.level
	slot := int32(-1)
	if w != nil {
		slot = w.slot
	}
	typ, err := c.typ(t)
	if err != nil {
		return err
	}
	i := instr{w: w, slot: slot, level: level, typ: typ}
	switch t.Kind() {
	case "record":
		return c.record(t, i, part.own, after)
	case "union":
		branches := t.Branches()
		i.op, i.size, i.to = opUnion, int32(len(branches)), int32(len(c.p.branches))
		c.emit(i)
		c.p.branches = append(c.p.branches, make([]int32, len(branches))...)
		for n, b := range branches {
			if b.Kind() == "union" { // not legal, and no tree has it
				c.p.branches[int(i.to)+n] = -1
				continue
			}
			*after = append(*after, later{i.to + int32(n), true, blockPart{b, w, level, part.own}})
		}
		return nil
	case "array":
		i.op = opArray
		var elem *want
		if w != nil {
			elem = w.elem
		}
		*after = append(*after, later{c.emit(i), false, blockPart{t.Items(), elem, 0, false}})
		return nil
	case "map":
		i.op = opMap
		var val *want
		if w != nil {
			val = w.val
		}
		*after = append(*after, later{c.emit(i), false, blockPart{t.Items(), val, 0, false}})
		return nil
	}
	op, ok := avroScalars[t.Kind()]
	if !ok {
		return fmt.Errorf("%w: an Avro type that is not known", errSchema)
	}
	i.op, i.size = op, int32(t.Size())
	if op == opEnum {
		i.size = int32(len(t.Symbols()))
	}
	if size := plainSize(t); slot < 0 && size > 0 {
		if last := len(c.p.code) - 1; last >= 0 && c.p.code[last].op == opSkip && int(c.p.code[last].size)+size < 1<<30 {
			c.p.code[last].size += int32(size)
			return nil
		}
		i.op, i.size = opSkip, int32(size)
	}
	c.emit(i)
	return nil
}

// plainSize is the size of values that take always as many bytes, which may be anything; 0 for others.
func plainSize(t serde.AvroType) int {
	switch t.Kind() {
	case "float":
		return 4
	case "double":
		return 8
	case "fixed":
		if t.Logical() != "decimal" {
			return t.Size()
		}
	}
	return 0
}

func (c *avroCompiler) record(t serde.AvroType, i instr, own bool, after *[]later) error {
	if i.w == nil && !own { // called, so that a schema that contains itself has an end
		i.op = opCall
		at := c.emit(i)
		if _, known := c.routines[t]; !known {
			c.routines[t] = -1
			c.waiting = append(c.waiting, t)
		}
		c.calls[t] = append(c.calls[t], at)
		return nil
	}
	fields := t.Fields()
	i.op, i.size = opRecord, int32(len(fields))
	c.emit(i)
	named := map[string]bool{}
	for _, f := range fields {
		var w *want
		if i.w != nil && !named[f.Name] {
			w = i.w.named(f.Name)
		}
		named[f.Name] = true
		if err := c.value(blockPart{f.Type, w, i.level + 1, false}, after); err != nil {
			return err
		}
	}
	return nil
}

// named finds a member by its name, nil when it is not wanted.
func (w *want) named(name string) *want {
	for _, k := range w.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}
