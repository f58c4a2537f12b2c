package dev.sightglass.agent.hooks.serializers;

import java.util.Map;

/** Flink's collections, tuples, rows and what wraps other serializers. */
final class ComposedFormats {
  private static final String CORE = "org.apache.flink.";
  private static final String BASE = "org.apache.flink.api.common.typeutils.base.";
  private static final String RUNTIME = "org.apache.flink.api.java.typeutils.runtime.";

  private ComposedFormats() {}

  static void addTo(Map<String, Format> formats) {
    formats.put(BASE + "ListSerializer", Format.around("list", "e", "elementSerializer"));
    formats.put(
        CORE + "runtime.state.ArrayListSerializer",
        Format.around("list", "e", "elementSerializer"));
    formats.put(BASE + "SetSerializer", Format.around("set", "e", "elementSerializer"));
    formats.put(
        BASE + "MapSerializer", Format.pair("map", "k", "keySerializer", "v", "valueSerializer"));
    formats.put(
        BASE + "GenericArraySerializer",
        (to, s, top) ->
            to.wrap(
                    "array",
                    s,
                    SerializerDescriber.of(Members.field(s, "componentClass")),
                    "e",
                    Members.field(s, "componentSerializer"))
                .raw("}"));
    formats.put(
        RUNTIME + "EitherSerializer",
        Format.pair("either", "l", "leftSerializer", "r", "rightSerializer"));
    formats.put(RUNTIME + "TupleSerializer", ComposedFormats::tuple);
    formats.put(RUNTIME + "Tuple0Serializer", ComposedFormats::tuple);
    formats.put(RUNTIME + "NullableSerializer", ComposedFormats::nullable);
    formats.put(RUNTIME + "RowSerializer", ComposedFormats::row);
    formats.put(RUNTIME + "PojoSerializer", PojoFormat::write);
    formats.put(
        "org.apache.flink.api.common.typeutils.SingleThreadAccessCheckingTypeSerializer",
        Format.same("originalSerializer"));
    formats.put(
        "org.apache.flink.api.common.typeutils.CompositeSerializer", ComposedFormats::composite);
    formats.put(
        CORE + "core.io.SimpleVersionedSerializerTypeSerializerProxy", ComposedFormats::versioned);
    formats.put(RUNTIME + "kryo.KryoSerializer", ComposedFormats::kryo);
    formats.put(CORE + "formats.avro.typeutils.AvroSerializer", AvroFormat::write);
  }

  private static void tuple(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out =
        to.begin("tuple", s, SerializerDescriber.of(Members.field(s, "tupleClass")));
    out.raw(",\"fields\":[");
    to.numbered(Members.array(s, "fieldSerializers"), "f", 0);
    out.raw("]}");
  }

  private static void nullable(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out = to.wrap("nullable", s, null, "s", Members.field(s, "originalSerializer"));
    Object padding = Members.field(s, "padding");
    int n = padding instanceof byte[] ? ((byte[]) padding).length : 0;
    out.raw(",\"padding\":").number(n).raw("}");
  }

  private static void row(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out = to.begin("row", s, null).raw(",\"rowkind\":");
    out.raw(Boolean.FALSE.equals(Members.field(s, "supportsRowKind")) ? "false" : "true");
    out.raw(",\"fields\":[");
    Object[] serializers = Members.array(s, "fieldSerializers");
    String[] names = new String[serializers.length];
    Object byName = Members.field(s, "positionByName");
    if (byName instanceof Map) {
      for (Map.Entry<?, ?> e : ((Map<?, ?>) byName).entrySet()) {
        int at = ((Number) e.getValue()).intValue();
        if (at >= 0 && at < names.length) {
          names[at] = String.valueOf(e.getKey());
        }
      }
    }
    for (int i = 0; i < serializers.length; i++) {
      to.field(i, names[i] == null ? "f" + i : names[i], serializers[i]);
    }
    out.raw("]}");
  }

  /** Fields in order: what every subclass of it writes that does not write by itself. */
  private static void composite(SerializerDescriber to, Object s, boolean top) {
    DescriptorText out = to.begin("case", s, null).raw(",\"fields\":[");
    to.numbered(Members.array(s, "fieldSerializers"), "f", 0);
    out.raw("]}");
  }

  private static void versioned(SerializerDescriber to, Object s, boolean top) {
    to.begin("versioned", s, null);
    to.ship(s).raw("}");
  }

  private static void kryo(SerializerDescriber to, Object s, boolean top) {
    to.begin("kryo", s, SerializerDescriber.of(Members.field(s, "type")));
    to.ship(s).raw("}");
  }
}
