package vectors;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.formats.avro.typeutils.AvroSerializer;

/** Records over random Avro schemas. The same records are used for Avro's own binary form. */
final class AvroKinds {
  private AvroKinds() {}

  private static int names;

  private static Schema leaf(Random r) {
    switch (r.nextInt(12)) {
      case 0: return Schema.create(Schema.Type.BOOLEAN);
      case 1: return Schema.create(Schema.Type.INT);
      case 2: return Schema.create(Schema.Type.LONG);
      case 3: return Schema.create(Schema.Type.FLOAT);
      case 4: return Schema.create(Schema.Type.DOUBLE);
      case 5: return Schema.create(Schema.Type.BYTES);
      case 6: return Schema.createFixed("Fix" + names++, null, "v", 6);
      case 7: return Schema.createEnum("Sym" + names++, null, "v", List.of("A", "B", "C"));
      case 8: return logical(r);
      default: return Schema.create(Schema.Type.STRING);
    }
  }

  private static Schema logical(Random r) {
    switch (r.nextInt(8)) {
      case 0: return typed("{\"type\":\"int\",\"logicalType\":\"date\"}");
      case 1: return typed("{\"type\":\"int\",\"logicalType\":\"time-millis\"}");
      case 2: return typed("{\"type\":\"long\",\"logicalType\":\"time-micros\"}");
      case 3: return typed("{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}");
      case 4: return typed("{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}");
      case 5: return typed("{\"type\":\"long\",\"logicalType\":\"local-timestamp-millis\"}");
      case 6: return typed("{\"type\":\"fixed\",\"name\":\"Dec" + names++ + "\",\"namespace\":\"v\",\"size\":8,\"logicalType\":\"decimal\",\"precision\":18,\"scale\":2}");
      default: return typed("{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":30,\"scale\":4}");
    }
  }

  private static Schema typed(String json) {
    return new Schema.Parser().parse(json);
  }

  static Schema any(Random r, int depth) {
    if (depth == 0 || r.nextInt(3) == 0) {
      return leaf(r);
    }
    switch (r.nextInt(4)) {
      case 0: return Schema.createArray(any(r, depth - 1));
      case 1: return Schema.createMap(any(r, depth - 1));
      case 2: {
        Schema s = any(r, depth - 1);
        return s.getType() == Schema.Type.UNION ? s : Schema.createUnion(Schema.create(Schema.Type.NULL), s);
      }
      default: return record(r, depth - 1);
    }
  }

  static Schema record(Random r, int depth) {
    Schema s = Schema.createRecord("Rec" + names++, null, "v", false);
    List<Schema.Field> fs = new ArrayList<>();
    for (int n = 1 + r.nextInt(5); n > 0; n--) {
      fs.add(new Schema.Field("f" + fs.size(), any(r, depth)));
    }
    s.setFields(fs);
    return s;
  }

  /** A list whose record refers to itself. */
  static Schema chain() {
    return typed("{\"type\":\"record\",\"name\":\"Link\",\"namespace\":\"v\",\"fields\":[{\"name\":\"id\",\"type\":\"long\"},{\"name\":\"next\",\"type\":[\"null\",\"Link\"]}]}");
  }

  static Sample sample(Schema s, Random r, int depth) {
    if (s.getLogicalType() != null) {
      return logicalSample(s, r);
    }
    switch (s.getType()) {
      case NULL: return new Sample(null, "null");
      case BOOLEAN: { boolean v = r.nextBoolean(); return new Sample(v, "" + v); }
      case INT: { int v = (int) Values.number(r); return new Sample(v, Values.i(v)); }
      case LONG: { long v = Values.number(r); return new Sample(v, Values.i(v)); }
      case FLOAT: { float v = (float) Values.real(r); return new Sample(v, Values.f32(v)); }
      case DOUBLE: { double v = Values.real(r); return new Sample(v, Values.f64(v)); }
      case STRING: { String v = Values.string(r); return new Sample(v, Values.s(v)); }
      case BYTES: { byte[] v = Values.bytes(r); return new Sample(ByteBuffer.wrap(v), Values.hex(v)); }
      case FIXED: {
        byte[] v = new byte[s.getFixedSize()];
        r.nextBytes(v);
        return new Sample(new GenericData.Fixed(s, v), Values.hex(v));
      }
      case ENUM: {
        String v = s.getEnumSymbols().get(r.nextInt(s.getEnumSymbols().size()));
        return new Sample(new GenericData.EnumSymbol(s, v), Json.one("enum", v));
      }
      case ARRAY: {
        List<Object> v = new ArrayList<>();
        List<String> x = new ArrayList<>();
        for (int n = r.nextInt(4); n > 0; n--) {
          Sample one = sample(s.getElementType(), r, depth);
          v.add(one.value);
          x.add(one.expect);
        }
        return new Sample(v, Json.list(x));
      }
      case MAP: {
        Map<Object, Object> v = new LinkedHashMap<>();
        List<String> x = new ArrayList<>();
        for (int n = r.nextInt(4); n > 0; n--) {
          Sample one = sample(s.getValueType(), r, depth);
          v.put("k" + n, one.value);
          x.add("[\"k" + n + "\"," + one.expect + "]");
        }
        return new Sample(v, "{\"map\":" + Json.list(x) + "}");
      }
      case UNION: return sample(s.getTypes().get(depth <= 0 ? 0 : r.nextInt(s.getTypes().size())), r, depth);
      default: {
        GenericRecord v = new GenericData.Record(s);
        List<String> x = new ArrayList<>();
        for (Schema.Field f : s.getFields()) {
          Sample one = sample(f.schema(), r, depth - 1);
          v.put(f.name(), one.value);
          x.add("[" + Json.text(f.name()) + "," + one.expect + "]");
        }
        return new Sample(v, "{\"obj\":" + Json.list(x) + "}");
      }
    }
  }

  private static Sample logicalSample(Schema s, Random r) {
    switch (s.getLogicalType().getName()) {
      case "date": { LocalDate d = Values.date(r); return new Sample((int) d.toEpochDay(), Values.dateOf(d)); }
      case "time-millis": { int ms = r.nextInt(86_400_000); return new Sample(ms, Values.timeOf(LocalTime.ofNanoOfDay(ms * 1_000_000L))); }
      case "time-micros": { long us = r.nextInt(86_400_000) * 1000L + 7; return new Sample(us, Values.timeOf(LocalTime.ofNanoOfDay(us * 1000))); }
      case "timestamp-millis": { long ms = r.nextLong() >> 16; return new Sample(ms, Values.instantOf(Instant.ofEpochMilli(ms))); }
      case "timestamp-micros": {
        long us = r.nextLong() >> 8;
        return new Sample(us, Values.instantOf(Instant.ofEpochSecond(Math.floorDiv(us, 1_000_000L), Math.floorMod(us, 1_000_000L) * 1000)));
      }
      case "local-timestamp-millis": {
        long ms = r.nextLong() >> 22;
        return new Sample(ms, Values.dateTimeOf(LocalDateTime.ofInstant(Instant.ofEpochMilli(ms), ZoneOffset.UTC)));
      }
      default: {
        boolean fixed = s.getType() == Schema.Type.FIXED;
        int scale = fixed ? 2 : 4;
        BigInteger v = new BigInteger(fixed ? 60 : 90, r);
        v = r.nextBoolean() ? v : v.negate();
        byte[] b = v.toByteArray();
        if (fixed) {
          byte[] wide = new byte[8];
          java.util.Arrays.fill(wide, (byte) (v.signum() < 0 ? -1 : 0));
          System.arraycopy(b, 0, wide, 8 - b.length, b.length);
          b = wide;
        }
        return new Sample(fixed ? new GenericData.Fixed(s, b) : ByteBuffer.wrap(b), Values.dec(new BigDecimal(v, scale)));
      }
    }
  }

  static Kind kind(Schema s, int depth) {
    AvroSerializer<GenericRecord> ser = new AvroSerializer<>(GenericRecord.class, s);
    return new Kind("avro", ser, Kind.with("avro", ser, "\"of\":\"" + s.getFullName() + "\",\"schema\":" + Json.text(s.toString())), r -> sample(s, r, depth));
  }
}
