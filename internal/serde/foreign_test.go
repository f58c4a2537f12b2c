package serde

import (
	"errors"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// classes is a Job whose classes read one byte as a number, or fail.
type classes struct{ fail error }

func (classes) Subclass(string, string) *Decoder { return nil }

func (c classes) Foreign(_ *event.SerializerObject, p event.Payload, off, end int) (event.Tree, int, error) {
	if c.fail != nil {
		return event.Tree{}, 0, c.fail
	}
	n := event.Node{Kind: event.NodeScalar, Type: "shop.Id", Value: event.IntValue(int64(p.Open(sealed.Take())[off]))}
	return event.NewTree(n, event.TreeInfo{}), min(1, end-off), nil
}

func TestWhatTheJobsClassesReadStandsBetweenWhatIsReadHere(t *testing.T) {
	d, err := event.ParseDescriptor([]byte(`{"t":"tuple","fields":[{"name":"a","s":{"t":"byte"}},
		{"name":"b","s":{"t":"kryo","of":"shop.Id","object":0}},{"name":"c","s":{"t":"byte"}}],"objects":["AAEC"]}`))
	if err != nil {
		t.Fatal(err)
	}
	decoder, p := Compile(d, Limits{}), event.NewPayload([]byte{1, 7, 3})

	tree := decoder.DecodeOf(classes{}, p)
	root := tree.Open(sealed.Take())
	if len(root.Items) != 3 || tree.Info().Reason != "" {
		t.Fatalf("%d fields, %q", len(root.Items), tree.Info().Reason)
	}
	b, c := root.Items[1], root.Items[2]
	if !b.Foreign || b.Name != "b" || b.Value.Int() != 7 || b.Off != 1 || b.Len != 1 || root.Foreign || c.Foreign || c.Value.Int() != 3 {
		t.Errorf("b %t %q %d at %d+%d, c %d", b.Foreign, b.Name, b.Value.Int(), b.Off, b.Len, c.Value.Int())
	}

	for _, job := range []Job{nil, classes{errors.New("no such class")}} {
		tree := decoder.DecodeOf(job, p)
		if got := asExpect(tree.Open(sealed.Take())); show(got) != `{"obj":[["a",{"i":"1"}],["b",{"opaque":"shop.Id"}]]}` || tree.Info().Reason == "" {
			t.Errorf("%s, %q", show(got), tree.Info().Reason)
		}
	}
}

func TestVersionedBytesAreSteppedOverWhenTheJobsClassesFail(t *testing.T) {
	d, err := event.ParseDescriptor([]byte(`{"t":"tuple","fields":[{"name":"v","s":{"t":"versioned","object":0}},
		{"name":"c","s":{"t":"byte"}}],"objects":["AAEC"]}`))
	if err != nil {
		t.Fatal(err)
	}
	p := event.NewPayload([]byte{0, 0, 0, 3, 0, 0, 0, 2, 9, 9, 5})
	for _, c := range []struct {
		job     Job
		foreign bool
	}{{nil, false}, {classes{errors.New("no")}, false}, {classes{}, true}} {
		root := Compile(d, Limits{}).DecodeOf(c.job, p).Open(sealed.Take())
		if len(root.Items) != 2 || root.Items[1].Value.Int() != 5 || root.Items[0].Foreign != c.foreign {
			t.Errorf("%v: %d fields", c.job, len(root.Items))
		}
	}
}
