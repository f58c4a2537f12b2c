package dev.sightglass.bootstrap;

/** Kept on a result partition: counts what leaves each of its subpartitions. */
public final class OutputContext {
  final TaskContext task;

  /** Which output of the task, from 0. */
  public final int index;

  public final long partition;
  public final int subpartitions;

  /** Chain index of the only operator that emits here, or -1. */
  public final int operator;

  private final long[] unicast;
  private long broadcast;

  /** Records are told with their bytes; else they are counted. */
  boolean told = true;

  /** Records are told to the look-back buffer alone. */
  boolean kept;

  /** Records of keys whose hash is not below it are counted. */
  long limit = Levels.ALL;

  /** One of {@link Levels#FULL}, {@link Levels#HASHED}, {@link Levels#NONE}. */
  int payload;

  /** Records that were counted only, since their number was told. */
  long counted;

  /** Elements were counted that no row tells of: numbers are to be told before the next row. */
  boolean jumped;

  public OutputContext(
      TaskContext task, int index, long partition, int subpartitions, int operator) {
    this.task = task;
    this.index = index;
    this.partition = partition;
    this.subpartitions = subpartitions;
    this.operator = operator;
    this.unicast = new long[subpartitions];
  }

  /** Number of the next element of a subpartition. */
  long next(int subpartition) {
    return unicast[subpartition] + broadcast;
  }

  /** The next element of a subpartition has that number. */
  void startAt(int subpartition, long next) {
    unicast[subpartition] = next - broadcast;
  }

  /** Takes over what is recorded from now on. */
  void follow(Levels l) {
    kept = l.keeps(operator);
    told = kept || l.of(operator) >= Levels.FLIGHT;
    limit = l.limit(operator);
    payload = l.outputPayload(index, operator);
  }

  void count(int subpartition) {
    if (subpartition < 0) {
      broadcast++;
    } else {
      unicast[subpartition]++;
    }
  }
}
