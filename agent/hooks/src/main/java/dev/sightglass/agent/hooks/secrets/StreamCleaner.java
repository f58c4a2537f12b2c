// Size: one walk through the grammar of Java's object streams; apart, its steps would share all of
// their state.
package dev.sightglass.agent.hooks.secrets;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Takes secrets out of Java's serialized form without making a single object: no class is loaded
 * and no code of a job runs. What is taken out: values of maps under a sensitive key, fields with a
 * sensitive name, arguments behind a sensitive option, and what short texts assign themselves. Byte
 * arrays that hold such a stream are gone into.
 *
 * <p>Grammar: Java Object Serialization Specification, chapter 6. The one thing that a stream does
 * not say is whether a class with a {@code writeObject} of its own wrote its fields before other
 * data; nearly all do, so that is tried first, and the other way when the stream makes no sense
 * then.
 */
public final class StreamCleaner {
  private static final int MAX_TEXT = 1024;
  private static final int MAX_DEPTH = 400;
  private static final int MAX_TRIES = 64;
  private static final int BASE_HANDLE = 0x7E0000;

  private static final int TC_NULL = 0x70;
  private static final int TC_REFERENCE = 0x71;
  private static final int TC_CLASSDESC = 0x72;
  private static final int TC_OBJECT = 0x73;
  private static final int TC_STRING = 0x74;
  private static final int TC_ARRAY = 0x75;
  private static final int TC_CLASS = 0x76;
  private static final int TC_BLOCKDATA = 0x77;
  private static final int TC_ENDBLOCKDATA = 0x78;
  private static final int TC_RESET = 0x79;
  private static final int TC_BLOCKDATALONG = 0x7A;
  private static final int TC_LONGSTRING = 0x7C;
  private static final int TC_PROXYCLASSDESC = 0x7D;
  private static final int TC_ENUM = 0x7E;

  private static final int WRITE_METHOD = 1;
  private static final int SERIALIZABLE = 2;
  private static final int EXTERNALIZABLE = 4;
  private static final int BLOCK_DATA = 8;

  /** Bytes that are no stream of this kind, or one that cannot be followed. */
  public static final class NotCleanable extends IOException {
    private static final long serialVersionUID = 1;

    NotCleanable(String message) {
      super(message);
    }
  }

  /** What a class says of itself in the stream. */
  private static final class Described {
    String name = "";
    int flags;
    String[] fields = {};
    char[] types = {};
    Described parent;
  }

  private final Secrets secrets;
  private final byte[] in;
  private final Set<String> hidden = new LinkedHashSet<>();
  private final Set<String> values = new LinkedHashSet<>();

  /** Classes that wrote no fields before their own data, found by trying. */
  private final Set<String> withoutFields;

  private int at;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** By handle of the input: a String, a Described, or null for others. */
  private final List<Object> handles = new ArrayList<>();

  /** By handle of the input: its handle in the output, -1 = its text was not written. */
  private final List<Integer> written = new ArrayList<>();

  private int outHandles;
  private int depth;

  /** Everything is hidden that is read now. */
  private int hiding;

  /** How many texts were taken out or cleaned. */
  private int changes;

  /** Classes of which it is not known whether they wrote their fields, in order. */
  private final Set<String> doubtful = new LinkedHashSet<>();

  /** Why it could not be followed, or null. */
  private String failure;

  private StreamCleaner(byte[] in, Secrets secrets, Set<String> withoutFields) {
    this.in = in;
    this.secrets = secrets;
    this.withoutFields = withoutFields;
  }

  /** Whether bytes begin as a stream does. */
  public static boolean isStream(byte[] b) {
    return b.length > 4 && b[0] == (byte) 0xAC && b[1] == (byte) 0xED && b[2] == 0 && b[3] == 5;
  }

  /**
   * A stream without secrets; the same bytes when there are none.
   *
   * @param hidden takes the names under which something was taken out
   * @param values takes what was taken out, to look for it elsewhere
   */
  public static byte[] clean(byte[] stream, Secrets secrets, Set<String> hidden, Set<String> values)
      throws NotCleanable {
    if (!isStream(stream)) {
      throw new NotCleanable("no object stream");
    }
    StreamCleaner best = attempt(stream, secrets, Set.of());
    for (int tries = 0; best.failure != null; ) {
      StreamCleaner better = null;
      List<String> doubtful = new ArrayList<>(best.doubtful);
      for (int i = doubtful.size() - 1; i >= 0 && better == null && tries < MAX_TRIES; i--) {
        Set<String> without = new LinkedHashSet<>(best.withoutFields);
        without.add(doubtful.get(i));
        tries++;
        StreamCleaner c = attempt(stream, secrets, without);
        if (c.failure == null || c.at > best.at) {
          better = c;
        }
      }
      if (better == null) {
        throw new NotCleanable("an object stream that cannot be followed: " + best.failure);
      }
      best = better;
    }
    hidden.addAll(best.hidden);
    values.addAll(best.values);
    return best.changes == 0 ? stream : best.out.toByteArray();
  }

  private static StreamCleaner attempt(byte[] stream, Secrets secrets, Set<String> withoutFields) {
    StreamCleaner c = new StreamCleaner(stream, secrets, withoutFields);
    try {
      c.whole();
    } catch (NotCleanable | RuntimeException e) {
      c.failure = e.getMessage() == null ? e.getClass().getName() : e.getMessage();
    }
    return c;
  }

  // ---- bytes

  private int u1() throws NotCleanable {
    if (at >= in.length) {
      throw new NotCleanable("it ends too early");
    }
    return in[at++] & 0xFF;
  }

  private int u2() throws NotCleanable {
    return u1() << 8 | u1();
  }

  private int i4() throws NotCleanable {
    return u2() << 16 | u2();
  }

  private int size(long n) throws NotCleanable {
    if (n < 0 || n > in.length - at) {
      throw new NotCleanable("a length of " + n);
    }
    return (int) n;
  }

  private void skip(long n) throws NotCleanable {
    at += size(n);
  }

  private void copy(int from) {
    out.write(in, from, at - from);
  }

  private String utf(int length) throws NotCleanable {
    int n = size(length);
    // Modified UTF-8 differs from UTF-8 in what no name and no word that matters has.
    String s = new String(in, at, n, StandardCharsets.UTF_8);
    at += n;
    return s;
  }

  // ---- contents

  private void whole() throws NotCleanable {
    at = 4;
    copy(0);
    while (at < in.length) {
      content();
    }
  }

  private int handle(Object what) {
    handles.add(what);
    written.add(outHandles++);
    return handles.size() - 1;
  }

  /** One object or stretch of data. Gives a String, or null for all others. */
  private String content() throws NotCleanable {
    if (++depth > MAX_DEPTH) {
      throw new NotCleanable("it is nested too deep");
    }
    try {
      int from = at;
      int tag = u1();
      switch (tag) {
        case TC_NULL:
          copy(from);
          return null;
        case TC_REFERENCE:
          return reference();
        case TC_STRING:
          return text(utf(u2()), from);
        case TC_LONGSTRING:
          return text(utf(size(longLength())), from);
        case TC_OBJECT:
          object(from);
          return null;
        case TC_ARRAY:
          array(from);
          return null;
        case TC_CLASS:
          copy(from);
          described();
          handle(null);
          return null;
        case TC_ENUM:
          copy(from);
          described();
          handle(null);
          name();
          return null;
        case TC_BLOCKDATA:
          skip(u1());
          copy(from);
          return null;
        case TC_BLOCKDATALONG:
          skip(i4());
          copy(from);
          return null;
        case TC_RESET:
          copy(from);
          handles.clear();
          written.clear();
          outHandles = 0;
          return null;
        case TC_CLASSDESC:
        case TC_PROXYCLASSDESC:
          at = from;
          described();
          return null;
        default:
          throw new NotCleanable("a tag " + tag);
      }
    } finally {
      depth--;
    }
  }

  private long longLength() throws NotCleanable {
    return (long) i4() << 32 | i4() & 0xFFFFFFFFL;
  }

  /** A name that belongs to the form of the stream: it stays whatever it is. */
  private void name() throws NotCleanable {
    int from = at;
    int tag = u1();
    if (tag == TC_STRING) {
      String s = utf(u2());
      copy(from);
      handle(s);
    } else if (tag == TC_REFERENCE) {
      int h = i4() - BASE_HANDLE;
      writeReference(h);
    } else {
      throw new NotCleanable("no name where one is due");
    }
  }

  private String text(String s, int from) {
    String clean = s;
    if (hiding > 0) {
      clean = Secrets.HIDDEN;
    } else if (s.length() <= MAX_TEXT) {
      clean = secrets.option(s, values);
    }
    if (clean.equals(s)) {
      copy(from);
      handle(s);
      return s;
    }
    if (hiding > 0) {
      values.add(s);
    } else {
      hidden.add("an assignment in a text");
    }
    changes++;
    writeText(clean);
    handles.add(s);
    // Another place may have the same text without it being a secret there.
    written.add(-1);
    outHandles++;
    return s;
  }

  private void writeText(String s) {
    byte[] b = s.getBytes(StandardCharsets.UTF_8);
    out.write(TC_STRING);
    out.write(b.length >>> 8);
    out.write(b.length);
    out.write(b, 0, b.length);
  }

  private String reference() throws NotCleanable {
    int h = i4() - BASE_HANDLE;
    if (h < 0 || h >= handles.size()) {
      throw new NotCleanable("a reference to nothing");
    }
    Object what = handles.get(h);
    if (what instanceof String && hiding > 0) {
      values.add((String) what);
      changes++;
      writeText(Secrets.HIDDEN);
      outHandles++;
      return (String) what;
    }
    writeReference(h);
    return what instanceof String ? (String) what : null;
  }

  private void writeReference(int h) throws NotCleanable {
    if (h < 0 || h >= handles.size()) {
      throw new NotCleanable("a reference to nothing");
    }
    if (written.get(h) < 0) {
      String s = (String) handles.get(h);
      String clean = secrets.option(s);
      writeText(clean);
      if (clean.equals(s)) {
        written.set(h, outHandles);
      }
      outHandles++;
      return;
    }
    out.write(TC_REFERENCE);
    byte[] b = ByteBuffer.allocate(4).putInt(written.get(h) + BASE_HANDLE).array();
    out.write(b, 0, b.length);
  }

  // ---- classes

  private Described described() throws NotCleanable {
    if (++depth > MAX_DEPTH) {
      throw new NotCleanable("it is nested too deep");
    }
    try {
      int from = at;
      int tag = u1();
      switch (tag) {
        case TC_NULL:
          copy(from);
          return null;
        case TC_REFERENCE:
          int h = i4() - BASE_HANDLE;
          writeReference(h);
          if (!(handles.get(h) instanceof Described)) {
            throw new NotCleanable("no class where one is due");
          }
          return (Described) handles.get(h);
        case TC_PROXYCLASSDESC:
          Described proxy = new Described();
          proxy.flags = SERIALIZABLE;
          handle(proxy);
          for (int n = i4(); n > 0; n--) {
            skip(u2());
          }
          copy(from);
          annotation("");
          proxy.parent = described();
          return proxy;
        case TC_CLASSDESC:
          return classDescribed(from);
        default:
          throw new NotCleanable("a tag " + tag + " where a class is due");
      }
    } finally {
      depth--;
    }
  }

  private Described classDescribed(int from) throws NotCleanable {
    Described d = new Described();
    d.name = utf(u2());
    skip(8);
    handle(d);
    d.flags = u1();
    int n = u2();
    d.fields = new String[n];
    d.types = new char[n];
    int start = from;
    for (int i = 0; i < n; i++) {
      d.types[i] = (char) u1();
      d.fields[i] = utf(u2());
      if (d.types[i] == 'L' || d.types[i] == '[') {
        copy(start);
        name();
        start = at;
      }
    }
    copy(start);
    annotation("");
    d.parent = described();
    return d;
  }

  // ---- objects

  private void object(int from) throws NotCleanable {
    copy(from);
    expected = null;
    Described d = described();
    handle(null);
    List<Described> line = new ArrayList<>();
    for (Described c = d; c != null; c = c.parent) {
      line.add(0, c);
    }
    for (Described c : line) {
      if ((c.flags & EXTERNALIZABLE) != 0) {
        if ((c.flags & BLOCK_DATA) == 0) {
          throw new NotCleanable("an old form of " + c.name);
        }
        annotation(c.name);
        continue;
      }
      boolean own = (c.flags & WRITE_METHOD) != 0;
      if (!own || !withoutFields.contains(c.name)) {
        if (own && c.fields.length > 0) {
          doubtful.remove(c.name);
          doubtful.add(c.name);
        }
        fields(c);
      }
      if (own) {
        annotation(pairs(c));
      }
    }
  }

  /** Names the class when what it writes are keys and values in turn. */
  private String pairs(Described c) {
    boolean map =
        c.name.equals("java.util.Hashtable")
            || c.name.equals("java.util.CollSer") && lastTag == IMMUTABLE_MAP
            || c.name.contains("Map") && !c.name.contains("Multimap");
    return map ? c.name : "";
  }

  private static final int IMMUTABLE_MAP = 3;

  /**
   * Value of the field {@code tag} of a {@code java.util.CollSer}, which says what it stands for.
   */
  private int lastTag;

  private void fields(Described c) throws NotCleanable {
    List<String> before = null;
    for (int i = 0; i < c.fields.length; i++) {
      int from = at;
      switch (c.types[i]) {
        case 'B':
        case 'Z':
          skip(1);
          break;
        case 'C':
        case 'S':
          skip(2);
          break;
        case 'I':
          lastTag = i4();
          break;
        case 'F':
          skip(4);
          break;
        case 'D':
        case 'J':
          skip(8);
          break;
        case 'L':
        case '[':
          boolean secret = secrets.isSensitiveField(c.fields[i]) && isPlain();
          texts = null;
          expected = before;
          hide(secret ? c.fields[i] : null);
          before = texts;
          continue;
        default:
          throw new NotCleanable("a field of type " + (int) c.types[i]);
      }
      copy(from);
    }
    expected = null;
  }

  /** Whether a text or an array comes now: objects of classes are gone into. */
  private boolean isPlain() {
    int tag = at < in.length ? in[at] & 0xFF : 0;
    return tag == TC_STRING || tag == TC_LONGSTRING || tag == TC_REFERENCE || tag == TC_ARRAY;
  }

  /** Texts of the array that was read last, null when it was none. */
  private List<String> texts;

  /** Keys, of which the array that comes next may hold the values. */
  private List<String> expected;

  /** Reads one content, hidden under that name; null: as it is. */
  private String hide(String under) throws NotCleanable {
    if (under == null) {
      return content();
    }
    int before = changes;
    hiding++;
    try {
      return content();
    } finally {
      hiding--;
      if (changes > before) {
        hidden.add(under);
      }
    }
  }

  /**
   * What a class writes itself, up to the end mark.
   *
   * @param map name of the class when objects are keys and values in turn, else empty
   */
  private void annotation(String map) throws NotCleanable {
    String key = null;
    boolean value = false;
    while (true) {
      if (at >= in.length) {
        throw new NotCleanable("it ends too early");
      }
      int tag = in[at] & 0xFF;
      if (tag == TC_ENDBLOCKDATA) {
        int from = at++;
        copy(from);
        return;
      }
      if (tag == TC_BLOCKDATA || tag == TC_BLOCKDATALONG || tag == TC_RESET) {
        content();
        continue;
      }
      if (map.isEmpty()) {
        key = hide(isOption(key) ? key : null);
      } else {
        String s = hide(value && key != null && secrets.isSensitive(key) ? key : null);
        key = value ? null : s;
        value = !value;
      }
    }
  }

  /** Whether what follows the argument is its value, and a secret. */
  private boolean isOption(String argument) {
    return argument != null
        && argument.startsWith("-")
        && argument.indexOf('=') < 0
        && secrets.isSensitive(argument);
  }

  private void array(int from) throws NotCleanable {
    copy(from);
    Described d = described();
    handle(null);
    int start = at;
    int n = i4();
    List<String> keys = expected;
    expected = null;
    char type = d == null || d.name.length() < 2 ? 0 : d.name.charAt(1);
    if (type == 'L' || type == '[') {
      copy(start);
      List<String> all = new ArrayList<>();
      String key = null;
      for (int i = 0; i < n; i++) {
        String of = keys != null && keys.size() == n ? keys.get(i) : null;
        String under = of != null && secrets.isSensitive(of) ? of : isOption(key) ? key : null;
        key = hide(under);
        all.add(key);
      }
      texts = all;
      return;
    }
    Map<Character, Integer> sizes =
        new HashMap<>(Map.of('B', 1, 'Z', 1, 'C', 2, 'S', 2, 'I', 4, 'F', 4, 'J', 8, 'D', 8));
    Integer size = sizes.get(type);
    if (size == null || n < 0) {
      throw new NotCleanable("an array of type " + (int) type);
    }
    int data = at;
    skip((long) n * size);
    if (type == 'B') {
      bytes(start, java.util.Arrays.copyOfRange(in, data, at));
    } else if (type == 'C' && hiding > 0 && n > 0) {
      erase(start, data);
    } else {
      copy(start);
    }
  }

  /** Writes an array of as many zeros. */
  private void erase(int start, int data) {
    out.write(in, start, data - start);
    out.write(new byte[at - data], 0, at - data);
    changes++;
  }

  /** An array of bytes: perhaps a stream of its own. */
  private void bytes(int start, byte[] b) throws NotCleanable {
    if (hiding > 0 && b.length > 0) {
      erase(start, at - b.length);
      return;
    }
    if (!isStream(b)) {
      copy(start);
      return;
    }
    byte[] clean = clean(b, secrets, hidden, values);
    if (clean == b) {
      copy(start);
      return;
    }
    changes++;
    byte[] length = ByteBuffer.allocate(4).putInt(clean.length).array();
    out.write(length, 0, 4);
    out.write(clean, 0, clean.length);
  }
}
