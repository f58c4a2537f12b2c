/**
 * Turns the events of one task attempt into finished blocks ({@code spec/block.md}, {@code
 * spec/recording.md}).
 *
 * <p>An {@link dev.sightglass.agent.core.AttemptRecorder} is fed by one drain thread with events
 * that were already taken from a task's tape. It owns the attempt's lanes, block numbers, sequence
 * counters and tables, and hands each finished block to a {@link
 * dev.sightglass.agent.core.BlockSink}. In steady state an event allocates nothing; a finished
 * block allocates its bytes.
 *
 * <p>The package knows neither Flink nor sockets nor clocks: times come in as arguments. It has no
 * dependency but the JDK.
 *
 * <pre>
 *  tape ─▶ drain thread ─▶ AttemptRecorder ─▶ lanes (columns, zones) ─▶ Block ─▶ BlockSink
 * </pre>
 */
package dev.sightglass.agent.core;
