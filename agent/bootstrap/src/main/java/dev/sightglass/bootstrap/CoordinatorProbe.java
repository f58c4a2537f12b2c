package dev.sightglass.bootstrap;

/** What operators hear of their coordinators in the JobManager. */
public final class CoordinatorProbe {
  private CoordinatorProbe() {}

  /**
   * {@code OperatorChain.dispatchOperatorEvent} begins, within a mail.
   *
   * @param operator id, hex
   * @param bytes the event as it came, in Java's serialized form; nobody changes them
   */
  public static void event(String operator, byte[] bytes) {
    TaskContext t = TaskContext.telling();
    if (t != null && bytes != null) {
      int at = t.readsSource() ? t.sourceOperator() : -1;
      TaskNote n = t.reads.begin(Reads.OPERATOR_EVENT, at).number(bytes.length).text(operator);
      n.value(bytes, 0, bytes.length).write();
    }
  }
}
