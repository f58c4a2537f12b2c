package event

import "strconv"

var laneNames = map[Lane]string{
	LaneOut: "out", LaneDet: "det", LaneSrc: "src", LaneTrace: "trace",
	LaneState: "state", LaneJob: "job", LaneLog: "log", LaneGap: "gap", LaneEnv: "env",
}

// String is the lane's name in spec/recording.md, as in out; "lane 9" for one that this version does not know.
func (l Lane) String() string {
	if l.Kept() {
		return nameOf(laneNames, l.Base(), "lane ") + " (look-back)"
	}
	return nameOf(laneNames, l, "lane ")
}

// ParseLane reads the name that String writes.
func ParseLane(s string) (Lane, bool) { return parseName(laneNames, s) }

var kindNames = map[Kind]string{
	KindRecord: "record", KindWatermark: "watermark", KindStatus: "status", KindLatencyMarker: "latency-marker",
	KindAttributes: "attributes", KindInternalWatermark: "internal-watermark",
	KindElements: "elements", KindSource: "source", KindEventTimer: "event-timer", KindProcessingTimer: "processing-timer",
	KindMail: "mail", KindProcessingCallback: "processing-time-callback", KindRecovered: "recovered-elements",
	KindBarrierIn: "barrier-in", KindCheckpoint: "checkpoint", KindEndOfRecovery: "end-of-recovery",
	KindEndOfChannel: "end-of-channel", KindResync: "resync", KindWatermarkIn: "watermark-in", KindLevel: "level",
	KindSourceRecord: "source-record", KindOtherSourceRecord: "other-source-record",
	KindSourceRun: "source-run",
	KindWritten:   "written", KindWriteFailed: "write-failed",
	KindTimerRegistered: "timer-registered", KindTimerDeleted: "timer-deleted", KindTimerFired: "timer-fired",
	KindWindowAssigned: "window-assigned", KindWindowMerged: "window-merged", KindWindowFired: "window-fired",
	KindWindowPurged: "window-purged", KindDropped: "dropped", KindWatermarkOut: "watermark-out",
	KindWatermarkHeld: "watermark-held", KindCause: "cause", KindTransaction: "transaction",
	KindJobState: "job-state", KindAttemptState: "attempt-state", KindJobCheckpoint: "job-checkpoint", KindGraph: "graph",
	KindSnapshot: "snapshot", KindRestored: "restored", KindCode: "code", KindCapsule: "capsule",
	KindPlanned: "planned-operator", KindStatement: "statement",
	KindTaskStarted: "task-started", KindTaskState: "task-state", KindTaskEnded: "task-ended",
	KindException: "exception", KindLogLine: "log-line", KindGap: "gap",
	KindStateRead: "state-read", KindStateWritten: "state-written", KindStateCleared: "state-cleared",
	KindStateExpired: "state-expired", KindEnvRead: "env-read",
	KindEntered: "entered", KindPassed: "passed",
}

// String is the kind's name in spec/recording.md with dashes, as in watermark-in. Kind 66, a second kind called checkpoint
// there, is job-checkpoint.
func (k Kind) String() string { return nameOf(kindNames, k, "kind ") }

// ParseKind reads the name that String writes.
func ParseKind(s string) (Kind, bool) { return parseName(kindNames, s) }

var gapReasonNames = map[GapReason]string{
	GapRingFull: "ring full", GapBufferFull: "buffer full", GapGovernor: "governor", GapPayloadLimit: "payload over limit",
	GapAgentFault: "agent fault", GapLateAttach: "late attach", GapProcessLost: "process lost", GapClockStep: "clock step",
	GapChecksum: "checksum", GapMissingBlocks: "missing blocks", GapTruncatedTail: "truncated tail",
	GapSwitchedOff: "switched off", GapRetention: "removed by retention",
}

// String is the reason in words, as spec/recording.md, section 5, has it.
func (r GapReason) String() string { return nameOf(gapReasonNames, r, "reason ") }

func nameOf[T ~uint8](names map[T]string, v T, unknown string) string {
	if s, ok := names[v]; ok {
		return s
	}
	return unknown + strconv.Itoa(int(v))
}

func parseName[T ~uint8](names map[T]string, s string) (T, bool) {
	for v, name := range names {
		if name == s {
			return v, true
		}
	}
	return 0, false
}
