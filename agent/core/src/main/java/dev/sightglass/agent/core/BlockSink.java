package dev.sightglass.agent.core;

/**
 * Where finished blocks go. Implementations never block and never throw; several drain threads may
 * call at once, for different origins.
 */
public interface BlockSink {
  /** A definition that later blocks of {@code origin} may name. Called once per origin and id. */
  void define(Origin origin, Definition definition);

  /** A finished block. It is the sink's from now on. */
  void accept(Block block);

  /**
   * {@code gaps} has something to say: the sink calls {@link GapSource#drain} when it has room.
   * Called by any thread; again only after a drain that gave null.
   */
  void gapped(GapSource gaps);

  /**
   * The origin's last block but for gaps was accepted; its definitions are needed until that block
   * is safe.
   */
  void ended(Origin origin);

  /** Makes the block of pending gaps. */
  interface GapSource {
    /** The origin that the gaps belong to. */
    Origin origin();

    /** A block of lane 8 of at most 64 KiB, or null when nothing is pending. Any thread. */
    Block drain();
  }
}
