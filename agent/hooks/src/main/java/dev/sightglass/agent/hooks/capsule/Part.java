package dev.sightglass.agent.hooks.capsule;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An object that goes into a capsule in Java's serialized form. */
final class Part {
  /** More is not taken. */
  private static final int MAX = 16 << 20;

  final String name;
  private Supplier<?> object;
  private final Consumer<Object> seen;

  /** Its form, when it could be made. */
  byte[] bytes;

  /** Why there are no bytes. */
  String reason;

  /**
   * @param object gives it; asked once, on the thread that makes the form
   */
  Part(String name, Supplier<?> object) {
    this(name, object, null);
  }

  /**
   * @param seen gets each object that is written, once; null = nobody
   */
  Part(String name, Supplier<?> object, Consumer<Object> seen) {
    this.name = name;
    this.object = object;
    this.seen = seen;
  }

  private ObjectOutputStream writer(OutputStream to) throws IOException {
    return seen == null ? new ObjectOutputStream(to) : new Showing(to, seen);
  }

  /** Shows what it writes. */
  private static final class Showing extends ObjectOutputStream {
    private final Consumer<Object> to;

    Showing(OutputStream out, Consumer<Object> to) throws IOException {
      super(out);
      this.to = to;
      enableReplaceObject(true);
    }

    @Override
    protected Object replaceObject(Object o) {
      to.accept(o);
      return o;
    }
  }

  /** Makes the form, and lets go of the object. False: there is none, and none is missed. */
  boolean serialize() {
    try {
      Object o = object.get();
      if (o == null) {
        return false;
      }
      ByteArrayOutputStream b = new ByteArrayOutputStream();
      try (ObjectOutputStream out = writer(b)) {
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
