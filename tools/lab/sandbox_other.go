//go:build !linux

package lab

// ReplaySandbox is what the server's setting replay-sandbox has to be here: there is nothing that holds replays but on Linux.
func ReplaySandbox() string { return "off" }
