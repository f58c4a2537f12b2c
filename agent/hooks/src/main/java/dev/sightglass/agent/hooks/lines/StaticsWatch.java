package dev.sightglass.agent.hooks.lines;

import dev.sightglass.agent.hooks.reads.ReadWeaver;
import dev.sightglass.bootstrap.LineProbe;
import java.lang.instrument.ClassFileTransformer;
import java.security.ProtectionDomain;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Looks whether a job's classes, those of libraries in its jars too, may keep something in static
 * fields: a task that is built again in the same process must not find what an earlier one left
 * there. Changes nothing.
 */
public final class StaticsWatch implements ClassFileTransformer {
  /** Objects of these do not change; loggers keep nothing that a job reads. */
  private static final Set<String> LASTING =
      Set.of(
          "Ljava/lang/String;",
          "Ljava/lang/Class;",
          "Ljava/lang/Boolean;",
          "Ljava/lang/Byte;",
          "Ljava/lang/Character;",
          "Ljava/lang/Short;",
          "Ljava/lang/Integer;",
          "Ljava/lang/Long;",
          "Ljava/lang/Float;",
          "Ljava/lang/Double;",
          "Ljava/math/BigInteger;",
          "Ljava/math/BigDecimal;",
          "Ljava/util/UUID;",
          "Ljava/util/Locale;",
          "Ljava/util/regex/Pattern;",
          "Ljava/nio/charset/Charset;",
          "Lorg/slf4j/Logger;",
          "Lorg/apache/logging/log4j/Logger;",
          "Lorg/apache/commons/logging/Log;",
          "Ljava/util/logging/Logger;",
          "Lorg/apache/flink/configuration/ConfigOption;",
          "Lorg/apache/flink/util/OutputTag;");

  /** Has only classes whose objects do not change, {@code Clock} aside. */
  private static final String TIME = "Ljava/time/";

  @Override
  public byte[] transform(
      ClassLoader loader,
      String className,
      Class<?> redefined,
      ProtectionDomain domain,
      byte[] bytes) {
    try {
      if (className != null && redefined == null && ReadWeaver.isOfJob(loader)) {
        String field = changing(bytes);
        if (field != null) {
          LineProbe.keepsInStatics(className + "." + field);
        }
      }
    } catch (Throwable t) {
      // What cannot be read may keep anything.
      LineProbe.keepsInStatics(className);
    }
    return null;
  }

  /** The first static field of a class that may change, or what it holds may; null = none. */
  static String changing(byte[] bytes) {
    ClassReader reader = new ClassReader(bytes);
    boolean isEnum = (reader.getAccess() & Opcodes.ACC_ENUM) != 0;
    String self = "L" + reader.getClassName() + ";";
    String[] found = new String[1];
    reader.accept(
        new ClassVisitor(Opcodes.ASM9) {
          @Override
          public FieldVisitor visitField(
              int access, String name, String descriptor, String signature, Object value) {
            if ((access & Opcodes.ACC_STATIC) != 0
                && found[0] == null
                && !lasts(access, descriptor, isEnum, self)) {
              found[0] = name;
            }
            return null;
          }
        },
        ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    return found[0];
  }

  private static boolean lasts(int access, String descriptor, boolean isEnum, String self) {
    if ((access & Opcodes.ACC_FINAL) == 0) {
      return false;
    }
    boolean primitive = descriptor.length() == 1;
    // Constants of an enum, and its table of them.
    boolean constant =
        isEnum
            && ((access & Opcodes.ACC_ENUM) != 0
                || (access & Opcodes.ACC_SYNTHETIC) != 0 && descriptor.equals("[" + self));
    boolean time = descriptor.startsWith(TIME) && !descriptor.equals("Ljava/time/Clock;");
    return primitive || constant || time || LASTING.contains(descriptor);
  }
}
