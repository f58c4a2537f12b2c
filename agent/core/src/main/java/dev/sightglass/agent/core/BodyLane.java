package dev.sightglass.agent.core;

/** Lanes 6 and 7: events with a JSON body ({@code spec/recording.md}, section 5). */
public interface BodyLane {
  /**
   * One event.
   *
   * @param body JSON object in UTF-8, at most 1 MiB; a longer one becomes a gap
   * @param definition a definition that the body names, or {@link AttemptRecorder#NONE}
   */
  default void event(int kind, long invocation, int operator, byte[] body, int definition) {
    event(kind, invocation, operator, body, definition, null);
  }

  /**
   * One event with a byte string beside its body, at most 1 MiB; null: without.
   *
   * @throws IllegalArgumentException in lane log, whose bodies take its place
   */
  void event(int kind, long invocation, int operator, byte[] body, int definition, byte[] payload);
}
