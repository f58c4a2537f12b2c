package dev.sightglass.agent.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class VersionsTest {
  /** Has a number out of its members. */
  @SuppressWarnings("serial")
  private static final class Function implements Serializable {
    final int factor = 7;
  }

  private static byte[] written(Object o) throws IOException {
    ByteArrayOutputStream b = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(b)) {
      out.writeObject(o);
    }
    return b.toByteArray();
  }

  private static Object read(byte[] b) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(b))) {
      return in.readObject();
    }
  }

  /** Bytes as another version of the class would have written them. */
  private static byte[] byAnotherVersion(byte[] b) {
    byte[] other = b.clone();
    byte[] name = Function.class.getName().getBytes(StandardCharsets.US_ASCII);
    String all = new String(b, StandardCharsets.ISO_8859_1);
    int number = all.indexOf(new String(name, StandardCharsets.ISO_8859_1)) + name.length;
    long own = ObjectStreamClass.lookup(Function.class).getSerialVersionUID();
    assertEquals(own, ByteBuffer.wrap(b).getLong(number));
    ByteBuffer.wrap(other).putLong(number, own + 1);
    return other;
  }

  @Test
  void objectsOfAnotherVersionAreRead() throws Exception {
    byte[] b = byAnotherVersion(written(new Function()));
    assertThrows(InvalidClassException.class, () -> read(b));
    Versions.adjust(b, Function.class.getClassLoader());
    assertEquals(7, ((Function) read(b)).factor);
  }

  @Test
  void streamsWithinStreamsToo() throws Exception {
    byte[] b = written(byAnotherVersion(written(new Function())));
    Versions.adjust(b, Function.class.getClassLoader());
    assertEquals(7, ((Function) read((byte[]) read(b))).factor);
  }

  @Test
  void whatTheJobDoesNotHaveStays() throws Exception {
    byte[] b = byAnotherVersion(written(new Function()));
    byte[] before = b.clone();
    Versions.adjust(b, ClassLoader.getPlatformClassLoader());
    assertArrayEquals(before, b);
    byte[] cut = {0x72, 0, 40, 'a'};
    Versions.adjust(cut, Function.class.getClassLoader());
    assertArrayEquals(new byte[] {0x72, 0, 40, 'a'}, cut);
  }
}
