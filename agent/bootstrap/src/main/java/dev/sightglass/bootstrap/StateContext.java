package dev.sightglass.bootstrap;

/**
 * Kept on a state object: one for all objects that one state is made of, so that a call that one of
 * them hands on to the next is told once. What is told, and the bytes of it, are the other side's.
 */
public abstract class StateContext extends Traced {
  protected StateContext(TaskContext task, int operator) {
    super(task, operator);
  }

  /**
   * A call begins, perhaps within another.
   *
   * @param call which, {@link StateCall}
   * @param a its first argument, null when there is none
   * @param b its second
   * @return whether its end is to be told
   */
  protected abstract boolean enter(int call, Object self, Object a, Object b);

  /**
   * The innermost call ends well.
   *
   * @return what the caller gets: {@code result}, or something that stands for it
   */
  protected abstract Object leave(Object result);

  /** The innermost call ends with an exception. */
  protected abstract void fail();

  /** A value with time to live was looked at and found expired. */
  protected abstract void expired(Object ttlValue);

  /** An iteration looks at the entry of that map key next; null: it is done with it. */
  protected abstract void at(Object mapKey);

  /** Expired entries are looked for in the background, from now on or not any more. */
  protected abstract void cleaning(boolean on);

  /** The background removes or replaces an entry; {@code left} is what stays, or null. */
  protected abstract void cleaned(Object entry, Object left);
}
