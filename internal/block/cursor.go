package block

import (
	"bytes"
	"encoding/binary"
)

// cursor reads varints and byte runs. The first read that does not fit sets bad; later reads give zeros.
type cursor struct {
	b   []byte
	bad bool
}

func (c *cursor) empty() bool { return len(c.b) == 0 || c.bad }

func (c *cursor) byte() byte {
	if len(c.b) == 0 {
		c.bad = true
		return 0
	}
	v := c.b[0]
	c.b = c.b[1:]
	return v
}

func (c *cursor) uv() uint64 {
	if len(c.b) > 0 && c.b[0] < 0x80 { // most values
		v := c.b[0]
		c.b = c.b[1:]
		return uint64(v)
	}
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		c.bad = true
		c.b = nil
		return 0
	}
	c.b = c.b[n:]
	return v
}

func (c *cursor) zz() int64 { return unzigzag(c.uv()) }

// upTo reads a varint of at most limit.
func (c *cursor) upTo(limit uint64) uint64 {
	v := c.uv()
	if v > limit {
		c.bad = true
		return 0
	}
	return v
}

// take returns the next n bytes, aliasing the input.
func (c *cursor) take(n uint64) []byte {
	if c.bad || n > uint64(len(c.b)) {
		c.bad = true
		c.b = nil
		return nil
	}
	v := c.b[:n:n]
	c.b = c.b[n:]
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
