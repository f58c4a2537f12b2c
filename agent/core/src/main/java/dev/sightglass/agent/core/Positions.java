package dev.sightglass.agent.core;

/** Columns 80 and 81 and zone 11: splits and the offsets read from or written to them. */
final class Positions {
  private final int role;
  private final NumberColumn splits = new NumberColumn(80, 0);
  private final DeltaColumn offsets = new DeltaColumn(81);
  private final DeltaColumn splitTimes = new DeltaColumn(82);
  private final BlockTable touched = new BlockTable();
  private final Ranges ranges = new Ranges();
  private boolean any;

  /**
   * @param role 0 source, 1 sink
   */
  Positions(int role) {
    this.role = role;
  }

  /**
   * @param splitPlus1 index of the split in zone 10 + 1, 0 = not known
   * @param placed whether the offset is one: zone 11 leaves the others out
   */
  void add(int splitPlus1, long offset, long splitTime, boolean placed) {
    any |= splitPlus1 != 0 || offset != 0 || splitTime != AttemptRecorder.NO_TIME;
    splits.add(splitPlus1);
    offsets.add(offset);
    splitTimes.add(splitTime);
    if (splitPlus1 > 0 && placed) {
      boolean fresh = !touched.contains(splitPlus1 - 1);
      ranges.add(touched.of(splitPlus1 - 1), offset, fresh);
    }
  }

  /** {@code n} places one behind the other. */
  void addRun(int splitPlus1, long offset, int n) {
    add(splitPlus1, offset, AttemptRecorder.NO_TIME, true);
    if (splitPlus1 > 0 && n > 1) {
      int slot = touched.of(splitPlus1 - 1);
      ranges.extend(slot, offset + n - 1, n - 1);
    }
  }

  void write(Bytes columns) {
    if (!any) {
      return;
    }
    splits.write(columns);
    offsets.write(columns, 0, 0);
    splitTimes.write(columns, 0, 0);
  }

  void writeZone(Bytes zone) {
    for (int i = 0; i < touched.size(); i++) {
      zone.uv(role);
      zone.uv(touched.member(i));
      zone.zz(ranges.min(i));
      zone.zz(ranges.max(i));
      zone.uv(ranges.count(i));
    }
  }

  void clear() {
    any = false;
    splits.clear();
    offsets.clear();
    splitTimes.clear();
    touched.clear();
  }
}
