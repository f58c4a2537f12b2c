// Command matrix runs jobs of every shape plain and recorded, on both Flink lines, over state backends, checkpoint modes and object reuse, and compares:
// what they wrote, what both ends of every channel counted, what was recorded with what was planted, and every record that was dropped with the reason that
// it had to be dropped for. It prints a line per cell and ends with figures; with -coverage it writes the table that docs/coverage.md shows.
package main
