package dev.sightglass.agent.hooks.weave;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.MethodNode;

/**
 * Overrides a method that the class inherits with one that calls it and then a probe: a default
 * method of an interface, which itself cannot keep what a hook needs to keep, or a method of a
 * superclass that belongs to somebody else.
 */
final class Inherited implements Edit {
  private final String owner;
  private final String method;
  private final String descriptor;
  private final Call leave;

  /**
   * @param owner internal name of the interface; null for the superclass
   * @param descriptor exact
   */
  Inherited(String owner, String method, String descriptor, Call leave) {
    this.owner = owner;
    this.method = method;
    this.descriptor = descriptor;
    this.leave = leave;
  }

  @Override
  public Runnable plan(Adapters adapters) throws Mismatch {
    if (owner != null && !adapters.target().interfaces.contains(owner)) {
      throw new Mismatch("it does not implement " + owner);
    }
    for (MethodNode m : adapters.target().methods) {
      if (m.name.equals(method) && m.desc.equals(descriptor)) {
        throw new Mismatch("it has a method " + method + " of its own");
      }
    }
    Type result = Type.getReturnType(descriptor);
    Scope out = new Scope(adapters).addAll(adapters.target().name, false, descriptor);
    int resultSlot = out.size();
    if (result != Type.VOID_TYPE) {
      out.add("result", result);
    }
    String leaveName = adapters.add(out, leave, 1, null, null);
    String leaveDesc = out.descriptor(Type.VOID_TYPE);
    MethodNode m =
        new MethodNode(Opcodes.ACC_PUBLIC | Opcodes.ACC_SYNTHETIC, method, descriptor, null, null);
    Scope in = new Scope(adapters).addAll(adapters.target().name, false, descriptor);
    m.visitCode();
    in.loadAll(m);
    String from = owner == null ? adapters.target().superName : owner;
    m.visitMethodInsn(Opcodes.INVOKESPECIAL, from, method, descriptor, owner != null);
    if (result != Type.VOID_TYPE) {
      m.visitVarInsn(result.getOpcode(Opcodes.ISTORE), resultSlot);
    }
    out.loadAll(m);
    m.visitMethodInsn(Opcodes.INVOKESTATIC, adapters.target().name, leaveName, leaveDesc, false);
    if (result != Type.VOID_TYPE) {
      m.visitVarInsn(result.getOpcode(Opcodes.ILOAD), resultSlot);
    }
    m.visitInsn(result.getOpcode(Opcodes.IRETURN));
    m.visitMaxs(0, 0);
    m.visitEnd();
    adapters.add(m);
    return () -> {};
  }
}
