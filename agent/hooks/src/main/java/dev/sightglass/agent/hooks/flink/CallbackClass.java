package dev.sightglass.agent.hooks.flink;

import dev.sightglass.bootstrap.Completions;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.function.BiFunction;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Makes a class that implements the {@code Callback} of a Kafka client, beside the producer in its
 * own loader: a class of the bootstrap path cannot implement it, and a proxy for each record would
 * cost more than the rest of the hook.
 *
 * <pre>
 *   onCompletion(RecordMetadata m, Exception e) {
 *     try { SinkProbe.completed(ticket, m.topic(), ...); } catch (Throwable t) { Hooks.fail(t); }
 *     if (callback != null) callback.onCompletion(m, e);
 *   }
 * </pre>
 */
final class CallbackClass {
  private static final String NAME = "SightglassCallback";
  private static final String TICKET = "Ldev/sightglass/bootstrap/Completions$Ticket;";
  private static final String THROWABLE = "java/lang/Throwable";

  private static final ClassValue<BiFunction<Object, Completions.Ticket, Object>> FACTORIES =
      new ClassValue<>() {
        @Override
        protected BiFunction<Object, Completions.Ticket, Object> computeValue(Class<?> producer) {
          return make(producer);
        }
      };

  private CallbackClass() {}

  /** What makes callbacks for a producer class. */
  static BiFunction<Object, Completions.Ticket, Object> of(Class<?> producer) {
    return FACTORIES.get(producer);
  }

  private static BiFunction<Object, Completions.Ticket, Object> make(Class<?> producer) {
    try {
      Class<?> callback = callbackType(producer);
      Class<?> metadata = metadataType(callback);
      String host = producer.getName().replace('.', '/');
      String name = host.substring(0, host.lastIndexOf('/') + 1) + NAME;
      byte[] bytes = bytes(name, internal(callback), internal(metadata));
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(producer, MethodHandles.lookup());
      Class<?> made = define(lookup, bytes, name.replace('/', '.'));
      MethodHandle constructor =
          lookup
              .findConstructor(
                  made, MethodType.methodType(void.class, callback, Completions.Ticket.class))
              .asType(MethodType.methodType(Object.class, Object.class, Completions.Ticket.class));
      return (cb, ticket) -> {
        try {
          return (Object) constructor.invokeExact(cb, ticket);
        } catch (RuntimeException | Error e) {
          throw e;
        } catch (Throwable e) {
          throw new IllegalStateException(e);
        }
      };
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no callback beside " + producer.getName(), e);
    }
  }

  /**
   * Two sinks may send their first record at the same moment: the one that comes second finds the
   * class made.
   */
  private static Class<?> define(MethodHandles.Lookup lookup, byte[] bytes, String name)
      throws ReflectiveOperationException {
    try {
      return lookup.defineClass(bytes);
    } catch (LinkageError e) {
      return lookup.findClass(name);
    }
  }

  private static Class<?> callbackType(Class<?> producer) throws NoSuchMethodException {
    for (Method m : producer.getDeclaredMethods()) {
      if (m.getName().equals("send") && m.getParameterCount() == 2 && !m.isBridge()) {
        return m.getParameterTypes()[1];
      }
    }
    throw new NoSuchMethodException(producer.getName() + ".send");
  }

  private static Class<?> metadataType(Class<?> callback) throws NoSuchMethodException {
    for (Method m : callback.getMethods()) {
      if (m.getName().equals("onCompletion") && m.getParameterCount() == 2) {
        return m.getParameterTypes()[0];
      }
    }
    throw new NoSuchMethodException(callback.getName() + ".onCompletion");
  }

  private static String internal(Class<?> c) {
    return c.getName().replace('.', '/');
  }

  static byte[] bytes(String name, String callback, String metadata) {
    ClassWriter w = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    w.visit(
        Opcodes.V1_8,
        Opcodes.ACC_FINAL | Opcodes.ACC_SUPER | Opcodes.ACC_SYNTHETIC,
        name,
        null,
        "java/lang/Object",
        new String[] {callback});
    String callbackType = "L" + callback + ";";
    int field = Opcodes.ACC_PRIVATE | Opcodes.ACC_FINAL;
    w.visitField(field, "callback", callbackType, null, null).visitEnd();
    w.visitField(field, "ticket", TICKET, null, null).visitEnd();

    MethodVisitor c = w.visitMethod(0, "<init>", "(" + callbackType + TICKET + ")V", null, null);
    c.visitCode();
    c.visitVarInsn(Opcodes.ALOAD, 0);
    c.visitMethodInsn(Opcodes.INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
    c.visitVarInsn(Opcodes.ALOAD, 0);
    c.visitVarInsn(Opcodes.ALOAD, 1);
    c.visitFieldInsn(Opcodes.PUTFIELD, name, "callback", callbackType);
    c.visitVarInsn(Opcodes.ALOAD, 0);
    c.visitVarInsn(Opcodes.ALOAD, 2);
    c.visitFieldInsn(Opcodes.PUTFIELD, name, "ticket", TICKET);
    c.visitInsn(Opcodes.RETURN);
    c.visitMaxs(0, 0);
    c.visitEnd();

    String shape = "(L" + metadata + ";Ljava/lang/Exception;)V";
    MethodVisitor m = w.visitMethod(Opcodes.ACC_PUBLIC, "onCompletion", shape, null, null);
    Label begin = new Label();
    Label end = new Label();
    Label failed = new Label();
    Label unknown = new Label();
    Label forward = new Label();
    Label done = new Label();
    m.visitCode();
    m.visitTryCatchBlock(begin, end, failed, THROWABLE);
    m.visitLabel(begin);
    m.visitVarInsn(Opcodes.ALOAD, 1);
    m.visitJumpInsn(Opcodes.IFNULL, unknown);
    ticket(m, name);
    get(m, metadata, "topic", "()Ljava/lang/String;");
    get(m, metadata, "partition", "()I");
    get(m, metadata, "offset", "()J");
    get(m, metadata, "timestamp", "()J");
    completed(m);
    m.visitJumpInsn(Opcodes.GOTO, forward);
    m.visitLabel(unknown);
    m.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    ticket(m, name);
    m.visitInsn(Opcodes.ACONST_NULL);
    m.visitInsn(Opcodes.ICONST_M1);
    m.visitLdcInsn(-1L);
    m.visitLdcInsn(-1L);
    completed(m);
    m.visitLabel(end);
    m.visitJumpInsn(Opcodes.GOTO, forward);
    m.visitLabel(failed);
    m.visitFrame(Opcodes.F_SAME1, 0, null, 1, new Object[] {THROWABLE});
    m.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        "dev/sightglass/bootstrap/Hooks",
        "fail",
        "(Ljava/lang/Throwable;)V",
        false);
    m.visitLabel(forward);
    m.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    m.visitVarInsn(Opcodes.ALOAD, 0);
    m.visitFieldInsn(Opcodes.GETFIELD, name, "callback", callbackType);
    m.visitJumpInsn(Opcodes.IFNULL, done);
    m.visitVarInsn(Opcodes.ALOAD, 0);
    m.visitFieldInsn(Opcodes.GETFIELD, name, "callback", callbackType);
    m.visitVarInsn(Opcodes.ALOAD, 1);
    m.visitVarInsn(Opcodes.ALOAD, 2);
    m.visitMethodInsn(Opcodes.INVOKEINTERFACE, callback, "onCompletion", shape, true);
    m.visitLabel(done);
    m.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    m.visitInsn(Opcodes.RETURN);
    m.visitMaxs(0, 0);
    m.visitEnd();
    w.visitEnd();
    return w.toByteArray();
  }

  private static void ticket(MethodVisitor m, String name) {
    m.visitVarInsn(Opcodes.ALOAD, 0);
    m.visitFieldInsn(Opcodes.GETFIELD, name, "ticket", TICKET);
  }

  private static void get(MethodVisitor m, String metadata, String name, String shape) {
    m.visitVarInsn(Opcodes.ALOAD, 1);
    m.visitMethodInsn(Opcodes.INVOKEVIRTUAL, metadata, name, shape, false);
  }

  private static void completed(MethodVisitor m) {
    m.visitVarInsn(Opcodes.ALOAD, 2);
    m.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        "dev/sightglass/bootstrap/SinkProbe",
        "completed",
        "(" + TICKET + "Ljava/lang/String;IJJLjava/lang/Throwable;)V",
        false);
  }
}
