package dev.sightglass.bootstrap;

/**
 * Who writes down what lines do, in a process where a recorded task runs again. Called by the
 * task's thread only, within the invocations that are traced.
 */
public abstract class LineTrace {
  /**
   * What comes now happens in that invocation, after so many rows of lanes trace, state and env of
   * it, and after so many elements of it left the task.
   */
  public abstract void at(long invocation, int notes, int sent);

  public abstract void enter(int method);

  /** A line is about to run; its variables follow. */
  public abstract void line(int method, int line);

  public abstract void local(Object value, int index);

  /** A field of the object at hand was written. */
  public abstract void field(Object value, String name, String descriptor, int method);

  /**
   * @param value what it returns; {@link LineProbe#NOTHING} = it returns nothing
   */
  public abstract void exit(Object value, int method);

  /** The method is left by an exception. */
  public abstract void thrown(Throwable t, int method);

  /** Something in here went wrong: nothing is traced any more. */
  public abstract void broken(Throwable t);
}
