package dev.sightglass.agent.hooks.flink;

import dev.sightglass.bootstrap.Completions;
import java.lang.reflect.Constructor;

/** Makes tickets as a probe does; only the bootstrap package may. */
final class TicketMaker {
  private TicketMaker() {}

  static Completions.Ticket make(Completions owner) {
    try {
      Constructor<Completions.Ticket> c =
          Completions.Ticket.class.getDeclaredConstructor(
              Completions.class, long.class, int.class, int.class);
      c.setAccessible(true);
      return c.newInstance(owner, 5L, 2, 0);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
