package dev.sightglass.agent.core;

/**
 * A row of lanes trace, state or env: what an operator did beside handling records. One object is
 * filled again and again; {@link #clear} first, then what the kind has ({@code spec/recording.md},
 * section 4). Byte strings are stretches of arrays that may be reused after the call.
 */
public final class Note {
  public int kind;
  public long invocation;

  /** Chain index, or {@link AttemptRecorder#NONE}. */
  public int operator;

  /** Which row of its invocation it is, in lanes trace, state and env together, from 0. */
  public int ordinal;

  /** Timestamp in ms, or {@link AttemptRecorder#NO_TIME}. */
  public long time;

  public long number;
  public long number2;

  /** Column 68: what was read, which kind of access; by kind. */
  public int what;

  /** Column 71: why a record was dropped; 0 = none. */
  public int reason;

  public int flags;

  /** Definitions, or {@link AttemptRecorder#NONE}. */
  public int text;

  public int state;

  public final Stretch key = new Stretch();
  public final Stretch namespace = new Stretch();
  public final Stretch mapKey = new Stretch();
  public final Stretch value = new Stretch();
  public final Stretch before = new Stretch();

  /** There were bytes that could not be kept. */
  public boolean withheld;

  /** Bytes in an array; null while {@link #length} is -1. */
  public static final class Stretch {
    byte[] bytes;
    int offset;
    int length = -1;

    public void set(byte[] bytes, int offset, int length) {
      this.bytes = bytes;
      this.offset = offset;
      this.length = length;
    }

    public void clear() {
      bytes = null;
      length = -1;
    }

    public int length() {
      return length;
    }
  }

  public Note() {
    clear();
  }

  /** Sizes of byte strings only: they are not for printing. */
  @Override
  public String toString() {
    StringBuilder s = new StringBuilder();
    s.append(kind).append(" inv=").append(invocation).append(" op=").append(operator);
    s.append(" #").append(ordinal);
    member(s, "time", time, AttemptRecorder.NO_TIME);
    member(s, "number", number, 0);
    member(s, "number2", number2, 0);
    member(s, "what", what, 0);
    member(s, "reason", reason, 0);
    member(s, "flags", flags, 0);
    member(s, "text", text, AttemptRecorder.NONE);
    member(s, "state", state, AttemptRecorder.NONE);
    member(s, "key", key.length, -1);
    member(s, "ns", namespace.length, -1);
    member(s, "map", mapKey.length, -1);
    member(s, "value", value.length, -1);
    member(s, "before", before.length, -1);
    return withheld ? s.append(" withheld").toString() : s.toString();
  }

  private static void member(StringBuilder s, String name, long value, long none) {
    if (value != none) {
      s.append(' ').append(name).append('=').append(value);
    }
  }

  /** Nothing but defaults. */
  public void clear() {
    kind = 0;
    invocation = 0;
    operator = AttemptRecorder.NONE;
    ordinal = 0;
    time = AttemptRecorder.NO_TIME;
    number = 0;
    number2 = 0;
    what = 0;
    reason = 0;
    flags = 0;
    text = AttemptRecorder.NONE;
    state = AttemptRecorder.NONE;
    withheld = false;
    key.clear();
    namespace.clear();
    mapKey.clear();
    value.clear();
    before.clear();
  }
}
