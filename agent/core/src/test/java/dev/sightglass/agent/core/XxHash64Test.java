package dev.sightglass.agent.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import net.jpountz.xxhash.XXHashFactory;
import org.junit.jupiter.api.Test;

class XxHash64Test {
  private static String hash(String text) {
    byte[] b = Oracle.utf8(text);
    return Keys.hex(XxHash64.hash(b, 0, b.length));
  }

  @Test
  void knownValues() {
    assertEquals("ef46db3751d8e999", hash(""));
    assertEquals("d24ec4f1a98c6e5b", hash("a"));
    assertEquals("44bc2cf5ad770999", hash("abc"));
    assertEquals("fbcea83c8a378bf1", hash("Nobody inspects the spammish repetition"));
  }

  @Test
  void anotherImplementationAgreesOnEveryLength() {
    byte[] b = Samples.random(1_000, 1);
    for (int n = 0; n < 900; n++) {
      long want = XXHashFactory.safeInstance().hash64().hash(b, n % 7, n, 0);
      assertEquals(want, XxHash64.hash(b, n % 7, n), "length " + n);
    }
  }

  @Test
  void piecesGiveTheHashOfTheWhole() {
    byte[] b = Samples.random(10_000, 2);
    Random random = new Random(3);
    XxHash64 h = new XxHash64();
    for (int round = 0; round < 200; round++) {
      h.reset();
      int at = 0;
      while (at < b.length) {
        int n = Math.min(b.length - at, random.nextInt(round % 2 == 0 ? 50 : 900));
        h.update(b, at, n);
        at += n;
      }
      assertEquals(XxHash64.hash(b, 0, b.length), h.value());
    }
  }
}
