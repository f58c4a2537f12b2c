package share

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/foxglove/mcap/go/mcap"
)

// visitor is told what a file holds, in order. Content that it leaves unread is passed over.
type visitor interface {
	message(channel uint16, data []byte) error
	attachment(name string, size int64, content io.Reader) error
}

// reader goes through a file once, from its beginning to its end, without going back.
type reader struct {
	in       io.Reader // through sums
	sums     *chunkSums
	to       visitor
	sequence uint32
	attached int
	ended    bool // the data section is over
}

// walk reads a whole file. Errors: ErrNoFile, ErrTorn, ErrChanged, ErrTooLarge, ErrEncrypted, those of to, and of in.
func walk(in io.Reader, sums *chunkSums, to visitor) error {
	r := &reader{in: io.TeeReader(bufio.NewReaderSize(in, 256<<10), sums), sums: sums, to: to}
	magic := make([]byte, len(mcap.Magic))
	n, err := io.ReadFull(r.in, magic)
	switch {
	case IsEncrypted(magic[:n]):
		return fmt.Errorf("%w: name the file of its key", ErrEncrypted)
	case err != nil && !isEnd(err):
		return err
	case !bytes.Equal(magic, mcap.Magic):
		return ErrNoFile
	}
	for first := true; ; first = false {
		var head [recordHead]byte
		if err := r.full(head[:]); err != nil {
			return err
		}
		op, size := mcap.OpCode(head[0]), binary.LittleEndian.Uint64(head[1:])
		if first && op != mcap.OpHeader {
			return ErrNoFile
		}
		if op == mcap.OpAttachment {
			if err := r.attachment(size); err != nil {
				return err
			}
			continue
		}
		if size > maxRecord {
			return tooLarge("a record of %d bytes", size)
		}
		end, err := r.record(op, int64(size))
		if err != nil {
			return err
		}
		if end {
			return r.finish()
		}
	}
}

func isEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// full fills b. ErrTorn.
func (r *reader) full(b []byte) error { return whole(r.in, b) }

func whole(in io.Reader, b []byte) error {
	if _, err := io.ReadFull(in, b); isEnd(err) {
		return ErrTorn
	} else if err != nil {
		return err
	}
	return nil
}

// bytes reads the content of a record. What it allocates grows with what comes, not with what is claimed.
func (r *reader) bytes(size int64) ([]byte, error) {
	var b bytes.Buffer
	if n, err := io.CopyN(&b, r.in, size); err != nil && !isEnd(err) {
		return nil, err
	} else if n < size {
		return nil, ErrTorn
	}
	return b.Bytes(), nil
}

func (r *reader) skip(size int64) error {
	if n, err := io.CopyN(io.Discard, r.in, size); err != nil && !isEnd(err) {
		return err
	} else if n < size {
		return ErrTorn
	}
	return nil
}

// record takes one record that is no attachment; end says that it was the footer.
func (r *reader) record(op mcap.OpCode, size int64) (end bool, err error) {
	switch op {
	case mcap.OpHeader:
		b, err := r.bytes(size)
		if err != nil {
			return false, err
		}
		f := fields{b: b}
		if f.text(maxName) != profile || f.bad {
			return false, ErrNoFile
		}
		return false, nil
	case mcap.OpChunk:
		if r.ended {
			return false, changed("a chunk comes behind the end of the data")
		}
		b, err := r.bytes(size)
		if err != nil {
			return false, err
		}
		return false, r.chunk(b)
	case mcap.OpMessage:
		return false, changed("a message lies outside of every chunk")
	case mcap.OpDataEnd:
		r.ended = true
		return false, r.skip(size)
	case mcap.OpFooter:
		if !r.ended {
			return false, changed("it ends inside its data")
		}
		return true, r.skip(size)
	case mcap.OpReserved:
		return false, changed("a record without a kind")
	}
	return false, r.skip(size)
}

// finish reads the magic that a file ends with.
func (r *reader) finish() error {
	magic := make([]byte, len(mcap.Magic))
	if err := r.full(magic); err != nil {
		return err
	}
	if !bytes.Equal(magic, mcap.Magic) {
		return changed("its end is not that of such a file")
	}
	var more [1]byte
	switch n, err := r.in.Read(more[:]); {
	case n > 0:
		return changed("something follows its end")
	case err != nil && !errors.Is(err, io.EOF):
		return err
	}
	return nil
}

// attachment hands the content on as it comes.
func (r *reader) attachment(size uint64) error {
	if r.attached++; r.attached > maxAttached {
		return tooLarge("more than %d attachments", maxAttached)
	}
	if r.ended {
		return changed("an attachment comes behind the end of the data")
	}
	if size > maxAttachment+1<<12 {
		return tooLarge("an attachment of %d bytes", size)
	}
	const times, crc = 16, 4
	left := size
	take := func(n uint64) ([]byte, error) {
		if n > left {
			return nil, changed("an attachment is shorter than it says")
		}
		left -= n
		b := make([]byte, n)
		return b, r.full(b)
	}
	text := func() (string, error) {
		b, err := take(4)
		if err != nil {
			return "", err
		}
		n := binary.LittleEndian.Uint32(b)
		if n > maxName {
			return "", tooLarge("a name of %d bytes", n)
		}
		b, err = take(uint64(n))
		return string(b), err
	}
	if _, err := take(times); err != nil {
		return err
	}
	name, err := text()
	if err != nil {
		return err
	}
	if _, err := text(); err != nil {
		return err
	}
	b, err := take(8)
	if err != nil {
		return err
	}
	length := binary.LittleEndian.Uint64(b)
	if left < crc || length != left-crc {
		return changed("an attachment is not as long as it says")
	}
	content := &io.LimitedReader{R: r.in, N: int64(length)}
	if err := r.to.attachment(name, int64(length), content); err != nil {
		return err
	}
	return r.skip(content.N + crc)
}

// fields reads the parts of a record. The first that does not fit sets bad; later ones are zero.
type fields struct {
	b   []byte
	bad bool
}

func (f *fields) take(n uint64) []byte {
	if f.bad || n > uint64(len(f.b)) {
		f.bad = true
		return nil
	}
	b := f.b[:n]
	f.b = f.b[n:]
	return b
}

func (f *fields) u16() uint16 {
	if b := f.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (f *fields) u32() uint32 {
	if b := f.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (f *fields) u64() uint64 {
	if b := f.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (f *fields) text(most uint32) string {
	n := f.u32()
	if n > most {
		f.bad = true
	}
	return string(f.take(uint64(n)))
}
