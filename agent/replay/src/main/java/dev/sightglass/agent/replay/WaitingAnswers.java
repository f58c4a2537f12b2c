package dev.sightglass.agent.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;

/**
 * Requests of asynchronous functions that waited at the checkpoint that a replay begins behind. The
 * operator makes them once more when it is restored; they get the numbers that they had. Those that
 * had their answer get it at once, when they wait behind one that has none, else when the mail
 * comes that let them out.
 */
final class WaitingAnswers {
  /** What the operator calls the mail in which the next one leaves that has its answer. */
  private static final String LETS_OUT = "AsyncWaitOperator#outputCompletedElement";

  private final TaskFile file;

  /** Those that have their answer and leave by the next mails. */
  private final Deque<Answer> due = new ArrayDeque<>();

  WaitingAnswers(TaskFile file) {
    this.file = file;
  }

  void give(Substitutes to) throws IOException {
    int operators = Integer.parseInt(file.text("async", "0"));
    for (int i = 0; i < operators; i++) {
      String key = "async." + i + ".";
      String operator = file.text(key + "operator");
      int waiting = RecordedAsync.requests(operator);
      TreeSet<Long> numbers = new TreeSet<>(numbers(key + "unanswered"));
      // Who waits in spite of an answer is behind one that has none: the last ones.
      List<Long> answered = numbers(key + "answered");
      Collections.reverse(answered);
      List<Long> now = new ArrayList<>();
      for (Long n : answered) {
        if (numbers.size() < waiting) {
          numbers.add(n);
          now.add(n);
        }
      }
      RecordedAsync.restored(
          operator, new ArrayList<>(numbers), Long.parseLong(file.text(key + "requests")));
      Collections.reverse(now);
      List<Long> unanswered = numbers(key + "unanswered");
      long first = unanswered.isEmpty() ? Long.MAX_VALUE : Collections.min(unanswered);
      for (Long n : now) {
        Path results = file.file("answer." + i + "." + n);
        byte[] b = Files.exists(results) ? Files.readAllBytes(results) : new byte[4];
        Answer a = new Answer(operator, n, b, file.text(key + "failure." + n, ""));
        if (to.isOrdered(operator) && n > first) {
          // It waits for one that has no answer.
          to.answer(a.operator, a.number, a.results, a.failure);
        } else {
          // A mail was on its way that lets it out.
          due.add(a);
        }
      }
    }
  }

  /**
   * A mail comes that lets out what has its answer.
   *
   * @return false: nothing waits for one
   */
  boolean release(String mail, Substitutes to) throws IOException {
    if (due.isEmpty() || !mail.startsWith(LETS_OUT)) {
      return false;
    }
    Answer a = due.remove();
    return to.answer(a.operator, a.number, a.results, a.failure);
  }

  private static final class Answer {
    final String operator;
    final long number;
    final byte[] results;
    final String failure;

    Answer(String operator, long number, byte[] results, String failure) {
      this.operator = operator;
      this.number = number;
      this.results = results;
      this.failure = failure;
    }
  }

  private List<Long> numbers(String key) {
    List<Long> all = new ArrayList<>();
    for (String s : file.text(key, "").split(",")) {
      if (!s.isEmpty()) {
        all.add(Long.parseLong(s));
      }
    }
    return all;
  }
}
