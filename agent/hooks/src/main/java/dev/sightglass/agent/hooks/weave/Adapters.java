package dev.sightglass.agent.hooks.weave;

import dev.sightglass.bootstrap.Hooks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Makes the methods and fields that one hook adds to a class. They are put in all at once by {@link
 * #commit}.
 */
final class Adapters {
  private static final int ADDED = Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC;
  private static final String HOOKS = Call.PACKAGE + "Hooks";
  private static final String THROWABLE = "java/lang/Throwable";

  private final ClassNode target;
  private final int hook;
  private final String prefix;
  private final List<MethodNode> methods = new ArrayList<>();
  private final List<FieldNode> fields = new ArrayList<>();
  private final Map<String, String> contexts = new HashMap<>();
  private boolean firedField;
  private int made;

  /**
   * @param hook its place in the list of hooks
   */
  Adapters(ClassNode target, int hook) {
    this.target = target;
    this.hook = hook;
    this.prefix = "sightglass$" + hook + "$";
  }

  ClassNode target() {
    return target;
  }

  void commit() {
    target.methods.addAll(methods);
    target.fields.addAll(fields);
  }

  /**
   * An adapter that calls a probe.
   *
   * @param counts 0: it does not say that the hook ran; 1: the first time; 2: every time
   * @param otherwise the parameter that it gives when hooks are off or the probe failed; null:
   *     nothing, or -1
   * @param cast what the result is cast to, or null
   * @return its name; its descriptor is that of the scope with the call's result, or with {@code
   *     cast}
   */
  String add(Scope scope, Call call, int counts, String otherwise, Type cast) throws Mismatch {
    Type result = cast == null ? call.result() : cast;
    MethodNode m = new MethodNode(ADDED, freeName(), scope.descriptor(result), null, null);
    Label begin = new Label();
    Label end = new Label();
    Label failed = new Label();
    Label skip = new Label();
    Label runs = new Label();
    Label done = new Label();
    Object[] locals = scope.frame();
    Object[] timed = with(locals, Opcodes.LONG);
    int began = scope.size();
    int kept = began + 2;
    m.visitCode();
    if (call.isUnlessNothing()) {
      Label something = new Label();
      if (scope.load("token", m).equals(Type.INT_TYPE)) {
        m.visitInsn(Opcodes.ICONST_M1);
        m.visitJumpInsn(Opcodes.IF_ICMPNE, something);
      } else {
        m.visitJumpInsn(Opcodes.IFNONNULL, something);
      }
      pushNothing(m, result);
      m.visitInsn(result.getOpcode(Opcodes.IRETURN));
      m.visitLabel(something);
      m.visitFrame(Opcodes.F_NEW, locals.length, locals, 0, new Object[0]);
    }
    m.visitTryCatchBlock(begin, end, failed, THROWABLE);
    m.visitInsn(Opcodes.LCONST_0);
    m.visitVarInsn(Opcodes.LSTORE, began);
    m.visitLabel(begin);
    m.visitFieldInsn(Opcodes.GETSTATIC, HOOKS, "STATE", "[B");
    m.visitIntInsn(Opcodes.SIPUSH, hook);
    m.visitInsn(Opcodes.BALOAD);
    m.visitJumpInsn(Opcodes.IFEQ, runs);
    if (counts > 0) {
      // What ends something has a token: what was begun is ended though the hook rests by now.
      m.visitFieldInsn(Opcodes.GETSTATIC, HOOKS, "STATE", "[B");
      m.visitIntInsn(Opcodes.SIPUSH, hook);
      m.visitInsn(Opcodes.BALOAD);
      m.visitJumpInsn(Opcodes.IFLT, skip);
    }
    m.visitIntInsn(Opcodes.SIPUSH, hook);
    m.visitMethodInsn(Opcodes.INVOKESTATIC, HOOKS, "special", "(I)J", false);
    m.visitInsn(Opcodes.DUP2);
    m.visitVarInsn(Opcodes.LSTORE, began);
    m.visitLdcInsn(Hooks.SKIP);
    m.visitInsn(Opcodes.LCMP);
    m.visitJumpInsn(Opcodes.IFEQ, skip);
    m.visitLabel(runs);
    m.visitFrame(Opcodes.F_NEW, timed.length, timed, 0, new Object[0]);
    if (counts > 0) {
      fired(m, counts, timed);
    }
    call.emit(scope, m);
    if (cast != null) {
      m.visitTypeInsn(Opcodes.CHECKCAST, cast.getInternalName());
    }
    boolean gives = result.getSort() != Type.VOID;
    if (gives) {
      m.visitVarInsn(result.getOpcode(Opcodes.ISTORE), kept);
    }
    m.visitVarInsn(Opcodes.LLOAD, began);
    m.visitInsn(Opcodes.LCONST_0);
    m.visitInsn(Opcodes.LCMP);
    m.visitJumpInsn(Opcodes.IFEQ, done);
    m.visitIntInsn(Opcodes.SIPUSH, hook);
    m.visitVarInsn(Opcodes.LLOAD, began);
    m.visitInsn(counts > 0 ? Opcodes.ICONST_1 : Opcodes.ICONST_0);
    m.visitMethodInsn(Opcodes.INVOKESTATIC, HOOKS, "measured", "(IJI)V", false);
    m.visitLabel(done);
    Object[] over = gives ? with(timed, Frames.of(result)) : timed;
    m.visitFrame(Opcodes.F_NEW, over.length, over, 0, new Object[0]);
    if (gives) {
      m.visitVarInsn(result.getOpcode(Opcodes.ILOAD), kept);
    }
    m.visitInsn(result.getOpcode(Opcodes.IRETURN));
    m.visitLabel(end);
    m.visitLabel(failed);
    m.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {THROWABLE});
    m.visitIntInsn(Opcodes.SIPUSH, hook);
    m.visitInsn(Opcodes.SWAP);
    m.visitMethodInsn(Opcodes.INVOKESTATIC, HOOKS, "fail", "(ILjava/lang/Throwable;)V", false);
    m.visitLabel(skip);
    m.visitFrame(Opcodes.F_NEW, locals.length, locals, 0, new Object[0]);
    if (otherwise != null) {
      scope.load(otherwise, m);
    } else {
      pushNothing(m, result);
    }
    m.visitInsn(result.getOpcode(Opcodes.IRETURN));
    m.visitMaxs(0, 0);
    m.visitEnd();
    methods.add(m);
    return m.name;
  }

  private static Object[] with(Object[] locals, Object one) {
    Object[] more = Arrays.copyOf(locals, locals.length + 1);
    more[locals.length] = one;
    return more;
  }

  private void fired(MethodNode m, int counts, Object[] locals) {
    Label known = new Label();
    if (counts == 1) {
      String field = prefix + "fired";
      if (!firedField) {
        firedField = true;
        fields.add(new FieldNode(ADDED, field, "Z", null, null));
      }
      m.visitFieldInsn(Opcodes.GETSTATIC, target.name, field, "Z");
      m.visitJumpInsn(Opcodes.IFNE, known);
      m.visitInsn(Opcodes.ICONST_1);
      m.visitFieldInsn(Opcodes.PUTSTATIC, target.name, field, "Z");
    }
    m.visitIntInsn(Opcodes.SIPUSH, hook);
    m.visitMethodInsn(Opcodes.INVOKESTATIC, HOOKS, "fired", "(I)V", false);
    if (counts == 1) {
      m.visitLabel(known);
      m.visitFrame(Opcodes.F_NEW, locals.length, locals, 0, new Object[0]);
    }
  }

  private static void pushNothing(MethodNode m, Type t) {
    switch (t.getSort()) {
      case Type.VOID:
        return;
      case Type.LONG:
        m.visitLdcInsn(-1L);
        return;
      case Type.INT:
        m.visitInsn(Opcodes.ICONST_M1);
        return;
      case Type.BOOLEAN:
        m.visitInsn(Opcodes.ICONST_0);
        return;
      default:
        m.visitInsn(Opcodes.ACONST_NULL);
    }
  }

  /**
   * A field for what is kept per object, and the method that reads it and makes it first. It guards
   * nothing: adapters call it.
   */
  String context(String name, String probe, Value[] from) throws Mismatch {
    String getter = contexts.get(name);
    if (getter != null) {
      return getter;
    }
    // Hooks of one class share what they keep under one name.
    String field = "sightglass$" + name;
    getter = field + "$get";
    contexts.put(name, getter);
    for (MethodNode m : target.methods) {
      if (m.name.equals(getter)) {
        return getter;
      }
    }
    fields.add(
        new FieldNode(
            Opcodes.ACC_PRIVATE | Opcodes.ACC_TRANSIENT | Opcodes.ACC_SYNTHETIC,
            field,
            "Ljava/lang/Object;",
            null,
            null));
    Scope scope = new Scope(this).add("self", Type.getObjectType(target.name));
    MethodNode m =
        new MethodNode(ADDED, getter, "(L" + target.name + ";)Ljava/lang/Object;", null, null);
    Label known = new Label();
    Object[] locals = scope.frame();
    m.visitCode();
    m.visitVarInsn(Opcodes.ALOAD, 0);
    m.visitFieldInsn(Opcodes.GETFIELD, target.name, field, "Ljava/lang/Object;");
    m.visitInsn(Opcodes.DUP);
    m.visitJumpInsn(Opcodes.IFNONNULL, known);
    m.visitInsn(Opcodes.POP);
    m.visitVarInsn(Opcodes.ALOAD, 0);
    Call.probe(probe, from).emit(scope, m);
    m.visitInsn(Opcodes.DUP_X1);
    m.visitFieldInsn(Opcodes.PUTFIELD, target.name, field, "Ljava/lang/Object;");
    m.visitLabel(known);
    m.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {"java/lang/Object"});
    m.visitInsn(Opcodes.ARETURN);
    m.visitMaxs(0, 0);
    m.visitEnd();
    methods.add(m);
    return getter;
  }

  /**
   * A method that gives {@code value} if {@code condition} holds, and nothing else; it guards
   * nothing: adapters call it.
   *
   * @return its name; its descriptor is that of the scope with {@code type}
   */
  String guard(Scope scope, Call condition, Value value, Type type) throws Mismatch {
    MethodNode m = new MethodNode(ADDED, freeName(), scope.descriptor(type), null, null);
    Label otherwise = new Label();
    m.visitCode();
    condition.emit(scope, m);
    m.visitJumpInsn(Opcodes.IFEQ, otherwise);
    value.emit(scope, m);
    m.visitInsn(type.getOpcode(Opcodes.IRETURN));
    m.visitLabel(otherwise);
    Object[] locals = scope.frame();
    m.visitFrame(Opcodes.F_NEW, locals.length, locals, 0, new Object[0]);
    if (type.getSort() == Type.LONG) {
      m.visitInsn(Opcodes.LCONST_0);
    } else if (type.getSort() == Type.INT || type.getSort() == Type.BOOLEAN) {
      m.visitInsn(Opcodes.ICONST_0);
    } else {
      m.visitInsn(Opcodes.ACONST_NULL);
    }
    m.visitInsn(type.getOpcode(Opcodes.IRETURN));
    m.visitMaxs(0, 0);
    m.visitEnd();
    methods.add(m);
    return m.name;
  }

  /** Adds a method that was made elsewhere. */
  String add(MethodNode m) {
    methods.add(m);
    return m.name;
  }

  String freeName() {
    return prefix + made++;
  }
}
