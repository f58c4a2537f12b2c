package dev.sightglass.agent.hooks.weave;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;

/** The parameters of an adapter, by name. */
final class Scope {
  private final Adapters adapters;
  private final Map<String, Integer> slots = new LinkedHashMap<>();
  private final Map<String, Type> types = new LinkedHashMap<>();
  private int size;

  Scope(Adapters adapters) {
    this.adapters = adapters;
  }

  Scope add(String name, Type type) {
    slots.put(name, size);
    types.put(name, type);
    size += type.getSize();
    return this;
  }

  /** {@code self} and the arguments of a method. */
  Scope addAll(String owner, boolean isStatic, String descriptor) {
    if (!isStatic) {
      add("self", Type.getObjectType(owner));
    }
    Type[] args = Type.getArgumentTypes(descriptor);
    for (int i = 0; i < args.length; i++) {
      add("arg" + i, args[i]);
    }
    return this;
  }

  /** A variable that is not there: its value is null. */
  void none(String name) {
    types.put("local " + name, null);
  }

  /** Types of the parameters so far, in order. */
  List<Type> parameters() {
    return List.copyOf(types.values());
  }

  ClassNode target() {
    return adapters.target();
  }

  Adapters adapters() {
    return adapters;
  }

  Type load(String name, MethodVisitor mv) throws Mismatch {
    Type t = types.get(name);
    if (t == null && types.containsKey(name)) {
      mv.visitInsn(Opcodes.ACONST_NULL);
      return Type.getObjectType("java/lang/Object");
    }
    if (t == null) {
      throw new Mismatch("there is no " + name + " here");
    }
    mv.visitVarInsn(t.getOpcode(Opcodes.ILOAD), slots.get(name));
    return t;
  }

  /** Pushes all parameters, in order. */
  void loadAll(MethodVisitor mv) {
    types.forEach(
        (name, t) -> {
          if (t != null) {
            mv.visitVarInsn(t.getOpcode(Opcodes.ILOAD), slots.get(name));
          }
        });
  }

  int size() {
    return size;
  }

  String descriptor(Type result) {
    return Type.getMethodDescriptor(result, present().toArray(Type[]::new));
  }

  /** For a frame at which only the parameters are live. */
  Object[] frame() {
    return present().map(Frames::of).toArray();
  }

  private Stream<Type> present() {
    return types.values().stream().filter(Objects::nonNull);
  }
}
