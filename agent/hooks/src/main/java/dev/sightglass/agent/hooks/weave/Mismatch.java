package dev.sightglass.agent.hooks.weave;

/** A class does not have the shape that a hook expects. The message says what is missing. */
final class Mismatch extends Exception {
  private static final long serialVersionUID = 1;

  Mismatch(String reason) {
    super(reason, null, false, false);
  }
}
