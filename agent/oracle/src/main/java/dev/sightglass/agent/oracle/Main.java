package dev.sightglass.agent.oracle;

import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.agent.hooks.serializers.SerializerDescriber;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Writes random values of every type with Flink's own serializers to standard output, as lines of
 * JSON: what the agent says of a serializer, then what it wrote and how that must be shown. {@code
 * --flink VERSION --seed N --values N}; with {@code --vectors} the form of spec/vectors instead.
 */
public final class Main {
  private static final int LONGEST_VECTOR = 5000;
  private final String flink;
  private final int values;
  private final boolean vectors;
  private final PrintStream out;
  private final Set<String> used = new HashSet<>();

  /** Of the values that are being written. */
  private String type;

  private String descriptor;

  private Main(String flink, int values, boolean vectors, PrintStream out) {
    this.flink = flink;
    this.values = values;
    this.vectors = vectors;
    this.out = out;
  }

  public static void main(String[] args) throws Exception {
    String flink = "";
    long seed = 0;
    int values = 0;
    boolean vectors = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--flink":
          flink = args[++i];
          break;
        case "--seed":
          seed = Long.parseLong(args[++i]);
          break;
        case "--values":
          values = Integer.parseInt(args[++i]);
          break;
        case "--vectors":
          vectors = true;
          break;
        default:
          throw new IllegalArgumentException(args[i]);
      }
    }
    PrintStream out =
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16),
            false,
            StandardCharsets.UTF_8);
    System.setOut(System.err); // whatever a library prints is not a line of ours
    Main main = new Main(flink, values, vectors, out);
    if (vectors) {
      new Vectors(main, new Random(seed)).write();
    } else {
      Secrets secrets = new Secrets(name -> false, List.of());
      SerializerDescriber.ship(() -> secrets); // not in vectors: they are for people as well
      main.write(new Random(seed));
    }
    out.flush();
    if (out.checkError()) {
      throw new IOException("standard output is gone");
    }
  }

  private void write(Random r) throws Exception {
    for (Kind k : Kinds.single(r)) {
      write(k, r, values);
    }
    for (List<Kind> group : Kinds.groups(r)) {
      for (Kind k : group) {
        write(k, r, Math.max(1, values / group.size()));
      }
    }
    new Elements(this).write(r, values);
    out.print("{\"missing\":" + Json.list(Coverage.missing(used).stream().map(Json::text).toList()) + "}\n");
  }

  void write(Kind k, Random r, int times) throws Exception {
    begin(k.type, k.descriptor(), k.serializer);
    DataOutputSerializer d = new DataOutputSerializer(256);
    for (int i = 0; i < times; i++) {
      Sample s = k.sample.apply(r);
      d.clear();
      k.serializer.serialize(s.value, d);
      if (vectors) {
        descriptor = k.descriptor(); // a line of the vectors stands alone: what was met is in it
      } else {
        Subclasses.tell(k.serializer, out);
      }
      value(d.getCopyOfBuffer(), s.expect, s.byJob);
    }
  }

  /** What follows are values of this type. */
  void begin(String name, String described, TypeSerializer<?> serializer) {
    type = name;
    descriptor = described;
    Serializers.within(serializer, used);
    if (!vectors) {
      out.print("{\"type\":" + Json.text(name) + ",\"descriptor\":" + described + "}\n");
    }
  }

  void value(byte[] bytes, String expect) {
    value(bytes, expect, null);
  }

  private void value(byte[] bytes, String expect, String byJob) {
    if (vectors && descriptor.length() + 2 * bytes.length + expect.length() > LONGEST_VECTOR) {
      return;
    }
    if (vectors) {
      out.print("{\"name\":" + Json.text(type) + ",\"flink\":" + Json.text(flink));
      out.print(",\"descriptor\":" + descriptor + ",");
    } else {
      out.print("{");
    }
    out.print("\"hex\":\"" + Json.hex(bytes) + "\",\"expect\":" + expect);
    out.print((byJob == null || vectors ? "" : ",\"byjob\":" + byJob) + "}\n");
  }
}
