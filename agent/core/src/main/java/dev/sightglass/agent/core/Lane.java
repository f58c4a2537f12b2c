package dev.sightglass.agent.core;

/** Lanes of an attempt: {@code spec/recording.md}, section 4. Wire format. */
public final class Lane {
  public static final int OUT = 1;
  public static final int DET = 2;
  public static final int SRC = 3;
  public static final int TRACE = 4;
  public static final int STATE = 5;
  public static final int JOB = 6;
  public static final int LOG = 7;
  public static final int GAP = 8;
  public static final int ENV = 9;

  /** One more than the highest lane; the length of arrays by lane. */
  public static final int COUNT = 10;

  /** Added to a lane: what a look-back buffer kept of it. */
  public static final int LOOK_BACK = 16;

  /** The length of arrays by lane, those of look-back buffers included. */
  public static final int ALL = LOOK_BACK + COUNT;

  private Lane() {}
}
