package dev.sightglass.agent.hooks.weave;

import java.lang.reflect.Method;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * The call of a probe: a public static method of a class of the bootstrap package, the only one of
 * its name.
 */
public final class Call {
  private static final String BOOTSTRAP = "dev.sightglass.bootstrap.";

  /** Internal name of the bootstrap package, with the slash. */
  static final String PACKAGE = BOOTSTRAP.replace('.', '/');

  private final Method probe;
  private final Value[] values;
  private final boolean unlessNothing;

  private Call(Method probe, Value[] values, boolean unlessNothing) {
    this.probe = probe;
    this.values = values;
    this.unlessNothing = unlessNothing;
  }

  /**
   * @param name {@code Class.method}
   * @throws IllegalArgumentException when there is no such probe: a fault of the hook's writer
   */
  public static Call probe(String name, Value... values) {
    return new Call(find(name, values.length), values, false);
  }

  /**
   * The same call, left out where the token says that there is nothing to do: -1 or null. For what
   * is called for each record and has nothing to do for most.
   */
  public Call unlessNothing() {
    return new Call(probe, values, true);
  }

  boolean isUnlessNothing() {
    return unlessNothing;
  }

  private static Method find(String name, int values) {
    int dot = name.indexOf('.');
    try {
      Class<?> c = Class.forName(BOOTSTRAP + name.substring(0, dot));
      for (Method m : c.getDeclaredMethods()) {
        if (m.getName().equals(name.substring(dot + 1)) && m.getParameterCount() == values) {
          return m;
        }
      }
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException("no class for probe " + name, e);
    }
    throw new IllegalArgumentException("no probe " + name + " of " + values + " values");
  }

  Type result() {
    return Type.getReturnType(probe);
  }

  /** Pushes the values and calls. */
  void emit(Scope scope, MethodVisitor mv) throws Mismatch {
    Type[] wanted = Type.getArgumentTypes(probe);
    for (int i = 0; i < values.length; i++) {
      Type given = values[i].emit(scope, mv);
      if (!fits(given, wanted[i])) {
        throw new Mismatch(probe.getName() + " wants " + wanted[i] + ", there is " + given);
      }
    }
    mv.visitMethodInsn(
        Opcodes.INVOKESTATIC,
        Type.getInternalName(probe.getDeclaringClass()),
        probe.getName(),
        Type.getMethodDescriptor(probe),
        false);
  }

  /** References of other types are fine where an object, or an array of them, is wanted. */
  private static boolean fits(Type given, Type wanted) {
    if (given.equals(wanted)) {
      return true;
    }
    switch (wanted.getDescriptor()) {
      case "Ljava/lang/Object;":
        return given.getSort() == Type.OBJECT || given.getSort() == Type.ARRAY;
      case "[Ljava/lang/Object;":
        return given.getSort() == Type.ARRAY && given.getElementType().getSort() == Type.OBJECT;
      default:
        return false;
    }
  }
}
