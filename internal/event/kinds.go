package event

// Lane is one of the parallel streams of blocks of an attempt (spec/block.md; values are wire format).
type Lane uint8

// The lanes.
const (
	LaneOut   Lane = 1
	LaneDet   Lane = 2
	LaneSrc   Lane = 3
	LaneTrace Lane = 4
	LaneState Lane = 5
	LaneJob   Lane = 6
	LaneLog   Lane = 7
	LaneGap   Lane = 8
	LaneEnv   Lane = 9

	// laneLookBack is added to a lane: rows of it that a look-back buffer kept, in blocks numbered when they were sent.
	laneLookBack Lane = 16
)

// Base is the lane whose rows l holds: l itself, unless a look-back buffer kept them.
func (l Lane) Base() Lane {
	if l.Kept() {
		return l - laneLookBack
	}
	return l
}

// Kept tells whether a look-back buffer kept the rows.
func (l Lane) Kept() bool { return l > laneLookBack && l < 2*laneLookBack }

// LookBack is the lane of what a look-back buffer kept of l.
func (l Lane) LookBack() Lane { return l.Base() + laneLookBack }

// Kind is the kind of an event (spec/recording.md, section 4; values are wire format).
type Kind uint8

// The kinds.
const (
	KindRecord            Kind = 1
	KindWatermark         Kind = 2
	KindStatus            Kind = 3
	KindLatencyMarker     Kind = 4
	KindAttributes        Kind = 5
	KindInternalWatermark Kind = 6

	KindElements           Kind = 16
	KindSource             Kind = 17
	KindEventTimer         Kind = 18
	KindProcessingTimer    Kind = 19
	KindMail               Kind = 20
	KindProcessingCallback Kind = 21
	KindRecovered          Kind = 22
	KindBarrierIn          Kind = 24
	KindCheckpoint         Kind = 25
	KindEndOfRecovery      Kind = 26
	KindEndOfChannel       Kind = 27
	KindResync             Kind = 28
	KindWatermarkIn        Kind = 29
	KindLevel              Kind = 31

	KindSourceRecord      Kind = 32
	KindOtherSourceRecord Kind = 33
	KindSourceRun         Kind = 34

	KindWritten         Kind = 48
	KindWriteFailed     Kind = 49
	KindTimerRegistered Kind = 50
	KindTimerDeleted    Kind = 51
	KindTimerFired      Kind = 52
	KindWindowAssigned  Kind = 53
	KindWindowMerged    Kind = 54
	KindWindowFired     Kind = 55
	KindWindowPurged    Kind = 56
	KindDropped         Kind = 57
	KindWatermarkOut    Kind = 58
	KindWatermarkHeld   Kind = 59
	KindCause           Kind = 60
	KindTransaction     Kind = 61

	KindJobState      Kind = 64
	KindAttemptState  Kind = 65
	KindJobCheckpoint Kind = 66
	KindSnapshot      Kind = 67
	KindRestored      Kind = 68
	KindGraph         Kind = 69
	KindCode          Kind = 70
	KindTaskStarted   Kind = 71
	KindTaskState     Kind = 72
	KindTaskEnded     Kind = 73
	KindCapsule       Kind = 74
	KindPlanned       Kind = 75
	KindStatement     Kind = 76

	KindException Kind = 80
	KindLogLine   Kind = 81
	KindGap       Kind = 96

	KindStateRead    Kind = 100
	KindStateWritten Kind = 101
	KindStateCleared Kind = 102
	KindStateExpired Kind = 103

	KindEnvRead Kind = 110

	// KindEntered and KindPassed occur only in zone 1: records into an operator, records that it passed on.
	KindEntered Kind = 128
	KindPassed  Kind = 129
)

// DefinitionKind is the kind of a definition (spec/recording.md, section 3).
type DefinitionKind uint8

// The definition kinds.
const (
	DefString     DefinitionKind = 1
	DefProcess    DefinitionKind = 2
	DefPartition  DefinitionKind = 3
	DefSerializer DefinitionKind = 4
	DefState      DefinitionKind = 5
	DefSchema     DefinitionKind = 6
	DefAttempt    DefinitionKind = 7
	DefSplit      DefinitionKind = 8
	DefPath       DefinitionKind = 9
	DefGraph      DefinitionKind = 10
	DefSubclass   DefinitionKind = 11
)

// GapReason says why a stretch was not recorded (spec/recording.md, section 5).
type GapReason uint8

// The reasons.
const (
	GapRingFull      GapReason = 1
	GapBufferFull    GapReason = 2
	GapGovernor      GapReason = 3
	GapPayloadLimit  GapReason = 4
	GapAgentFault    GapReason = 5
	GapLateAttach    GapReason = 6
	GapProcessLost   GapReason = 7
	GapClockStep     GapReason = 8
	GapChecksum      GapReason = 9
	GapMissingBlocks GapReason = 10
	GapTruncatedTail GapReason = 11
	GapSwitchedOff   GapReason = 12
	GapRetention     GapReason = 13
)
