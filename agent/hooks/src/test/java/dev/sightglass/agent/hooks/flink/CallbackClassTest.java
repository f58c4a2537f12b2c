package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sightglass.bootstrap.ChunkPool;
import dev.sightglass.bootstrap.Completions;
import dev.sightglass.bootstrap.TaskContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/**
 * The generated callback against stand-ins of Kafka's types, which have the members that it uses.
 */
class CallbackClassTest {
  /** Stands for RecordMetadata. */
  public static class Metadata {
    public String topic() {
      return "orders";
    }

    public int partition() {
      return 3;
    }

    public long offset() {
      return 41;
    }

    public long timestamp() {
      return 1000;
    }
  }

  /** One whose members fail, as those of another version would. */
  public static class BrokenMetadata extends Metadata {
    @Override
    public long offset() {
      throw new IllegalStateException();
    }
  }

  /** Stands for Callback. */
  public interface Callback {
    void onCompletion(Metadata metadata, Exception exception);
  }

  /** Stands for the producer. */
  public static class Producer {
    public Future<Object> send(Object record, Callback callback) {
      return null;
    }
  }

  private final Completions completions =
      new TaskContext("test", new ChunkPool(1 << 20)).completions;
  private final List<String> called = new ArrayList<>();
  private final BiFunction<Object, Completions.Ticket, Object> callbacks =
      CallbackClass.of(Producer.class);

  private Completions.Ticket ticket() {
    return TicketMaker.make(completions);
  }

  @Test
  void tellsThePlaceAndCallsTheOriginal() {
    Callback original = (m, e) -> called.add(m.topic() + " " + e);
    Completions.Ticket t = ticket();
    ((Callback) callbacks.apply(original, t)).onCompletion(new Metadata(), null);
    assertEquals(List.of("orders null"), called);
    assertSame(t, completions.take());
    assertEquals("orders/3@41 1000", t.topic + "/" + t.partition + "@" + t.offset + " " + t.time);
    assertNull(t.error);
  }

  @Test
  void aFailedWriteHasNoPlace() {
    Completions.Ticket t = ticket();
    Callback made =
        (Callback) callbacks.apply((Callback) (m, e) -> called.add(m + " " + e.getMessage()), t);
    made.onCompletion(null, new IllegalArgumentException("too large"));
    assertEquals(List.of("null too large"), called);
    assertSame(t, completions.take());
    assertEquals("java.lang.IllegalArgumentException", t.error);
    assertEquals(-1, t.offset);
  }

  @Test
  void aCallWithoutACallbackIsFine() {
    ((Callback) callbacks.apply(null, ticket())).onCompletion(new Metadata(), null);
    assertEquals(41, completions.take().offset);
  }

  @Test
  void aFaultOfOursDoesNotKeepTheOriginalFromBeingCalled() {
    Callback made = (Callback) callbacks.apply((Callback) (m, e) -> called.add("yes"), ticket());
    made.onCompletion(new BrokenMetadata(), null);
    assertEquals(List.of("yes"), called);
  }

  @Test
  void oneClassServesAllProducersOfALoader() {
    assertSame(callbacks, CallbackClass.of(Producer.class));
  }
}
