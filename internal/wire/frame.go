package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Errors that callers decide on. After any of them the stream cannot be read further.
var (
	ErrTooLarge  = errors.New("frame is too large")
	ErrMalformed = errors.New("malformed frame")
)

// Frame is a frame as it came.
type Frame struct {
	Type Type
	Body []byte
}

// Reader takes frames from a stream. Not safe for concurrent use.
type Reader struct {
	r    io.Reader
	max  int
	head [4 + headLen]byte
	buf  []byte

	peek  *bufio.Reader // r, when it is one: a body that it holds as a whole is not copied
	given int           // bytes of the body given out, which peek still holds
}

// NewReader reads frames of at most MaxFrame from r. Give it a buffered reader: each frame costs two reads.
func NewReader(r io.Reader) *Reader {
	peek, _ := r.(*bufio.Reader)
	return &Reader{r: r, max: MaxFrame, peek: peek}
}

// Limit sets the longest frame that is accepted from now on.
func (r *Reader) Limit(n int) { r.max = min(n, MaxFrame) }

// The buffer starts small and at most doubles with what came, so a length alone takes no memory. A buffer that one large
// frame left behind is given up.
const (
	firstRead = 64 << 10
	keepBuf   = 1 << 20
)

// Next reads a frame. Its body is valid until the next call. io.EOF means that the stream ended between frames;
// io.ErrUnexpectedEOF that it ended within one.
func (r *Reader) Next() (Frame, error) {
	if r.given > 0 {
		if _, err := r.peek.Discard(r.given); err != nil {
			return Frame{}, err
		}
		r.given = 0
	}
	if _, err := io.ReadFull(r.r, r.head[:]); err != nil {
		return Frame{}, err
	}
	n := binary.LittleEndian.Uint32(r.head[:])
	typ := Type(r.head[4])
	switch {
	case n < headLen:
		return Frame{}, fmt.Errorf("%w: length %d", ErrMalformed, n)
	case uint64(n) > uint64(r.max):
		return Frame{}, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, n, r.max)
	case isJSON(typ) && n > MaxJSON+headLen:
		return Frame{}, fmt.Errorf("%w: %d bytes of JSON, the limit is %d", ErrTooLarge, n, MaxJSON)
	case r.head[5] != 0 || r.head[6] != 0 || r.head[7] != 0:
		return Frame{}, fmt.Errorf("%w: reserved bytes are set", ErrMalformed)
	}
	body, err := r.body(int(n) - headLen)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return Frame{}, err
	}
	return Frame{Type: typ, Body: body}, nil
}

func (r *Reader) body(n int) ([]byte, error) {
	if r.peek != nil && n <= r.peek.Size() {
		b, err := r.peek.Peek(n)
		r.given = len(b)
		return b, err
	}
	if cap(r.buf) > keepBuf && n <= keepBuf {
		r.buf = nil
	}
	if cap(r.buf) >= n {
		r.buf = r.buf[:n]
		_, err := io.ReadFull(r.r, r.buf)
		return r.buf, err
	}
	have := 0
	r.buf = r.buf[:0]
	for have < n {
		size := min(n, max(firstRead, 2*have))
		if size > cap(r.buf) {
			grown := make([]byte, size)
			copy(grown, r.buf)
			r.buf = grown
		}
		r.buf = r.buf[:size]
		m, err := io.ReadFull(r.r, r.buf[have:])
		if have += m; err != nil {
			return nil, err
		}
	}
	return r.buf, nil
}

func isJSON(t Type) bool {
	switch t {
	case TypeHello, TypeWelcome, TypeControl, TypeDone, TypeClose, TypeStatus:
		return true
	}
	return false
}

// Append encodes m as a frame behind dst.
func Append(dst []byte, m Message) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0, byte(m.Type()), 0, 0, 0)
	dst = m.appendBody(dst)
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}
