package dev.sightglass.bootstrap;

/** What is other in a task that runs again: its numbers are those of the recording. */
abstract class TaskAgain extends TaskInvocations {
  /** First number of notes about additions, behind those that the invocation itself has. */
  private static final int ADDED = 1 << 20;

  /** What was recorded of the task, which runs again; null where it runs for the first time. */
  final Determinants recorded = Determinants.current();

  /** Notes about additions so far. */
  private int added;

  TaskAgain(ChunkPool pool) {
    super(pool);
  }

  @Override
  boolean isMore() {
    return recorded != null && !recorded.isOutside(last + 1);
  }

  @Override
  void passOver() {
    while (depth == 0 && !light && recorded.isOutside(last + 1)) {
      last++;
    }
  }

  /**
   * The task that runs again comes to that invocation: what the recording has up to there and was
   * told outside of all was not made by what runs here.
   */
  public void comesTo(long next) {
    while (isBetween() && last + 1 < next && recorded.isOutside(last + 1)) {
      last++;
    }
  }

  /**
   * What follows is done to a task that runs again, by the one who replays it. It is told of the
   * invocation before, behind all that that one told.
   *
   * @return what {@link #endAddition} wants
   */
  public int beginAddition() {
    int token = beginMore();
    frame.notes = ADDED + added;
    return token;
  }

  public void endAddition(int token) {
    added = frame.notes - ADDED;
    end(token);
  }
}
