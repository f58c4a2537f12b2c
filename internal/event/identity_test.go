package event

import (
	"strings"
	"testing"
)

func id16(from byte) (id [16]byte) {
	for i := range id {
		id[i] = from + byte(i)
	}
	return id
}

// The agent's tests want the same values.
func TestKeysAreThoseOfTheSpecification(t *testing.T) {
	task := TaskID{Graph: id16(0), Vertex: id16(16), Subtask: 3, Attempt: 1}
	for _, c := range []struct{ what, got, want string }{
		{"attempt", AttemptKey(task).String(), "295e64849b561d32"},
		{"partition", PartitionKey(id16(32), 7, task).String(), "daec2996d1ba1b9a"},
		{"process", ProcessKey(id16(0)).String(), "5394c1acaad03b74"},
		{"definition", NewDefinition(DefPath, []byte(`{"p":"0(>0)"}`)).ID.String(), "b824c1436e33ea3d"},
	} {
		if c.got != c.want {
			t.Errorf("%s key is %s, want %s", c.what, c.got, c.want)
		}
	}
}

func TestTextFormsComeBack(t *testing.T) {
	e := Element{Partition: 0x9f3a61c2d07b4e15, Subpartition: 3, Seq: 48211}
	if e.String() != "9f3a61c2d07b4e15:3:48211" {
		t.Errorf("element %s", e)
	}
	if got, err := ParseElement(e.String()); err != nil || got != e {
		t.Errorf("element %v, %v", got, err)
	}
	k := KafkaPosition{Topic: "a/b@c", Partition: 2, Offset: 88121}
	if got, err := ParseKafkaPosition(k.String()); err != nil || got != k {
		t.Errorf("position %v, %v", got, err)
	}
	r := RecordingID(id16(1))
	for _, s := range []string{r.String(), r.String()[:8] + "-" + r.String()[8:]} {
		if got, err := ParseRecordingID(s); err != nil || got != r {
			t.Errorf("recording %v, %v", got, err)
		}
	}
	for lane := LaneOut; lane <= LaneGap; lane++ {
		if got, ok := ParseLane(lane.String()); !ok || got != lane {
			t.Errorf("lane %s", lane)
		}
	}
	for kind := range kindNames {
		if got, ok := ParseKind(kind.String()); !ok || got != kind {
			t.Errorf("kind %s", kind)
		}
	}
	if Lane(99).String() != "lane 99" || Kind(99).String() != "kind 99" || GapReason(99).String() != "reason 99" {
		t.Error("what is not known has no name")
	}
}

func TestTextFormsThatAreNone(t *testing.T) {
	for _, s := range []string{"", "x", "9f3a61c2d07b4e15", "9f3a61c2d07b4e15:3", "9f3a61c2d07b4e15:-1:2", "9f3a61c2d07b4e15:4294967296:2", "zz3a61c2d07b4e15:3:4", "9f3a61c2d07b4e15:3:4:5"} {
		if e, err := ParseElement(s); err == nil {
			t.Errorf("%q is element %s", s, e)
		}
	}
	for _, s := range []string{"", "orders", "orders/2", "/2@1", "orders/x@1", "orders/2@x", "orders/-1@2", "orders/1@-2", "orders/2147483648@1"} {
		if k, err := ParseKafkaPosition(s); err == nil {
			t.Errorf("%q is position %s", s, k)
		}
	}
	for _, s := range []string{"", "zz", strings.Repeat("0", 31), strings.Repeat("0", 33)} {
		if r, err := ParseRecordingID(s); err == nil {
			t.Errorf("%q is recording %s", s, r)
		}
		if k, err := ParseKey(s); err == nil {
			t.Errorf("%q is key %s", s, k)
		}
	}
}
