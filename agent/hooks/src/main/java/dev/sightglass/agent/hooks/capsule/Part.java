package dev.sightglass.agent.hooks.capsule;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.function.Supplier;

/** An object that goes into a capsule in Java's serialized form. */
final class Part {
  /** More is not taken. */
  private static final int MAX = 16 << 20;

  final String name;
  private Supplier<?> object;

  /** Its form, when it could be made. */
  byte[] bytes;

  /** Why there are no bytes. */
  String reason;

  /**
   * @param object gives it; asked once, on the thread that makes the form
   */
  Part(String name, Supplier<?> object) {
    this.name = name;
    this.object = object;
  }

  /** Makes the form, and lets go of the object. False: there is none, and none is missed. */
  boolean serialize() {
    try {
      Object o = object.get();
      if (o == null) {
        return false;
      }
      ByteArrayOutputStream b = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(b)) {
        out.writeObject(o);
      }
      if (b.size() > MAX) {
        reason = "it is too large: " + b.size() + " bytes";
      } else {
        bytes = b.toByteArray();
      }
    } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
      // Names only: messages may hold values.
      reason = "it cannot be serialized: " + e.getClass().getName();
    } finally {
      object = null;
    }
    return true;
  }
}
