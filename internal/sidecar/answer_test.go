package sidecar

import (
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// FuzzAnswer reads any bytes as an answer: the other side runs code of jobs and may write what it likes.
func FuzzAnswer(f *testing.F) {
	f.Add(scalarAnswer(3, "text"))
	f.Add([]byte("\x01\x00\x00\x00\x03why"))
	f.Add([]byte("\x00\x00\x00\x00\x05\x04\x00\x00\x00\x01n\x00\x00\x00\x01m\x05\x00\x00\x00\x00\x00\x00\x00\x00" +
		"\x00\x00\x00\x00\x03key\x00\x00\x00\x00\x00\x00\x00\x00\x05value\x00\x00\x00\x00\xff\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04full\xff"))
	for kind := event.ValueBool; kind <= event.ValueDuration; kind++ {
		f.Add(append([]byte("\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00"), byte(kind), 0, 0, 0, 0, endOf))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		root, taken, refused, err := parseAnswer(b)
		if err != nil {
			return
		}
		if taken < 0 || refused != "" && len(root.Items) > 0 {
			t.Errorf("%d bytes were taken; refused %t", taken, refused != "")
		}
		sound(t, &root, 0)
	})
}

// sound says that what readers rely on holds.
func sound(t *testing.T, n *event.Node, depth int) {
	t.Helper()
	if depth > maxDepth || n.Kind > event.NodeCut || n.Kind == event.NodeEntry && len(n.Items) != 2 {
		t.Errorf("a %s with %d items at depth %d", n.Kind, len(n.Items), depth)
	}
	for i := range n.Items {
		if n.Kind == event.NodeMap && n.Items[i].Kind != event.NodeEntry {
			t.Errorf("a %s in a map", n.Items[i].Kind)
		}
		sound(t, &n.Items[i], depth+1)
	}
}

func TestMapsThatWereCutSayWhy(t *testing.T) {
	b := []byte("\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04full\xff")
	root, _, _, err := parseAnswer(b)
	if err != nil || root.Reason != "full" || len(root.Items) != 0 {
		t.Errorf("%v %q", err, root.Reason)
	}
}
