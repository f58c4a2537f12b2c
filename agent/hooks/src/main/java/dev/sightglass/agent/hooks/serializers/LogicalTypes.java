package dev.sightglass.agent.hooks.serializers;

import java.util.List;
import java.util.function.Consumer;

/** Writes a {@code LogicalType} of the table stack as a type of {@code spec/serializers.md} 4. */
final class LogicalTypes {
  private static final int MAX_DEPTH = 32;
  private final DescriptorText out;
  private final Consumer<Object> serializers;
  private int depth;

  /**
   * @param serializers writes the descriptor of a serializer (RAW types hold one)
   */
  LogicalTypes(DescriptorText out, Consumer<Object> serializers) {
    this.out = out;
    this.serializers = serializers;
  }

  void write(Object type) {
    Object root = type == null ? null : Members.call(type, "getTypeRoot");
    if (root == null || depth >= MAX_DEPTH) {
      out.raw("{\"t\":\"UNRESOLVED\"}");
      return;
    }
    depth++;
    try {
      String name = ((Enum<?>) root).name();
      out.raw("{\"t\":").text(name);
      details(type, name);
      out.raw("}");
    } finally {
      depth--;
    }
  }

  private void details(Object type, String root) {
    switch (root) {
      case "DECIMAL":
        out.raw(",\"p\":").number(Members.number(type, "getPrecision", 10));
        out.raw(",\"s\":").number(Members.number(type, "getScale", 0));
        return;
      case "TIMESTAMP_WITHOUT_TIME_ZONE":
      case "TIMESTAMP_WITH_LOCAL_TIME_ZONE":
      case "TIMESTAMP_WITH_TIME_ZONE":
      case "TIME_WITHOUT_TIME_ZONE":
        out.raw(",\"p\":").number(Members.number(type, "getPrecision", 3));
        return;
      case "ARRAY":
      case "MULTISET":
        member("e", Members.call(type, "getElementType"));
        return;
      case "DISTINCT_TYPE":
        member("e", Members.call(type, "getSourceType"));
        return;
      case "MAP":
        member("k", Members.call(type, "getKeyType"));
        member("v", Members.call(type, "getValueType"));
        return;
      case "ROW":
        fields(Members.call(type, "getFields"));
        return;
      case "STRUCTURED_TYPE":
        fields(Members.call(type, "getAttributes"));
        return;
      case "RAW":
        Object serializer = Members.call(type, "getTypeSerializer");
        if (serializer != null) {
          out.raw(",\"raw\":");
          serializers.accept(serializer);
        }
        return;
      default:
    }
  }

  private void member(String name, Object type) {
    out.raw(",\"").raw(name).raw("\":");
    write(type);
  }

  private void fields(Object list) {
    out.raw(",\"fields\":[");
    int i = 0;
    if (list instanceof List) {
      for (Object f : (List<?>) list) {
        out.raw(i++ == 0 ? "" : ",").raw("{\"name\":");
        out.text(String.valueOf(Members.call(f, "getName"))).raw(",\"type\":");
        write(Members.call(f, "getType"));
        out.raw("}");
      }
    }
    out.raw("]");
  }
}
