package dev.sightglass.agent.testing;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads from outside in every way that user code has, and writes each as the recording should have it:
 * source, number, second number or bytes. Seeds are not seen by user code; what is drawn with them is.
 */
final class Reading {
  private final Random seeded = new Random();
  private final SecureRandom secure = new SecureRandom();
  private final LongSupplier clock = System::currentTimeMillis;
  private final Supplier<Instant> now = Instant::now;

  /** Reads of one of four groups. */
  List<String> all(int group) {
    List<String> got = new ArrayList<>();
    switch (group) {
      case 0:
        clocks(got);
        break;
      case 1:
        moments(got);
        break;
      case 2:
        draws(got);
        break;
      default:
        bytes(got);
    }
    return got;
  }

  private void clocks(List<String> got) {
    got.add("1=" + System.currentTimeMillis());
    got.add("1=" + System.currentTimeMillis());
    got.add("2=" + System.nanoTime());
    got.add("1=" + new Date().getTime());
    got.add("1=" + Calendar.getInstance().getTimeInMillis());
    got.add("1=" + Clock.systemUTC().millis());
    got.add("1=" + clock.getAsLong());
    got.add("1=" + System.currentTimeMillis());
  }

  private void moments(List<String> got) {
    got.add(moment(Instant.now()));
    got.add(moment(now.get()));
    got.add(moment(Clock.systemDefaultZone().instant()));
    got.add(moment(LocalDateTime.now().toInstant(ZoneOffset.UTC)));
    got.add(moment(ZonedDateTime.now(ZoneId.of("Asia/Tokyo")).toInstant()));
    got.add("14=" + LocalDate.now().toEpochDay() * 86400 + "/0");
  }

  private static String moment(Instant i) {
    return "14=" + i.getEpochSecond() + "/" + i.getNano();
  }

  private void draws(List<String> got) {
    got.add("7=" + seeded.nextInt());
    got.add("7=" + ThreadLocalRandom.current().nextInt(3, 90));
    got.add("7=" + new SplittableRandom(5).nextInt(100));
    got.add("8=" + seeded.nextLong());
    got.add("9=" + Double.doubleToRawLongBits(seeded.nextDouble()));
    got.add("9=" + Double.doubleToRawLongBits(Math.random()));
    got.add("9=" + Double.doubleToRawLongBits(seeded.nextFloat()));
    got.add("10=" + Double.doubleToRawLongBits(seeded.nextGaussian()));
    got.add("11=" + (ThreadLocalRandom.current().nextBoolean() ? 1 : 0));
    got.add("7=" + secure.nextInt());
  }

  private void bytes(List<String> got) {
    UUID u = UUID.randomUUID();
    ByteBuffer b = ByteBuffer.allocate(16);
    b.putLong(u.getMostSignificantBits()).putLong(u.getLeastSignificantBits());
    got.add("13=" + hex(b.array()));
    byte[] drawn = new byte[6];
    secure.nextBytes(drawn);
    got.add("13=" + hex(drawn));
    List<Integer> shuffled = new ArrayList<>(Arrays.asList(1, 2, 3, 4, 5));
    Collections.shuffle(shuffled);
    got.add("shuffled " + shuffled.toString().replace(", ", " "));
    got.add("stream " + new Random().ints(2).sum());
  }

  private static String hex(byte[] bytes) {
    StringBuilder s = new StringBuilder();
    for (byte b : bytes) {
      s.append(String.format("%02x", b));
    }
    return s.toString();
  }
}
