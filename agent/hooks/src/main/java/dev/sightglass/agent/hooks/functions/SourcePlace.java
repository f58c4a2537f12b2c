package dev.sightglass.agent.hooks.functions;

import java.io.IOException;
import java.io.InputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Source file and first line of a method, from the class file's debug tables. */
final class SourcePlace {
  private static final int MAX_CLASS_BYTES = 8 * 1024 * 1024;

  /** Names of the methods where functions of Flink's API do their work, best first. */
  private static final String[] WORK = {
    "processElement",
    "process",
    "map",
    "flatMap",
    "filter",
    "add",
    "reduce",
    "apply",
    "asyncInvoke",
    "invoke",
    "processElement1",
    "getKey",
    "join",
    "coGroup",
    "deserialize",
    "createReader",
    "createWriter"
  };

  final String file;
  final int line;

  private SourcePlace(String file, int line) {
    this.file = file;
    this.line = line;
  }

  /** Place of {@code method}, or of the method that does the work when {@code method} is null. */
  static SourcePlace of(ClassLoader loader, String className, String method, String descriptor) {
    String resource = className.replace('.', '/') + ".class";
    try (InputStream in =
        loader == null
            ? ClassLoader.getSystemResourceAsStream(resource)
            : loader.getResourceAsStream(resource)) {
      if (in == null) {
        return new SourcePlace(null, 0);
      }
      byte[] bytes = in.readNBytes(MAX_CLASS_BYTES);
      Scan scan = new Scan(method, descriptor);
      new ClassReader(bytes).accept(scan, ClassReader.SKIP_FRAMES);
      return new SourcePlace(scan.file, scan.line == Integer.MAX_VALUE ? 0 : scan.line);
    } catch (IOException | RuntimeException e) {
      return new SourcePlace(null, 0);
    }
  }

  private static final class Scan extends ClassVisitor {
    private final String method;
    private final String descriptor;
    private int rank = Integer.MAX_VALUE;
    String file;
    int line = Integer.MAX_VALUE;

    Scan(String method, String descriptor) {
      super(Opcodes.ASM9);
      this.method = method;
      this.descriptor = descriptor;
    }

    @Override
    public void visitSource(String source, String debug) {
      file = source;
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String desc, String signature, String[] exceptions) {
      int r = (access & (Opcodes.ACC_BRIDGE | Opcodes.ACC_ABSTRACT)) != 0 ? -1 : rank(name, desc);
      if (r < 0 || r >= rank) {
        return null;
      }
      rank = r;
      line = Integer.MAX_VALUE;
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitLineNumber(int n, Label start) {
          line = Math.min(line, n);
        }
      };
    }

    private int rank(String name, String desc) {
      if (method != null) {
        return name.equals(method) && (descriptor == null || desc.equals(descriptor)) ? 0 : -1;
      }
      for (int i = 0; i < WORK.length; i++) {
        if (WORK[i].equals(name)) {
          return i;
        }
      }
      return name.equals("<init>") ? WORK.length : -1;
    }
  }
}
