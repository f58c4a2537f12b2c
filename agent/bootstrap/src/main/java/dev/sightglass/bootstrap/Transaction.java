package dev.sightglass.bootstrap;

/** A transaction of a Kafka producer, named as it was when it began or was resumed. */
public final class Transaction {
  /** The transactional id. */
  public final String id;

  public final long producer;
  public final int epoch;

  Transaction(String id, long producer, int epoch) {
    this.id = id;
    this.producer = producer;
    this.epoch = epoch;
  }
}
