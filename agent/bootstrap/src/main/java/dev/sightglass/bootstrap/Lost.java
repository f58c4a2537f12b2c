package dev.sightglass.bootstrap;

/** What one lane lost since room was there last. */
public final class Lost {
  public final int lane;
  public long first;
  public long last;
  public long events;
  public long bytes;
  public long from;
  public long to;

  Lost(int lane) {
    this.lane = lane;
  }
}
