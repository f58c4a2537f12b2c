package dev.sightglass.agent.wire;

import dev.sightglass.agent.core.JsonWriter;

/** What the agent says of itself. Called by the writer thread; must not block or throw. */
public interface Telemetry {
  /**
   * Adds the members of HELLO: {@code agent, process, role, host, pid, java, flink, started_us,
   * clock_granularity_us}. Asked anew for each connection, since some are known late. The uplink
   * itself adds {@code protocol, token, now_us, hooks}.
   */
  void hello(JsonWriter members);

  /** Adds the objects {@code {id, state, class, fired, detail}} of the open array. */
  void hooks(JsonWriter array);

  /** Errors that hooks and threads of the agent swallowed. */
  long errors();

  /** Events lost before they reached a block. */
  long lostEvents();

  /** Payload bytes lost before they reached a block. */
  long lostBytes();

  /** CPU time of the agent's threads, ns. */
  long cpuNanos();

  /** Whether recording is switched off. */
  boolean off();

  /** Adds more members of STATUS, {@code spec/wire.md}. */
  default void status(JsonWriter members) {}

  /** Why it is, or an empty string. */
  String offReason();
}
