// Package dap lets an editor step through recorded code: it speaks the Debug Adapter Protocol on one side and asks the server's API
// on the other (docs/guides/step.md).
package dap
