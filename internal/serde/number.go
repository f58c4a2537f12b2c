package serde

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// maxNumberBytes bounds numbers that are turned into decimal text, which costs more than linear time.
const maxNumberBytes = 1024

// fromTwosComplement reads a signed big-endian number.
func fromTwosComplement(p []byte) *big.Int {
	v := new(big.Int).SetBytes(p)
	if len(p) > 0 && p[0]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(p))))
	}
	return v
}

// setDecimal makes n the number unscaled × 10^-scale, or an opaque node when it is too long to be worth printing.
func (in *input) setDecimal(n *event.Node, unscaled []byte, scale int) {
	if len(unscaled) > maxNumberBytes {
		n.Kind, n.Reason = event.NodeOpaque, "a number of "+strconv.Itoa(len(unscaled))+" bytes"
		return
	}
	s := decimalText(fromTwosComplement(unscaled).String(), scale)
	if in.copyText(len(unscaled)) {
		n.Kind, n.Value = event.NodeScalar, event.TextValue(event.ValueDecimal, s)
	}
}

// decimalText places the point in digits (which may begin with -). A scale beyond 64 or below 0 gives scientific notation,
// so that a scale of two thousand million does not become as many zeros.
func decimalText(digits string, scale int) string {
	if scale == 0 {
		return digits
	}
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if scale < 0 || scale > 64 {
		exp := int64(len(digits)-1) - int64(scale)
		if len(digits) > 1 {
			digits = digits[:1] + "." + digits[1:]
		}
		if exp == 0 {
			return sign + digits
		}
		plus := ""
		if exp > 0 {
			plus = "+"
		}
		return sign + digits + "E" + plus + strconv.FormatInt(exp, 10)
	}
	if pad := scale + 1 - len(digits); pad > 0 {
		digits = strings.Repeat("0", pad) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

var smallNumbers = [4][]byte{1: {0}, 2: {1}, 3: {10}}

// flinkBigInt reads BigIntSerializer's form; null is false.
func (in *input) flinkBigInt() ([]byte, bool) {
	n := int(in.i32())
	switch {
	case in.why != "" || n == 0:
		return nil, false
	case n > 0 && n < len(smallNumbers):
		return smallNumbers[n], true
	}
	p := in.take(n - 4)
	if len(p) == 0 {
		in.stop("a number has no digits")
	}
	return p, p != nil
}
