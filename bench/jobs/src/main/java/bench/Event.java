package bench;

import java.time.Instant;

/** What happens at an auction house: somebody joins, something is put up, somebody bids. A POJO. */
public final class Event {
  /** 0 a person, 1 an auction, 2 a bid. */
  public int kind;

  /** Of the auction; 0 for a person. */
  public long auction;

  /** Who joins, sells or bids. */
  public long person;

  public int category;
  public long price;
  public String text;
  public Instant at;

  /**
   * When this event was due, ns of {@link System#nanoTime}; latency counts from here. 0: of no
   * interest.
   */
  public long due;
}
