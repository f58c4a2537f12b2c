package dev.sightglass.agent.hooks.serializers;

import dev.sightglass.agent.hooks.secrets.Secrets;
import dev.sightglass.agent.hooks.secrets.StreamCleaner;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * Serializers in their Java form, for a reader that has the job's classes: those that no descriptor
 * says enough of. Equal ones are held once. Flink itself writes each serializer in this form when a
 * job is submitted, so nothing happens here that did not happen before.
 */
final class ShippedSerializers {
  static final int MOST_EACH = 64 * 1024;
  static final int MOST_TOGETHER = 512 * 1024;
  private final List<byte[]> held = new ArrayList<>();
  private int size;

  /**
   * Place of {@code serializer} in the list, or -1 when it is too large, cannot be written, or
   * cannot be searched for what is secret; also while nobody said what that is.
   */
  int add(Object serializer, Secrets secrets) {
    byte[] form = secrets == null ? null : form(serializer, secrets);
    if (form == null) {
      return -1;
    }
    for (int i = 0; i < held.size(); i++) {
      if (Arrays.equals(held.get(i), form)) {
        return i;
      }
    }
    if (size + form.length > MOST_TOGETHER) {
      return -1;
    }
    size += form.length;
    held.add(form);
    return held.size() - 1;
  }

  /** Null when it is larger than {@code MOST_EACH} bytes, or fails. */
  private static byte[] form(Object serializer, Secrets secrets) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try (DeflaterOutputStream to = new DeflaterOutputStream(packed, deflater)) {
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(new Bounded(plain))) {
        out.writeObject(serializer);
      }
      to.write(StreamCleaner.clean(plain.toByteArray(), secrets, new HashSet<>(), new HashSet<>()));
    } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
      return null; // its values stay bytes
    } finally {
      deflater.end();
    }
    return packed.toByteArray();
  }

  boolean isEmpty() {
    return held.isEmpty();
  }

  void write(DescriptorText out) {
    out.raw("[");
    for (int i = 0; i < held.size(); i++) {
      out.raw(i == 0 ? "" : ",").text(Base64.getEncoder().encodeToString(held.get(i)));
    }
    out.raw("]");
  }

  /** Refuses the byte after {@code MOST_EACH}. */
  private static final class Bounded extends OutputStream {
    private final OutputStream to;
    private int left = MOST_EACH;

    Bounded(OutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int b) throws IOException {
      take(1);
      to.write(b);
    }

    @Override
    public void write(byte[] b, int off, int n) throws IOException {
      take(n);
      to.write(b, off, n);
    }

    private void take(int n) throws IOException {
      left -= n;
      if (left < 0) {
        throw new IOException("larger than " + MOST_EACH + " bytes");
      }
    }

    @Override
    public void close() throws IOException {
      to.close();
    }
  }
}
