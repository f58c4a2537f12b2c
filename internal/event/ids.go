package event

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// RecordingID names one job run; it is Flink's JobID (16 bytes).
type RecordingID [16]byte

func (r RecordingID) String() string { return hex.EncodeToString(r[:]) }

// IsZero tells whether r belongs to no job (lanes of a whole process).
func (r RecordingID) IsZero() bool { return r == RecordingID{} }

// ParseRecordingID reads 32 hex digits, with or without the dashes of a UUID.
func ParseRecordingID(s string) (RecordingID, error) {
	var r RecordingID
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	if err != nil || len(b) != len(r) {
		return r, fmt.Errorf("recording id %q: want 32 hex digits", s)
	}
	copy(r[:], b)
	return r, nil
}

// Key is an attempt, partition or process key: the first 8 bytes of a SHA-256, read big-endian (spec/recording.md, section 2).
type Key uint64

func (k Key) String() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(k))
	return hex.EncodeToString(b[:])
}

// ParseKey reads the 16 hex digits that String writes.
func ParseKey(s string) (Key, error) {
	if len(s) != 16 {
		return 0, fmt.Errorf("key %q: want 16 hex digits", s)
	}
	v, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		return 0, fmt.Errorf("key %q: want 16 hex digits", s)
	}
	return Key(v), nil
}

// DefinitionID names a definition: the first 8 bytes of SHA-256 over its kind byte and body (spec/recording.md, section 3).
type DefinitionID uint64

func (d DefinitionID) String() string { return Key(d).String() }

// ParseDefinitionID reads the 16 hex digits that String writes.
func ParseDefinitionID(s string) (DefinitionID, error) {
	k, err := ParseKey(s)
	return DefinitionID(k), err
}

// Element is the identity of one stream element: the seq-th of a subpartition of a producer's partition, counted from 0.
type Element struct {
	Partition    Key
	Subpartition uint32
	Seq          uint64
}

func (e Element) String() string {
	return fmt.Sprintf("%s:%d:%d", e.Partition, e.Subpartition, e.Seq)
}

// ParseElement reads the text form, as in 9f3a61c2d07b4e15:3:48211.
func ParseElement(s string) (Element, error) {
	p := strings.Split(s, ":")
	if len(p) != 3 {
		return Element{}, fmt.Errorf("element %q: want partition:subpartition:seq", s)
	}
	k, err := ParseKey(p[0])
	if err != nil {
		return Element{}, fmt.Errorf("element %q: %w", s, err)
	}
	sub, err := strconv.ParseUint(p[1], 10, 32)
	if err != nil {
		return Element{}, fmt.Errorf("element %q: subpartition is not a number", s)
	}
	seq, err := strconv.ParseUint(p[2], 10, 64)
	if err != nil {
		return Element{}, fmt.Errorf("element %q: seq is not a number", s)
	}
	return Element{Partition: k, Subpartition: uint32(sub), Seq: seq}, nil
}

// KafkaPosition is the place of a record in a topic.
type KafkaPosition struct {
	Topic     string
	Partition int32
	Offset    int64
}

func (k KafkaPosition) String() string {
	return fmt.Sprintf("%s/%d@%d", k.Topic, k.Partition, k.Offset)
}

// ParseKafkaPosition reads the text form, as in orders/2@88121.
func ParseKafkaPosition(s string) (KafkaPosition, error) {
	bad := fmt.Errorf("kafka position %q: want topic/partition@offset", s)
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return KafkaPosition{}, bad
	}
	slash := strings.LastIndexByte(s[:at], '/')
	if slash <= 0 {
		return KafkaPosition{}, bad
	}
	part, err := strconv.ParseInt(s[slash+1:at], 10, 32)
	if err != nil || part < 0 {
		return KafkaPosition{}, bad
	}
	off, err := strconv.ParseInt(s[at+1:], 10, 64)
	if err != nil || off < 0 {
		return KafkaPosition{}, bad
	}
	return KafkaPosition{Topic: s[:slash], Partition: int32(part), Offset: off}, nil
}

// Invocation names one activation of a task: the Number-th of the attempt.
type Invocation struct {
	Attempt Key
	Number  uint64
}

func (i Invocation) String() string { return fmt.Sprintf("%s#%d", i.Attempt, i.Number) }
