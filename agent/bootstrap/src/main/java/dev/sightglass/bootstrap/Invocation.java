package dev.sightglass.bootstrap;

/** What a frame of {@link #begin} keeps of the invocation. */
final class Invocation {
  long invocation;
  int kind;
  int operator;
  ChannelContext channel;
  int text;
  long time;
  long begin;
  int pathStart;
  int hash;
  int steps;
  boolean cut;
  int operatorBase;
  int ordinal;

  /** Least of the hashes of the keys that it met, {@link KeyProbe#NONE} = it met none. */
  long key;

  /** Steps of its path are missing, so the path is not told. */
  boolean pathless;

  /** The recording that the task runs again has no such invocation; it goes by the last number. */
  boolean more;

  /** Rows of lanes trace, state and env so far. */
  int notes;

  /** Elements that left the task so far. */
  int sent;

  /** Which place {@link #reads} counts: {@link TaskContext#place}; 0 = none yet. */
  long readsOf;

  /** Reads of each clock, {@link Reads}. */
  final int[] reads = new int[Reads.CLOCKS];

  /** The place that {@link #ttl} was read for. */
  long ttlOf;

  long ttl;

  /** How often {@link #ttl} was asked for beyond the first time. */
  int ttlReads;

  /** How many values were watched before it began. */
  int watched;

  void copy(Invocation f) {
    invocation = f.invocation;
    kind = f.kind;
    operator = f.operator;
    channel = f.channel;
    text = f.text;
    time = f.time;
    begin = f.begin;
    pathStart = f.pathStart;
    hash = f.hash;
    steps = f.steps;
    cut = f.cut;
    operatorBase = f.operatorBase;
    ordinal = f.ordinal;
    key = f.key;
    pathless = f.pathless;
    more = f.more;
    notes = f.notes;
    sent = f.sent;
    readsOf = f.readsOf;
    System.arraycopy(f.reads, 0, reads, 0, reads.length);
    ttlOf = f.ttlOf;
    ttl = f.ttl;
    ttlReads = f.ttlReads;
    watched = f.watched;
  }
}
