package dev.sightglass.agent.core;

/**
 * Scratch memory and compressor of one drain thread. All recorders that this thread feeds share it,
 * so that memory grows with threads and not with tasks.
 */
public final class Workspace {
  final BlockAssembler assembler = new BlockAssembler();
  private final Codec codec;
  private final IdleCpu cpu = new IdleCpu();
  private boolean compress;

  public Workspace(Codec codec) {
    this.codec = codec;
    this.compress = codec != Codec.NONE;
  }

  boolean compress() {
    return compress;
  }

  void tick(long nanos) {
    if (codec == Codec.AUTO) {
      compress = cpu.idle(nanos);
    }
  }
}
