package dev.sightglass.agent.replay;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.Future;
import org.apache.flink.streaming.runtime.tasks.SourceOperatorStreamTask;
import org.apache.flink.streaming.runtime.tasks.StreamTask;

/**
 * Notifications of checkpoints. A source's task makes two mails of one, and the recording has each
 * of them in its place: here only the mail that tells the operators is sent.
 */
final class Notices {
  private Notices() {}

  static void aborted(StreamTask<?, ?> task, long checkpoint) throws Exception {
    if (task instanceof SourceOperatorStreamTask) {
      MethodType type = MethodType.methodType(Future.class, long.class, long.class);
      invoke(of("notifyCheckpointAbortAsync", type), task, checkpoint, 0L);
    } else {
      task.notifyCheckpointAbortAsync(checkpoint, 0);
    }
  }

  static void subsumed(StreamTask<?, ?> task, long checkpoint) throws Exception {
    if (task instanceof SourceOperatorStreamTask) {
      MethodType type = MethodType.methodType(Future.class, long.class);
      invoke(of("notifyCheckpointSubsumedAsync", type), task, checkpoint);
    } else {
      task.notifyCheckpointSubsumedAsync(checkpoint);
    }
  }

  /** The method as all tasks have it. */
  private static MethodHandle of(String name, MethodType type) throws ReflectiveOperationException {
    Class<?> source = SourceOperatorStreamTask.class;
    return MethodHandles.privateLookupIn(source, MethodHandles.lookup())
        .findSpecial(StreamTask.class, name, type, source);
  }

  private static void invoke(MethodHandle m, Object... arguments) throws Exception {
    try {
      m.invokeWithArguments(arguments);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
