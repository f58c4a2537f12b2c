package dev.sightglass.agent.hooks.weave;

import java.util.LinkedHashMap;
import java.util.Map;
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

  ClassNode target() {
    return adapters.target();
  }

  Adapters adapters() {
    return adapters;
  }

  Type load(String name, MethodVisitor mv) throws Mismatch {
    Type t = types.get(name);
    if (t == null) {
      throw new Mismatch("there is no " + name + " here");
    }
    mv.visitVarInsn(t.getOpcode(Opcodes.ILOAD), slots.get(name));
    return t;
  }

  /** Pushes all parameters, in order. */
  void loadAll(MethodVisitor mv) {
    types.forEach((name, t) -> mv.visitVarInsn(t.getOpcode(Opcodes.ILOAD), slots.get(name)));
  }

  int size() {
    return size;
  }

  String descriptor(Type result) {
    return Type.getMethodDescriptor(result, types.values().toArray(new Type[0]));
  }

  /** For a frame at which only the parameters are live. */
  Object[] frame() {
    return types.values().stream().map(Frames::of).toArray();
  }
}
