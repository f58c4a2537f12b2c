package dev.sightglass.agent.core;

/** Bits of column 66 and of the barriers in zone 6: {@code spec/block.md}. Wire format. */
public final class RowFlags {
  public static final int UNALIGNED = 1;
  public static final int RECOVERING = 2;
  public static final int PRIORITY = 4;

  private RowFlags() {}
}
