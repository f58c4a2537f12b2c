package dev.sightglass.agent.hooks.policy;

import dev.sightglass.bootstrap.Levels;

/**
 * How far recording goes back to stay within its budgets, step by step: first the bytes of what
 * operators do, then what they do, then the payload on edges and of sources, then everything but
 * what replay needs. Nothing takes away that.
 */
public final class Retreat {
  /** The last step. */
  public static final int LAST = 4;

  public static final Retreat NONE = new Retreat(0, "");

  private final int step;
  private final String why;

  public Retreat(int step, String why) {
    this.step = step;
    this.why = why;
  }

  public int step() {
    return step;
  }

  boolean isNone() {
    return step == 0;
  }

  /** Which budget made it. */
  public String why() {
    return why;
  }

  /** Whether notes keep their bytes. */
  boolean notes() {
    return step < 1;
  }

  int level(int wanted) {
    int most = step < 2 ? Levels.TRACE : step < LAST ? Levels.FLIGHT : Levels.POSITIONS;
    return Math.min(wanted, most);
  }

  int payload(int wanted) {
    return step < 3 ? wanted : Levels.NONE;
  }

  boolean keeps() {
    return step < 3;
  }

  /** What a step takes away. */
  public static String describe(int step) {
    switch (step) {
      case 0:
        return "as the policy says";
      case 1:
        return "bytes of state and trace left out";
      case 2:
        return "trace lowered to flight";
      case 3:
        return "payload left out";
      default:
        return "positions only";
    }
  }
}
