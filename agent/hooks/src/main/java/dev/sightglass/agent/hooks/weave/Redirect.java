package dev.sightglass.agent.hooks.weave;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * Encloses the calls of an interface's method within a class, wherever they stand, also in the
 * bodies of lambdas: the call goes to an added method that makes it between two probes. {@code
 * self} is the object that is called.
 */
final class Redirect implements Edit {
  private static final String THROWABLE = "java/lang/Throwable";

  private final String owner;
  private final String name;
  private final String descriptor;
  private final Call enter;
  private final Call leave;
  private final Call fail;

  Redirect(String owner, String name, String descriptor, Call enter, Call leave, Call fail) {
    this.owner = owner;
    this.name = name;
    this.descriptor = descriptor;
    this.enter = enter;
    this.leave = leave;
    this.fail = fail;
  }

  @Override
  public Runnable plan(Adapters adapters) throws Mismatch {
    List<MethodInsnNode> found = new ArrayList<>();
    for (MethodNode m : adapters.target().methods) {
      for (AbstractInsnNode i : m.instructions) {
        if (i.getOpcode() == Opcodes.INVOKEINTERFACE) {
          MethodInsnNode c = (MethodInsnNode) i;
          if (c.owner.equals(owner) && c.name.equals(name) && c.desc.equals(descriptor)) {
            found.add(c);
          }
        }
      }
    }
    if (found.isEmpty()) {
      throw new Mismatch("no call of " + name);
    }
    String self = adapters.target().name;
    Type token = enter.result();
    Scope in = new Scope(adapters).addAll(owner, false, descriptor);
    String enterName = adapters.add(in, enter, 1, null, null);
    Scope out = new Scope(adapters).addAll(owner, false, descriptor).add("token", token);
    String leaveName = adapters.add(out, leave, 0, null, null);
    Scope thrown =
        new Scope(adapters)
            .addAll(owner, false, descriptor)
            .add("token", token)
            .add("thrown", Type.getType(Throwable.class));
    String failName = adapters.add(thrown, fail, 0, null, null);

    MethodNode m =
        new MethodNode(
            Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC,
            adapters.freeName(),
            in.descriptor(Type.VOID_TYPE),
            null,
            null);
    Label begin = new Label();
    Label end = new Label();
    Label handler = new Label();
    int tokenSlot = in.size();
    int thrownSlot = tokenSlot + token.getSize();
    m.visitCode();
    m.visitTryCatchBlock(begin, end, handler, THROWABLE);
    loadAll(in, m);
    m.visitMethodInsn(Opcodes.INVOKESTATIC, self, enterName, in.descriptor(token), false);
    m.visitVarInsn(token.getOpcode(Opcodes.ISTORE), tokenSlot);
    m.visitLabel(begin);
    loadAll(in, m);
    m.visitMethodInsn(Opcodes.INVOKEINTERFACE, owner, name, descriptor, true);
    m.visitLabel(end);
    loadAll(in, m);
    m.visitVarInsn(token.getOpcode(Opcodes.ILOAD), tokenSlot);
    m.visitMethodInsn(Opcodes.INVOKESTATIC, self, leaveName, out.descriptor(Type.VOID_TYPE), false);
    m.visitInsn(Opcodes.RETURN);
    m.visitLabel(handler);
    Object[] locals = out.frame();
    m.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {THROWABLE});
    m.visitVarInsn(Opcodes.ASTORE, thrownSlot);
    loadAll(in, m);
    m.visitVarInsn(token.getOpcode(Opcodes.ILOAD), tokenSlot);
    m.visitVarInsn(Opcodes.ALOAD, thrownSlot);
    m.visitMethodInsn(
        Opcodes.INVOKESTATIC, self, failName, thrown.descriptor(Type.VOID_TYPE), false);
    m.visitVarInsn(Opcodes.ALOAD, thrownSlot);
    m.visitInsn(Opcodes.ATHROW);
    m.visitMaxs(0, 0);
    m.visitEnd();
    String added = adapters.add(m);
    String addedDesc = m.desc;
    return () -> {
      for (MethodInsnNode c : found) {
        c.setOpcode(Opcodes.INVOKESTATIC);
        c.owner = self;
        c.name = added;
        c.desc = addedDesc;
        c.itf = false;
      }
    };
  }

  private void loadAll(Scope in, MethodNode m) throws Mismatch {
    in.load("self", m);
    for (int i = 0; i < Type.getArgumentTypes(descriptor).length; i++) {
      in.load("arg" + i, m);
    }
  }
}
