package otlp

import (
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"

	"github.com/sightglass/sightglass/internal/event"
)

// scopeName is the instrumentation scope of all that is sent.
const scopeName = "sightglass"

// Names of attributes. What OpenTelemetry has a convention for (service, messaging, exception) goes by it.
const (
	attrRecording  = "sightglass.recording"
	attrPosition   = "sightglass.position"
	attrElement    = "sightglass.element"
	attrInvocation = "sightglass.invocation"
	attrEnd        = "sightglass.end"
	attrTimes      = "sightglass.times"
	attrComplete   = "sightglass.complete"
	attrCause      = "sightglass.cause"
	attrValue      = "sightglass.record.value"
	attrJob        = "flink.job.name"
	attrTask       = "flink.task.name"
	attrVertex     = "flink.vertex.id"
	attrOperator   = "flink.operator.name"
	attrOperatorID = "flink.operator.id"
	attrSubtask    = "flink.subtask.index"
	attrAttempt    = "flink.task.attempt"
	attrDrops      = "flink.record.drop_reason"
	attrSystem     = "messaging.system"
	attrTopic      = "messaging.destination.name"
	attrPartition  = "messaging.destination.partition.id"
	attrOffset     = "messaging.kafka.offset"
	attrKey        = "messaging.kafka.message.key"
	attrOperation  = "messaging.operation.type"
)

func text(name, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: name, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: valid(value)}}}
}

func whole(name string, value int64) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: name, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: value}}}
}

func truth(name string, value bool) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: name, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_BoolValue{BoolValue: value}}}
}

// kafka tells a place in a topic by the conventions for messaging.
func kafka(p *event.KafkaPosition) []*commonpb.KeyValue {
	if p == nil {
		return nil
	}
	return []*commonpb.KeyValue{
		text(attrSystem, "kafka"), text(attrTopic, p.Topic), text(attrPartition, decimal(int64(p.Partition))), whole(attrOffset, p.Offset),
	}
}

// service is the resource of what a job did; its name is what Jaeger and its like list.
func service(job string, recording event.RecordingID) *resourcepb.Resource {
	return &resourcepb.Resource{Attributes: []*commonpb.KeyValue{
		text("service.name", job), text(attrJob, job), text(attrRecording, recording.String()),
	}}
}

func scope(version string) *commonpb.InstrumentationScope {
	return &commonpb.InstrumentationScope{Name: scopeName, Version: version}
}
