package otlp

import (
	"strings"
	"time"

	logspb "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/proto"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// logLine is a line with what it is sent under.
type logLine struct {
	job       string
	recording event.RecordingID
	*logs.LogRecord
}

// lineOf makes a record of a line of the log, or of an exception. What the view hides is not in it: a line of which anything is
// masked has a place and a kind, and no body.
func lineOf(job string, e *browse.Event, element string, source *event.KafkaPosition, now time.Time) logLine {
	l := &logs.LogRecord{
		TimeUnixNano: nanos(e.Wall), ObservedTimeUnixNano: uint64(now.UnixNano()),
		Attributes: []*commonpb.KeyValue{
			text(attrRecording, e.Recording.String()), text(attrPosition, e.Position.String()), text(attrJob, job), text(attrTask, e.Task),
			text(attrVertex, e.Vertex), text(attrOperator, e.Operator.Name), text(attrOperatorID, e.Operator.ID),
			whole(attrSubtask, int64(e.Subtask)), whole(attrAttempt, int64(e.Attempt)),
		},
	}
	if e.Invocation != 0 {
		l.Attributes = append(l.Attributes, whole(attrInvocation, int64(e.Invocation)))
	}
	if element != "" {
		l.Attributes = append(l.Attributes, text(attrElement, element))
	}
	l.Attributes = append(l.Attributes, kafka(source)...)
	if e.Kind == event.KindException {
		l.EventName, l.SeverityNumber, l.SeverityText = "exception", logs.SeverityNumber_SEVERITY_NUMBER_ERROR, "ERROR"
	}
	if !shown(e.View) {
		l.Attributes = append(l.Attributes, truth("sightglass.masked", true))
		return logLine{job, e.Recording, l}
	}
	message := member(e.View, "message")
	if e.Kind == event.KindException {
		for name, from := range map[string]string{"exception.type": "class", "exception.message": "message", "exception.stacktrace": "stack"} {
			if v := member(e.View, from); v != "" {
				l.Attributes = append(l.Attributes, text(name, v))
			}
		}
		message = strings.TrimSuffix(member(e.View, "class")+": "+message, ": ")
	} else {
		level := member(e.View, "level")
		l.SeverityNumber, l.SeverityText = severity(level), strings.ToUpper(level)
		for name, from := range map[string]string{"log.logger": "logger", "thread.name": "thread", "exception.type": "class"} {
			if v := member(e.View, from); v != "" {
				l.Attributes = append(l.Attributes, text(name, v))
			}
		}
	}
	if message != "" {
		l.Body = &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: valid(message)}}
	}
	return logLine{job, e.Recording, l}
}

// member is the text of a member of the object that v shows; of a list its lines; empty when there is none.
func member(v *access.View, name string) string {
	if v.Node == nil {
		return ""
	}
	for _, n := range v.Node.Items {
		if n.Name != name {
			continue
		}
		lines := make([]string, 0, len(n.Items))
		for _, item := range n.Items {
			lines = append(lines, item.Value)
		}
		if len(lines) > 0 {
			return strings.Join(lines, "\n")
		}
		return n.Value
	}
	return ""
}

func severity(level string) logs.SeverityNumber {
	switch level {
	case "error":
		return logs.SeverityNumber_SEVERITY_NUMBER_ERROR
	case "warn":
		return logs.SeverityNumber_SEVERITY_NUMBER_WARN
	case "info":
		return logs.SeverityNumber_SEVERITY_NUMBER_INFO
	case "debug":
		return logs.SeverityNumber_SEVERITY_NUMBER_DEBUG
	case "trace":
		return logs.SeverityNumber_SEVERITY_NUMBER_TRACE
	}
	return logs.SeverityNumber_SEVERITY_NUMBER_UNSPECIFIED
}

// logsRequest joins lines by job.
func logsRequest(version string) func([]logLine) proto.Message {
	return func(list []logLine) proto.Message {
		out := &logspb.ExportLogsServiceRequest{}
		by := map[event.RecordingID]*logs.ScopeLogs{}
		for _, l := range list {
			in := by[l.recording]
			if in == nil {
				in = &logs.ScopeLogs{Scope: scope(version)}
				by[l.recording] = in
				out.ResourceLogs = append(out.ResourceLogs, &logs.ResourceLogs{Resource: service(l.job, l.recording), ScopeLogs: []*logs.ScopeLogs{in}})
			}
			in.LogRecords = append(in.LogRecords, l.LogRecord)
		}
		return out
	}
}
