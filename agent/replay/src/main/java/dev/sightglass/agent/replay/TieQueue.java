package dev.sightglass.agent.replay;

import dev.sightglass.bootstrap.Determinants;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.util.CloseableIterator;

/**
 * Timers of one operator, those with one timestamp in the order in which they fired. How a heap or
 * RocksDB orders them hangs on their history, which a restore cuts. Around the queue of the state
 * backend; what is waiting for its turn is taken out of that one and is put back before anybody
 * looks at it as a whole.
 */
final class TieQueue<T extends InternalTimer<?, ?>> implements KeyGroupedInternalPriorityQueue<T> {
  private final KeyGroupedInternalPriorityQueue<T> queue;
  private final Determinants recorded;
  private final TimerChanges changes;
  private final int operator;

  /** Timers of the timestamp at hand, out of the queue; empty when there is none at hand. */
  private final List<T> tied = new ArrayList<>();

  /** The one of them that is next; null = not chosen yet. */
  private T next;

  TieQueue(
      KeyGroupedInternalPriorityQueue<T> queue,
      Determinants recorded,
      TimerChanges changes,
      int operator) {
    this.queue = queue;
    this.recorded = recorded;
    this.changes = changes;
    this.operator = operator;
  }

  @Override
  public T peek() {
    T t = head();
    while (t != null && changes.takes(t)) {
      T instead = changes.taken(take(t));
      if (instead != null) {
        add(instead);
      }
      t = head();
    }
    return t;
  }

  private T head() {
    if (next != null) {
      return next;
    }
    T head = queue.peek();
    if (!tied.isEmpty() && head != null && head.getTimestamp() < tied.get(0).getTimestamp()) {
      // An earlier one came meanwhile.
      back();
      head = queue.peek();
    }
    if (tied.isEmpty()) {
      if (head == null || !recorded.ties(operator, head.getTimestamp())) {
        return head;
      }
      long time = head.getTimestamp();
      while (head != null && head.getTimestamp() == time) {
        tied.add(queue.poll());
        head = queue.peek();
      }
    }
    next = choose();
    return next;
  }

  private T choose() {
    if (tied.size() > 1) {
      for (T t : tied) {
        if (recorded.isNextTie(operator, t.getTimestamp(), t.getKey(), t.getNamespace())) {
          return t;
        }
      }
    }
    return tied.get(0);
  }

  @Override
  public T poll() {
    T t = peek();
    if (t == null) {
      return null;
    }
    T taken = take(t);
    changes.fires();
    return taken;
  }

  /** Takes out what is at the head. */
  private T take(T t) {
    if (next == t) {
      tied.remove(t);
      next = null;
      recorded.tied(operator, t.getTimestamp(), t.getKey(), t.getNamespace());
      return t;
    }
    return queue.poll();
  }

  @Override
  public boolean add(T timer) {
    if (!tied.isEmpty() && timer.getTimestamp() == tied.get(0).getTimestamp()) {
      if (tied.contains(timer)) {
        return false;
      }
      tied.add(timer);
      next = null;
      return true;
    }
    if (next != null && timer.getTimestamp() < next.getTimestamp()) {
      next = null;
    }
    return queue.add(timer);
  }

  @Override
  public boolean remove(T timer) {
    if (tied.remove(timer)) {
      next = null;
      return true;
    }
    return queue.remove(timer);
  }

  private void back() {
    queue.addAll(tied);
    tied.clear();
    next = null;
  }

  @Override
  public boolean isEmpty() {
    return tied.isEmpty() && queue.isEmpty();
  }

  @Override
  public int size() {
    return tied.size() + queue.size();
  }

  @Override
  public void addAll(Collection<? extends T> timers) {
    if (timers != null) {
      timers.forEach(this::add);
    }
  }

  @Override
  public CloseableIterator<T> iterator() {
    back();
    return queue.iterator();
  }

  @Override
  public Set<T> getSubsetForKeyGroup(int keyGroup) {
    back();
    return queue.getSubsetForKeyGroup(keyGroup);
  }
}
