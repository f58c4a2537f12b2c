package dev.sightglass.agent.hooks.secrets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class StreamCleanerTest {
  private static final String PLANTED = "planted-s3cret-0815";

  private final Secrets secrets = new Secrets(k -> false, List.of());
  private final Set<String> hidden = new LinkedHashSet<>();
  private final Set<String> values = new LinkedHashSet<>();

  static byte[] written(Object o) {
    ByteArrayOutputStream b = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(b)) {
      out.writeObject(o);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return b.toByteArray();
  }

  @SuppressWarnings("unchecked")
  static <T> T read(byte[] b) throws Exception {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(b))) {
      return (T) in.readObject();
    }
  }

  private <T> T cleaned(T o) throws Exception {
    byte[] clean = StreamCleaner.clean(written(o), secrets, hidden, values);
    assertEquals(-1, new String(clean, StandardCharsets.ISO_8859_1).indexOf(PLANTED));
    return read(clean);
  }

  private static Map<String, Object> filled(Map<String, Object> m) {
    m.put("a.password", PLANTED);
    m.put("plain", "value");
    m.put("kind", "token");
    m.put("after", "x");
    m.put("list.secret", new ArrayList<>(List.of(PLANTED, PLANTED)));
    return m;
  }

  private static Map<String, Object> wanted() {
    Map<String, Object> m = new TreeMap<>(filled(new HashMap<>()));
    m.put("a.password", Secrets.HIDDEN);
    m.put("list.secret", List.of(Secrets.HIDDEN, Secrets.HIDDEN));
    return m;
  }

  @Test
  void valuesOfSensitiveKeysLeaveMapsOfAllKinds() throws Exception {
    List<Map<String, Object>> maps =
        List.of(new HashMap<>(), new LinkedHashMap<>(), new TreeMap<>(), new ConcurrentHashMap<>());
    for (Map<String, Object> m : maps) {
      assertEquals(wanted(), new TreeMap<>(cleaned(filled(m))), m.getClass().getName());
    }
    assertEquals(
        wanted(), new TreeMap<>(cleaned(Collections.unmodifiableMap(filled(new HashMap<>())))));
    assertEquals(wanted(), new TreeMap<>(cleaned(Map.copyOf(filled(new HashMap<>())))));
    Properties p = new Properties();
    p.putAll(filled(new HashMap<>()));
    assertEquals(wanted().toString(), new TreeMap<>(cleaned(p)).toString());
    assertEquals(Set.of("a.password", "list.secret"), hidden);
    assertEquals(Set.of(PLANTED), values);
  }

  /** A class as connectors have them. */
  static final class Connection implements Serializable {
    private static final long serialVersionUID = 1;
    String url = "jdbc:x://h?user=u&password=" + PLANTED;
    String user = "u";
    String dbPassword = PLANTED;
    final char[] keySecret = PLANTED.toCharArray();
    final Tokenizer tokenizer = new Tokenizer();
    final String[] arguments = {"--api-key", PLANTED, "--in", "file"};
    final List<String> list = new ArrayList<>(List.of("-password", PLANTED, "end"));
    final TimeUnit unit = TimeUnit.DAYS;
    final Duration time = Duration.ofMinutes(3);
  }

  static final class Tokenizer implements Serializable {
    private static final long serialVersionUID = 1;
    String pattern = "\\s+";
  }

  @Test
  void fieldsArgumentsAndAddressesAreCleaned() throws Exception {
    Connection c = cleaned(new Connection());
    assertEquals("jdbc:x://h?user=u&password=******", c.url);
    assertEquals("u", c.user);
    assertEquals(Secrets.HIDDEN, c.dbPassword);
    assertArrayEquals(new char[PLANTED.length()], c.keySecret);
    assertEquals("\\s+", c.tokenizer.pattern);
    assertArrayEquals(new String[] {"--api-key", "******", "--in", "file"}, c.arguments);
    assertEquals(List.of("-password", "******", "end"), c.list);
    assertSame(TimeUnit.DAYS, c.unit);
    assertEquals(Duration.ofMinutes(3), c.time);
  }

  /** As Guava writes maps that never change. */
  static final class Form implements Serializable {
    private static final long serialVersionUID = 1;
    final Object keys = new Object[] {"a.token", "b"};
    final Object values = new Object[] {PLANTED, "c"};
  }

  @Test
  void keysAndValuesInTwoArraysBelongTogether() throws Exception {
    Form f = cleaned(new Form());
    assertArrayEquals(new Object[] {Secrets.HIDDEN, "c"}, (Object[]) f.values);
  }

  @Test
  void oneTextInTwoPlacesIsHiddenWhereItIsASecret() throws Exception {
    String shared = "true";
    List<Object> all = new ArrayList<>();
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("token.on", shared);
    m.put("other.on", shared);
    all.add(m);
    all.add(shared);
    all.add(m);
    List<Object> got = cleaned(all);
    assertEquals("{token.on=******, other.on=true}", got.get(0).toString());
    assertEquals("true", got.get(1));
    assertSame(got.get(0), got.get(2), "references still lead to the same objects");
    m.clear();
    m.put("other.on", shared);
    m.put("token.on", shared);
    assertEquals(
        "[{other.on=true, token.on=******}, true, {other.on=true, token.on=******}]",
        cleaned(all).toString());
  }

  @Test
  void streamsWithinByteArraysAreGoneInto() throws Exception {
    Map<String, Object> inner = filled(new HashMap<>());
    Map<String, Object> outer = new HashMap<>();
    outer.put("udf", written(List.of(written(inner), "x")));
    outer.put("bytes", new byte[] {1, 2, 3});
    Map<String, Object> got = cleaned(outer);
    List<Object> list = read((byte[]) got.get("udf"));
    Map<String, Object> deep = read((byte[]) list.get(0));
    assertEquals(wanted(), new TreeMap<>(deep));
    assertArrayEquals(new byte[] {1, 2, 3}, (byte[]) got.get("bytes"));
  }

  /** Writes none of its fields. */
  static final class Odd implements Serializable {
    private static final long serialVersionUID = 1;
    private final long one = 5;
    private String two = "t";
    private transient String password = PLANTED;

    private void writeObject(ObjectOutputStream out) throws IOException {
      out.writeInt(7);
      out.writeObject(new HashMap<>(Map.of("secret", PLANTED)));
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.readInt();
      two = in.readObject().toString();
    }
  }

  /** Writes itself. */
  public static final class Own implements Externalizable {
    private static final long serialVersionUID = 1;
    String text = "";

    @Override
    public void writeExternal(ObjectOutput out) throws IOException {
      out.writeObject("text");
      out.writeLong(3);
    }

    @Override
    public void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
      text = in.readObject() + ":" + in.readLong();
    }
  }

  interface Remote extends Serializable, Supplier<String> {}

  @Test
  void formsOfAllKindsAreFollowed() throws Exception {
    Odd odd = cleaned(new Odd());
    assertEquals("{secret=******}", odd.two);
    assertEquals("text:3", cleaned(new Own()).text);
    String captured = "c";
    Remote lambda = () -> captured;
    assertEquals("c", cleaned(lambda).get());
    Remote proxy =
        (Remote)
            java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Remote.class}, new Handler());
    assertEquals("handled", cleaned(proxy).get());
    List<Object> many =
        Arrays.asList(
            new Odd(),
            new Own(),
            lambda,
            null,
            Map.class,
            int[].class,
            new int[][] {{1}, {}},
            new Random(1),
            new Exception("e"),
            "x".repeat(70_000),
            new double[3]);
    assertEquals(many.size(), cleaned(new ArrayList<>(many)).size());
  }

  static final class Handler implements java.lang.reflect.InvocationHandler, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public Object invoke(Object p, java.lang.reflect.Method m, Object[] a) {
      return "handled";
    }
  }

  @Test
  void whatHoldsNoSecretStaysByteForByte() throws Exception {
    Random random = new Random(42);
    for (int i = 0; i < 300; i++) {
      byte[] b = written(graph(random, 4));
      assertArrayEquals(b, StreamCleaner.clean(b, secrets, hidden, values), "graph " + i);
    }
    assertTrue(hidden.isEmpty() && values.isEmpty());
  }

  @Test
  void graphsOfAllShapesLoseTheirSecretsAndNothingElse() throws Exception {
    Random random = new Random(43);
    int planted = 0;
    for (int i = 0; i < 300; i++) {
      List<Object> graph = new ArrayList<>(List.of(graph(random, 4)));
      Map<String, Object> m = new LinkedHashMap<>();
      m.put("in.token", PLANTED);
      graph.add(random.nextInt(graph.size() + 1), m);
      graph.add(graph);
      graph.remove(graph.size() - 1);
      List<Object> got = cleaned(graph);
      m.put("in.token", Secrets.HIDDEN);
      assertEquals(graph.toString(), got.toString(), "graph " + i);
      planted++;
    }
    assertEquals(300, planted);
  }

  /** Something of maps, lists, texts and numbers, in which parts occur more than once. */
  private static Object graph(Random r, int depth) {
    if (depth == 0) {
      return r.nextBoolean() ? "text" + r.nextInt(20) : (Object) r.nextLong();
    }
    switch (r.nextInt(5)) {
      case 0:
        Map<Object, Object> m = r.nextBoolean() ? new HashMap<>() : new TreeMap<>();
        for (int i = r.nextInt(5); i > 0; i--) {
          m.put("key" + r.nextInt(9), graph(r, depth - 1));
        }
        return m;
      case 1:
        Object part = graph(r, depth - 1);
        return new ArrayList<>(Arrays.asList(part, "between", part, null));
      case 2:
        return new LinkedHashSet<>(List.of("a" + r.nextInt(3), r.nextInt()));
      case 3:
        return new ArrayList<>(Arrays.asList(Duration.ofSeconds(r.nextInt(99)), TimeUnit.HOURS));
      default:
        return graph(r, depth - 1);
    }
  }

  @Test
  void whatIsNoStreamOrIsCutIsRefused() {
    byte[] b = written(filled(new HashMap<>()));
    Random random = new Random(1);
    for (int n = 0; n < b.length; n++) {
      byte[] cut = Arrays.copyOf(b, n);
      if (n != 4) {
        assertThrows(
            StreamCleaner.NotCleanable.class,
            () -> StreamCleaner.clean(cut, secrets, hidden, values),
            "cut at " + n);
      }
    }
    for (int i = 0; i < 2000; i++) {
      byte[] broken = b.clone();
      broken[4 + random.nextInt(b.length - 4)] = (byte) random.nextInt();
      try {
        StreamCleaner.clean(broken, secrets, hidden, values);
      } catch (StreamCleaner.NotCleanable e) {
        // as it should be
      }
    }
  }
}
