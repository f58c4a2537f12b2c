package browse

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// line says in a few words what an event without payload is. Events with payload are told by their view.
func line(e *query.Event) string {
	switch e.Kind {
	case event.KindWatermark, event.KindInternalWatermark, event.KindWatermarkIn:
		return "watermark " + instant(e.Time)
	case event.KindEventTimer, event.KindProcessingTimer:
		return times(e.N, "timer") + " for " + instant(e.Time)
	case event.KindProcessingCallback:
		return joined(times(e.N, "callback")+" at "+instant(e.Time), e.Text)
	case event.KindElements, event.KindSource, event.KindRecovered:
		return times(e.N, "record")
	case event.KindMail:
		return joined(times(e.N, "mail"), e.Text)
	case event.KindBarrierIn:
		return "barrier of checkpoint " + strconv.FormatUint(e.Checkpoint, 10)
	case event.KindCheckpoint:
		return "checkpoint " + strconv.FormatUint(e.Checkpoint, 10)
	case event.KindWritten:
		if e.Kafka != nil {
			return "written to " + e.Kafka.String()
		}
		return "written"
	case event.KindOtherSourceRecord:
		return "record " + strconv.FormatInt(e.Offset, 10) + " of its split; the source gives no bytes"
	case event.KindWriteFailed:
		return joined("write failed", e.Text)
	case event.KindSourceRun:
		return times(e.N, "record") + " from offset " + strconv.FormatInt(e.Offset, 10)
	case event.KindTimerRegistered, event.KindTimerDeleted, event.KindTimerFired, event.KindWindowAssigned, event.KindWindowMerged,
		event.KindWindowFired, event.KindWindowPurged, event.KindCause, event.KindStateRead, event.KindStateWritten, event.KindStateCleared,
		event.KindStateExpired:
		return stepLine(e, nil)
	case event.KindDropped:
		return dropped(e)
	case event.KindWatermarkOut:
		return "watermark out " + instant(e.Time)
	case event.KindWatermarkHeld:
		if !e.Time.Known() {
			return "no watermark yet, for want of one from " + e.Text
		}
		return "watermark held at " + instant(e.Time) + " by " + e.Text
	case event.KindEnvRead:
		return envRead(e)
	case event.KindLevel:
		return "level " + e.Text
	case event.KindEndOfRecovery, event.KindEndOfChannel, event.KindResync, event.KindStatus, event.KindLatencyMarker,
		event.KindAttributes:
		return strings.ReplaceAll(e.Kind.String(), "-", " ")
	}
	return ""
}

// dropped says why, with the numbers that were compared.
func dropped(e *query.Event) string {
	s := "dropped: " + e.Reason.String()
	if e.Time.Known() {
		s += ", event time " + instant(e.Time)
	}
	if e.Number != 0 {
		s += ", against " + instant(query.EventTime(e.Number))
	}
	if e.Number2 != 0 {
		s += fmt.Sprintf(", allowed %d ms", e.Number2)
	}
	return joined(s, e.Text)
}

// envReads are the sources of section 4.2 of spec/recording.md.
var envReads = map[uint32]string{
	1: "clock, ms", 2: "nanoTime", 3: "runtime clock, ms", 4: "runtime relative clock, ms", 5: "runtime relative clock, ns",
	6: "clock of time to live, ms", 7: "random int", 8: "random long", 9: "random double", 10: "random Gaussian",
	11: "random boolean", 12: "random seed", 13: "random UUID", 14: "instant", 15: "order of a map", 16: "order of timers",
	17: "transient state",
}

func envRead(e *query.Event) string {
	name, ok := envReads[e.What]
	if !ok {
		name = fmt.Sprintf("source %d", e.What)
	}
	return name + " = " + strconv.FormatInt(e.Number, 10)
}

func times(n uint32, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.FormatUint(uint64(n), 10) + " " + what + "s"
}

func joined(a, b string) string {
	if b == "" {
		return a
	}
	return a + ": " + b
}

func instant(t query.EventTime) string {
	switch {
	case t == query.EndOfTime:
		return "end of input"
	case !t.Known():
		return "none"
	}
	return t.Time().Format("2006-01-02T15:04:05.000Z")
}

// bodyLine says in a few words what an event with a JSON body is. Members named error are left out: they are payload.
func bodyLine(e *query.Event, body map[string]any) string {
	text := func(name string) string {
		if v, ok := body[name]; ok && v != nil {
			return fmt.Sprint(v)
		}
		return ""
	}
	switch e.Kind {
	case event.KindJobState:
		return "job " + text("state")
	case event.KindAttemptState:
		return "subtask " + text("subtask") + " " + text("state")
	case event.KindTaskState:
		return text("from") + " → " + text("to")
	case event.KindTaskStarted:
		return "task started"
	case event.KindTaskEnded:
		return "task ended " + text("state") + " after " + text("invocations") + " invocations"
	case event.KindJobCheckpoint:
		return joined("checkpoint "+text("checkpoint")+" "+text("phase"), text("reason"))
	case event.KindGraph:
		return "job graph"
	case event.KindGap:
		return joined("gap", text("text"))
	}
	return ""
}
