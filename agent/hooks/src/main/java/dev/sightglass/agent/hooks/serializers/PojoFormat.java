package dev.sightglass.agent.hooks.serializers;

import java.lang.reflect.Field;
import java.util.Map;

/** POJOs and records: fields, and the subclasses that the serializer knows so far. */
final class PojoFormat {
  private PojoFormat() {}

  static void write(SerializerDescriber to, Object s, boolean top) {
    Object type = Members.field(s, "clazz");
    DescriptorText out = to.begin("pojo", s, SerializerDescriber.of(type)).raw(",\"fields\":[");
    Object[] fields = Members.array(s, "fields");
    Object[] serializers = Members.array(s, "fieldSerializers");
    for (int i = 0; i < serializers.length; i++) {
      // A field that this version of the class lacks (state evolution) is null.
      Object f = i < fields.length ? fields[i] : null;
      to.field(i, f instanceof Field ? ((Field) f).getName() : "f" + i, serializers[i]);
    }
    out.raw("],\"subclasses\":[");
    subclasses(to, out, s);
    out.raw("]}");
  }

  private static void subclasses(SerializerDescriber to, DescriptorText out, Object s) {
    Object tags = Members.field(s, "registeredClasses");
    Object[] registered = Members.array(s, "registeredSerializers");
    Object cache = Members.field(s, "subclassSerializerCache");
    boolean any = false;
    if (tags instanceof Map) {
      for (Map.Entry<?, ?> e : ((Map<?, ?>) tags).entrySet()) {
        int tag = ((Number) e.getValue()).intValue();
        Object serializer = tag < registered.length ? registered[tag] : null;
        subclass(to, out.raw(any ? "," : ""), e.getKey(), tag, serializer);
        any = true;
      }
    }
    if (cache instanceof Map) {
      for (Map.Entry<?, ?> e : ((Map<?, ?>) cache).entrySet()) {
        if (!(tags instanceof Map) || !((Map<?, ?>) tags).containsKey(e.getKey())) {
          subclass(to, out.raw(any ? "," : ""), e.getKey(), -1, e.getValue());
          any = true;
        }
      }
    }
  }

  private static void subclass(
      SerializerDescriber to, DescriptorText out, Object type, int tag, Object serializer) {
    String name = SerializerDescriber.of(type);
    out.raw("{\"class\":").text(name == null ? "" : name).raw(",\"tag\":").number(tag);
    out.raw(",\"s\":");
    to.node(serializer, false);
    out.raw("}");
  }
}
