package dev.sightglass.agent.hooks.drain;

import dev.sightglass.agent.core.AttemptRecorder;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A recorder that writes down what it is told; indexes count up from 0. */
final class ToldRecorder {
  final List<String> told = new ArrayList<>();
  final List<String> definitions = new ArrayList<>();
  final AttemptRecorder recorder = of(AttemptRecorder.class, "");
  long stamped;
  private int partitions;
  private int channels;

  private <T> T of(Class<T> type, String name) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, (p, m, a) -> call(name, m, a)));
  }

  private Object call(String lane, Method m, Object[] a) {
    Class<?> r = m.getReturnType();
    if (r.isInterface() && r.getSimpleName().endsWith("Lane")) {
      return of(r, m.getName() + ".");
    }
    switch (m.getName()) {
      case "define":
        return define(a[0] + " " + text(a[1]));
      case "definePath":
        return define("path " + a[0]);
      case "partition":
        return partitions++;
      case "channel":
        return channels++;
      case "stamp":
        stamped = (Long) a[0];
        return null;
      case "tick":
        return null;
      default:
        StringBuilder s = new StringBuilder(lane).append(m.getName());
        for (int i = 0; a != null && i < a.length; i++) {
          if (a[i] instanceof byte[] && !(i + 2 < a.length && a[i + 2] instanceof Integer)) {
            s.append(" ").append(text(a[i]));
          } else if (a[i] instanceof byte[]) {
            int len = (Integer) a[i + 2];
            int off = (Integer) a[i + 1];
            s.append(" ").append(len < 0 ? "null" : bytes((byte[]) a[i], off, len));
            i += 2;
          } else {
            s.append(" ").append(Long.valueOf(Long.MIN_VALUE).equals(a[i]) ? "-" : a[i]);
          }
        }
        told.add(s.toString());
        return r == long.class ? (Object) 0L : null;
    }
  }

  private int define(String d) {
    int i = definitions.indexOf(d);
    if (i < 0) {
      i = definitions.size();
      definitions.add(d);
    }
    return i;
  }

  private static String text(Object o) {
    return o instanceof byte[] ? new String((byte[]) o, StandardCharsets.UTF_8) : (String) o;
  }

  private static String bytes(byte[] b, int off, int len) {
    return Arrays.toString(Arrays.copyOfRange(b, off, off + len)).replace(", ", ",");
  }
}
