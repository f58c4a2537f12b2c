package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class KafkaHeadersTest {
  /** Stands for Kafka's Header. */
  private static final class Header {
    private final String key;
    private final byte[] value;

    Header(String key, byte[] value) {
      this.key = key;
      this.value = value;
    }

    public String key() {
      return key;
    }

    public byte[] value() {
      return value;
    }
  }

  @Test
  void layoutIsThatOfColumn50() {
    byte[] encoded =
        KafkaHeaders.encode(
            new Object[] {
              new Header("a\u00e9", new byte[] {1, 2}),
              new Header("", null),
              new Header("z", new byte[0])
            });
    assertArrayEquals(
        new byte[] {3, 3, 'a', (byte) 0xC3, (byte) 0xA9, 3, 1, 2, 0, 0, 1, 'z', 1}, encoded);
  }

  @Test
  void longLengthsTakeTwoBytes() {
    byte[] encoded = KafkaHeaders.encode(new Object[] {new Header("k", new byte[200])});
    assertArrayEquals(new byte[] {1, 1, 'k', (byte) 201, 1}, java.util.Arrays.copyOf(encoded, 5));
  }

  @Test
  void tooMuchIsLeftOut() {
    assertNull(KafkaHeaders.encode(new Object[] {new Header("k", new byte[2 << 20])}));
  }
}
