package dev.sightglass.agent.hooks.reads;

import java.io.Serializable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Code that reads from outside in every way; each method gives what it got. */
public final class Reading {
  private Reading() {}

  /** A generator of somebody's own. */
  static class OwnRandom extends Random {
    private static final long serialVersionUID = 1;

    @Override
    public int nextInt() {
      return super.nextInt() & 1;
    }
  }

  /** A reference that can be written into a stream. */
  interface Written extends LongSupplier, Serializable {}

  public static List<Object> clocks() {
    List<Object> got = new ArrayList<>();
    got.add(System.currentTimeMillis());
    got.add(System.nanoTime());
    got.add(new Date().getTime());
    got.add(Calendar.getInstance().getTimeInMillis());
    got.add(Clock.systemUTC().millis());
    return got;
  }

  public static List<Object> moments() {
    List<Object> got = new ArrayList<>();
    got.add(Instant.now());
    got.add(Instant.now(Clock.systemUTC()));
    got.add(Clock.systemDefaultZone().instant());
    got.add(LocalDateTime.now());
    got.add(LocalDate.now(ZoneId.of("Asia/Tokyo")));
    got.add(ZonedDateTime.now(ZoneId.of("Asia/Tokyo")));
    return got;
  }

  public static List<Object> draws() {
    List<Object> got = new ArrayList<>();
    Random r = new Random(1);
    got.add(r.nextInt());
    got.add(ThreadLocalRandom.current().nextInt(3, 90));
    got.add(new SplittableRandom(5).nextInt(100));
    got.add(r.nextLong());
    got.add(ThreadLocalRandom.current().nextLong(1000));
    got.add(r.nextDouble());
    got.add(Math.random());
    got.add(r.nextFloat());
    got.add(r.nextGaussian());
    got.add(r.nextBoolean());
    return got;
  }

  public static List<Object> bytes() {
    UUID uuid = UUID.randomUUID();
    byte[] drawn = new byte[5];
    new Random(3).nextBytes(drawn);
    byte[] secure = new byte[7];
    new SecureRandom().nextBytes(secure);
    return List.of(uuid, drawn, secure, new SecureRandom().generateSeed(2));
  }

  /** What comes out follows from the seeds alone. */
  public static List<Object> seeded() {
    Random r = new Random();
    List<Integer> shuffled = new ArrayList<>(Arrays.asList(1, 2, 3, 4, 5, 6, 7, 8));
    Collections.shuffle(shuffled);
    SplittableRandom s = new SplittableRandom();
    return List.of(r.ints(3).sum(), shuffled, s.ints(3).sum());
  }

  public static int own() {
    return new OwnRandom().nextInt();
  }

  public static List<Object> references() {
    LongSupplier clock = System::currentTimeMillis;
    Supplier<Instant> now = Instant::now;
    Random r = new Random(1);
    IntSupplier next = r::nextInt;
    IntUnaryOperator below = r::nextInt;
    Supplier<Date> date = Date::new;
    return List.of(
        clock.getAsLong(), now.get(), next.getAsInt(), below.applyAsInt(10), date.get().getTime());
  }

  public static long notCovered() {
    Written w = System::nanoTime;
    return w.getAsLong()
        + new GregorianCalendar().getTimeInMillis()
        + ThreadLocalRandom.current().ints(1).sum();
  }

  public static long withBranches(boolean now, long other) {
    long v = now ? System.currentTimeMillis() : other;
    for (int i = 0; i < 2; i++) {
      try {
        v += Math.random() < 0 ? System.nanoTime() : i;
      } catch (RuntimeException e) {
        v = new Date().getTime();
      }
    }
    return v;
  }
}
