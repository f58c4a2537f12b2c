package otlp

import (
	"strings"
	"time"

	metricspb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/proto"
)

// Family is one metric with all of its points, as the page /metrics has it.
type Family struct {
	Name   string
	Kind   string // gauge, counter or histogram
	Help   string
	Points []Point
}

// Point is one value, or of a histogram its buckets.
type Point struct {
	Labels []string // pairs of name and value
	Value  float64
	// Bounds are upper bounds; Counts has one more, and they do not add up.
	Bounds []float64
	Counts []uint64
	Sum    float64
}

// labelNames are what labels of the page are called here, where another name says the same for spans and log lines.
var labelNames = map[string]string{
	"job": attrJob, "recording": attrRecording, "operator": attrOperator, "operator_id": attrOperatorID, "subtask": attrSubtask,
	"task": attrTask, "vertex": attrVertex, "reason": "reason",
}

// metricsOf makes one request of families, which were read at now and count from since.
func metricsOf(families []Family, since, now time.Time, version string) *metrics.ResourceMetrics {
	s := &metrics.ScopeMetrics{Scope: scope(version)}
	from, at := uint64(since.UnixNano()), uint64(now.UnixNano())
	for _, f := range families {
		if len(f.Points) == 0 {
			continue
		}
		m := &metrics.Metric{Name: strings.TrimSuffix(f.Name, "_total"), Description: f.Help, Unit: unit(f.Name)}
		switch f.Kind {
		case "counter":
			m.Data = &metrics.Metric_Sum{Sum: &metrics.Sum{
				DataPoints: numbers(f.Points, from, at), IsMonotonic: true, AggregationTemporality: metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE,
			}}
		case "histogram":
			h := &metrics.Histogram{AggregationTemporality: metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE}
			for _, p := range f.Points {
				n := uint64(0)
				for _, c := range p.Counts {
					n += c
				}
				h.DataPoints = append(h.DataPoints, &metrics.HistogramDataPoint{
					Attributes: attributes(p.Labels), StartTimeUnixNano: from, TimeUnixNano: at, Count: n, Sum: &p.Sum, ExplicitBounds: p.Bounds, BucketCounts: p.Counts,
				})
			}
			m.Data = &metrics.Metric_Histogram{Histogram: h}
		default:
			m.Data = &metrics.Metric_Gauge{Gauge: &metrics.Gauge{DataPoints: numbers(f.Points, 0, at)}}
		}
		s.Metrics = append(s.Metrics, m)
	}
	return &metrics.ResourceMetrics{
		Resource:     &resourcepb.Resource{Attributes: []*commonpb.KeyValue{text("service.name", "sightglass"), text("service.version", version)}},
		ScopeMetrics: []*metrics.ScopeMetrics{s},
	}
}

func numbers(points []Point, from, at uint64) (out []*metrics.NumberDataPoint) {
	for _, p := range points {
		out = append(out, &metrics.NumberDataPoint{
			Attributes: attributes(p.Labels), StartTimeUnixNano: from, TimeUnixNano: at, Value: &metrics.NumberDataPoint_AsDouble{AsDouble: p.Value},
		})
	}
	return out
}

func attributes(labels []string) (out []*commonpb.KeyValue) {
	for i := 0; i+1 < len(labels); i += 2 {
		name := labels[i]
		if other, ok := labelNames[name]; ok {
			name = other
		}
		out = append(out, text(name, labels[i+1]))
	}
	return out
}

// unit is what a name of the page ends in, as UCUM writes it.
func unit(name string) string {
	name = strings.TrimSuffix(name, "_total")
	switch {
	case strings.HasSuffix(name, "_seconds"):
		return "s"
	case strings.HasSuffix(name, "_bytes"):
		return "By"
	}
	return ""
}

func metricsRequest(list []*metrics.ResourceMetrics) proto.Message {
	return &metricspb.ExportMetricsServiceRequest{ResourceMetrics: list}
}
