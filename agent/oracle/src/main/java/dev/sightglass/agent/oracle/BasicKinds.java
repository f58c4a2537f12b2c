package dev.sightglass.agent.oracle;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.BigDecSerializer;
import org.apache.flink.api.common.typeutils.base.BigIntSerializer;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.ByteSerializer;
import org.apache.flink.api.common.typeutils.base.CharSerializer;
import org.apache.flink.api.common.typeutils.base.DateSerializer;
import org.apache.flink.api.common.typeutils.base.DoubleSerializer;
import org.apache.flink.api.common.typeutils.base.EnumSerializer;
import org.apache.flink.api.common.typeutils.base.FloatSerializer;
import org.apache.flink.api.common.typeutils.base.InstantSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LocalDateSerializer;
import org.apache.flink.api.common.typeutils.base.LocalDateTimeSerializer;
import org.apache.flink.api.common.typeutils.base.LocalTimeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.ShortSerializer;
import org.apache.flink.api.common.typeutils.base.SqlDateSerializer;
import org.apache.flink.api.common.typeutils.base.SqlTimeSerializer;
import org.apache.flink.api.common.typeutils.base.SqlTimestampSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;

/** Kinds without children that may stand anywhere, also as keys of maps. */
final class BasicKinds {
  enum Colour {
    RED,
    GREEN,
    BLUE
  }

  private BasicKinds() {}

  static final Kind STRING =
      new Kind(
          "String",
          StringSerializer.INSTANCE,
          r -> {
            String v = Values.torn(r);
            return new Sample(v, Values.s(v));
          });
  static final Kind INT = number("Integer", IntSerializer.INSTANCE, v -> (int) (long) v);
  static final Kind LONG = number("Long", LongSerializer.INSTANCE, v -> v);

  private static Kind number(String type, TypeSerializer<?> s, Function<Long, Number> narrow) {
    return new Kind(
        type,
        s,
        r -> {
          Number v = narrow.apply(Values.number(r));
          return new Sample(v, Values.i(v.longValue()));
        });
  }

  /** Values whose kind has a form for each. */
  private static <T> Kind of(
      String type, TypeSerializer<?> s, Function<Random, T> value, Function<T, String> form) {
    return new Kind(
        type,
        s,
        r -> {
          T v = value.apply(r);
          return new Sample(v, form.apply(v));
        });
  }

  static List<Kind> all() {
    List<Kind> k = new ArrayList<>();
    k.add(of("Boolean", BooleanSerializer.INSTANCE, Random::nextBoolean, v -> "" + v));
    k.add(number("Byte", ByteSerializer.INSTANCE, v -> (byte) (long) v));
    k.add(number("Short", ShortSerializer.INSTANCE, v -> (short) (long) v));
    k.add(INT);
    k.add(LONG);
    k.add(of("Float", FloatSerializer.INSTANCE, Values::single, Values::f32));
    k.add(of("Double", DoubleSerializer.INSTANCE, Values::real, Values::f64));
    k.add(of("Character", CharSerializer.INSTANCE, r -> (char) r.nextInt(0x10000), v -> Values.s("" + v)));
    k.add(STRING);
    k.add(of("BigInteger", BigIntSerializer.INSTANCE, Values::big, (BigInteger v) -> Json.one("dec", v.toString())));
    k.add(of("BigDecimal", BigDecSerializer.INSTANCE, Values::decimal, (BigDecimal v) -> Values.dec(v)));
    k.add(of("Instant", InstantSerializer.INSTANCE, Values::instant, (Instant v) -> Values.instantOf(v)));
    k.add(of("LocalDate", LocalDateSerializer.INSTANCE, Values::date, (LocalDate v) -> Values.dateOf(v)));
    k.add(of("LocalTime", LocalTimeSerializer.INSTANCE, Values::time, (LocalTime v) -> Values.timeOf(v)));
    k.add(
        of(
            "LocalDateTime",
            LocalDateTimeSerializer.INSTANCE,
            r -> LocalDateTime.of(Values.date(r), Values.time(r)),
            (LocalDateTime v) -> Values.dateTimeOf(v)));
    k.add(of("Date", DateSerializer.INSTANCE, r -> new Date(r.nextLong() >> 20), v -> Values.instantOf(v.toInstant())));
    k.add(of("sql.Timestamp", SqlTimestampSerializer.INSTANCE, BasicKinds::timestamp, v -> Values.instantOf(v.toInstant())));
    k.add(of("sql.Date", SqlDateSerializer.INSTANCE, r -> new java.sql.Date(near(r)), v -> Json.one("date", v.toString())));
    k.add(of("sql.Time", SqlTimeSerializer.INSTANCE, r -> new Time(near(r)), BasicKinds::time));
    k.add(of("Enum", new EnumSerializer<>(Colour.class), r -> Colour.values()[r.nextInt(3)], v -> Values.symbol(v.name())));
    return k;
  }

  private static Timestamp timestamp(Random r) {
    return Timestamp.from(Instant.ofEpochSecond(r.nextInt(), r.nextInt(1_000_000_000)));
  }

  /** A moment whose day and time Java tells in the zone of this JVM, 1902 to 2038. */
  private static long near(Random r) {
    return r.nextInt() * 1000L + r.nextInt(1000);
  }

  private static String time(Time v) {
    long milli = Math.floorMod(v.getTime(), 1000L);
    return Values.timeOf(v.toLocalTime().plusNanos(milli * 1_000_000));
  }

  /** The form of null, of each serializer that has one. */
  static List<Kind> nulls() {
    List<Kind> k = new ArrayList<>();
    for (Kind b : all()) {
      Object s = b.serializer;
      if (s == StringSerializer.INSTANCE
          || s == BigIntSerializer.INSTANCE
          || s == BigDecSerializer.INSTANCE
          || s == InstantSerializer.INSTANCE
          || s == LocalDateSerializer.INSTANCE
          || s == LocalTimeSerializer.INSTANCE
          || s == LocalDateTimeSerializer.INSTANCE
          || s == DateSerializer.INSTANCE
          || s == SqlDateSerializer.INSTANCE
          || s == SqlTimeSerializer.INSTANCE
          || s == SqlTimestampSerializer.INSTANCE) {
        k.add(new Kind(b.type + " null", b.serializer, r -> Sample.NULL));
      }
    }
    k.add(new Kind("Void", VoidSerializer.INSTANCE, r -> Sample.NULL));
    return k;
  }
}
