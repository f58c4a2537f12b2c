package dev.sightglass.bootstrap;

/** The calls of states that are hooked. */
public final class StateCall {
  /** {@code value()}, {@code get()}, {@code get(key)}. */
  public static final int GET = 1;

  /** {@code update(value)}, {@code put(key, value)}; of a list the whole of it. */
  public static final int PUT = 2;

  public static final int ADD = 3;
  public static final int REMOVE = 4;
  public static final int ENTRIES = 5;
  public static final int MERGE = 6;
  public static final int CONTAINS = 7;
  public static final int IS_EMPTY = 8;
  public static final int ADD_ALL = 20;
  public static final int PUT_ALL = 21;
  public static final int CLEAR = 22;
  public static final int KEYS = 23;
  public static final int VALUES = 24;

  /** What a read-modify-write call reads of the backend. */
  public static final int INNER_READ = 25;

  /** What a read-modify-write call writes to the backend; the value is the second argument. */
  public static final int INNER_WRITE = 26;

  private StateCall() {}
}
