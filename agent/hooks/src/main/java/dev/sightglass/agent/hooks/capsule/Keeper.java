package dev.sightglass.agent.hooks.capsule;

import dev.sightglass.agent.wire.Blob;

/** Brings byte strings to the server. */
public interface Keeper {
  /**
   * Takes over a byte string.
   *
   * @return false when there is no room to wait
   */
  boolean keep(Blob blob);

  /** Whether a server has said once what it wants, secrets among it: nothing goes out before. */
  boolean wasWelcomed();
}
