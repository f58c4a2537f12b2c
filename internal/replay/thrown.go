package replay

import (
	"regexp"
	"strings"
)

// frame is a line of a stack trace. Nothing but names of classes, methods and files and a number fits it.
var frame = regexp.MustCompile(`^\s*at (?:[\w.@-]*/)*([\w.$<>]+)\(([\w.$-]+)(:\d+)?\)$`)

// frameworks begin the names of classes that are no code of a job.
var frameworks = []string{"java.", "javax.", "jdk.", "sun.", "com.sun.", "org.apache.flink.", "scala.", "kotlin.", "dev.sightglass."}

// thrownIn is where an exception was thrown, as Class.method (File.java:12): the first line of the job's own code of the innermost cause, else the first of
// all; empty where the text has none. Messages, which may hold payload, are no part of it.
func thrownIn(text string) string {
	var first, own string
	cause := true // the lines belong to an exception of which no place is taken yet
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(strings.TrimSpace(line), "Caused by: ") {
			cause = true
			continue
		}
		m := frame.FindStringSubmatch(line)
		if m == nil || !cause {
			continue
		}
		place := m[1][strings.LastIndexByte(m[1][:max(strings.LastIndexByte(m[1], '.'), 0)], '.')+1:] + " (" + m[2] + m[3] + ")"
		if first == "" {
			first = place
		}
		if !isFramework(m[1]) {
			own, cause = place, false
		}
	}
	if own != "" {
		return own
	}
	return first
}

func isFramework(method string) bool {
	for _, p := range frameworks {
		if strings.HasPrefix(method, p) {
			return true
		}
	}
	return false
}

// couldNotRun is what the error of a replayer begins with that did not come to run the task.
const couldNotRun = "the replayer could not run: "

// Why says why one failed, or has nothing to compare, without what may be payload; empty where there is nothing to say. Error says all of it.
func (r *Replay) Why() string {
	switch {
	case r.State == Done && r.Judged != nil && r.Judged.Verdict == NotReplayable:
		return r.Judged.Text
	case r.State != Failed:
		return ""
	case r.Error == errTooLong.Error():
		return r.Error
	}
	text, which := r.Error, "the other program"
	if rest, ok := strings.CutPrefix(text, "running it unchanged: "); ok {
		text, which = rest, "the recorded program"
	}
	if !r.WhatIf() {
		which = "it"
	}
	text, ok := strings.CutPrefix(text, couldNotRun)
	if !ok {
		return which + " could not be run"
	}
	head, _, _ := strings.Cut(text, "\n")
	why := which + " could not be run: " + ClassOf(head)
	if place := thrownIn(text); place != "" {
		why += " in " + place
	}
	return why
}
