package dev.sightglass.agent.core;

/** A finished block and what a queue must know of it. The bytes are never changed. */
public final class Block {
  private final Origin origin;
  private final GapLane gaps;
  private final int lane;
  private final long number;
  private final long firstInvocation;
  private final long lastInvocation;
  private final int events;
  private final long wallMin;
  private final long wallMax;
  private final byte[] bytes;

  Block(BlockHeader header, GapLane gaps, byte[] bytes) {
    this.origin = header.origin;
    this.gaps = gaps;
    this.lane = header.lane;
    this.number = header.number;
    this.firstInvocation = header.firstInvocation;
    this.lastInvocation = header.lastInvocation;
    this.events = header.events;
    this.wallMin = header.wallMin;
    this.wallMax = header.wallMax;
    this.bytes = bytes;
  }

  private Block(Block of, long number, byte[] bytes) {
    this.origin = of.origin;
    this.gaps = of.gaps;
    this.lane = of.lane;
    this.number = number;
    this.firstInvocation = of.firstInvocation;
    this.lastInvocation = of.lastInvocation;
    this.events = of.events;
    this.wallMin = of.wallMin;
    this.wallMax = of.wallMax;
    this.bytes = bytes;
  }

  /** The same block under another number, for lanes that are numbered when they are sent. */
  public Block numbered(long number) {
    return new Block(this, number, BlockAssembler.numbered(bytes, number));
  }

  /** The same block without its bytes, or with them again. */
  public Block with(byte[] bytes) {
    return new Block(this, number, bytes);
  }

  public Origin origin() {
    return origin;
  }

  /** Where the loss of this block is to be told. */
  public GapLane gaps() {
    return gaps;
  }

  /** One of {@link Lane}. */
  public int lane() {
    return lane;
  }

  /** Dense from 0 per origin and lane. */
  public long number() {
    return number;
  }

  public long firstInvocation() {
    return firstInvocation;
  }

  public long lastInvocation() {
    return lastInvocation;
  }

  /** Rows. */
  public int events() {
    return events;
  }

  /** Wall clock of the first stamp, µs. */
  public long wallMin() {
    return wallMin;
  }

  public long wallMax() {
    return wallMax;
  }

  /** The block as it goes over the wire: not to be changed. */
  public byte[] bytes() {
    return bytes;
  }
}
