package replay

import (
	"context"
	"encoding/binary"
)

// writePending writes the step that waits, and waits for what changes states within it.
func (f *feed) writePending(ctx context.Context) error {
	if err := f.writeTimers(); err != nil {
		return err
	}
	if err := f.writeStep(); err != nil {
		return err
	}
	return f.attendTimers(ctx)
}

// writeStep writes the step that waits, in the form of spec/replay.md, section 3.
func (f *feed) writeStep() error {
	s := f.pending
	f.pending = nil
	if s == nil {
		return nil
	}
	f.reached = s.inv
	if s.action == stepNone {
		return nil
	}
	b := append(f.buf[:0], s.action)
	b = binary.BigEndian.AppendUint64(b, s.inv)
	f.buf = b
	switch s.action {
	case stepElements:
		f.u16(s.gate)
		f.u16(s.index)
		f.buf = binary.BigEndian.AppendUint32(f.buf, uint32(s.count))
		f.bytes(s.bytes)
		f.elements += uint64(s.count)
		f.reached += uint64(s.count) - 1
	case stepEvent:
		f.u16(s.gate)
		f.u16(s.index)
		f.bytes(s.bytes)
	case stepCallback:
		var registration int64
		for _, r := range s.reads {
			if r.what == whatRegistration {
				registration = r.number
			}
		}
		f.i64(registration)
		f.i64(s.time)
		f.string(s.text)
	case stepRecord:
		f.buf = append(f.buf, s.bytes...)
		if s.what == 0 {
			f.elements++
		}
	case stepTrigger:
		f.bytes(s.bytes)
	case stepMail:
		if !f.mailOf(s) {
			f.string(s.text)
		}
	}
	_, err := f.out.Write(f.buf)
	return err
}

// mailOf makes the step of a mail whose content is known out of what was told within it.
func (f *feed) mailOf(s *step) bool {
	for _, r := range s.reads {
		switch r.what {
		case whatNotified:
			f.buf = append(f.buf[:0], stepNotified)
			f.buf = binary.BigEndian.AppendUint64(f.buf, s.inv)
			f.i64(r.number)
			f.buf = append(f.buf, byte(r.number2))
			return true
		case whatOperator:
			if r.value.Null() {
				continue
			}
			f.buf = append(f.buf[:0], stepOperator)
			f.buf = binary.BigEndian.AppendUint64(f.buf, s.inv)
			f.string(f.defs.Text(r.text))
			f.bytes(r.value.Open(f.open))
			return true
		case whatWatermark, whatStatus:
			f.buf = append(f.buf[:0], stepRecord)
			f.buf = binary.BigEndian.AppendUint64(f.buf, s.inv)
			f.buf = append(f.buf, f.sourceMark(&r)...)
			return true
		case whatAnswer:
			f.buf = append(f.buf[:0], stepAnswer)
			f.buf = binary.BigEndian.AppendUint64(f.buf, s.inv)
			f.string(f.operator(r.operator))
			f.i64(r.number)
			f.string(f.defs.Text(r.text))
			f.bytes(r.value.Open(f.open))
			return true
		}
	}
	return false
}

// operator is the id of an operator of the chain.
func (f *feed) operator(index int32) string {
	if index < 0 || int(index) >= len(f.chain) {
		return ""
	}
	return f.chain[index].Operator
}

func (f *feed) read(r *row) {
	f.buf = append(f.buf[:0], stepRead)
	f.buf = binary.BigEndian.AppendUint64(f.buf, r.inv)
	outside := byte(0)
	if f.outside[r.inv] {
		outside = 1
	}
	f.buf = append(f.buf, byte(r.what), outside)
	f.i64(r.time)
	f.i64(r.number)
	f.i64(r.number2)
	f.bytes(r.value.Open(f.open))
}

func (f *feed) u16(v uint32) { f.buf = binary.BigEndian.AppendUint16(f.buf, uint16(v)) }
func (f *feed) i64(v int64)  { f.buf = binary.BigEndian.AppendUint64(f.buf, uint64(v)) }

func (f *feed) bytes(b []byte) {
	f.buf = binary.BigEndian.AppendUint32(f.buf, uint32(len(b)))
	f.buf = append(f.buf, b...)
}

// string writes what Java's DataInput.readUTF reads; what is not ASCII becomes a question mark, and 65,535 characters are kept.
func (f *feed) string(s string) {
	b := []byte(s[:min(len(s), 65535)])
	for i, c := range b {
		if c == 0 || c >= 0x80 {
			b[i] = '?'
		}
	}
	f.buf = binary.BigEndian.AppendUint16(f.buf, uint16(len(b)))
	f.buf = append(f.buf, b...)
}
