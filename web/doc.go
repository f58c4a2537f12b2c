// Package web carries the built web UI inside the binary. Sources are in src/; make web builds them into dist/.
//
// A binary built with the tag web carries it; without the tag, as in a plain go build of a fresh clone, Files is nil and the
// server shows a page that says how to build it. Nothing else in this folder is Go.
package web
