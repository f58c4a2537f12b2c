package browse

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/kafka"
)

// ConvertQuery asks what becomes of the newest records of a topic.
type ConvertQuery struct {
	Topic       string
	Last        int // records, the newest; default 1000, at most 10000
	Conversions []Conversion
	Fields      []string  // paths, of which FieldData is wanted
	Progress    func(int) // told how many records were looked at; may be nil
}

// Converted is what became of them.
type Converted struct {
	Records int
	Keyed   int   // records with a key
	Largest int64 // bytes of the largest one: a power of two where some of it is hidden
	Scanned kafka.Scanned
	Of      []ConvertedFor // in the order of the conversions
	Fields  []FieldData    // in the order of ConvertQuery.Fields
}

// ConvertedFor is what became of them for one reader.
type ConvertedFor struct {
	Reader                          string
	Converted, Failed, NotSimulated int
	First                           []ConvertedPlace  // that failed, in the order of partition and offset
	Reasons                         []ConvertedReason // the most frequent first
}

// ConvertedPlace is a record that could not be read. Path and Reason hold no payload.
type ConvertedPlace struct {
	Partition    int32
	Offset       int64
	Path, Reason string
	OfValue      bool // another value of the same type may pass: who may see less must not be told where
}

// ConvertedReason counts records that failed, or were not simulated, for one reason.
type ConvertedReason struct {
	Path, Reason string
	Failed       bool // not simulated otherwise
	Records      int
}

// FieldData is what records hold of a field, as far as who asks may see it.
type FieldData struct {
	Path                     string
	Present, NotNull, Hidden int // records
	LastPartition            int32
	LastOffset               int64 // of the newest record where it is not null; -1: none
	LastTime                 int64 // ms
}

// Bounds of a conversion.
const (
	convertLast    = 1000
	MostConverted  = 10_000
	mostPlaces     = 10
	mostReasons    = 20
	convertedBytes = 256 << 20
)

// convertShape is that of views that are converted: a whole tree, one line that nobody reads.
var convertShape = access.Shape{Runes: 1, Tree: true, Value: 64 << 10}

// ConvertTopic reads the newest records of a topic as who may see them and tells what becomes of each under the conversions. No value leaves: counts,
// places and names of schemas do. Errors: ErrDenied, ErrNotFound, ErrAudit, ErrCluster.
func (b *Browser) ConvertTopic(ctx context.Context, who access.Principal, cluster string, q ConvertQuery) (Converted, error) {
	c, err := b.cluster(cluster)
	if err != nil {
		return Converted{}, err
	}
	if err := b.DecideIn(ctx, who, access.TopicRead, TopicResource(cluster, q.Topic)).Err(); err != nil {
		return Converted{}, err
	}
	if q.Last <= 0 {
		q.Last = convertLast
	}
	scan := kafka.ScanQuery{Topic: q.Topic, Limit: min(q.Last, MostConverted), Bytes: convertedBytes}
	end, err := b.beginAs(ctx, who, access.TopicRead, topicTarget(cluster, q.Topic), []string{placesOf(&scan), "converted, for an impact report"}, "")
	if err != nil {
		return Converted{}, err
	}
	out, err := b.convertTopic(ctx, b.renderer(ctx, who, convertShape), c, &scan, &q)
	if err2 := end(out.Records, err); err == nil {
		err = err2
	}
	return out, err
}

func (b *Browser) convertTopic(ctx context.Context, r renderer, c *Cluster, of *kafka.ScanQuery, q *ConvertQuery) (Converted, error) {
	out := Converted{Of: make([]ConvertedFor, len(q.Conversions)), Fields: make([]FieldData, len(q.Fields))}
	for i := range q.Fields {
		out.Fields[i] = FieldData{Path: q.Fields[i], LastOffset: -1}
	}
	reasons := make([]map[ConvertedReason]int, len(q.Conversions))
	for i := range q.Conversions {
		out.Of[i].Reader, reasons[i] = q.Conversions[i].Reader, map[ConvertedReason]int{}
	}
	scan := c.Kafka.Scan(*of)
	for rec, err := range scan.All(ctx) {
		if err != nil {
			out.Scanned = scan.Scanned()
			return out, kafkaError(err)
		}
		out.Records++
		if q.Progress != nil {
			q.Progress(out.Records)
		}
		if !rec.Key.Null() {
			out.Keyed++
		}
		if rec.Value.Null() { // a tombstone has nothing to convert
			for i := range out.Of {
				out.Of[i].Converted++
			}
			continue
		}
		shown := r.topicValue(c, &rec)
		out.Largest = max(out.Largest, int64(sizeSeen(shown, rec.Size)))
		for i := range q.Conversions {
			f := q.Conversions[i].convert(shown)
			one := &out.Of[i]
			switch f.outcome {
			case converted:
				one.Converted++
				continue
			case unsimulated:
				one.NotSimulated++
			case failed:
				one.Failed++
				one.First = append(one.First, ConvertedPlace{rec.Partition, rec.Offset, f.path, f.why, f.ofValue})
				if len(one.First) > 4*mostPlaces {
					one.First = firstPlaces(one.First)
				}
			}
			reasons[i][ConvertedReason{Path: f.path, Reason: f.why, Failed: f.outcome == failed}]++
		}
		for i := range out.Fields {
			out.Fields[i].look(shown, &rec)
		}
	}
	for i := range out.Of {
		out.Of[i].First = firstPlaces(out.Of[i].First)
		out.Of[i].Reasons = mostFrequent(reasons[i])
	}
	out.Scanned = scan.Scanned()
	return out, nil
}

// firstPlaces keeps the first ones in the order of partition and offset.
func firstPlaces(all []ConvertedPlace) []ConvertedPlace {
	slices.SortFunc(all, func(a, b ConvertedPlace) int {
		return cmp.Or(cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	return all[:min(len(all), mostPlaces)]
}

func mostFrequent(counts map[ConvertedReason]int) []ConvertedReason {
	out := make([]ConvertedReason, 0, len(counts))
	for r, n := range counts {
		r.Records = n
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b ConvertedReason) int {
		return cmp.Or(cmp.Compare(b.Records, a.Records), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	return out[:min(len(out), mostReasons)]
}

// sizeSeen is how many bytes a record has; where some of it is masked, the next power of two.
func sizeSeen(v *access.View, size int) int {
	of := TopicRecord{Record: kafka.Record{Size: size}}
	of.View = v
	return of.Size()
}

// look notes what a record holds of the field.
func (f *FieldData) look(v *access.View, rec *kafka.Record) {
	present, notNull, hidden := 0, 0, 0
	if v.Node != nil {
		eachAt(v.Node, f.Path, func(n *access.Node) {
			present++
			switch {
			case n.Kind == "null":
			case n.Mask != "" && n.Kind == "opaque":
				hidden++
			default:
				notNull++
			}
		}, func() { hidden++ })
	}
	for _, m := range v.Masked {
		if m.Action == access.Drop && m.Path == f.Path {
			hidden++
		}
	}
	switch {
	case notNull > 0:
		f.Present++
		f.NotNull++
		if f.LastOffset < 0 || rec.Time > f.LastTime {
			f.LastPartition, f.LastOffset, f.LastTime = rec.Partition, rec.Offset, rec.Time
		}
	case present > 0:
		f.Present++
	case hidden > 0:
		f.Hidden++
	}
}

// eachAt calls found for what stands at a path below n: a.b, items[].sku, tags{}; hidden where names do not tell.
func eachAt(n *access.Node, path string, found func(*access.Node), hidden func()) {
	if path == "" {
		found(n)
		return
	}
	switch {
	case strings.HasPrefix(path, "[]") && n.Kind == "list":
		for i := range n.Items {
			eachAt(&n.Items[i], strings.TrimPrefix(path[2:], "."), found, hidden)
		}
	case strings.HasPrefix(path, "{}"):
		for i := range n.Items {
			v := &n.Items[i]
			if v.Kind == "entry" && len(v.Items) == 2 {
				v = &v.Items[1]
			}
			eachAt(v, strings.TrimPrefix(path[2:], "."), found, hidden)
		}
	case n.Kind == "object":
		for i := range n.Items {
			if rest, ok := strings.CutPrefix(path, quotedName(n.Items[i].Name)); ok && (rest == "" || strings.IndexByte(".[{", rest[0]) >= 0) {
				eachAt(&n.Items[i], strings.TrimPrefix(rest, "."), found, hidden)
				return
			}
		}
		if hidesNames(n) {
			hidden()
		}
	}
}
