package dev.sightglass.agent.hooks.serializers;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Flink's Scala API, which lines before 2.0 have. */
final class ScalaFormats {
  private static final String SCALA = "org.apache.flink.api.scala.typeutils.";

  private ScalaFormats() {}

  static void addTo(Map<String, Format> formats) {
    formats.put(SCALA + "OptionSerializer", Format.around("option", "e", "elemSerializer"));
    formats.put(SCALA + "TraversableSerializer", Format.around("array", "e", "elementSerializer"));
    formats.put(
        SCALA + "EitherSerializer",
        Format.pair("either", "l", "leftSerializer", "r", "rightSerializer"));
    formats.put(SCALA + "TrySerializer", ScalaFormats::attempt);
    formats.put(SCALA + "UnitSerializer", Format.plain("void"));
    formats.put(SCALA + "CaseClassSerializer", ScalaFormats::caseClass);
    formats.put(SCALA + "EnumValueSerializer", ScalaFormats::enumeration);
  }

  private static void attempt(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out = to.wrap("either", s, null, "l", Members.field(s, "elemSerializer"));
    to.child("r", Members.field(s, "throwableSerializer"));
    out.raw(",\"names\":[\"success\",\"failure\"]}");
  }

  private static void caseClass(SerializerDescriber to, Object s, boolean top) {
    Object type = Members.field(s, "tupleClass");
    DescriptorText out = to.begin("case", s, SerializerDescriber.of(type)).raw(",\"fields\":[");
    Object[] serializers = Members.array(s, "fieldSerializers");
    String[] names = type instanceof Class ? names((Class<?>) type, serializers.length) : null;
    if (names == null) {
      to.numbered(serializers, "_", 1);
    } else {
      for (int i = 0; i < serializers.length; i++) {
        to.field(i, names[i], serializers[i]);
      }
    }
    out.raw("]}");
  }

  /**
   * The parameters of a case class are its instance fields, in order, as long as it has no other
   * fields; null when it has, because then nothing tells which is which.
   */
  private static String[] names(Class<?> type, int arity) {
    List<String> names = new ArrayList<>();
    try {
      for (Field f : type.getDeclaredFields()) {
        if (!Modifier.isStatic(f.getModifiers()) && !f.isSynthetic()) {
          String name = f.getName(); // Tuple2$mcII$sp and its like call theirs _1$mcI$sp
          int dollar = name.indexOf('$', 1);
          names.add(dollar < 0 ? name : name.substring(0, dollar));
        }
      }
    } catch (RuntimeException | LinkageError e) {
      return null; // a class of a field is missing
    }
    return names.size() == arity ? names.toArray(new String[0]) : null;
  }

  /** Written as its id; ids need not be dense, so ids without a value have empty names. */
  private static void enumeration(SerializerDescriber to, Object s, boolean top) {
    Object values = Members.field(s, "enum");
    Object most = values == null ? null : Members.call(values, "maxId");
    if (!(most instanceof Integer) || (Integer) most > 10_000) {
      to.opaque(s, "the values of the enumeration are not known");
      return;
    }
    String of = values.getClass().getName();
    of = of.endsWith("$") ? of.substring(0, of.length() - 1) : of;
    DescriptorText out = to.begin("enum", s, of).raw(",\"names\":[");
    for (int i = 0; i < (Integer) most; i++) {
      Object value = Members.call(values, "apply", i);
      out.raw(i == 0 ? "" : ",").text(value == null ? "" : value.toString());
    }
    out.raw("]}");
  }
}
