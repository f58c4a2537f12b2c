package dev.sightglass.bootstrap;

import java.util.ArrayList;
import java.util.List;

/** A probe that writes down what it is told, for tests of the weaver. */
public final class SampleProbe {
  public static final List<String> TOLD = new ArrayList<>();

  /** Thrown by every probe when set. */
  public static Throwable failure;

  /** What {@link #enter} gives. */
  public static int token = 7;

  private SampleProbe() {}

  private static void tell(String s) {
    if (failure != null) {
      sneak(failure);
    }
    TOLD.add(s);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable t) throws T {
    throw (T) t;
  }

  public static Object context(Object self) {
    tell("context " + self);
    return new StringBuilder("c");
  }

  public static int enter(Object context, Object a) {
    tell("enter " + context + " " + a);
    return token;
  }

  public static long enterLong(long v, double d) {
    tell("enter " + v + " " + d);
    return v + 1;
  }

  public static Object enterObject(boolean is, Object a) {
    tell("enter " + is + " " + a);
    return "token";
  }

  /** For guards: true for a text of more than two letters. */
  public static boolean wanted(Object text) {
    return text.toString().length() > 2;
  }

  public static void three(Object a, int b, Object c) {
    tell("three " + a + " " + b + " " + c);
  }

  public static void site(Object a, Object b, long c) {
    tell("site " + a + " " + b + " " + c);
  }

  public static void read(boolean seen, Object a) {
    tell("read " + seen + " " + a);
  }

  public static void numbers(int a, long b, Object c) {
    tell("numbers " + a + " " + b + " " + c);
  }

  public static void leave(int token) {
    tell("leave " + token);
  }

  public static void leaveLong(long token, Object result) {
    tell("leave " + token + " " + result);
  }

  public static void leaveObject(Object token) {
    tell("leave " + token);
  }

  public static void fail(int token, Throwable t) {
    tell("fail " + token + " " + t.getMessage());
  }

  public static void failLong(long token, Throwable t) {
    tell("fail " + token + " " + t.getMessage());
  }

  public static Object replace(Object a) {
    tell("replace " + a);
    return a + "!";
  }

  /** What the caller gets instead of a result. */
  public static Object instead(Object token, Object nothing, int number, Object result) {
    tell("instead " + token + " " + nothing + " " + number + " " + result);
    return result + "?";
  }

  public static void constructed(Object self, Object field) {
    tell("made " + field);
  }
}
