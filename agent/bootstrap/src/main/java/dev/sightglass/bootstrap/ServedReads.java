package dev.sightglass.bootstrap;

import java.util.Map;

/** Reads of a task that runs again: they give what the recorded task read. */
final class ServedReads extends Reads {
  private final TaskContext task;
  private final Determinants from;

  ServedReads(TaskContext task, Determinants from) {
    super(task);
    this.task = task;
    this.from = from;
  }

  private boolean outside() {
    return task.place() < 0;
  }

  /** The invocation at hand, or the one that a row told now would make. */
  private long invocation() {
    long place = task.place();
    return place < 0 ? ~place + 1 : place;
  }

  /** What a clock gives at its next read; changes nothing that a second call would see. */
  @Override
  long next(int source, long otherwise) {
    return from.clock(source, invocation(), outside(), readsBefore(source), otherwise);
  }

  @Override
  long glance(int source, long otherwise) {
    return from.glance(source, invocation(), outside(), readsBefore(source), otherwise);
  }

  @Override
  void glanced(int source) {
    from.glanced(source, invocation());
  }

  @Override
  long number(int source, long otherwise) {
    return from.number(source, invocation(), outside(), otherwise);
  }

  @Override
  boolean numbers(int source, long[] to) {
    return from.numbers(source, invocation(), outside(), to);
  }

  @Override
  byte[] bytes(int source) {
    return from.bytes(source, invocation(), outside());
  }

  /**
   * The place of the record that is written next: partition, offset, time; what the recording does
   * not have stays as it is.
   */
  void written(long[] place) {
    from.written(invocation(), outside(), place);
  }

  /** Number and epoch of the producer under a transactional id, or null. */
  long[] transaction(String id) {
    return from.transaction(id, Math.max(task.newest(), invocation()));
  }

  @Override
  void order(Map<?, ?> map) {
    long[] order = new long[2];
    boolean told = from.mapOrder(invocation(), outside(), order);
    if (told && order[1] > 0) {
      if (OrderProbe.hash(map) != order[0]) {
        from.orderSolved(HashTables.solve(map, order[0]));
      }
      return;
    }
    int buckets = HashTables.buckets(map);
    int wanted = told ? (int) order[0] : HashTables.grown(map.size());
    if (buckets > 0 && buckets != wanted) {
      HashTables.rebuild(map, wanted);
      if (HashTables.buckets(map) != wanted) {
        from.orderSolved(false);
      }
    }
  }

  @Override
  long timeToLiveNow(int asked, long otherwise) {
    return from.clock(TTL, invocation(), outside(), asked, otherwise);
  }
}
