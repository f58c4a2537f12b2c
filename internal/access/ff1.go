package access

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// ff1 permutes numbers of n numerals by a key: FF1 of NIST SP 800-38G, algorithms 7 and 8, for numbers whose halves fit into 63 bits. With
// radix 2 and 31 or 63 numerals it permutes the values of an int or a long without their sign.
//
// FF3-1 is not an alternative: NIST withdrew it (SP 800-38G Rev. 1, second public draft, 2025).
type ff1 struct {
	block cipher.Block
	tail  [aes.BlockSize]byte // the last block of Q, without round and number
	mac   [aes.BlockSize]byte // of P and of the blocks of Q before the last
	b, d  int                 // bytes of a half's number, and of what is added to one, as the standard names them
	left  uint64              // radix to the power of u, the numerals of the left half
	right uint64              // of v, those of the right
}

// Bounds of the standard: rounds, and the least number of inputs.
const (
	ff1Rounds = 10
	ff1Least  = 1_000_000
)

var errFF1 = errors.New("FF1")

// newFF1 takes a key of AES, the radix and number of numerals, and a tweak. Errors: errFF1 for a domain below a million or too large for this
// implementation.
func newFF1(key []byte, radix uint64, n int, tweak []byte) (*ff1, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	u := n / 2
	v := n - u
	left, right := uint64(1), uint64(1)
	for i := range v {
		hi, lo := bits.Mul64(right, radix)
		if hi != 0 || lo > 1<<63 {
			return nil, fmt.Errorf("%w: halves of %d numerals of radix %d do not fit", errFF1, v, radix)
		}
		right = lo
		if i < u {
			left = lo
		}
	}
	if radix < 2 || radix > 1<<16 || n < 2 {
		return nil, fmt.Errorf("%w: %d numerals of radix %d", errFF1, n, radix)
	}
	if hi, lo := bits.Mul64(left, right); hi == 0 && lo < ff1Least {
		return nil, fmt.Errorf("%w: only %d inputs: whoever sees a few knows them all", errFF1, lo)
	}
	f := &ff1{block: block, left: left, right: right, b: (bits.Len64(right-1) + 7) / 8}
	f.d = 4*((f.b+3)/4) + 4

	p := [aes.BlockSize]byte{1, 2, 1, byte(radix >> 16), byte(radix >> 8), byte(radix), ff1Rounds, byte(u)}
	binary.BigEndian.PutUint32(p[8:], uint32(n))
	binary.BigEndian.PutUint32(p[12:], uint32(len(tweak)))
	block.Encrypt(f.mac[:], p[:])

	// Q is the tweak, zeros to a whole block, the round and a number: all but its last block stays the same.
	q := append([]byte(nil), tweak...)
	for (len(q)+1+f.b)%aes.BlockSize != 0 {
		q = append(q, 0)
	}
	q = append(q, make([]byte, 1+f.b)...)
	for ; len(q) > aes.BlockSize; q = q[aes.BlockSize:] {
		for i := range f.mac {
			f.mac[i] ^= q[i]
		}
		block.Encrypt(f.mac[:], f.mac[:])
	}
	copy(f.tail[:], q)
	return f, nil
}

// ff1Scratch is what a round writes to. It is one caller's: blocks that were made in each round would be on the heap, as a cipher is an
// interface.
type ff1Scratch struct{ block [aes.BlockSize]byte }

// added is y of a round: what is added to a half, modulo that half's size, made of the other half.
func (f *ff1) added(round int, half, size uint64, s *ff1Scratch) uint64 {
	r := f.tail
	r[aes.BlockSize-1-f.b] = byte(round)
	for i := range f.b {
		r[aes.BlockSize-1-i] = byte(half >> (8 * i))
	}
	for i := range r {
		s.block[i] = r[i] ^ f.mac[i]
	}
	f.block.Encrypt(s.block[:], s.block[:])
	hi, lo := uint64(0), binary.BigEndian.Uint64(s.block[:8])
	for _, c := range s.block[8:f.d] {
		hi, lo = hi<<8|lo>>56, lo<<8|uint64(c)
	}
	return bits.Rem64(hi, lo, size)
}

// encrypt permutes the number whose halves are a, below left, and b, below right.
func (f *ff1) encrypt(a, b uint64, s *ff1Scratch) (uint64, uint64) {
	for i := range ff1Rounds {
		size := f.left
		if i%2 == 1 {
			size = f.right
		}
		a, b = b, (a+f.added(i, b, size, s))%size
	}
	return a, b
}

// decrypt undoes encrypt.
func (f *ff1) decrypt(a, b uint64, s *ff1Scratch) (uint64, uint64) {
	for i := ff1Rounds - 1; i >= 0; i-- {
		size := f.left
		if i%2 == 1 {
			size = f.right
		}
		a, b = (b+size-f.added(i, a, size, s))%size, a
	}
	return a, b
}
