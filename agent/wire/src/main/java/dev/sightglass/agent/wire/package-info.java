/**
 * The agent's side of the wire ({@code spec/wire.md}): an {@link dev.sightglass.agent.wire.Uplink}
 * takes blocks and definitions and brings them to the server, over one connection that it makes
 * anew whenever it breaks.
 *
 * <p>Nobody who hands something in ever waits: memory is bounded, and what does not fit becomes a
 * gap. Nothing thrown here leaves the two daemon threads. The package uses the JDK alone.
 *
 * <pre>
 *  drain threads ─▶ Outbox ◀── writer thread ─▶ socket
 *                     ▲                            │
 *                     └────── reader thread ◀──────┘
 * </pre>
 */
package dev.sightglass.agent.wire;
