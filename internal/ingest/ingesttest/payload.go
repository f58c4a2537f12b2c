package ingesttest

import (
	"encoding/binary"
	"fmt"
)

// Bytes as Flink's serializers write them (spec/serializers.md).

const (
	elementWithTimestamp = 0
	elementWatermark     = 2
)

func watermarkBytes(ms int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{elementWatermark}, uint64(ms))
}

// recordBytes begins a stream record with a timestamp.
func recordBytes(ms int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{elementWithTimestamp}, uint64(ms))
}

// appendString writes ASCII text as StringSerializer does.
func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)+1))
	return append(b, s...)
}

func appendLong(b []byte, v int64) []byte { return binary.BigEndian.AppendUint64(b, uint64(v)) }

var (
	currencies = []string{"EUR", "USD", "GBP", "CHF"}
	firstNames = []string{"Ada", "Grace", "Edsger", "Barbara", "Tony", "Frances"}
)

func merchantName(m int) string { return fmt.Sprintf("m-%02d", m) }

func orderJSON(n, merchant int, cents int64, currency string, poison bool) []byte {
	amount := fmt.Sprintf(`"%d.%02d"`, cents/100, cents%100)
	if poison {
		amount = `"twelve"`
	}
	name := firstNames[n%len(firstNames)]
	return fmt.Appendf(nil, `{"id":"o-%07d","merchant":"%s","amount":%s,"currency":"%s","customer":{"name":"%s Example","email":"%s.%d@example.org",`+
		`"phone":"+49 30 5550%04d","card":"4111 1111 1111 %04d"},"items":[{"sku":"sku-%03d","quantity":%d}]}`,
		n, merchantName(merchant), amount, currency, name, name, n%1000, n%10000, n%9999, n%500, 1+n%4)
}

// parsedBytes is Tuple4<String, String, Long, String>: order, merchant, cents, currency.
func parsedBytes(ms int64, n, merchant int, cents int64, currency string) []byte {
	b := appendString(recordBytes(ms), fmt.Sprintf("o-%07d", n))
	b = appendString(b, merchantName(merchant))
	return appendString(appendLong(b, cents), currency)
}

// rateBytes is Tuple2<String, Long>: currency, rate in millionths.
func rateBytes(ms int64, currency string, rate int64) []byte {
	return appendLong(appendString(recordBytes(ms), currency), rate)
}

// convertedBytes is Tuple3<String, String, Long>: order, merchant, cents in EUR.
func convertedBytes(ms int64, n, merchant int, cents int64) []byte {
	b := appendString(recordBytes(ms), fmt.Sprintf("o-%07d", n))
	return appendLong(appendString(b, merchantName(merchant)), cents)
}

func totalJSON(merchant int, cents int64, count int, window int64) []byte {
	return fmt.Appendf(nil, `{"merchant":"%s","window_start":%d,"orders":%d,"total":"%d.%02d"}`,
		merchantName(merchant), window, count, cents/100, cents%100)
}

func alertJSON(merchant int, cents int64) []byte {
	return fmt.Appendf(nil, `{"merchant":"%s","reason":"total over limit","total":"%d.%02d"}`, merchantName(merchant), cents/100, cents%100)
}

func tupleDescriptor(fields ...string) map[string]any {
	list := make([]map[string]any, len(fields))
	for i, t := range fields {
		list[i] = map[string]any{"name": fmt.Sprintf("f%d", i), "s": map[string]any{"t": t}}
	}
	return map[string]any{
		"t": "streamelement", "class": "org.apache.flink.streaming.runtime.streamrecord.StreamElementSerializer",
		"s": map[string]any{
			"t": "tuple", "class": "org.apache.flink.api.java.typeutils.runtime.TupleSerializer",
			"of": fmt.Sprintf("org.apache.flink.api.java.tuple.Tuple%d", len(fields)), "fields": list,
		},
	}
}
