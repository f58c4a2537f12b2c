package dev.sightglass.agent.replay;

import java.util.Optional;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailboxImpl;

/**
 * The mailbox of a task that runs again. An operator that waits for a mail, as one does whose queue
 * is full, gets the one that the recording has next.
 */
final class ReplayMailbox extends TaskMailboxImpl {
  /** Lets the next thing happen that is no input. */
  interface Next {
    /** False: the next thing is input, or nothing is left. */
    boolean happen() throws Exception;
  }

  private final Next next;

  ReplayMailbox(Thread task, Next next) {
    super(task);
    this.next = next;
  }

  @Override
  public Mail take(int priority) throws InterruptedException {
    while (true) {
      Optional<Mail> mail = tryTake(priority);
      if (mail.isPresent()) {
        return mail.get();
      }
      try {
        if (!next.happen()) {
          throw new IllegalStateException(
              "an operator waits for a mail, and the recording has none there");
        }
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
