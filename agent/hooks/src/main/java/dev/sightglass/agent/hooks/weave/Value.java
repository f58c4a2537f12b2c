package dev.sightglass.agent.hooks.weave;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;

/** Something that an adapter can fetch and hand to a probe. */
public abstract class Value {
  private static final Type OBJECT = Type.getObjectType("java/lang/Object");

  /** Pushes the value; gives its static type. */
  abstract Type emit(Scope scope, MethodVisitor mv) throws Mismatch;

  /** The object whose method is hooked. */
  public static Value self() {
    return slot("self");
  }

  /** An argument of the hooked method, from 0. */
  public static Value arg(int i) {
    return slot("arg" + i);
  }

  /** What the enter probe gave. */
  public static Value token() {
    return slot("token");
  }

  /** What the method returns. */
  public static Value result() {
    return slot("result");
  }

  /** What the method throws. */
  public static Value thrown() {
    return slot("thrown");
  }

  /** A variable of the hooked method that the site names. */
  public static Value local(String name) {
    return slot("local " + name);
  }

  /** What was read, at a place behind a read. */
  public static Value seen() {
    return slot("seen");
  }

  private static Value slot(String name) {
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        return scope.load(name, mv);
      }
    };
  }

  /** A text. */
  public static Value text(String s) {
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) {
        mv.visitLdcInsn(s);
        return Type.getType(String.class);
      }
    };
  }

  /** A number. */
  public static Value number(int n) {
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) {
        mv.visitLdcInsn(n);
        return Type.INT_TYPE;
      }
    };
  }

  /** A number. */
  public static Value number(long n) {
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) {
        mv.visitLdcInsn(n);
        return Type.LONG_TYPE;
      }
    };
  }

  /** Null. */
  public static Value nothing() {
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) {
        mv.visitInsn(Opcodes.ACONST_NULL);
        return OBJECT;
      }
    };
  }

  /** A field that the hooked class declares itself, of whatever type. */
  public static Value field(String name) {
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        FieldNode f = find(scope.target(), name);
        if ((f.access & Opcodes.ACC_STATIC) != 0) {
          throw new Mismatch("field " + name + " is static");
        }
        scope.load("self", mv);
        mv.visitFieldInsn(Opcodes.GETFIELD, scope.target().name, f.name, f.desc);
        return Type.getType(f.desc);
      }
    };
  }

  private static FieldNode find(ClassNode c, String name) throws Mismatch {
    for (FieldNode f : c.fields) {
      if (f.name.equals(name)) {
        return f;
      }
    }
    throw new Mismatch("no field " + name);
  }

  /** A field that a superclass declares, visible to the hooked class. */
  public static Value inherited(String name, String descriptor) {
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        scope.load("self", mv);
        mv.visitFieldInsn(Opcodes.GETFIELD, scope.target().name, name, descriptor);
        return Type.getType(descriptor);
      }
    };
  }

  /** A field of this value, visible to the hooked class. */
  public final Value dot(String name, String descriptor) {
    Value base = this;
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        Type t = base.emit(scope, mv);
        mv.visitFieldInsn(Opcodes.GETFIELD, t.getInternalName(), name, descriptor);
        return Type.getType(descriptor);
      }
    };
  }

  /** The result of a method of this value's class, called with {@code arguments}. */
  public final Value call(String name, String descriptor, Value... arguments) {
    return invoke(Opcodes.INVOKEVIRTUAL, name, descriptor, arguments);
  }

  /** The result of a method of this value's interface. */
  public final Value callInterface(String name, String descriptor, Value... arguments) {
    return invoke(Opcodes.INVOKEINTERFACE, name, descriptor, arguments);
  }

  /**
   * @param descriptor {@code ~} stands for the package of this value's class up to and with {@code
   *     kafka/}, which some distributions move
   */
  private Value invoke(int opcode, String name, String descriptor, Value... arguments) {
    Value base = this;
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        Type t = base.emit(scope, mv);
        String d = descriptor.replace("~", Relocation.root(t.getInternalName()));
        Type[] wanted = Type.getArgumentTypes(d);
        for (int i = 0; i < arguments.length; i++) {
          Type given = arguments[i].emit(scope, mv);
          if (!given.equals(wanted[i])) {
            throw new Mismatch(name + " wants " + wanted[i] + ", there is " + given);
          }
        }
        mv.visitMethodInsn(opcode, t.getInternalName(), name, d, opcode == Opcodes.INVOKEINTERFACE);
        return Type.getReturnType(d);
      }
    };
  }

  /**
   * This value if a probe says so, else null, 0 or false: what is dear to fetch is fetched where it
   * is wanted.
   *
   * @param condition a probe that gives a boolean
   */
  public final Value when(Call condition) {
    Value base = this;
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        Type t = base.emit(scope, new MethodVisitor(Opcodes.ASM9) {});
        String guard = scope.adapters().guard(scope, condition, base, t);
        scope.loadAll(mv);
        mv.visitMethodInsn(
            Opcodes.INVOKESTATIC, scope.target().name, guard, scope.descriptor(t), false);
        return t;
      }
    };
  }

  /** This value as one of a class that it is known to be of. */
  public final Value as(String internalName) {
    Value base = this;
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        base.emit(scope, mv);
        mv.visitTypeInsn(Opcodes.CHECKCAST, internalName);
        return Type.getObjectType(internalName);
      }
    };
  }

  /** Whether this value is of a class. */
  public final Value isA(String internalName) {
    Value base = this;
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        base.emit(scope, mv);
        mv.visitTypeInsn(Opcodes.INSTANCEOF, internalName);
        return Type.BOOLEAN_TYPE;
      }
    };
  }

  /**
   * What is kept for the object at hand in a field that is added to its class. The first time it is
   * made by a probe.
   *
   * @param probe {@code Class.method} of the bootstrap package; gives Object; null: it is asked
   *     again the next time
   */
  public static Value context(String name, String probe, Value... from) {
    return new Value() {
      @Override
      Type emit(Scope scope, MethodVisitor mv) throws Mismatch {
        String getter = scope.adapters().context(name, probe, from);
        scope.load("self", mv);
        mv.visitMethodInsn(
            Opcodes.INVOKESTATIC,
            scope.target().name,
            getter,
            "(L" + scope.target().name + ";)Ljava/lang/Object;",
            false);
        return OBJECT;
      }
    };
  }
}
