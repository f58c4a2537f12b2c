package dev.sightglass.bootstrap;

import java.nio.ByteBuffer;

/** Plays what a task does, through the package-private doors that probes use. */
public final class Script {
  public final TaskContext task;
  public final OutputContext out;
  public final ChannelContext channel;

  public Script(Object identity, ChunkPool pool) {
    task = new TaskContext(identity, pool);
    out = new OutputContext(task, 0, 0x64, 2, 1);
    task.add(out);
    channel = new ChannelContext(0, 0x7, 1, 0, 3);
    task.add(channel);
    task.recovered(channel);
  }

  /** An element through a chain of two that leaves on a subpartition, -1 = all. */
  public void element(int subpartition, byte... value) {
    int token = task.begin(TaskContext.ELEMENTS, 0, channel, 0, TapeFormat.NONE, PathTable.ROOT);
    int chained = task.enter(1);
    emit(subpartition, value);
    task.leave(chained);
    task.end(token);
  }

  public void emit(int subpartition, byte... value) {
    ByteBuffer b = ByteBuffer.allocate(4 + value.length);
    b.putInt(value.length).put(value).flip();
    task.emit(out, b, subpartition);
  }

  public void timer(long time, int n) {
    for (int i = 0; i < n; i++) {
      task.end(task.begin(TaskContext.EVENT_TIMER, 1, null, 0, time, 1 << 3 | PathTable.ROOT));
    }
  }

  public void mail(String text) {
    task.end(
        task.begin(
            TaskContext.MAIL, -1, null, task.text(text), TapeFormat.NONE, PathTable.NOTHING));
  }

  public void kafka(String topic, int partition, long offset, byte[] key, byte[] value) {
    int token =
        task.beginRecord(0, task.split(topic, partition, null), offset, 5, key, value, null);
    task.collected();
    task.endRecord(token);
  }

  public void other() {
    task.endOther(task.beginOther(0), null, 77);
  }

  public void write(String topic, Throwable error) {
    Completions.Ticket t = task.write();
    t.record(new byte[2], new byte[7], null);
    t.complete(topic, 2, error == null ? 9 : -1, error == null ? 1000 : -1, error);
  }

  /** A write that is part of a transaction. */
  public void write(String topic, String transaction, long producer, int epoch) {
    Completions.Ticket t = task.write();
    t.transaction = new Transaction(transaction, producer, epoch);
    t.complete(topic, 2, 9, 1000, null);
  }

  public void checkpoint(long id) {
    task.barrierIn(channel, id, 0);
    task.checkpoint(id, false);
    task.barrierOut(out, id, 0);
    task.checkpointed(id);
  }

  public void flush() {
    task.flushRun();
  }
}
