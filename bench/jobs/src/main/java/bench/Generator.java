package bench;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.functions.MapFunction;

/**
 * Makes number n into event n, always the same one, and prints marks.
 *
 * <p>Of 50 events 1 is a person, 3 are auctions and 46 are bids, as in NEXMark (Tucker, Tufte,
 * Papadimos, Maier: "NEXMark – A Benchmark for Queries over Data Streams", 2008) and its
 * implementations. Bids go to the newest auctions, half of them to one in a hundred.
 */
final class Generator implements MapFunction<Long, Event> {
  private static final int ROUND = 50;
  private static final int PERSONS = 1;
  private static final int AUCTIONS = 3;

  /** How many of the newest auctions, and of the newest persons, are in use. */
  private static final int OPEN_AUCTIONS = 3000;

  private static final int ACTIVE_PERSONS = 1000;
  private static final int HOT_AUCTIONS = 30;
  private static final int EVENTS_PER_SECOND = 10_000;
  private static final int BATCH = 1 << 10;
  private static final int MARK = 1 << 16;

  /** The clock is read once for so many events: few jobs read one for each. */
  private static final int CHECKED = 32;

  private static final String TEXT =
      "a description of some length, for what is sold and bought here is no single word ";

  /** Events of all subtasks of this process and run: the class is loaded once per job. */
  private static final AtomicLong TOTAL = new AtomicLong();

  /** Between two events of one subtask, ns; 0 is as fast as it goes. */
  private final double pause;

  private transient int batch;
  private transient long made;
  private transient long began;

  /** With rate events per second of one subtask; 0 is as fast as it goes. */
  Generator(double rate) {
    pause = rate == 0 ? 0 : 1e9 / rate;
  }

  @Override
  public Event map(Long number) {
    Event event = event(number);
    event.due = due();
    if (++batch == BATCH) {
      batch = 0;
      long total = TOTAL.addAndGet(BATCH);
      if (total % MARK == 0) {
        Mark.print(total);
      }
    }
    return event;
  }

  /**
   * Waits for the moment that this event is due, and returns it; 0 where nothing is measured by it.
   * An event that is late keeps it.
   */
  private long due() {
    if (pause == 0) {
      return 0;
    }
    if (made == 0) {
      began = System.nanoTime();
    }
    long due = began + (long) (made++ * pause);
    if (made % CHECKED != 1) {
      return due;
    }
    // Some at a time: to park costs more than an event does.
    for (long early = due - System.nanoTime(); early > 200_000; early = due - System.nanoTime()) {
      LockSupport.parkNanos(early);
    }
    return due;
  }

  static Event event(long n) {
    long round = n / ROUND;
    int place = (int) (n % ROUND);
    long random = mix(n);
    Event event = new Event();
    event.at = Instant.ofEpochMilli(1_700_000_000_000L + n * 1000 / EVENTS_PER_SECOND);
    event.category = (int) Long.remainderUnsigned(random, 10);
    event.price = 100 + Long.remainderUnsigned(random >>> 8, 10_000);
    event.text = TEXT.substring((int) Long.remainderUnsigned(random >>> 16, 40));
    if (place < PERSONS) {
      event.person = round + 1;
      return event;
    }
    event.person = newest(round + 1, ACTIVE_PERSONS, random >>> 24);
    long auctions = round * AUCTIONS + Math.min(place, AUCTIONS);
    if (place < PERSONS + AUCTIONS) {
      event.kind = 1;
      event.auction = auctions;
      return event;
    }
    event.kind = 2;
    boolean hot = (random & 1) == 0;
    event.auction = newest(auctions, hot ? HOT_AUCTIONS : OPEN_AUCTIONS, random >>> 32);
    return event;
  }

  private static long newest(long last, int of, long random) {
    return last - Long.remainderUnsigned(random, Math.min(of, last));
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long n) {
    long z = n * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
