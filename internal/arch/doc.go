// Package arch holds the map of the repository: which room may import which, and how files are named and sized.
//
// The table is doors.txt. Its tests read the imports of every Go and TypeScript file and fail with the line that forbids
// one. No room imports this package; tools/generate prints the table into ARCHITECTURE.md.
package arch
