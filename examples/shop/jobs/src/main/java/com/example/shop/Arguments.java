package com.example.shop;

import java.util.HashMap;
import java.util.Map;

/** A job's arguments, given as {@code --name value}. */
final class Arguments {
  private final Map<String, String> values = new HashMap<>();

  Arguments(String[] arguments) {
    for (int i = 0; i < arguments.length; i += 2) {
      if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
        throw new IllegalArgumentException("expected --name value, not " + arguments[i]);
      }
      values.put(arguments[i].substring(2), arguments[i + 1]);
    }
  }

  String text(String name, String standard) {
    return values.getOrDefault(name, standard);
  }

  long number(String name, long standard) {
    String value = values.get(name);
    return value == null ? standard : Long.parseLong(value);
  }
}
