// Package stepping goes through what a job's code did, line by line and both ways, in replays of recorded attempts.
//
// Nothing stops in production, and nothing is executed backwards: a replay (package replay) traces the lines of an interval of
// invocations, and a step reads that trace. Replays are kept warm for a while, one for each attempt that somebody looks at. What
// variables held is payload: it leaves as views of package access, and conditions compare what the caller may see.
package stepping
