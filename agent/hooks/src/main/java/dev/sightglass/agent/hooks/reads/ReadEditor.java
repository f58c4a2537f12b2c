package dev.sightglass.agent.hooks.reads;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Set;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.BasicVerifier;

/**
 * Changes the reads of one class. Branches and frames stay as they are: what is put in pushes and
 * takes off again. A method that does not verify afterwards is a fault that the caller hears of.
 */
final class ReadEditor {
  private static final String TELL = "dev/sightglass/bootstrap/ReadProbe";
  private static final String SERVE = "dev/sightglass/bootstrap/ServeProbe";
  private static final String ADDED = "sightglass$read$";
  private static final String LAMBDAS = "java/lang/invoke/LambdaMetafactory";

  /** The most that is pushed on top of what was there. */
  private static final int EXTRA = 2;

  private final ClassNode target;
  private final boolean timeToLive;

  /** The reads give what a recording says, instead of telling what they gave. */
  private final boolean serve;

  private final List<MethodNode> added = new ArrayList<>();
  private final Set<String> notCovered = new LinkedHashSet<>();
  private int calls;

  /**
   * @param timeToLive the wall clock that the class hands out is that of state's time to live
   * @param serve reads are given what a recording says
   */
  ReadEditor(ClassNode target, boolean timeToLive, boolean serve) {
    this.target = target;
    this.timeToLive = timeToLive;
    this.serve = serve;
  }

  /** How many calls were changed. */
  int calls() {
    return calls;
  }

  /** What reads and stays as it is. */
  Set<String> notCovered() {
    return notCovered;
  }

  void edit() throws AnalyzerException {
    for (MethodNode m : List.copyOf(target.methods)) {
      int before = calls;
      if (m.instructions.size() > 0) {
        edit(m);
      }
      if (calls > before) {
        m.maxStack += EXTRA;
        verify(m);
      }
    }
    for (MethodNode m : added) {
      verify(m);
      target.methods.add(m);
    }
  }

  private void verify(MethodNode m) throws AnalyzerException {
    new Analyzer<>(new BasicVerifier()).analyze(target.name, m);
  }

  private void edit(MethodNode m) {
    ListIterator<AbstractInsnNode> all = m.instructions.iterator();
    while (all.hasNext()) {
      AbstractInsnNode i = all.next();
      if (i instanceof MethodInsnNode) {
        MethodInsnNode c = (MethodInsnNode) i;
        ReadCall read = ReadCall.of(c.getOpcode(), c.owner, c.name, c.desc);
        if (read == null) {
          continue;
        }
        InsnList before = new InsnList();
        InsnList behind = new InsnList();
        if (change(c, read, before, behind)) {
          calls++;
          for (AbstractInsnNode added : behind.toArray()) {
            all.add(added);
          }
          m.instructions.insertBefore(c, before);
        }
      } else if (i instanceof InvokeDynamicInsnNode) {
        references((InvokeDynamicInsnNode) i);
      }
    }
  }

  /** False: the call stays as it is. */
  private boolean change(MethodInsnNode c, ReadCall read, InsnList before, InsnList behind) {
    switch (read.way) {
      case COPY:
        Type given = Type.getReturnType(c.desc);
        if (serve) {
          behind.add(probe(read));
          if (read.descriptor.startsWith("(L")) {
            behind.add(new TypeInsnNode(Opcodes.CHECKCAST, given.getInternalName()));
          }
          return true;
        }
        behind.add(new InsnNode(given.getSize() == 2 ? Opcodes.DUP2 : Opcodes.DUP));
        behind.add(probe(read));
        return true;
      case ARGUMENT:
        before.add(probe(read));
        c.desc = "(J)V";
        return true;
      case ARRAY:
        before.add(new InsnNode(Opcodes.DUP_X1));
        behind.add(probe(read));
        if (serve) {
          behind.add(new InsnNode(Opcodes.POP));
        }
        return true;
      case INSTEAD:
        c.owner = owner();
        c.name = read.probe;
        c.itf = false;
        return true;
      default:
        notCovered.add(read.reason);
        return false;
    }
  }

  private String owner() {
    return serve ? SERVE : TELL;
  }

  private MethodInsnNode probe(ReadCall read) {
    String descriptor = read.descriptor;
    if (serve && descriptor.endsWith(")V")) {
      // It gives what it takes.
      int end = descriptor.length() - 2;
      descriptor = descriptor.substring(0, end + 1) + descriptor.substring(1, end);
    }
    return new MethodInsnNode(Opcodes.INVOKESTATIC, owner(), read.probe, descriptor, false);
  }

  // ---- method references

  private void references(InvokeDynamicInsnNode d) {
    for (int i = 0; i < d.bsmArgs.length; i++) {
      if (!(d.bsmArgs[i] instanceof Handle)) {
        continue;
      }
      Handle h = (Handle) d.bsmArgs[i];
      ReadCall read = ReadCall.of(opcode(h), h.getOwner(), h.getName(), h.getDesc());
      if (read == null) {
        continue;
      }
      if (read.way == ReadCall.Way.NOT_COVERED) {
        notCovered.add(read.reason);
      } else if (isSerializable(d)) {
        // What it is made of goes into its serialized form, which this class must find in itself
        // again.
        notCovered.add("a serializable reference to " + h.getName());
      } else if (timeToLive && h.getName().equals("currentTimeMillis")) {
        d.bsmArgs[i] = new Handle(Opcodes.H_INVOKESTATIC, owner(), "timeToLive", "()J", false);
        calls++;
      } else {
        d.bsmArgs[i] = wrap(h, read);
        calls++;
      }
    }
  }

  private static int opcode(Handle h) {
    switch (h.getTag()) {
      case Opcodes.H_INVOKESTATIC:
        return Opcodes.INVOKESTATIC;
      case Opcodes.H_INVOKEINTERFACE:
        return Opcodes.INVOKEINTERFACE;
      case Opcodes.H_NEWINVOKESPECIAL:
      case Opcodes.H_INVOKESPECIAL:
        return Opcodes.INVOKESPECIAL;
      default:
        return Opcodes.INVOKEVIRTUAL;
    }
  }

  private static boolean isSerializable(InvokeDynamicInsnNode d) {
    return d.bsm.getOwner().equals(LAMBDAS)
        && d.bsm.getName().equals("altMetafactory")
        && d.bsmArgs.length > 3
        && d.bsmArgs[3] instanceof Integer
        && ((Integer) d.bsmArgs[3] & java.lang.invoke.LambdaMetafactory.FLAG_SERIALIZABLE) != 0;
  }

  /** A method of the class that does what {@code h} does, and tells it. */
  private Handle wrap(Handle h, ReadCall read) {
    Type self = Type.getObjectType(h.getOwner());
    boolean makes = h.getTag() == Opcodes.H_NEWINVOKESPECIAL;
    Type[] args = Type.getArgumentTypes(h.getDesc());
    if (!makes && h.getTag() != Opcodes.H_INVOKESTATIC) {
      Type[] all = new Type[args.length + 1];
      all[0] = self;
      System.arraycopy(args, 0, all, 1, args.length);
      args = all;
    }
    Type result = makes ? self : Type.getReturnType(h.getDesc());
    String descriptor = Type.getMethodDescriptor(result, args);
    MethodNode m =
        new MethodNode(
            Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC,
            ADDED + added.size(),
            descriptor,
            null,
            null);
    int size = 0;
    if (makes) {
      m.instructions.add(new TypeInsnNode(Opcodes.NEW, h.getOwner()));
      m.instructions.add(new InsnNode(Opcodes.DUP));
    }
    for (Type a : args) {
      m.instructions.add(new VarInsnNode(a.getOpcode(Opcodes.ILOAD), size));
      size += a.getSize();
    }
    MethodInsnNode call =
        new MethodInsnNode(
            opcode(h) == Opcodes.INVOKESPECIAL && !makes ? Opcodes.INVOKEVIRTUAL : opcode(h),
            h.getOwner(),
            h.getName(),
            h.getDesc(),
            h.isInterface());
    InsnList before = new InsnList();
    InsnList behind = new InsnList();
    change(call, read, before, behind);
    m.instructions.add(before);
    m.instructions.add(call);
    m.instructions.add(behind);
    m.instructions.add(new InsnNode(result.getOpcode(Opcodes.IRETURN)));
    m.maxLocals = size;
    m.maxStack = size + 2 + 2 * EXTRA;
    added.add(m);
    boolean itf = (target.access & Opcodes.ACC_INTERFACE) != 0;
    return new Handle(Opcodes.H_INVOKESTATIC, target.name, m.name, descriptor, itf);
  }
}
