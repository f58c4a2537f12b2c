package block

import (
	"bytes"
	"encoding/binary"
)

// cursor reads varints and byte runs. The first read that does not fit sets bad; later reads give zeros. It keeps a place
// instead of cutting b: a pointer write for each value would cost more than the value.
type cursor struct {
	b   []byte
	at  int
	bad bool
}

func (c *cursor) empty() bool { return c.at >= len(c.b) || c.bad }

// complete tells whether everything was read and all of it fitted.
func (c *cursor) complete() bool { return c.at == len(c.b) && !c.bad }

func (c *cursor) fail() {
	c.bad = true
	c.at = len(c.b)
}

func (c *cursor) byte() byte {
	if c.at >= len(c.b) {
		c.fail()
		return 0
	}
	v := c.b[c.at]
	c.at++
	return v
}

func (c *cursor) uv() uint64 {
	if c.at < len(c.b) {
		if v := c.b[c.at]; v < 0x80 { // most values
			c.at++
			return uint64(v)
		}
	}
	return c.longUV()
}

func (c *cursor) longUV() uint64 {
	v, n := binary.Uvarint(c.b[c.at:])
	if n <= 0 {
		c.fail()
		return 0
	}
	c.at += n
	return v
}

func (c *cursor) zz() int64 { return unzigzag(c.uv()) }

// upTo reads a varint of at most limit.
func (c *cursor) upTo(limit uint64) uint64 {
	v := c.uv()
	if v > limit {
		c.fail()
		return 0
	}
	return v
}

// take returns the next n bytes, aliasing the input.
func (c *cursor) take(n uint64) []byte {
	if c.bad || n > uint64(len(c.b)-c.at) {
		c.fail()
		return nil
	}
	v := c.b[c.at : c.at+int(n) : c.at+int(n)]
	c.at += int(n)
	return v
}

func zigzag(v int64) uint64   { return uint64(v)<<1 ^ uint64(v>>63) }
func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// countVarints returns how many varints end in b; it sizes slices exactly before they are filled.
func countVarints(b []byte) int {
	n := 0
	for _, c := range b {
		if c < 0x80 {
			n++
		}
	}
	return n
}

// at reads fixed little-endian fields.
func u16(b []byte, at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
func u32(b []byte, at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
func u64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

func hasMagic(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }
