package dev.sightglass.agent.hooks.hollow;

import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Takes Kafka's producer its inside: it connects to nothing, sends nothing, and says what the
 * recording says. Flink's own producer keeps its rules (which state allows what), and loses what
 * reaches into Kafka's.
 */
public final class ProducerHollow implements ClassFileTransformer {
  private static final String PROBE = "dev/sightglass/bootstrap/HollowProbe";
  private static final String PRODUCER = "org/apache/kafka/clients/producer/KafkaProducer";
  private static final String FLINKS = "/FlinkKafkaInternalProducer";

  /** Methods of Flink's that reach into Kafka's. */
  private static final Set<String> REACHING =
      Set.of(
          "invoke",
          "getField",
          "setField",
          "getEnum",
          "createProducerIdAndEpoch",
          "getTransactionManagerState",
          "transitionTransactionManagerStateTo",
          "enqueueNewPartitions",
          "flushNewPartitions");

  @Override
  public byte[] transform(
      ClassLoader loader,
      String className,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] bytes) {
    if (className == null || redefined != null) {
      return null;
    }
    boolean kafkas = className.equals(PRODUCER);
    if (!kafkas && !className.endsWith(FLINKS)) {
      return null;
    }
    ClassReader reader = new ClassReader(bytes);
    ClassNode c = new ClassNode();
    reader.accept(c, 0);
    for (MethodNode m : c.methods) {
      if (kafkas) {
        hollow(c, m);
      } else {
        cut(m);
      }
    }
    ClassWriter w = new ClassWriter(0);
    c.accept(w);
    return w.toByteArray();
  }

  private static void hollow(ClassNode c, MethodNode m) {
    boolean isStatic = (m.access & Opcodes.ACC_STATIC) != 0;
    boolean isPrivate = (m.access & Opcodes.ACC_PRIVATE) != 0;
    if (isStatic || isPrivate || (m.access & Opcodes.ACC_ABSTRACT) != 0) {
      return;
    }
    InsnList body = new InsnList();
    if (m.name.equals("<init>")) {
      body.add(new VarInsnNode(Opcodes.ALOAD, 0));
      body.add(new MethodInsnNode(Opcodes.INVOKESPECIAL, c.superName, "<init>", "()V", false));
    } else if (m.name.equals("send")) {
      body.add(new VarInsnNode(Opcodes.ALOAD, 0));
      body.add(new VarInsnNode(Opcodes.ALOAD, 1));
      boolean callback = Type.getArgumentTypes(m.desc).length > 1;
      body.add(callback ? new VarInsnNode(Opcodes.ALOAD, 2) : new InsnNode(Opcodes.ACONST_NULL));
      String shape = "(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;";
      body.add(new MethodInsnNode(Opcodes.INVOKESTATIC, PROBE, "send", shape, false));
      body.add(new TypeInsnNode(Opcodes.CHECKCAST, "java/util/concurrent/Future"));
      body.add(new InsnNode(Opcodes.ARETURN));
      replace(m, body);
      return;
    } else if (m.name.equals("metrics")) {
      body.add(new VarInsnNode(Opcodes.ALOAD, 0));
      String shape = "(Ljava/lang/Object;)Ljava/util/Map;";
      body.add(new MethodInsnNode(Opcodes.INVOKESTATIC, PROBE, "metrics", shape, false));
      body.add(new InsnNode(Opcodes.ARETURN));
      replace(m, body);
      return;
    }
    nothing(m, body);
  }

  private static void cut(MethodNode m) {
    InsnList body = new InsnList();
    if (REACHING.contains(m.name)) {
      nothing(m, body);
    } else if (m.name.equals("getTransactionManager")) {
      body.add(new VarInsnNode(Opcodes.ALOAD, 0));
      body.add(new InsnNode(Opcodes.ARETURN));
      replace(m, body);
    } else if (m.name.equals("getProducerId") || m.name.equals("getEpoch")) {
      boolean epoch = m.name.equals("getEpoch");
      body.add(new VarInsnNode(Opcodes.ALOAD, 0));
      body.add(
          new MethodInsnNode(
              Opcodes.INVOKESTATIC,
              PROBE,
              epoch ? "epoch" : "producer",
              epoch ? "(Ljava/lang/Object;)S" : "(Ljava/lang/Object;)J",
              false));
      body.add(new InsnNode(epoch ? Opcodes.IRETURN : Opcodes.LRETURN));
      replace(m, body);
    }
  }

  /** The method gives an empty collection, nothing, or zero. */
  private static void nothing(MethodNode m, InsnList body) {
    Type given = Type.getReturnType(m.desc);
    switch (given.getSort()) {
      case Type.VOID:
        break;
      case Type.LONG:
        body.add(new InsnNode(Opcodes.LCONST_0));
        break;
      case Type.ARRAY:
      case Type.OBJECT:
        body.add(empty(given.getInternalName()));
        break;
      default:
        body.add(new InsnNode(Opcodes.ICONST_0));
    }
    body.add(new InsnNode(given.getOpcode(Opcodes.IRETURN)));
    replace(m, body);
  }

  private static org.objectweb.asm.tree.AbstractInsnNode empty(String type) {
    String collections = "java/util/Collections";
    switch (type) {
      case "java/util/List":
        return new MethodInsnNode(
            Opcodes.INVOKESTATIC, collections, "emptyList", "()Ljava/util/List;", false);
      case "java/util/Map":
        return new MethodInsnNode(
            Opcodes.INVOKESTATIC, collections, "emptyMap", "()Ljava/util/Map;", false);
      default:
        return new InsnNode(Opcodes.ACONST_NULL);
    }
  }

  private static void replace(MethodNode m, InsnList body) {
    m.instructions = body;
    m.tryCatchBlocks.clear();
    m.localVariables = null;
    m.visibleLocalVariableAnnotations = null;
    m.invisibleLocalVariableAnnotations = null;
    int locals = (m.access & Opcodes.ACC_STATIC) != 0 ? 0 : 1;
    for (Type a : Type.getArgumentTypes(m.desc)) {
      locals += a.getSize();
    }
    m.maxLocals = locals;
    m.maxStack = 4;
  }
}
