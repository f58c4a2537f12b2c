package otlp

import (
	"encoding/hex"
	"strings"
	"time"

	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	tracepb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"

	"github.com/sightglass/sightglass/internal/event"
)

// ReportKind says what a reporter sent.
type ReportKind string

// The kinds.
const (
	ReportSpan  ReportKind = "span"
	ReportEvent ReportKind = "event"
)

// Report is a span or an event of Flink's own. Attributes are kept as they came, known or not.
type Report struct {
	Recording  string         `json:"-"` // 32 hex digits; empty = it names no job
	Kind       ReportKind     `json:"kind"`
	Name       string         `json:"name"`
	Scope      string         `json:"scope,omitempty"`
	At         time.Time      `json:"at"`
	End        time.Time      `json:"end,omitzero"`
	Severity   string         `json:"severity,omitempty"`
	Body       any            `json:"body,omitempty"`
	Trace      string         `json:"trace,omitempty"`
	Span       string         `json:"span,omitempty"`
	Parent     string         `json:"parent,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
	Resource   map[string]any `json:"resource,omitempty"`
}

func spansIn(m *tracepb.ExportTraceServiceRequest) (out []Report) {
	for _, r := range m.ResourceSpans {
		resource := mapOf(r.Resource.GetAttributes())
		for _, in := range r.ScopeSpans {
			for _, s := range in.Spans {
				out = append(out, named(Report{
					Kind: ReportSpan, Name: s.Name, Scope: in.Scope.GetName(), At: instant(s.StartTimeUnixNano), End: instant(s.EndTimeUnixNano),
					Trace: hex.EncodeToString(s.TraceId), Span: hex.EncodeToString(s.SpanId), Parent: hex.EncodeToString(s.ParentSpanId),
					Attributes: mapOf(s.Attributes), Resource: resource,
				}))
			}
		}
	}
	inherit(out)
	return out
}

func eventsIn(m *logspb.ExportLogsServiceRequest) (out []Report) {
	for _, r := range m.ResourceLogs {
		resource := mapOf(r.Resource.GetAttributes())
		for _, in := range r.ScopeLogs {
			for _, l := range in.LogRecords {
				at := l.ObservedTimeUnixNano // Flink puts there when it happened, and into the other when it was sent
				if at == 0 {
					at = l.TimeUnixNano
				}
				one := Report{
					Kind: ReportEvent, Name: l.EventName, Scope: in.Scope.GetName(), At: instant(at), Severity: l.SeverityText, Body: valueOf(l.Body),
					Trace: hex.EncodeToString(l.TraceId), Span: hex.EncodeToString(l.SpanId), Attributes: mapOf(l.Attributes), Resource: resource,
				}
				if name, ok := one.Attributes["name"].(string); ok && one.Name == "" {
					one.Name = name // so Flink's reporter tells it
				}
				out = append(out, named(one))
			}
		}
	}
	return out
}

func instant(nanos uint64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(nanos)).UTC()
}

// named finds the job that a report is about: Flink's reporters give the variables of its scope, job_id among them.
func named(r Report) Report {
	for _, in := range []map[string]any{r.Attributes, r.Resource} {
		for name, v := range in {
			text, ok := v.(string)
			if !ok || !isJobID(name) {
				continue
			}
			if id, err := event.ParseRecordingID(text); err == nil {
				r.Recording = id.String()
				return r
			}
		}
	}
	return r
}

func isJobID(name string) bool {
	name = strings.ToLower(strings.NewReplacer("_", "", ".", "", "<", "", ">", "", "-", "").Replace(name))
	return name == "jobid" || name == "flinkjobid"
}

// inherit gives children that name no job that of the other spans of their trace: Flink names it at the root alone.
func inherit(list []Report) {
	of := map[string]string{}
	for i := range list {
		if list[i].Recording != "" {
			of[list[i].Trace] = list[i].Recording
		}
	}
	for i := range list {
		if r := &list[i]; r.Recording == "" {
			r.Recording = of[r.Trace]
		}
	}
}

func mapOf(list []*commonpb.KeyValue) map[string]any {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]any, len(list))
	for _, kv := range list {
		m[valid(kv.Key)] = valueOf(kv.Value)
	}
	return m
}

// valueOf is a value as JSON has it; whole numbers beyond what JavaScript holds are text.
func valueOf(v *commonpb.AnyValue) any {
	switch x := v.GetValue().(type) {
	case *commonpb.AnyValue_StringValue:
		return valid(x.StringValue)
	case *commonpb.AnyValue_BoolValue:
		return x.BoolValue
	case *commonpb.AnyValue_IntValue:
		if x.IntValue > 1<<53 || x.IntValue < -(1<<53) {
			return decimal(x.IntValue)
		}
		return x.IntValue
	case *commonpb.AnyValue_DoubleValue:
		if x.DoubleValue != x.DoubleValue || x.DoubleValue-x.DoubleValue != 0 {
			return "not a finite number"
		}
		return x.DoubleValue
	case *commonpb.AnyValue_BytesValue:
		return hex.EncodeToString(x.BytesValue)
	case *commonpb.AnyValue_ArrayValue:
		out := make([]any, 0, len(x.ArrayValue.GetValues()))
		for _, item := range x.ArrayValue.GetValues() {
			out = append(out, valueOf(item))
		}
		return out
	case *commonpb.AnyValue_KvlistValue:
		return mapOf(x.KvlistValue.GetValues())
	}
	return nil
}
