package dev.sightglass.agent.hooks.lines;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class StaticsWatchTest {
  static final class Constants {
    static final int NUMBER = Integer.parseInt("7");
    static final String TEXT = "text";
    static final Duration TIME = Duration.ofDays(1);

    final AtomicLong own = new AtomicLong();
  }

  enum Kind {
    A,
    B;

    long own;
  }

  static final class Counter {
    static int count;
  }

  static final class Total {
    static final AtomicLong TOTAL = new AtomicLong();
  }

  static final class Listed {
    static final List<String> SEEN = new ArrayList<>();
  }

  static final class Array {
    static final int[] NUMBERS = {1};
  }

  static final class Ticking {
    static final Clock CLOCK = Clock.systemUTC();
  }

  enum Counting {
    ONE;

    static int count;
  }

  private static String changing(Class<?> c) throws Exception {
    try (InputStream in =
        c.getClassLoader().getResourceAsStream(c.getName().replace('.', '/') + ".class")) {
      return StaticsWatch.changing(in.readAllBytes());
    }
  }

  @Test
  void whatDoesNotChangeMayStay() throws Exception {
    assertNull(changing(Constants.class));
    assertNull(changing(Kind.class));
  }

  @Test
  void whatMayChangeIsNamed() throws Exception {
    assertEquals("count", changing(Counter.class));
    assertEquals("TOTAL", changing(Total.class));
    assertEquals("SEEN", changing(Listed.class));
    assertEquals("NUMBERS", changing(Array.class));
    assertEquals("CLOCK", changing(Ticking.class));
    assertEquals("count", changing(Counting.class));
  }
}
