package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SmallPartsTest {
  @Test
  void hashIsXxh64() {
    // Known answers of the reference implementation, seed 0.
    assertEquals(0xEF46DB3751D8E999L, hash(""));
    assertEquals(0xD24EC4F1A98C6E5BL, hash("a"));
    assertEquals(0x44BC2CF5AD770999L, hash("abc"));
    assertEquals(0xFBCEA83C8A378BF1L, hash("Nobody inspects the spammish repetition"));
  }

  private static long hash(String s) {
    byte[] b = ("..." + s + ".").getBytes(StandardCharsets.US_ASCII);
    return Xxh64.hash(b, 3, b.length - 4);
  }

  @Test
  void textsLoseTheirNumbersAndAddresses() {
    assertEquals("checkpoint # complete", TextTable.normal("checkpoint 1234 complete"));
    assertEquals("a.B$$Lambda", TextTable.normal("a.B$$Lambda$77/0x0000000800c03000@1f2e3d"));
    assertEquals("a.B", TextTable.normal("a.B@1f2e3d"));
    assertEquals("mail to x@host.example", TextTable.normal("mail to x@host.example"));
    assertEquals(200, TextTable.normal("x".repeat(1000)).length());
  }

  @Test
  void textsThatDifferInNumbersOnlyAreOne() {
    TextTable t = new TextTable();
    int first = t.number(new String("checkpoint 1 complete"));
    for (int i = 2; i < 2000; i++) {
      assertEquals(first, t.number("checkpoint " + i + " complete"));
    }
    assertEquals("checkpoint # complete", t.text(first));
    int c = t.number(SmallPartsTest.class);
    assertEquals(SmallPartsTest.class.getName(), t.text(c));
    assertEquals(0, t.number(null));
  }

  @Test
  void textsAreBounded() {
    TextTable t = new TextTable();
    for (int i = 0; i < 10_000; i++) {
      t.number("text " + Integer.toString(i, 36).replaceAll("[0-9]", "q") + "-".repeat(i % 150));
    }
    assertEquals(0, t.number("one more that nobody saw"));
  }

  @Test
  void completionsComeOldestFirst() {
    Completions c = new Completions();
    assertNull(c.take());
    for (int i = 0; i < 5; i++) {
      new Completions.Ticket(c, i, 1, 0).complete("t", 0, i, i, null);
    }
    Completions.Ticket t = c.take();
    for (int i = 0; i < 5; i++, t = t.next()) {
      assertEquals(i, t.invocation);
      assertEquals(i, t.offset);
    }
    assertNull(t);
    assertNull(c.take());
    assertEquals(0, c.dropped());
  }

  @Test
  void completionsOfManyThreadsAllArrive() throws Exception {
    Completions c = new Completions();
    int threads = 4;
    int each = 50_000;
    Thread[] all = new Thread[threads];
    for (int k = 0; k < threads; k++) {
      int thread = k;
      all[k] =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  new Completions.Ticket(c, (long) thread * each + i, 0, 0)
                      .complete("t", 0, 0, 0, null);
                }
              });
      all[k].start();
    }
    BitSet seen = new BitSet(threads * each);
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (seen.cardinality() < threads * each && System.nanoTime() < deadline) {
      for (Completions.Ticket t = c.take(); t != null; t = t.next()) {
        assertTrue(!seen.get((int) t.invocation), "twice: " + t.invocation);
        seen.set((int) t.invocation);
      }
    }
    for (Thread t : all) {
      t.join();
    }
    assertEquals(threads * each, seen.cardinality());
  }

  @Test
  void bytesOfWritesAreKeptWithinTheirBound() {
    Completions c = new Completions();
    byte[] big = new byte[Completions.BYTES_LIMIT / 2];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 3; i++) {
        Completions.Ticket t = new Completions.Ticket(c, i, 1, 0);
        t.record(null, big, null);
        t.complete("orders", 0, i, 0, null);
      }
      Completions.Ticket first = c.take();
      assertSame(big, first.value);
      assertSame(big, first.next().value);
      Completions.Ticket third = first.next().next();
      assertEquals(2, third.offset);
      assertTrue(third.withheld && third.value == null, "the third is told without its bytes");
    }
  }

  @Test
  void failedWriteTellsTheClassOfItsError() {
    Completions c = new Completions();
    Completions.Ticket t = new Completions.Ticket(c, 9, 1, 2);
    t.topic = "orders";
    SinkProbe.completed(t, null, -1, -1, -1, new IllegalStateException("holds a value"));
    assertSame(t, c.take());
    assertEquals("orders", t.topic);
    assertEquals("java.lang.IllegalStateException", t.error);
  }
}
