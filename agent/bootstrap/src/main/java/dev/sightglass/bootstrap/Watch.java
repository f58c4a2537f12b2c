package dev.sightglass.bootstrap;

/**
 * Values of states that were handed out in the invocations at hand, the innermost last: whoever got
 * one may change it without a call that could be hooked.
 */
public abstract class Watch {
  /** How many there are. */
  protected int size;

  /**
   * The innermost invocation ends: looks at its values, those from {@code from} on, and forgets
   * them.
   */
  protected abstract void end(int from);

  /** Forgets values from {@code from} on without a look. */
  protected abstract void drop(int from);
}
