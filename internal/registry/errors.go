package registry

import (
	"errors"
	"fmt"
)

// Code is the number of a refusal as clients know it; its first three digits are the HTTP status.
type Code int

// The codes of Confluent's registry.
const (
	CodeSubjectMissing     Code = 40401
	CodeVersionMissing     Code = 40402
	CodeSchemaMissing      Code = 40403
	CodeSubjectSoftDeleted Code = 40404
	CodeSubjectNotDeleted  Code = 40405
	CodeVersionSoftDeleted Code = 40406
	CodeVersionNotDeleted  Code = 40407
	CodeNoSubjectLevel     Code = 40408
	CodeNoSubjectMode      Code = 40409
	CodeIncompatible       Code = 409
	CodeSchema             Code = 42201
	CodeVersion            Code = 42202
	CodeLevel              Code = 42203
	CodeMode               Code = 42204
	CodeNotPermitted       Code = 42205
	CodeReferenced         Code = 42206
	CodeIDMismatch         Code = 42207
	CodeSubject            Code = 42208
	CodeTooLarge           Code = 42209
	CodeRuleSet            Code = 42210
	CodeContextNotEmpty    Code = 42211
	CodeMalformed          Code = 400 // not JSON, or a member of another type
	CodeUnsupported        Code = 422 // understood, and not there
	CodeStore              Code = 50001
	CodeTimeout            Code = 50002
	CodeUpstream           Code = 502 // the registry that is asked in its turn does not answer
)

// Error is a refusal that clients are told.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return e.Message }

// Is compares codes, so that errors.Is(err, &Error{Code: CodeSubjectMissing}) asks for a kind.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Message == "" && t.Code == e.Code
}

func refuse(code Code, format string, args ...any) error {
	return &Error{code, fmt.Sprintf(format, args...)}
}

func subjectMissing(s Subject) error {
	return refuse(CodeSubjectMissing, "Subject '%s' not found.", shortened(s.String()))
}

func versionMissing(v any) error { return refuse(CodeVersionMissing, "Version %v not found.", v) }

func schemaMissing(id any) error { return refuse(CodeSchemaMissing, "Schema %v not found", id) }

// ErrorOf is what a client is told of err: refusals as they are, all else as a failure of the store, whose reason is for the log.
func ErrorOf(err error) (e *Error, inside bool) {
	if errors.As(err, &e) {
		return e, false
	}
	return &Error{CodeStore, "Error in the backend data store: nothing was changed, and no id was given"}, true
}
