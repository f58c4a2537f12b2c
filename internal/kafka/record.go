package kafka

import (
	"encoding/binary"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/sightglass/sightglass/internal/event"
)

// Types of a record's time.
const (
	Created  = 0  // the producer's
	Appended = 1  // the broker's
	Untimed  = -1 // records of the oldest format have none
)

// Record is one of a topic. Null and empty are two things, in keys, values and headers alike.
type Record struct {
	Topic     string
	Partition int32
	Offset    int64
	Time      int64 // ms
	TimeType  int8
	Epoch     int32 // of the partition's leader when it was written; -1 = not known
	Key       event.Payload
	Value     event.Payload
	Headers   []Header // in their order; a name may come more than once
	Size      int      // bytes of key, value and headers, names included
	Packed    string   // how its batch was compressed: none, gzip, snappy, lz4 or zstd
}

// Header is one of a record. Its name is text that the producer chose, and may hold what values hold.
type Header struct {
	Name  string
	Value event.Payload
}

// compressions are the names of the types that a batch has.
var compressions = [...]string{"none", "gzip", "snappy", "lz4", "zstd"}

// made takes over the memory of x.
func made(x *kgo.Record) Record {
	r := Record{
		Topic: x.Topic, Partition: x.Partition, Offset: x.Offset, Time: x.Timestamp.UnixMilli(), TimeType: x.Attrs.TimestampType(), Epoch: x.LeaderEpoch,
		Key: event.NewPayload(x.Key), Value: event.NewPayload(x.Value), Size: len(x.Key) + len(x.Value), Packed: "unknown",
	}
	if n := int(x.Attrs.CompressionType()); n < len(compressions) {
		r.Packed = compressions[n]
	}
	if len(x.Headers) > 0 {
		r.Headers = make([]Header, len(x.Headers))
	}
	for i, h := range x.Headers {
		r.Headers[i] = Header{h.Key, event.NewPayload(h.Value)}
		r.Size += len(h.Key) + len(h.Value)
	}
	return r
}

// copied is made in memory of its own: the library's lies in its whole batch, and holds it.
func copied(x *kgo.Record) Record {
	own := *x
	room := make([]byte, 0, held(x))
	take := func(b []byte) []byte {
		if b == nil {
			return nil
		}
		from := len(room)
		room = append(room, b...)
		return room[from:len(room):len(room)]
	}
	own.Key, own.Value = take(x.Key), take(x.Value)
	own.Headers = make([]kgo.RecordHeader, len(x.Headers))
	for i, h := range x.Headers {
		own.Headers[i] = kgo.RecordHeader{Key: strings.Clone(h.Key), Value: take(h.Value)}
	}
	return made(&own)
}

// recordBytes is about what a record takes of memory beside its bytes, headerBytes each of its headers.
const (
	recordBytes = 200
	headerBytes = 40
)

// held is about what a record takes of memory.
func held(x *kgo.Record) int {
	n := recordBytes + len(x.Key) + len(x.Value)
	for _, h := range x.Headers {
		n += headerBytes + len(h.Key) + len(h.Value)
	}
	return n
}

// memory is held of a record that was made.
func (r *Record) memory() int { return recordBytes + r.Size + headerBytes*len(r.Headers) }

// headerColumn is column 50 of spec/block.md; null: there are none.
func headerColumn(all []kgo.RecordHeader) event.Payload {
	if len(all) == 0 {
		return event.Payload{}
	}
	b := binary.AppendUvarint(nil, uint64(len(all)))
	for _, h := range all {
		// Java makes text of a name: what is not UTF-8 in it is not what a recorded one would be, either.
		name := strings.ToValidUTF8(h.Key, "\ufffd")
		b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
		if h.Value == nil {
			b = append(b, 0)
			continue
		}
		b = append(binary.AppendUvarint(b, uint64(len(h.Value))+1), h.Value...)
	}
	return event.NewPayload(b)
}
