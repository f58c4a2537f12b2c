package dev.sightglass.agent.core;

/** Lanes 6 and 7: events with a JSON body ({@code spec/recording.md}, section 5). */
public interface BodyLane {
  /**
   * One event.
   *
   * @param body JSON object in UTF-8, at most 1 MiB; a longer one becomes a gap
   * @param definition a definition that the body names, or {@link AttemptRecorder#NONE}
   */
  void event(int kind, long invocation, int operator, byte[] body, int definition);
}
