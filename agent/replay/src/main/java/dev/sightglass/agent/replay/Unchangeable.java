package dev.sightglass.agent.replay;

/** A state cannot be changed as wanted. The message says why, and holds no payload. */
final class Unchangeable extends Exception {
  private static final long serialVersionUID = 1;

  Unchangeable(String why) {
    super(why);
  }
}
