package dev.sightglass.agent.sidecar;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.InflaterInputStream;

/** Turns serializers back into objects and lets them read. Not for concurrent use. */
final class Decoding {
  private static final String SERIALIZER = "org.apache.flink.api.common.typeutils.TypeSerializer";
  private static final String VIEW = "org.apache.flink.core.memory.DataInputView";
  private static final String INPUT = "org.apache.flink.core.memory.DataInputDeserializer";

  /** A serializer's form inflated, at most. */
  private static final int MOST_FORM = 1 << 20;

  private static final int MOST_HELD = 100;
  private final ClassLoader loader;
  private final Map<ByteBuffer, Object> held =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Object> eldest) {
          return size() > MOST_HELD;
        }
      };

  Decoding(ClassLoader loader) {
    this.loader = loader;
  }

  /** What is sent for one question: a value, or why there is none. */
  byte[] answer(byte[] object, byte[] bytes) {
    Thread.currentThread().setContextClassLoader(loader);
    try {
      Object serializer = serializer(object);
      Object input =
          loader.loadClass(INPUT).getConstructor(byte[].class).newInstance((Object) bytes);
      Method read = loader.loadClass(SERIALIZER).getMethod("deserialize", loader.loadClass(VIEW));
      Object value = call(read, serializer, input);
      int left = (Integer) call(input.getClass().getMethod("available"), input);
      return new Rendering().answer(bytes.length - left, value);
    } catch (Refusal e) {
      return Rendering.refusal(e.getMessage());
    } catch (OutOfMemoryError e) {
      throw e; // the JVM is told to end
    } catch (Throwable e) {
      // The message may hold content of the value, the name of the class cannot.
      return Rendering.refusal("the serializer failed with " + e.getClass().getName());
    }
  }

  private static Object call(Method m, Object on, Object... with) throws Throwable {
    try {
      return m.invoke(on, with);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private Object serializer(byte[] packed) throws Refusal {
    ByteBuffer key = ByteBuffer.wrap(packed);
    Object known = held.get(key);
    if (known != null) {
      return known;
    }
    Class<?> wanted;
    try {
      wanted = loader.loadClass(SERIALIZER);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new Refusal("Flink's own jars are not among the jars of the job");
    }
    Object made;
    try (ObjectInputStream in =
        new Objects(new Bounded(new InflaterInputStream(new ByteArrayInputStream(packed))))) {
      made = in.readObject();
    } catch (ClassNotFoundException | NoClassDefFoundError e) {
      throw new Refusal("the jars of the job have no class " + name(e));
    } catch (IOException | RuntimeException | LinkageError | StackOverflowError e) {
      throw new Refusal(
          "the jars do not fit the job: its serializer cannot be read, " + e.getClass().getName());
    }
    if (!wanted.isInstance(made)) {
      throw new Refusal("what was sent is no serializer");
    }
    held.put(key, made);
    return made;
  }

  private static String name(Throwable e) {
    return String.valueOf(e.getMessage()).replace('/', '.');
  }

  /** Why there is no value; holds nothing of one. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    Refusal(String why) {
      super(why);
    }
  }

  private final class Objects extends ObjectInputStream {
    Objects(InputStream in) throws IOException {
      super(in);
    }

    @Override
    protected Class<?> resolveClass(ObjectStreamClass described)
        throws IOException, ClassNotFoundException {
      try {
        return Class.forName(described.getName(), false, loader);
      } catch (ClassNotFoundException e) {
        return super.resolveClass(described); // primitive types
      }
    }
  }

  private static final class Bounded extends InputStream {
    private final InputStream from;
    private int left = MOST_FORM;

    Bounded(InputStream from) {
      this.from = from;
    }

    @Override
    public int read() throws IOException {
      if (left <= 0) {
        throw new IOException("larger than " + MOST_FORM + " bytes");
      }
      left--;
      return from.read();
    }

    @Override
    public int read(byte[] b, int off, int n) throws IOException {
      if (left <= 0 && n > 0) {
        throw new IOException("larger than " + MOST_FORM + " bytes");
      }
      int got = from.read(b, off, Math.min(n, left));
      left -= Math.max(got, 0);
      return got;
    }
  }
}
