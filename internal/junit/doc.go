// Package junit writes a moment of a recording as a JUnit test in Flink's own test harness: sources and resources in Maven's layout,
// which need the job's classes and Flink, and nothing of Sightglass.
//
// It decides nothing about what may be seen: what it is given, browse let out (Browser.Excerpt). What people read of values stands in
// comments, where nothing that a value holds can become code.
package junit
