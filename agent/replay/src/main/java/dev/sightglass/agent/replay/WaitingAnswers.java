package dev.sightglass.agent.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;

/**
 * Requests of asynchronous functions that waited at the checkpoint that a replay begins behind. The
 * operator makes them once more when it is restored; they get the numbers that they had, and those
 * that had their answer, and waited for their turn to go out, get it at once.
 */
final class WaitingAnswers {
  private final TaskFile file;

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
      for (Long n : now) {
        Path results = file.folder().resolve("answer." + i + "." + n);
        byte[] b = Files.exists(results) ? Files.readAllBytes(results) : new byte[4];
        to.answer(operator, n, b, file.text(key + "failure." + n, ""));
      }
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
