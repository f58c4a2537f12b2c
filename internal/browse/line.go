package browse

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

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
		if e.Kafka == nil {
			return times(e.N, "record") + " of its split from " + strconv.FormatInt(e.Offset, 10) + " on; the source gives no bytes"
		}
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
	case event.KindTransaction:
		return joined("transaction "+TransactionStep(e.What), transaction(e.Transaction))
	case event.KindLevel:
		return "level " + e.Text
	case event.KindEndOfRecovery, event.KindEndOfChannel, event.KindResync, event.KindStatus, event.KindLatencyMarker,
		event.KindAttributes:
		return strings.ReplaceAll(e.Kind.String(), "-", " ")
	}
	return ""
}

// envReads are the sources of section 4.2 of spec/recording.md.
var envReads = map[uint32]string{
	1: "clock, ms", 2: "nanoTime", 3: "runtime clock, ms", 4: "runtime relative clock, ms", 5: "runtime relative clock, ns",
	6: "clock of time to live, ms", 7: "random int", 8: "random long", 9: "random double", 10: "random Gaussian",
	11: "random boolean", 12: "random seed", 13: "random bytes", 14: "instant", 15: "order of a map", 16: "order of timers",
	17: "what the snapshot lacks", 18: "barrier", 19: "notified", 20: "callback", 21: "asynchronous result", 22: "event",
	23: "coordinator's event", 24: "value of a source", 25: "split done", 26: "end of input",
}

// notifications are the values of number 2 of source 19.
var notifications = map[int64]string{1: "complete", 2: "aborted", 3: "subsumed"}

// transactionSteps are what rows of kind 61 tell, section 4.6.
var transactionSteps = map[uint32]string{
	query.TransactionBegun: "begun", query.TransactionResumed: "resumed", query.TransactionPreCommitted: "pre-committed",
	query.TransactionCommitted: "committed", query.TransactionAborted: "aborted", query.TransactionInitialized: "initialized",
	query.TransactionCommitFailed: "commit failed", query.TransactionCommitFenced: "commit fenced",
}

// TransactionStep says what a row of kind transaction tells.
func TransactionStep(what uint32) string {
	if s, ok := transactionSteps[what]; ok {
		return s
	}
	return fmt.Sprintf("step %d", what)
}

func transaction(t *query.Transaction) string {
	if t == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%s producer %d epoch %d", t.ID, t.Producer, t.Epoch))
}

func envRead(e *query.Event) string {
	name, ok := envReads[e.What]
	if !ok {
		name = fmt.Sprintf("source %d", e.What)
	}
	switch e.What {
	case 7, 8, 12:
	case 9, 10:
		return name + " = " + strconv.FormatFloat(math.Float64frombits(uint64(e.Number)), 'g', -1, 64)
	case 11:
		return name + " = " + strconv.FormatBool(e.Number != 0)
	case 13:
		return name
	case 14:
		return name + " = " + time.Unix(e.Number, e.Number2).UTC().Format(time.RFC3339Nano)
	case 15:
		if e.Number2 == 0 {
			return fmt.Sprintf("%s with %s", name, amount(e.Number, "bucket"))
		}
		return fmt.Sprintf("%s of %s, hash %016x", name, amount(e.Number2, "key"), uint64(e.Number))
	case 16:
		return fmt.Sprintf("%s for %s: %d", name, instant(e.Time), e.Number)
	case 24, 25, 26:
		return joined(name, e.Text)
	case 17, 18:
		return fmt.Sprintf("%s of checkpoint %d", name, e.Number)
	case 19:
		return fmt.Sprintf("%s: checkpoint %d %s", name, e.Number, notifications[e.Number2])
	case 20:
		return fmt.Sprintf("%s: registration %d of timer service %d", name, e.Number, e.Number2)
	case 21:
		return joined(fmt.Sprintf("%s of request %d, input %d", name, e.Number, e.Number2), e.Text)
	case 22:
		return joined(fmt.Sprintf("%s on gate %d channel %d", name, e.Number, e.Number2), e.Text)
	case 23:
		return fmt.Sprintf("%s for operator %s, %s", name, e.Text, amount(e.Number, "byte"))
	}
	return name + " = " + strconv.FormatInt(e.Number, 10)
}

func amount(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.FormatInt(n, 10) + " " + what + "s"
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
	case event.KindSnapshot:
		return joined("snapshot of checkpoint "+text("checkpoint")+", "+text("state_bytes")+" B of state", text("missing"))
	case event.KindRestored:
		return joined("restored from checkpoint "+text("checkpoint"), text("missing"))
	case event.KindCapsule:
		return capsuleLine(body)
	case event.KindGraph:
		return "job graph"
	case event.KindCode:
		return "generated " + text("class")
	case event.KindPlanned:
		return text("name")
	case event.KindStatement:
		return "statement " + text("number")
	case event.KindGap:
		return joined("gap", text("text"))
	}
	return ""
}

// capsuleLine sums up what rebuilds a task.
func capsuleLine(body map[string]any) string {
	parts, _ := body["parts"].([]any)
	var size float64
	for _, p := range parts {
		m, _ := p.(map[string]any)
		n, _ := m["bytes"].(float64)
		size += n
	}
	s := fmt.Sprintf("capsule: %s, %.0f B", amount(int64(len(parts)), "part"), size)
	if missing, _ := body["missing"].([]any); len(missing) > 0 {
		s += fmt.Sprintf(", %d missing", len(missing))
	}
	return s
}
