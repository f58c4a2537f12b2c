package dev.sightglass.agent.hooks.serializers;

import java.util.Map;
import java.util.TimeZone;

/** Values without children. */
final class BasicFormats {
  private static final String BASE = "org.apache.flink.api.common.typeutils.base.";

  private BasicFormats() {}

  static void addTo(Map<String, Format> formats) {
    for (String name : new String[] {"Byte", "Short", "Int", "Long", "Char", "Float", "Double"}) {
      number(formats, name, name.toLowerCase());
    }
    number(formats, "Boolean", "bool");
    String[] others = {
      "String:string",
      "StringValue:stringvalue",
      "NullValue:nullvalue",
      "BigInt:bigint",
      "BigDec:bigdec",
      "Instant:instant",
      "LocalDate:localdate",
      "LocalTime:localtime",
      "LocalDateTime:localdatetime",
      "Date:date",
      "SqlTimestamp:sqltimestamp",
      "Void:void",
      "Variant:variant",
      "Bitmap:bitmap",
      "array.StringArray:stringarray",
    };
    for (String other : others) {
      int colon = other.indexOf(':');
      formats.put(
          BASE + other.substring(0, colon) + "Serializer",
          Format.plain(other.substring(colon + 1)));
    }
    formats.put(BASE + "SqlDateSerializer", (to, s, top) -> zoned(to, s, "sqldate"));
    formats.put(BASE + "SqlTimeSerializer", (to, s, top) -> zoned(to, s, "sqltime"));
    formats.put(BASE + "EnumSerializer", BasicFormats::enumeration);
  }

  /** A primitive type, its value type and its array. */
  private static void number(Map<String, Format> formats, String name, String t) {
    formats.put(BASE + name + "Serializer", Format.plain(t));
    formats.put(BASE + name + "ValueSerializer", Format.plain(t));
    formats.put(
        BASE + "array." + name + "PrimitiveArraySerializer",
        (to, s, top) -> to.begin("primarray", s, null).member("e", t).raw("}"));
  }

  /** The epoch milliseconds of these mean a day or time in the zone of this JVM. */
  private static void zoned(SerializerDescriber to, Object s, String t) {
    to.begin(t, s, null).member("zone", TimeZone.getDefault().getID()).raw("}");
  }

  private static void enumeration(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out = to.begin("enum", s, SerializerDescriber.of(Members.field(s, "enumClass")));
    out.raw(",\"names\":[");
    Object[] values = Members.array(s, "values");
    for (int i = 0; i < values.length; i++) {
      out.raw(i == 0 ? "" : ",").text(((Enum<?>) values[i]).name());
    }
    out.raw("]}");
  }
}
