package dev.sightglass.agent.hooks.serializers;

import java.lang.reflect.Field;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Walks one {@code TypeSerializer} and writes its descriptor tree. Never throws: what it does not
 * know or cannot read is {@code opaque} with class and reason. Matches by class name, so that one
 * class serves all Flink versions; members that differ between versions are looked up by name.
 */
public final class SerializerDescriber {
  private static final int MAX_DEPTH = 48;
  private static final int MAX_NODES = 50_000;
  private static final Map<String, String> PLAIN = plain();
  private static final String BASE = "org.apache.flink.api.common.typeutils.base.";
  private static final String RUNTIME = "org.apache.flink.api.java.typeutils.runtime.";
  private static final String TABLE = "org.apache.flink.table.runtime.typeutils.";

  private final DescriptorText out = new DescriptorText();
  private final Deque<Object> open = new ArrayDeque<>();
  private final String[] rowNames;
  private int nodes;

  private SerializerDescriber(String[] rowNames) {
    this.rowNames = rowNames;
  }

  /**
   * The descriptor of {@code serializer} as JSON.
   *
   * @param serializer a {@code TypeSerializer}; null gives an opaque descriptor
   * @param rowNames names of the fields of a top-level row of the table stack, whose serializer
   *     does not know them; null when unknown
   */
  public static String describe(Object serializer, String[] rowNames) {
    SerializerDescriber d = new SerializerDescriber(rowNames);
    try {
      d.node(serializer, true);
      return d.out.full() ? tooLarge(serializer) : d.out.toString();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      DescriptorText t = new DescriptorText().raw("{\"t\":\"opaque\"");
      t.member("class", serializer == null ? null : serializer.getClass().getName());
      return t.member("why", "not readable: " + e.getClass().getSimpleName()).raw("}").toString();
    }
  }

  /** The descriptor of lists of what {@code element} writes, as {@code ListSerializer} has them. */
  public static String describeList(Object element) {
    return new DescriptorText()
        .raw("{\"t\":\"list\",\"e\":")
        .raw(describe(element, null))
        .raw("}")
        .toString();
  }

  private static String tooLarge(Object serializer) {
    return new DescriptorText()
        .raw("{\"t\":\"opaque\"")
        .member("class", serializer.getClass().getName())
        .member("why", "descriptor too large")
        .raw("}")
        .toString();
  }

  private void node(Object s, boolean top) {
    if (s == null) {
      out.raw("{\"t\":\"opaque\",\"why\":\"no serializer\"}");
      return;
    }
    for (Object o : open) {
      if (o == s) {
        opaque(s, "recursive");
        return;
      }
    }
    if (open.size() >= MAX_DEPTH || ++nodes > MAX_NODES || out.full()) {
      opaque(s, "nested too deep");
      return;
    }
    open.push(s);
    try {
      known(s, s.getClass().getName(), top);
    } finally {
      open.pop();
    }
  }

  private void known(Object s, String name, boolean top) {
    String plain = PLAIN.get(name);
    if (plain != null) {
      begin(plain, s, null).raw("}");
    } else if (name.startsWith(BASE) || name.startsWith(RUNTIME)) {
      composed(s, name);
    } else if (name.startsWith(TABLE)) {
      table(s, name, top);
    } else if (name.equals("org.apache.flink.formats.avro.typeutils.AvroSerializer")) {
      avro(s);
    } else if (name.equals("org.apache.flink.runtime.state.ttl.TtlStateFactory$TtlSerializer")) {
      Object[] fields = Members.array(s, "fieldSerializers");
      wrap("ttl", s, null, "s", fields.length == 2 ? fields[1] : null).raw("}");
    } else if (name.equals("org.apache.flink.runtime.state.ArrayListSerializer")) {
      wrap("list", s, null, "e", Members.field(s, "elementSerializer")).raw("}");
    } else if (name.endsWith("CoGroupedStreams$UnionSerializer")) {
      wrap("taggedunion", s, null, "l", Members.field(s, "oneSerializer"));
      child("r", Members.field(s, "twoSerializer")).raw("}");
    } else if (name.startsWith("org.apache.flink.api.scala.typeutils.")) {
      scala(s, name);
    } else if (name.equals(
        "org.apache.flink.core.io.SimpleVersionedSerializerTypeSerializerProxy")) {
      begin("versioned", s, null).raw("}");
    } else {
      opaque(s, "unknown serializer");
    }
  }

  private void composed(Object s, String name) {
    String simple = name.substring(name.lastIndexOf('.') + 1);
    switch (simple) {
      case "ListSerializer":
        wrap("list", s, null, "e", Members.field(s, "elementSerializer")).raw("}");
        return;
      case "SetSerializer":
        wrap("set", s, null, "e", Members.field(s, "elementSerializer")).raw("}");
        return;
      case "MapSerializer":
        wrap("map", s, null, "k", Members.field(s, "keySerializer"));
        child("v", Members.field(s, "valueSerializer")).raw("}");
        return;
      case "GenericArraySerializer":
        wrap(
                "array",
                s,
                of(Members.field(s, "componentClass")),
                "e",
                Members.field(s, "componentSerializer"))
            .raw("}");
        return;
      case "EnumSerializer":
        enumeration(s);
        return;
      case "PojoSerializer":
        pojo(s);
        return;
      case "RowSerializer":
        row(s);
        return;
      case "TupleSerializer":
      case "Tuple0Serializer":
        begin("tuple", s, of(Members.field(s, "tupleClass"))).raw(",\"fields\":[");
        numbered(Members.array(s, "fieldSerializers"), "f", 0);
        out.raw("]}");
        return;
      case "EitherSerializer":
        wrap("either", s, null, "l", Members.field(s, "leftSerializer"));
        child("r", Members.field(s, "rightSerializer")).raw("}");
        return;
      case "NullableSerializer":
        wrap("nullable", s, null, "s", Members.field(s, "originalSerializer"));
        Object padding = Members.field(s, "padding");
        int n = padding instanceof byte[] ? ((byte[]) padding).length : 0;
        out.raw(",\"padding\":").number(n).raw("}");
        return;
      case "kryo.KryoSerializer":
      case "KryoSerializer":
        begin("kryo", s, of(Members.field(s, "type"))).raw("}");
        return;
      default:
        opaque(s, "unknown serializer");
    }
  }

  private void enumeration(Object s) {
    begin("enum", s, of(Members.field(s, "enumClass"))).raw(",\"names\":[");
    Object[] values = Members.array(s, "values");
    for (int i = 0; i < values.length; i++) {
      out.raw(i == 0 ? "" : ",").text(((Enum<?>) values[i]).name());
    }
    out.raw("]}");
  }

  private void pojo(Object s) {
    begin("pojo", s, of(Members.field(s, "clazz"))).raw(",\"fields\":[");
    Object[] fields = Members.array(s, "fields");
    Object[] serializers = Members.array(s, "fieldSerializers");
    for (int i = 0; i < serializers.length; i++) {
      // A field that this version of the class lacks (state evolution) is null.
      Object f = i < fields.length ? fields[i] : null;
      out.raw(i == 0 ? "" : ",").raw("{\"name\":");
      out.text(f instanceof Field ? ((Field) f).getName() : "f" + i).raw(",\"s\":");
      node(serializers[i], false);
      out.raw("}");
    }
    out.raw("]");
    subclasses(s);
    out.raw("}");
  }

  private void subclasses(Object s) {
    Object tags = Members.field(s, "registeredClasses");
    Object[] registered = Members.array(s, "registeredSerializers");
    Object cache = Members.field(s, "subclassSerializerCache");
    boolean any = false;
    out.raw(",\"subclasses\":[");
    if (tags instanceof Map) {
      for (Map.Entry<?, ?> e : ((Map<?, ?>) tags).entrySet()) {
        int tag = ((Number) e.getValue()).intValue();
        subclass(any, e.getKey(), tag, tag < registered.length ? registered[tag] : null);
        any = true;
      }
    }
    if (cache instanceof Map) {
      for (Map.Entry<?, ?> e : ((Map<?, ?>) cache).entrySet()) {
        if (!(tags instanceof Map) || !((Map<?, ?>) tags).containsKey(e.getKey())) {
          subclass(any, e.getKey(), -1, e.getValue());
          any = true;
        }
      }
    }
    out.raw("]");
  }

  private void subclass(boolean comma, Object type, int tag, Object serializer) {
    out.raw(comma ? "," : "").raw("{\"class\":").text(of(type)).raw(",\"tag\":").number(tag);
    out.raw(",\"s\":");
    node(serializer, false);
    out.raw("}");
  }

  private void row(Object s) {
    begin("row", s, null).raw(",\"rowkind\":");
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
      field(i, names[i] == null ? "f" + i : names[i], serializers[i]);
    }
    out.raw("]}");
  }

  private void scala(Object s, String name) {
    switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "OptionSerializer":
        wrap("option", s, null, "e", Members.field(s, "elemSerializer")).raw("}");
        return;
      case "EitherSerializer":
        wrap("either", s, null, "l", Members.field(s, "leftSerializer"));
        child("r", Members.field(s, "rightSerializer")).raw("}");
        return;
      default:
        Object[] fields = Members.array(s, "fieldSerializers");
        if (Members.field(s, "tupleClass") != null) {
          begin("case", s, of(Members.field(s, "tupleClass"))).raw(",\"fields\":[");
          numbered(fields, "_", 1);
          out.raw("]}");
        } else {
          opaque(s, "unknown serializer");
        }
    }
  }

  private void table(Object s, String name, boolean top) {
    LogicalTypes types = new LogicalTypes(out, this::nested);
    switch (name.substring(TABLE.length())) {
      case "RowDataSerializer":
        begin("rowdata", s, null).raw(",\"fields\":[");
        Object[] fieldTypes = Members.array(s, "types");
        for (int i = 0; i < fieldTypes.length; i++) {
          boolean named = top && rowNames != null && rowNames.length == fieldTypes.length;
          out.raw(i == 0 ? "" : ",").raw("{\"name\":").text(named ? rowNames[i] : "f" + i);
          out.raw(",\"type\":");
          types.write(fieldTypes[i]);
          out.raw("}");
        }
        out.raw("]}");
        return;
      case "ArrayDataSerializer":
        begin("arraydata", s, null).raw(",\"type\":{\"t\":\"ARRAY\",\"e\":");
        types.write(Members.field(s, "eleType"));
        out.raw("}}");
        return;
      case "MapDataSerializer":
        begin("mapdata", s, null).raw(",\"type\":{\"t\":\"MAP\",\"k\":");
        types.write(Members.field(s, "keyType"));
        out.raw(",\"v\":");
        types.write(Members.field(s, "valueType"));
        out.raw("}}");
        return;
      case "DecimalDataSerializer":
        begin("decimaldata", s, null).raw(",\"p\":").number(number(s, "precision"));
        out.raw(",\"s\":").number(number(s, "scale")).raw("}");
        return;
      case "TimestampDataSerializer":
        begin("timestampdata", s, null).raw(",\"p\":").number(number(s, "precision")).raw("}");
        return;
      case "RawValueDataSerializer":
        wrap("rawdata", s, null, "s", Members.field(s, "serializer")).raw("}");
        return;
      case "ExternalSerializer":
        node(Members.field(s, "internalSerializer"), top);
        return;
      default:
        opaque(s, "unknown serializer");
    }
  }

  private void nested(Object serializer) {
    node(serializer, false);
  }

  private void avro(Object s) {
    Object schema = Members.field(s, "runtimeSchema");
    if (schema == null) {
      Object holder = Members.field(s, "schema");
      schema = holder == null ? null : Members.call(holder, "getAvroSchema");
    }
    Object type = Members.field(s, "type");
    if (schema == null && type instanceof Class) {
      schema = staticSchema((Class<?>) type);
    }
    if (schema == null) {
      opaque(s, "the Avro schema is not known before the first record");
      return;
    }
    begin("avro", s, of(type)).member("schema", schema.toString()).raw("}");
  }

  /** Classes that Avro generates carry their schema in a constant. */
  private static Object staticSchema(Class<?> type) {
    try {
      Field f = type.getDeclaredField("SCHEMA$");
      f.setAccessible(true);
      return f.get(null);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }

  private static int number(Object s, String field) {
    Object v = Members.field(s, field);
    return v instanceof Number ? ((Number) v).intValue() : 0;
  }

  private void numbered(Object[] serializers, String prefix, int first) {
    for (int i = 0; i < serializers.length; i++) {
      field(i, prefix + (i + first), serializers[i]);
    }
  }

  private void field(int i, String name, Object serializer) {
    out.raw(i == 0 ? "" : ",").raw("{\"name\":").text(name).raw(",\"s\":");
    node(serializer, false);
    out.raw("}");
  }

  private DescriptorText wrap(String t, Object s, String of, String member, Object inner) {
    begin(t, s, of);
    return child(member, inner);
  }

  private DescriptorText child(String member, Object inner) {
    out.raw(",\"").raw(member).raw("\":");
    node(inner, false);
    return out;
  }

  private DescriptorText begin(String t, Object s, String of) {
    out.raw("{\"t\":").text(t).member("class", s.getClass().getName()).member("of", of);
    if (t.equals("primarray")) {
      String simple = s.getClass().getSimpleName();
      out.member("e", simple.substring(0, simple.indexOf("Primitive")).toLowerCase());
    }
    return out;
  }

  private void opaque(Object s, String why) {
    out.raw("{\"t\":\"opaque\"").member("class", s.getClass().getName()).member("why", why);
    out.raw("}");
  }

  private static String of(Object type) {
    return type instanceof Class ? ((Class<?>) type).getName() : null;
  }

  private static Map<String, String> plain() {
    Map<String, String> m = new HashMap<>();
    String base = "org.apache.flink.api.common.typeutils.base.";
    for (String k :
        new String[] {
          "Boolean:bool", "Byte", "Short", "Int", "Long", "Char", "Float", "Double", "String"
        }) {
      String[] p = k.split(":");
      String t = p.length == 2 ? p[1] : k.toLowerCase();
      m.put(base + p[0] + "Serializer", t);
      m.put(base + p[0] + "ValueSerializer", t);
    }
    for (String k :
        new String[] {"Boolean", "Byte", "Short", "Int", "Long", "Char", "Float", "Double"}) {
      m.put(base + "array." + k + "PrimitiveArraySerializer", "primarray");
    }
    m.put(base + "array.StringArraySerializer", "stringarray");
    m.put(base + "BigIntSerializer", "bigint");
    m.put(base + "BigDecSerializer", "bigdec");
    m.put(base + "InstantSerializer", "instant");
    m.put(base + "LocalDateSerializer", "localdate");
    m.put(base + "LocalTimeSerializer", "localtime");
    m.put(base + "LocalDateTimeSerializer", "localdatetime");
    m.put(base + "DateSerializer", "date");
    m.put(base + "SqlDateSerializer", "sqldate");
    m.put(base + "SqlTimeSerializer", "sqltime");
    m.put(base + "SqlTimestampSerializer", "sqltimestamp");
    m.put(base + "VoidSerializer", "void");
    m.put(base + "NullValueSerializer", "nullvalue");
    m.put(base + "StringValueSerializer", "stringvalue");
    m.put("org.apache.flink.runtime.state.VoidNamespaceSerializer", "voidnamespace");
    String windows = "org.apache.flink.streaming.api.windowing.windows.";
    m.put(windows + "TimeWindow$Serializer", "timewindow");
    m.put(windows + "GlobalWindow$Serializer", "globalwindow");
    m.put("org.apache.flink.table.runtime.operators.window.TimeWindow$Serializer", "timewindow");
    m.put("org.apache.flink.table.runtime.operators.window.CountWindow$Serializer", "long");
    m.put("org.apache.flink.table.runtime.typeutils.StringDataSerializer", "stringdata");
    return m;
  }
}
