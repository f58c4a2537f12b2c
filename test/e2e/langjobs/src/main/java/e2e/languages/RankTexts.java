package e2e.languages;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Ranks words, with a lambda, an anonymous class, a class within and a local one. */
public class RankTexts extends KeyedProcessFunction<String, String, String> {
  private static final long serialVersionUID = 1;
  private transient ValueState<Long> ranked;

  @Override
  public void open(OpenContext context) {
    ranked = getRuntimeContext().getState(new ValueStateDescriptor<>("ranked", Long.class));
  }

  @Override
  public void processElement(String text, Context context, Collector<String> out) throws Exception {
    List<String> words = new ArrayList<>(List.of(text.split(" ")));
    int least = words.size();
    ToIntFunction<String> weight =
        word -> {
          int letters = word.length();
          return letters * least;
        };
    words.sort(
        new Comparator<String>() {
          @Override
          public int compare(String a, String b) {
            int by = weight.applyAsInt(b) - weight.applyAsInt(a);
            return by == 0 ? a.compareTo(b) : by;
          }
        });
    class Line {
      final StringBuilder made = new StringBuilder();

      String join() {
        for (String word : words) {
          made.append(word).append('/');
        }
        return made.toString();
      }
    }

    Long before = ranked.value();
    Count count = new Count(before == null ? 0 : before);
    ranked.update(count.next());
    out.collect(count.value + " " + new Line().join());
  }

  /** Knows the function that it belongs to. */
  private final class Count {
    private long value;

    Count(long value) {
      this.value = value;
    }

    long next() {
      value++;
      return RankTexts.this.ranked == null ? -1 : value;
    }
  }
}
