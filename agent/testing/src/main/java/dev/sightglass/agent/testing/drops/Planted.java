package dev.sightglass.agent.testing.drops;

/** A record that says what must become of it. */
public class Planted {
  /** High bits of every id: what to look for in recorded bytes. */
  public static final long MAGIC = 0x5347_4C41L << 32;

  public long id;
  public String key;
  public String fate;

  public Planted() {}

  Planted(long id, String key, String fate) {
    this.id = id;
    this.key = key;
    this.fate = fate;
  }
}
