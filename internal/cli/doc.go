// Package cli is the command line: one file per verb. Verbs ask the server through client, so that a terminal shows exactly what a
// browser does; up starts a server, attach and detach change Flink's configuration on this machine.
//
// Answers go to standard output: aligned for a terminal, tab-separated for a pipe, JSON on request. Progress, hints and links go
// to standard error when standard output is no terminal. Exit codes are in exit.go. Help pages are printed into
// docs/reference/cli by a test's -rewrite.
package cli
