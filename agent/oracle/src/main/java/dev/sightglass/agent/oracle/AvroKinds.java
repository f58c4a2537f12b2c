package dev.sightglass.agent.oracle;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.formats.avro.typeutils.AvroSerializer;

/** Generic records over random Avro schemas. The same records are used for Avro's own binary form. */
final class AvroKinds {
  private static final String[] LOGICAL = {
    "{'type':'int','logicalType':'date'}",
    "{'type':'int','logicalType':'time-millis'}",
    "{'type':'long','logicalType':'time-micros'}",
    "{'type':'long','logicalType':'timestamp-millis'}",
    "{'type':'long','logicalType':'timestamp-micros'}",
    "{'type':'long','logicalType':'local-timestamp-millis'}",
    "{'type':'long','logicalType':'local-timestamp-micros'}",
    "{'type':'fixed','name':'DecN','namespace':'v','size':8,'logicalType':'decimal','precision':18,'scale':2}",
    "{'type':'bytes','logicalType':'decimal','precision':30,'scale':4}",
    "{'type':'fixed','name':'DurN','namespace':'v','size':12,'logicalType':'duration'}",
    "{'type':'string','logicalType':'uuid'}",
  };

  private static int names;

  private AvroKinds() {}

  static Schema typed(String json) {
    return new Schema.Parser().parse(json.replace('\'', '"').replace("DecN", "Dec" + names++).replace("DurN", "Dur" + names++));
  }

  /** Every type without children, each logical type among them. */
  static List<Schema> leaves() {
    List<Schema> s = new ArrayList<>();
    for (Schema.Type t :
        List.of(
            Schema.Type.BOOLEAN,
            Schema.Type.INT,
            Schema.Type.LONG,
            Schema.Type.FLOAT,
            Schema.Type.DOUBLE,
            Schema.Type.BYTES,
            Schema.Type.STRING)) {
      s.add(Schema.create(t));
    }
    s.add(Schema.createFixed("Fix" + names++, null, "v", 6));
    s.add(Schema.createEnum("Sym" + names++, null, "v", List.of("A", "B", "C")));
    for (String l : LOGICAL) {
      s.add(typed(l));
    }
    return s;
  }

  static Schema any(Random r, int depth) {
    if (depth == 0 || r.nextInt(3) == 0) {
      List<Schema> leaves = leaves();
      return leaves.get(r.nextInt(leaves.size()));
    }
    switch (r.nextInt(4)) {
      case 0:
        return Schema.createArray(any(r, depth - 1));
      case 1:
        return Schema.createMap(any(r, depth - 1));
      case 2:
        Schema s = any(r, depth - 1);
        return s.getType() == Schema.Type.UNION
            ? s
            : Schema.createUnion(Schema.create(Schema.Type.NULL), s, record(r, 0));
      default:
        return record(r, depth - 1);
    }
  }

  static Schema record(Random r, int depth) {
    List<Schema> of = new ArrayList<>();
    for (int n = 1 + r.nextInt(5); n > 0; n--) {
      of.add(any(r, depth));
    }
    return record(of.toArray(new Schema[0]));
  }

  static Schema record(Schema... of) {
    Schema s = Schema.createRecord("Rec" + names++, null, "v", false);
    List<Schema.Field> fs = new ArrayList<>();
    for (Schema f : of) {
      fs.add(new Schema.Field("f" + fs.size(), f));
    }
    s.setFields(fs);
    return s;
  }

  /** A list whose record refers to itself. */
  static Schema chain() {
    return typed(
        "{'type':'record','name':'Link','namespace':'v','fields':[{'name':'id','type':'long'},{'name':'next','type':['null','Link']}]}");
  }

  static Kind kind(String type, Schema s, int depth) {
    return new Kind(type, new AvroSerializer<>(GenericRecord.class, s), r -> sample(s, r, depth));
  }

  static Sample sample(Schema s, Random r, int depth) {
    if (s.getProp("logicalType") != null) {
      return logical(s, r);
    }
    switch (s.getType()) {
      case NULL:
        return Sample.NULL;
      case BOOLEAN:
        boolean b = r.nextBoolean();
        return new Sample(b, "" + b);
      case INT:
        int i = (int) Values.number(r);
        return new Sample(i, Values.i(i));
      case LONG:
        long l = Values.number(r);
        return new Sample(l, Values.i(l));
      case FLOAT:
        float f = Values.single(r);
        return new Sample(f, Values.f32(f));
      case DOUBLE:
        double d = Values.real(r);
        return new Sample(d, Values.f64(d));
      case STRING:
        String text = Values.string(r);
        return new Sample(text, Values.s(text));
      case BYTES:
        byte[] bytes = Values.bytes(r);
        return new Sample(ByteBuffer.wrap(bytes), Values.hex(bytes));
      case FIXED:
        byte[] fixed = new byte[s.getFixedSize()];
        r.nextBytes(fixed);
        return new Sample(new GenericData.Fixed(s, fixed), Values.hex(fixed));
      case ENUM:
        String symbol = s.getEnumSymbols().get(r.nextInt(s.getEnumSymbols().size()));
        return new Sample(new GenericData.EnumSymbol(s, symbol), Values.symbol(symbol));
      case ARRAY:
        return array(s, r, depth);
      case MAP:
        return map(s, r, depth);
      case UNION:
        return sample(s.getTypes().get(depth <= 0 ? 0 : r.nextInt(s.getTypes().size())), r, depth);
      default:
        return record(s, r, depth);
    }
  }

  private static Sample array(Schema s, Random r, int depth) {
    List<Object> v = new ArrayList<>();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(40) == 0 ? 300 : r.nextInt(4); n > 0; n--) {
      Sample one = sample(s.getElementType(), r, depth);
      v.add(one.value);
      x.add(one.expect);
    }
    return new Sample(v, Json.list(x));
  }

  private static Sample map(Schema s, Random r, int depth) {
    Map<Object, Object> v = new LinkedHashMap<>();
    List<String> x = new ArrayList<>();
    for (int n = r.nextInt(4); n > 0; n--) {
      Sample one = sample(s.getValueType(), r, depth);
      v.put("k" + n, one.value);
      x.add("[\"k" + n + "\"," + one.expect + "]");
    }
    return new Sample(v, Json.map(x));
  }

  private static Sample record(Schema s, Random r, int depth) {
    GenericRecord v = new GenericData.Record(s);
    List<String> x = new ArrayList<>();
    for (Schema.Field f : s.getFields()) {
      Sample one = sample(f.schema(), r, depth - 1);
      v.put(f.name(), one.value);
      x.add(f.name());
      x.add(one.expect);
    }
    return new Sample(v, Json.object(x.toArray(new String[0])));
  }

  private static Sample logical(Schema s, Random r) {
    long micros = r.nextLong() >> 8;
    long millis = r.nextLong() >> 22;
    switch (s.getProp("logicalType")) {
      case "date":
        int day = (int) Values.nearDate(r).toEpochDay();
        return new Sample(day, Values.dateOf(java.time.LocalDate.ofEpochDay(day)));
      case "time-millis":
        int ms = r.nextInt(86_400_000);
        return new Sample(ms, Values.timeOf(LocalTime.ofNanoOfDay(ms * 1_000_000L)));
      case "time-micros":
        long us = r.nextInt(86_400_000) * 1000L + 7;
        return new Sample(us, Values.timeOf(LocalTime.ofNanoOfDay(us * 1000)));
      case "timestamp-millis":
        return new Sample(millis, Values.millisOf(millis));
      case "timestamp-micros":
        return new Sample(micros, Values.instantOf(atMicros(micros)));
      case "local-timestamp-millis":
        return new Sample(millis, Values.dateTimeOf(local(Instant.ofEpochMilli(millis))));
      case "local-timestamp-micros":
        return new Sample(micros, Values.dateTimeOf(local(atMicros(micros))));
      case "duration":
        return duration(s, r);
      case "uuid":
        String id = new java.util.UUID(r.nextLong(), r.nextLong()).toString();
        return new Sample(id, Values.s(id));
      default:
        return decimal(s, r);
    }
  }

  private static Instant atMicros(long micros) {
    return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000);
  }

  private static LocalDateTime local(Instant at) {
    return LocalDateTime.ofInstant(at, ZoneOffset.UTC);
  }

  private static Sample duration(Schema s, Random r) {
    int[] v = {r.nextInt(100), r.nextInt(100), r.nextInt(1_000_000)};
    ByteBuffer b = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN).putInt(v[0]).putInt(v[1]).putInt(v[2]);
    BigDecimal seconds = BigDecimal.valueOf(v[2], 3);
    String t = v[2] % 1000 == 0 ? seconds.toBigInteger().toString() : seconds.toPlainString();
    return new Sample(
        new GenericData.Fixed(s, b.array()), Json.one("duration", "P" + v[0] + "M" + v[1] + "DT" + t + "S"));
  }

  private static Sample decimal(Schema s, Random r) {
    boolean fixed = s.getType() == Schema.Type.FIXED;
    BigInteger v = new BigInteger(fixed ? 60 : 90, r);
    v = r.nextBoolean() ? v : v.negate();
    byte[] b = v.toByteArray();
    String x = Values.dec(new BigDecimal(v, fixed ? 2 : 4));
    if (!fixed) {
      return new Sample(ByteBuffer.wrap(b), x);
    }
    byte[] wide = new byte[8];
    Arrays.fill(wide, (byte) (v.signum() < 0 ? -1 : 0));
    System.arraycopy(b, 0, wide, 8 - b.length, b.length);
    return new Sample(new GenericData.Fixed(s, wide), x);
  }
}
