package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sightglass.agent.core.JsonReader;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailureTest {
  private static Map<String, Object> body(Throwable t) throws Exception {
    return JsonReader.readObject(Failure.body(t, null, 5).toString());
  }

  @Test
  void wrappersAreTakenOff() throws Exception {
    Throwable inner = new IllegalArgumentException("outer", new ArithmeticException("deepest"));
    Map<String, Object> b = body(new ExecutionException(new ExecutionException(inner)));
    assertEquals("java.lang.IllegalArgumentException", b.get("class"));
    assertEquals("outer", b.get("message"));
    assertEquals("task", b.get("where"));
    Map<?, ?> cause = (Map<?, ?>) b.get("cause");
    assertEquals("java.lang.ArithmeticException", cause.get("class"));
    assertEquals("deepest", cause.get("message"));
    assertTrue(b.get("stack").toString().contains("FailureTest.wrappersAreTakenOff"));
  }

  @Test
  void largeAndHostileExceptionsAreBounded() throws Exception {
    Map<String, Object> b = body(new IllegalStateException("x".repeat(1 << 20)));
    assertTrue(b.get("message").toString().length() < 9000);
    Exception loop = new Exception("a");
    loop.initCause(new Exception("b", loop));
    assertEquals("java.lang.Exception", body(loop).get("class"));
    Map<String, Object> hostile =
        body(
            new RuntimeException() {
              private static final long serialVersionUID = 1;

              @Override
              public String getMessage() {
                throw new IllegalStateException();
              }
            });
    assertEquals("", hostile.get("message"));
  }

  @Test
  void stackOverflowKeepsItsFirstFrames() throws Exception {
    try {
      endless(0);
    } catch (StackOverflowError e) {
      String stack = body(e).get("stack").toString();
      assertTrue(stack.split("\n").length < 120, stack);
    }
  }

  private static int endless(int i) {
    return endless(i + 1) + 1;
  }

  @Test
  void onlyTheFirstFailureOfAJobIsNoConsequence() {
    assertFalse(Failure.isConsequence(new RuntimeException(new IllegalStateException())));
    assertEquals("", Failure.name(null));
    assertEquals(
        "java.lang.IllegalStateException", Failure.name(new IllegalStateException("secret")));
  }
}
