package serde

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	peercbor "github.com/fxamacker/cbor/v2"
	peermsgpack "github.com/vmihailenco/msgpack/v5"

	"github.com/sightglass/sightglass/internal/event"
)

var peerSeed = flag.Uint64("peer-seed", 1, "seed of the values that other libraries encode")

const peerValues = 2000

// values makes what JSON-like formats hold.
type values struct {
	*rand.Rand
	extra func(*values) any // scalars of the format's own
}

func (v *values) scalar() any {
	switch v.IntN(9) {
	case 0:
		return nil
	case 1:
		return v.IntN(2) == 0
	case 2:
		return int64(v.Uint64() >> v.IntN(64))
	case 3:
		return -int64(v.Uint64()>>(1+v.IntN(63))) - 1
	case 4:
		return v.text()
	case 5:
		return []byte(v.text())
	case 6:
		return math.Float64frombits(v.Uint64())
	case 7:
		return float32(v.NormFloat64())
	}
	return v.extra(v)
}

func (v *values) text() string {
	const letters = "abcxyz {}\"\n\u00e9\u20ac\U0001f600\x00"
	runes, out := []rune(letters), strings.Builder{}
	for range v.IntN(40) >> v.IntN(6) {
		out.WriteRune(runes[v.IntN(len(runes))])
	}
	if v.IntN(50) == 0 {
		return strings.Repeat(out.String(), 300)
	}
	return out.String()
}

func (v *values) any(depth int) any {
	if depth == 0 || v.IntN(3) == 0 {
		return v.scalar()
	}
	n := v.IntN(8)
	switch v.IntN(5) {
	case 0:
		if depth == 1 {
			n *= 40
		}
		fallthrough
	case 1, 2:
		list := make([]any, n)
		for i := range list {
			list[i] = v.any(depth - 1)
		}
		return list
	case 3:
		m := map[string]any{}
		for range n {
			m[v.text()] = v.any(depth - 1)
		}
		return m
	}
	m := map[any]any{}
	for range n {
		m[int64(v.IntN(1000))-500] = v.any(depth - 1)
		if v.IntN(3) == 0 {
			m[v.text()] = v.any(depth - 1)
		}
	}
	return m
}

// differs says how n differs from what was encoded, or "".
func differs(n *event.Node, v any) string {
	got, kind := n.Value, n.Value.Kind()
	ok := true
	switch v := v.(type) {
	case nil:
		ok = n.Kind == event.NodeNull
	case bool:
		ok = kind == event.ValueBool && got.Bool() == v
	case int64:
		ok = kind == event.ValueInt && got.Int() == v
	case uint64:
		ok = kind == event.ValueUint && got.Uint() == v || kind == event.ValueInt && got.Int() >= 0 && uint64(got.Int()) == v
	case float32:
		return differs(n, float64(v))
	case float64:
		ok = (kind == event.ValueFloat32 || kind == event.ValueFloat64) && (got.Float() == v || math.IsNaN(v) && math.IsNaN(got.Float()))
	case string:
		ok = kind == event.ValueString && got.Raw() == v
	case []byte:
		ok = kind == event.ValueBytes && got.Raw() == string(v)
	case big.Int:
		ok = got.Text() == v.String()
	case time.Time:
		want := string(appendEpochDay(nil, floor(v.Unix(), secondsPerDay)))
		ok = kind == event.ValueInstant && strings.HasPrefix(got.Raw(), want) && got.Raw() == instantText(v.Unix(), int64(v.Nanosecond()))
	case []any:
		if n.Kind != event.NodeList || len(n.Items) != len(v) {
			return fmt.Sprintf("%s of %d items in place of %d", n.Kind, len(n.Items), len(v))
		}
		for i := range v {
			if why := differs(&n.Items[i], v[i]); why != "" {
				return fmt.Sprintf("[%d] %s", i, why)
			}
		}
	case map[string]any:
		if n.Kind != event.NodeObject || len(n.Items) != len(v) {
			return fmt.Sprintf("%s of %d members in place of %d", n.Kind, len(n.Items), len(v))
		}
		for i := range n.Items {
			want, ok := v[n.Items[i].Name]
			if !ok {
				return "a member that was not encoded"
			}
			if why := differs(&n.Items[i], want); why != "" {
				return "member: " + why
			}
		}
	case map[any]any:
		return mapDiffers(n, v)
	default:
		return fmt.Sprintf("no way to compare %T", v)
	}
	if !ok {
		return fmt.Sprintf("%s %s in place of %T %v", n.Kind, kind, v, v)
	}
	return ""
}

func floor(a, b int64) int64 {
	q, _ := floorDiv(a, b)
	return q
}

func mapDiffers(n *event.Node, v map[any]any) string {
	if n.Kind == event.NodeObject { // all keys were text
		m := map[string]any{}
		for k, x := range v {
			s, ok := k.(string)
			if !ok {
				return "members in place of entries"
			}
			m[s] = x
		}
		return differs(n, m)
	}
	if n.Kind != event.NodeMap || len(n.Items) != len(v) {
		return fmt.Sprintf("%s of %d entries in place of %d", n.Kind, len(n.Items), len(v))
	}
	for i := range n.Items {
		key := &n.Items[i].Items[0]
		var k any = key.Value.Raw()
		if key.Value.Kind() == event.ValueInt {
			k = key.Value.Int()
		}
		want, ok := v[k]
		if !ok {
			return "an entry that was not encoded"
		}
		if why := differs(&n.Items[i].Items[1], want); why != "" {
			return "entry: " + why
		}
	}
	return ""
}

// tight checks that children follow one another inside their parent, and that texts lie where their node says.
func tight(t *testing.T, b []byte, n *event.Node) {
	t.Helper()
	at := n.Off
	for i := range n.Items {
		c := &n.Items[i]
		if c.Off < at || c.Off+c.Len > n.Off+n.Len {
			t.Fatalf("node %d of %s lies at %d+%d, in %d+%d", i, n.Kind, c.Off, c.Len, n.Off, n.Len)
		}
		at = c.Off + c.Len
		tight(t, b, c)
	}
	if k := n.Value.Kind(); n.Kind == event.NodeScalar && (k == event.ValueString || k == event.ValueBytes) && n.Len > 0 &&
		!bytes.HasSuffix(b[n.Off:n.Off+n.Len], []byte(n.Value.Raw())) {
		t.Fatalf("a text does not lie at %d+%d", n.Off, n.Len)
	}
}

func peerDecode(t *testing.T, i int, b []byte, decoder string, v any) {
	t.Helper()
	got := NewRecordDecoder(nil, Limits{}).Decode(context.Background(), PartValue, event.NewPayload(b), Wish{Decoder: decoder})
	if why := got.Tree.Info().Reason; why != "" {
		t.Fatalf("value %d of seed %d: %s", i, *peerSeed, why)
	}
	if why := differs(open(got.Tree), v); why != "" {
		t.Fatalf("value %d of seed %d: %s", i, *peerSeed, why)
	}
	tight(t, b, open(got.Tree))
}

func TestMsgpackMeansWhatItsPeerWrote(t *testing.T) {
	v := &values{Rand: rand.New(rand.NewPCG(*peerSeed, 1)), extra: func(v *values) any {
		if v.IntN(2) == 0 {
			return v.Uint64()
		}
		return time.Unix(int64(v.Uint64()>>(20+v.IntN(44)))-1e9, int64(v.IntN(1e9))*int64(v.IntN(2))).UTC()
	}}
	for i := range peerValues {
		x := v.any(4)
		var buf bytes.Buffer
		e := peermsgpack.NewEncoder(&buf)
		e.UseCompactInts(v.IntN(2) == 0)
		if err := e.Encode(x); err != nil {
			t.Fatal(err)
		}
		peerDecode(t, i, buf.Bytes(), DecoderMsgpack, x)
	}
}

func TestCBORMeansWhatItsPeerWrote(t *testing.T) {
	v := &values{Rand: rand.New(rand.NewPCG(*peerSeed, 2)), extra: func(v *values) any {
		switch v.IntN(3) {
		case 0:
			return v.Uint64()
		case 1:
			b := new(big.Int).SetUint64(v.Uint64())
			b.Lsh(b, uint(v.IntN(100)))
			if v.IntN(2) == 0 {
				b.Neg(b)
			}
			return *b
		}
		return time.Unix(int64(v.Uint32())-1e9, 0).UTC()
	}}
	for i := range peerValues {
		x := v.any(4)
		o := peercbor.EncOptions{TimeTag: peercbor.EncTagRequired, ShortestFloat: peercbor.ShortestFloatMode(v.IntN(2)), NaNConvert: peercbor.NaNConvertNone, InfConvert: peercbor.InfConvertNone}
		o.Time = []peercbor.TimeMode{peercbor.TimeUnix, peercbor.TimeUnixDynamic, peercbor.TimeRFC3339}[v.IntN(3)]
		if o.ShortestFloat == peercbor.ShortestFloat16 {
			o.NaNConvert, o.InfConvert = peercbor.NaNConvert7e00, peercbor.InfConvertFloat16
		}
		mode, err := o.EncMode()
		if err != nil {
			t.Fatal(err)
		}
		b, err := mode.Marshal(x)
		if err != nil {
			t.Fatal(err)
		}
		peerDecode(t, i, b, DecoderCBOR, x)
	}
}

// Values without lengths, as CBOR's peer streams them.
func TestCBOROfIndefiniteLength(t *testing.T) {
	var buf bytes.Buffer
	e := peercbor.NewEncoder(&buf)
	steps := []func() error{e.StartIndefiniteArray, e.StartIndefiniteTextString, func() error { return e.Encode("ab") }, func() error { return e.Encode("c") }, e.EndIndefinite,
		e.StartIndefiniteByteString, func() error { return e.Encode([]byte{1}) }, e.EndIndefinite,
		e.StartIndefiniteMap, func() error { return e.Encode("k") }, func() error { return e.Encode(1) }, e.EndIndefinite, e.EndIndefinite}
	for _, s := range steps {
		if err := s(); err != nil {
			t.Fatal(err)
		}
	}
	got := NewRecordDecoder(nil, Limits{}).Decode(context.Background(), PartValue, event.NewPayload(buf.Bytes()), Wish{})
	if s := show(asExpect(open(got.Tree))); got.Decoder != DecoderCBOR || s != `["abc",{"hex":"01"},{"obj":[["k",{"i":"1"}]]}]` {
		t.Errorf("%s: %s", got.Decoder, s)
	}
}

// The examples of RFC 8949, appendix A, and of what is wrong after appendix F.
func TestCBORExamples(t *testing.T) {
	for in, want := range map[string]string{
		"\x3b\xff\xff\xff\xff\xff\xff\xff\xff":         `-18446744073709551616`,
		"\xc3\x49\x01\x00\x00\x00\x00\x00\x00\x00\x00": `-18446744073709551617`,
		"\xf9\x00\x01":             `5.9604645e-08`,
		"\xf9\xc4\x00":             `-4.0`,
		"\xf9\x7b\xff":             `65504.0`,
		"\xf0":                     `simple(16)`,
		"\xf8\xff":                 `simple(255)`,
		"\xc1\x1a\x51\x4b\x67\xb0": `2013-03-21T20:04:00Z`,
		"\xc1\xfb\x41\xd4\x52\xd9\xec\x20\x00\x00":         `2013-03-21T20:04:00.500Z`,
		"\xc4\x82\x21\x19\x6a\xb3":                         `273.15`,
		"\xd8\x18\x45\x64IETF":                             `IETF`,
		"\xd8\x64\x39\x0f\x9a":                             `1959-01-24`,
		"\xd9\xd9\xf7\x01":                                 `1`,
		"\xd8\x25\x50" + guidBytes:                         guid,
		"\xc0\x74" + "2013-03-21T20:04:00Z":                `2013-03-21T20:04:00Z`,
		"\xd8\x20\x76" + "http://www.example.com":          `http://www.example.com`,
		"\xfa\x7f\x7f\xff\xff":                             `3.4028235e+38`,
		"\x7f\x65strea\x64ming\xff":                        `streaming`,
		"\xc4\x82\x3b\x7f\xff\xff\xff\xff\xff\xff\xff\x01": ``,
		"\x1c":                                 ``,
		"\xff":                                 ``,
		"\xf8\x18":                             ``,
		"\x7f\x41a\xff":                        ``,
		"\x5b\xff\xff\xff\xff\xff\xff\xff\xff": ``,
		"\x9b\xff\xff\xff\xff\xff\xff\xff\xff": ``,
		strings.Repeat("\xc6", 200) + "\x01":   ``,
		strings.Repeat("\x81", 200) + "\x01":   ``,
		strings.Repeat("\xd8\x18\x5a\x00\x00\x00\x01", 150) + "\x01": ``,
	} {
		got := NewRecordDecoder(nil, Limits{}).Decode(context.Background(), PartValue, event.NewPayload([]byte(in)), Wish{Decoder: DecoderCBOR})
		n := open(got.Tree)
		if want == "" {
			if in[0] != '\xc4' && got.Tree.Info().Reason == "" {
				t.Errorf("%x passes as %s", in, show(asExpect(n)))
			}
			continue
		}
		if n.Value.Text() != want || got.Tree.Info().Reason != "" {
			t.Errorf("%x is %q (%s), want %q", in, n.Value.Text(), got.Tree.Info().Reason, want)
		}
	}
}
