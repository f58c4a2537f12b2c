package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Wanted values: SHA-256 of the bytes that spec/recording.md names, by another implementation. */
class KeysTest {
  private static byte[] id(int from) {
    byte[] b = new byte[16];
    for (int i = 0; i < 16; i++) {
      b[i] = (byte) (from + i);
    }
    return b;
  }

  @Test
  void keysAreThoseOfTheSpecification() {
    assertEquals("295e64849b561d32", Keys.hex(Keys.attempt(id(0), id(16), 3, 1)));
    assertEquals("daec2996d1ba1b9a", Keys.hex(Keys.partition(id(32), 7, id(0), id(16), 3, 1)));
    assertEquals("5394c1acaad03b74", Keys.hex(Keys.process(id(0))));
    byte[] path = Oracle.utf8("{\"p\":\"0(>0)\"}");
    assertEquals("b824c1436e33ea3d", Keys.hex(Keys.definition(DefinitionKind.PATH, path)));
    assertEquals("b824c1436e33ea3d", Keys.hex(new Definition(DefinitionKind.PATH, path).id()));
  }

  @Test
  void anIdOfAnotherLengthIsAFaultOfTheCaller() {
    assertThrows(IllegalArgumentException.class, () -> Keys.attempt(new byte[15], id(0), 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Origin(new byte[17], 0));
  }
}
