package dev.sightglass.agent.core;

/** Lanes trace, state and env. */
public interface NoteLane {
  /** Adds a row. The note may be changed afterwards. */
  void note(Note note);
}
