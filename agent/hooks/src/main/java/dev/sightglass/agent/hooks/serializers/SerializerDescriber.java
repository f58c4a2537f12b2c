package dev.sightglass.agent.hooks.serializers;

import dev.sightglass.agent.hooks.secrets.Secrets;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Walks one {@code TypeSerializer} and writes its descriptor tree. Never throws: what it does not
 * know or cannot read is {@code opaque} with class and reason. Matches by class name, so that one
 * class serves all Flink versions; members that differ between versions are looked up by name.
 */
public final class SerializerDescriber {
  private static final int MAX_DEPTH = 48;
  private static final int MAX_NODES = 50_000;
  private static final Map<String, Format> FORMATS = formats();
  private static volatile Supplier<Secrets> secrets = () -> null;

  private final DescriptorText out = new DescriptorText();
  private final Deque<Object> open = new ArrayDeque<>();
  private final ShippedSerializers shipped = new ShippedSerializers();
  private final String[] rowNames;
  private int nodes;

  private SerializerDescriber(String[] rowNames) {
    this.rowNames = rowNames;
  }

  /**
   * Serializers that a descriptor says too little of are sent along in their Java form, without
   * what is secret; none while {@code secrets} gives null. At first they are not.
   */
  public static void ship(Supplier<Secrets> secrets) {
    SerializerDescriber.secrets = secrets;
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
      return d.out.full() ? unread(serializer, "descriptor too large") : d.finished();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return unread(serializer, "not readable: " + e.getClass().getSimpleName());
    }
  }

  /** The descriptor of lists of what {@code element} writes, as {@code ListSerializer} has them. */
  public static String describeList(Object element) {
    SerializerDescriber d = new SerializerDescriber(null);
    try {
      d.out.raw("{\"t\":\"list\",\"e\":");
      d.node(element, false);
      d.out.raw("}");
      return d.out.full() ? unread(element, "descriptor too large") : d.finished();
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return unread(element, "not readable: " + e.getClass().getSimpleName());
    }
  }

  private String finished() {
    if (!shipped.isEmpty()) {
      out.reopen().raw(",\"objects\":");
      shipped.write(out);
      out.raw("}");
    }
    return out.toString();
  }

  private static String unread(Object serializer, String why) {
    DescriptorText t = new DescriptorText().raw("{\"t\":\"opaque\"");
    t.member("class", serializer == null ? null : serializer.getClass().getName());
    return t.member("why", why).raw("}").toString();
  }

  /** Writes the descriptor of {@code s}, which may be a descriptor's JSON itself. */
  void node(Object s, boolean top) {
    if (s instanceof String) {
      out.raw((String) s);
      return;
    }
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
      Format format = format(s.getClass());
      if (format == null) {
        opaque(s, "unknown serializer");
      } else {
        format.write(this, s, top);
      }
    } finally {
      open.pop();
    }
  }

  /**
   * The format of a class, or of the nearest superclass that has one as long as none in between
   * writes by itself: then the bytes are the same.
   */
  private static Format format(Class<?> type) {
    for (Class<?> k = type; k != null; k = k.getSuperclass()) {
      Format f = FORMATS.get(k.getName());
      if (f != null || writes(k)) {
        return f;
      }
    }
    return null;
  }

  private static boolean writes(Class<?> type) {
    for (Method m : type.getDeclaredMethods()) {
      // A compiler's bridge to a superclass's method writes nothing by itself.
      if (m.getName().equals("serialize") && m.getParameterCount() == 2 && !m.isBridge()) {
        return true;
      }
    }
    return false;
  }

  /** Begins a descriptor, which the caller closes. */
  DescriptorText begin(String t, Object s, String of) {
    out.raw("{\"t\":").text(t);
    return out.member("class", s == null ? null : s.getClass().getName()).member("of", of);
  }

  /** Begins fields in order without a header; {@code ]}} ends them. */
  SerializerDescriber struct(Object s, String of) {
    begin("case", s, of).raw(",\"fields\":[");
    return this;
  }

  SerializerDescriber raw(String json) {
    out.raw(json);
    return this;
  }

  /** Field number {@code i}; {@code s} is its serializer, or the JSON of its descriptor. */
  SerializerDescriber field(int i, String name, Object s) {
    return part(i, name, () -> node(s, false));
  }

  /** Field number {@code i}, whose descriptor {@code body} writes. */
  SerializerDescriber part(int i, String name, Runnable body) {
    out.raw(i == 0 ? "" : ",").raw("{\"name\":").text(name).raw(",\"s\":");
    body.run();
    out.raw("}");
    return this;
  }

  void numbered(Object[] serializers, String prefix, int first) {
    for (int i = 0; i < serializers.length; i++) {
      field(i, prefix + (i + first), serializers[i]);
    }
  }

  DescriptorText wrap(String t, Object s, String of, String member, Object inner) {
    begin(t, s, of);
    return child(member, inner);
  }

  DescriptorText child(String member, Object inner) {
    out.raw(",\"").raw(member).raw("\":");
    node(inner, false);
    return out;
  }

  /** Adds the member that says where the Java form of {@code s} is; nothing when there is none. */
  DescriptorText ship(Object s) {
    int at = shipped.add(s, secrets.get());
    return at < 0 ? out : out.raw(",\"object\":").number(at);
  }

  void opaque(Object s, String why) {
    out.raw("{\"t\":\"opaque\"").member("class", s.getClass().getName()).member("why", why);
    ship(s).raw("}");
  }

  LogicalTypes types() {
    return new LogicalTypes(out, s -> node(s, false));
  }

  String[] rowNames() {
    return rowNames;
  }

  static String of(Object type) {
    return type instanceof Class ? ((Class<?>) type).getName() : null;
  }

  private static Map<String, Format> formats() {
    Map<String, Format> formats = new HashMap<>();
    BasicFormats.addTo(formats);
    ComposedFormats.addTo(formats);
    OperatorFormats.addTo(formats);
    TableFormats.addTo(formats);
    ScalaFormats.addTo(formats);
    return formats;
  }
}
