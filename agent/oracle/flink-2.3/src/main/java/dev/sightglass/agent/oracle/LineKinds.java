package dev.sightglass.agent.oracle;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.common.typeutils.base.BitmapSerializer;
import org.apache.flink.api.common.typeutils.base.VariantSerializer;
import org.apache.flink.table.runtime.operators.sink.SortedLongSerializer;
import org.apache.flink.table.types.logical.BitmapType;
import org.apache.flink.table.types.logical.VariantType;
import org.apache.flink.types.bitmap.Bitmap;
import org.apache.flink.types.variant.Variant;
import org.apache.flink.types.variant.VariantBuilder;

/** What Flink 2.x has and 1.20 has not: variants, bitmaps, some state of SQL operators. */
final class LineKinds {
  static final boolean COLLECTIONS_IN_POJOS = true;

  private LineKinds() {}

  static List<TableTypes.Type> types() {
    List<TableTypes.Type> t = new ArrayList<>();
    t.add(new TableTypes.Type("VARIANT", new VariantType(), r -> variant(r, 3)));
    t.add(new TableTypes.Type("BITMAP", new BitmapType(), LineKinds::bitmap));
    return t;
  }

  static List<Kind> all(Kind a, Kind b, Kind throwable) {
    List<Kind> k = new ArrayList<>();
    k.add(new Kind("Variant", VariantSerializer.INSTANCE, r -> variant(r, 4)));
    k.add(new Kind("Bitmap", BitmapSerializer.INSTANCE, LineKinds::bitmap));
    k.add(
        new Kind(
            "Long, sorted (sink upsert state)",
            SortedLongSerializer.INSTANCE,
            r -> {
              long v = Values.number(r);
              return new Sample(v, Values.i(v));
            }));
    k.addAll(MultisetKinds.all());
    return k;
  }

  private static Sample variant(Random r, int depth) {
    VariantBuilder b = Variant.newBuilder();
    switch (r.nextInt(depth > 0 ? 18 : 14)) {
      case 0:
        return new Sample(b.ofNull(), "null");
      case 1:
        boolean t = r.nextBoolean();
        return new Sample(b.of(t), "" + t);
      case 2:
        byte i1 = (byte) Values.number(r);
        return new Sample(b.of(i1), Values.i(i1));
      case 3:
        short i2 = (short) Values.number(r);
        return new Sample(b.of(i2), Values.i(i2));
      case 4:
        int i4 = (int) Values.number(r);
        return new Sample(b.of(i4), Values.i(i4));
      case 5:
        long i8 = Values.number(r);
        return new Sample(b.of(i8), Values.i(i8));
      case 6:
        double d = Values.real(r);
        return new Sample(b.of(d), Values.f64(d));
      case 7:
        float f = Values.single(r);
        return new Sample(b.of(f), Values.f32(f));
      case 8:
        int p = new int[] {4, 9, 12, 18, 25, 38}[r.nextInt(6)];
        BigDecimal dec = Values.decimal(r, p, r.nextInt(p + 1));
        return new Sample(b.of(dec), Values.dec(dec));
      case 9:
        LocalDate date = LocalDate.ofEpochDay(r.nextInt());
        return new Sample(b.of(date), Values.dateOf(date));
      case 10:
        Instant at = micros(r);
        return new Sample(b.of(at), Values.instantOf(at));
      case 11:
        LocalDateTime local = LocalDateTime.ofInstant(micros(r), ZoneOffset.UTC);
        return new Sample(b.of(local), Values.dateTimeOf(local));
      case 12:
        byte[] bytes = Values.bytes(r);
        return new Sample(b.of(bytes), Values.hex(bytes));
      case 13:
        String s = Values.string(r);
        return new Sample(b.of(s), Values.s(s));
      case 14:
      case 15:
        return array(b, r, depth);
      default:
        return object(b, r, depth);
    }
  }

  private static Instant micros(Random r) {
    return Instant.ofEpochSecond(r.nextInt() * 4L, r.nextInt(1_000_000_000)).truncatedTo(ChronoUnit.MICROS);
  }

  private static Sample array(VariantBuilder b, Random r, int depth) {
    VariantBuilder.VariantArrayBuilder array = b.array();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(40) == 0 ? 400 : r.nextInt(4); n > 0; n--) {
      Sample one = variant(r, depth - 1);
      array.add((Variant) one.value);
      x.add(one.expect);
    }
    return new Sample(array.build(), Json.list(x));
  }

  /** Members of a variant are in the order of their names. */
  private static Sample object(VariantBuilder b, Random r, int depth) {
    Map<String, Sample> members = new TreeMap<>();
    for (int n = r.nextInt(40) == 0 ? 300 : r.nextInt(5); n > 0; n--) {
      members.put((r.nextBoolean() ? "ä" : "m") + r.nextInt(1000), variant(r, depth - 1));
    }
    VariantBuilder.VariantObjectBuilder object = b.object();
    List<String> x = new ArrayList<>();
    for (Map.Entry<String, Sample> m : members.entrySet()) {
      object.add(m.getKey(), (Variant) m.getValue().value);
      x.add(m.getKey());
      x.add(m.getValue().expect);
    }
    return new Sample(object.build(), Json.object(x.toArray(new String[0])));
  }

  /** Numbers are unsigned; sparse, dense and in runs, so that each form of a container is met. */
  private static Sample bitmap(Random r) {
    Bitmap b = Bitmap.empty();
    TreeSet<Long> all = new TreeSet<>();
    for (int n = r.nextInt(6); n > 0; n--) {
      add(b, all, r.nextInt());
    }
    if (r.nextInt(4) == 0) {
      int from = r.nextInt(1 << 20);
      for (int i = r.nextInt(2000); i > 0; i--) {
        add(b, all, from + i);
      }
    }
    if (r.nextInt(60) == 0) {
      for (int i = 0; i < 5000; i++) {
        add(b, all, (1 << 24) + 2 * r.nextInt(30_000));
      }
    }
    List<String> x = new ArrayList<>();
    for (long v : all) {
      x.add(Values.i(v));
    }
    return new Sample(b, Json.list(x));
  }

  private static void add(Bitmap to, TreeSet<Long> all, int v) {
    to.add(v);
    all.add(Integer.toUnsignedLong(v));
  }
}
