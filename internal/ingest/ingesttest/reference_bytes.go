package ingesttest

import (
	"encoding/binary"
	"math"
	"strconv"
)

// Values of the reference load, as Flink's serializers write them (spec/serializers.md): JSON in Kafka and as a string, a POJO,
// a row of the table stack, a tuple.

var (
	plans     = []string{"free", "pro", "team", "enterprise"}
	countries = []string{"DE", "FR", "US", "JP", "BR", "IN"}
)

// digits appends n with leading zeros.
func digits(b []byte, n uint64, width int) []byte {
	var text [20]byte
	s := strconv.AppendUint(text[:0], n, 10)
	for range width - len(s) {
		b = append(b, '0')
	}
	return append(b, s...)
}

const hexDigits = "0123456789abcdef"

func appendHex(b []byte, v uint32) []byte {
	for shift := 28; shift >= 0; shift -= 4 {
		b = append(b, hexDigits[v>>shift&15])
	}
	return b
}

func (e *referenceRecord) id(b []byte) []byte   { return digits(append(b, "ev-"...), e.n, 9) }
func (e *referenceRecord) user(b []byte) []byte { return digits(append(b, "user-"...), e.key, 6) }

// device is always the same of a user.
func (e *referenceRecord) device(b []byte) []byte {
	h := (e.key + 1) * 0x9e3779b97f4a7c15
	return appendHex(appendHex(b, uint32(h>>32)), uint32(h))
}

// ReferenceNeedle stands in the text of few records.
const ReferenceNeedle = "chargeback"

// json is the value of the Kafka record: about 170 bytes of nested objects.
func (e *referenceRecord) json(b []byte) []byte {
	b = e.id(append(b, `{"id":"`...))
	b = e.user(append(b, `","user":{"name":"`...))
	b = append(append(b, `","plan":"`...), plans[e.key%4]...)
	b = strconv.AppendInt(append(b, `"},"amount":{"cents":`...), e.cents, 10)
	b = append(append(b, `,"currency":"`...), currencies[e.key%4]...)
	b = strconv.AppendInt(append(b, `"},"at":`...), e.time, 10)
	b = appendHex(append(b, `,"session":"`...), e.session)
	b = e.device(append(b, `","device":"`...))
	b = append(append(b, `","country":"`...), countries[e.key%6]...)
	if e.needle {
		b = append(append(b, `","note":"`...), ReferenceNeedle...)
	}
	return append(b, `"}`...)
}

// stringHead appends the head of a string as StringSerializer writes it, for ASCII of n characters.
func stringHead(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n+1)) }

func appendBytes(b, text []byte) []byte { return append(stringHead(b, len(text)), text...) }

// line is the element from source to parse: the JSON as a string.
func (e *referenceRecord) line(b, json []byte) []byte {
	return appendBytes(binary.BigEndian.AppendUint64(append(b, elementWithTimestamp), uint64(e.time)), json)
}

// pojo is the element from parse to enrich, a bench.Event: a flag, and before each field whether it is null.
func (e *referenceRecord) pojo(b []byte) []byte {
	var text [24]byte
	b = binary.BigEndian.AppendUint64(append(b, elementWithTimestamp), uint64(e.time))
	b = appendLong(append(b, 2, 0), e.cents)
	b = appendLong(append(b, 0), e.time)
	b = appendString(append(b, 0), currencies[e.key%4])
	b = appendBytes(append(b, 0), e.device(text[:0]))
	b = appendBytes(append(b, 0), e.id(text[:0]))
	b = appendString(append(b, 0), plans[e.key%4])
	b = appendBytes(append(b, 0), appendHex(text[:0], e.session))
	return appendBytes(append(b, 0), e.user(text[:0]))
}

var pojoFields = []string{"amount", "at", "currency", "device", "id", "plan", "session", "user"}

func pojoDescriptor() map[string]any {
	var fields []map[string]any
	for _, name := range pojoFields {
		s := stringSerializer
		if name == "amount" || name == "at" {
			s = longSerializer
		}
		fields = append(fields, map[string]any{"name": name, "s": s})
	}
	return streamElement(map[string]any{"t": "pojo", "class": "org.apache.flink.api.java.typeutils.runtime.PojoSerializer", "of": "bench.Event",
		"fields": fields, "subclasses": []any{}})
}

func streamElement(s map[string]any) map[string]any {
	return map[string]any{"t": "streamelement", "class": "org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer", "s": s}
}

// rowArity are the fields of the row from enrich to window: id, user, country, session, device, amount, at, score.
const (
	rowArity = 8
	rowFixed = 8 + 8*rowArity
)

func rowDescriptor() map[string]any {
	var fields []map[string]any
	for _, f := range [][2]string{{"id", "VARCHAR"}, {"user", "VARCHAR"}, {"country", "VARCHAR"}, {"session", "VARCHAR"}, {"device", "VARCHAR"},
		{"amount", "BIGINT"}, {"at", "TIMESTAMP_WITHOUT_TIME_ZONE"}, {"score", "DOUBLE"}} {
		t := map[string]any{"t": f[1]}
		if f[0] == "at" {
			t["p"] = 3
		}
		fields = append(fields, map[string]any{"name": f[0], "type": t})
	}
	return map[string]any{"t": "rowdata", "class": "org.apache.flink.table.runtime.typeutils.RowDataSerializer", "fields": fields}
}

// row is the record as a row of the table stack: its size, then slots of eight bytes and what does not fit them.
func (e *referenceRecord) row(b []byte) []byte {
	at := len(b)
	b = append(b, make([]byte, 4+rowFixed)...)
	start := at + 4
	slot := func(i int) []byte { return b[start+8+8*i:] }
	le := binary.LittleEndian
	var text [24]byte
	long := func(i int, v []byte) {
		le.PutUint64(slot(i), uint64(len(b)-start)<<32|uint64(len(v)))
		b = append(b, v...)
		for (len(b)-start)%8 != 0 {
			b = append(b, 0)
		}
	}
	long(0, e.id(text[:0]))
	long(1, e.user(text[:0]))
	country := countries[e.key%6]
	copy(slot(2), country)
	slot(2)[7] = 0x80 | byte(len(country))
	long(3, appendHex(text[:0], e.session))
	long(4, e.device(text[:0]))
	le.PutUint64(slot(5), uint64(e.cents))
	le.PutUint64(slot(6), uint64(e.time))
	le.PutUint64(slot(7), math.Float64bits(float64(e.cents%1000)/1000))
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-start))
	return b
}

// result is the element from window to sink: Tuple3<String, Long, Long>, user, sum and count.
func resultBytes(b []byte, ms int64, user []byte, cents int64, count int) []byte {
	b = binary.BigEndian.AppendUint64(append(b, elementWithTimestamp), uint64(ms))
	return appendLong(appendLong(appendBytes(b, user), cents), int64(count))
}

func resultJSON(b, user []byte, start, cents int64, count int) []byte {
	b = append(append(b, `{"user":"`...), user...)
	b = strconv.AppendInt(append(b, `","window":{"start":`...), start, 10)
	b = strconv.AppendInt(append(b, `},"total":{"cents":`...), cents, 10)
	b = strconv.AppendInt(append(b, `,"events":`...), int64(count), 10)
	return append(b, "}}"...)
}
