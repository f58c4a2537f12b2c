package e2e;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/** A POJO with a field of every sort that the decoder should know. All follow from the number. */
public class Reading {
  public long number;
  public String name;
  public String note; // null for every third number
  public double value;
  public boolean even;
  public Level level;
  public int[] counts;
  public Instant at;
  public Place place;

  @TypeInfo(Collections.Texts.class)
  public List<String> tags;

  @TypeInfo(Collections.Weights.class)
  public Map<String, Long> weights;

  /** A nested POJO. */
  public static class Place {
    public String city;
    public BigDecimal height;
  }

  /** An enum. */
  public enum Level {
    LOW,
    HIGH
  }

  static Reading of(long number) {
    Reading reading = new Reading();
    reading.number = number;
    reading.name = "name-" + number;
    reading.note = number % 3 == 0 ? null : "note-" + number;
    reading.value = number + 0.5;
    reading.even = number % 2 == 0;
    reading.level = number % 2 == 0 ? Level.LOW : Level.HIGH;
    reading.counts = new int[] {(int) number, (int) -number};
    reading.at = Instant.ofEpochSecond(1_700_000_000L + number, 123_000_000);
    reading.place = new Place();
    reading.place.city = "city-" + number % 10;
    reading.place.height = BigDecimal.valueOf(number, 2);
    reading.tags = List.of("tag-" + number % 7, "tag-" + number % 5);
    reading.weights = Map.of("weight", number);
    return reading;
  }
}
