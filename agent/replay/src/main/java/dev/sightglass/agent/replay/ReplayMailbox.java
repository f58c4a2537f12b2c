package dev.sightglass.agent.replay;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailboxImpl;

/**
 * The mailbox of a task that runs again. A mail that the task sends itself waits until the
 * recording says that it ran: what it ran before and after was decided by other threads. An
 * operator that waits for a mail, as one does whose queue is full, gets the one that the recording
 * has next.
 */
final class ReplayMailbox extends TaskMailboxImpl {
  /** Lets the next thing happen that is no input. */
  interface Next {
    /** False: the next thing is input, or nothing is left. */
    boolean happen() throws Exception;
  }

  /** Mails by which operators finish one after the other, which ask again and again for more. */
  private static final String FINISHING = "StreamOperatorWrapper#";

  private static final long PATIENCE = 60_000_000_000L;

  private final Next next;
  private final List<Mail> held = new ArrayList<>();

  /** What is put now is what the recording has next. */
  private boolean pushing;

  ReplayMailbox(Thread task, Next next) {
    super(task);
    this.next = next;
  }

  /** What is put until {@link #pushed} runs now. */
  void push() {
    pushing = true;
  }

  void pushed() {
    pushing = false;
  }

  @Override
  public void put(Mail mail) {
    String text = text(mail);
    if (pushing || isPlumbing(text) || text.startsWith(FINISHING)) {
      super.put(mail);
      return;
    }
    synchronized (held) {
      held.add(mail);
      held.notifyAll();
    }
  }

  /** Waits until another thread has sent a mail of that text; false: none came. */
  boolean await(String text) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE;
    synchronized (held) {
      while (held.stream().noneMatch(m -> text(m).equals(text))) {
        long left = until - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(held, left);
      }
      return true;
    }
  }

  /**
   * The first mail of that text that waits runs now.
   *
   * @param text as the agent tells it, {@code #} for numbers
   * @return false: none waits, so it came from outside
   */
  boolean release(String text) {
    if (text.startsWith(FINISHING)) {
      return true; // it ran, or runs now
    }
    synchronized (held) {
      for (Iterator<Mail> i = held.iterator(); i.hasNext(); ) {
        Mail m = i.next();
        if (text(m).equals(text)) {
          i.remove();
          super.put(m);
          return true;
        }
      }
    }
    return false;
  }

  /** Forgets what waits. */
  void forget() {
    synchronized (held) {
      held.clear();
    }
  }

  /** Mails that keep the loop going and are not told of. */
  private static boolean isPlumbing(String text) {
    return text.equals("resume default action")
        || text.equals("poison mail")
        || text.equals("Timer callback for %s @ %d");
  }

  private static String text(Mail mail) {
    try {
      return String.valueOf(Members.get(mail, "descriptionFormat")).replaceAll("[0-9]+", "#");
    } catch (ReflectiveOperationException e) {
      return "";
    }
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
