package matrix;

/** Number n, as a job sees it. */
public final class Item {
  /** Items of a source, in order. */
  static final long COUNT = 2000;

  /** Event time between two items, ms. */
  static final long STEP = 10;

  /** From this item on some are late. */
  static final long FIRST_LATE = 600;

  public long n;
  public int key;

  /** Event time, ms. */
  public long at;

  public String text;

  /** Item n on time, with one of 20 keys. */
  static Item punctual(long n) {
    Item item = new Item();
    item.n = n;
    item.key = (int) (n % 20);
    item.at = n * STEP;
    item.text = "item-" + n;
    return item;
  }

  /** As punctual, but every hundredth comes five seconds too late. */
  static Item often(long n) {
    Item item = punctual(n);
    if (isLate(n)) {
      item.at -= 5000;
    }
    return item;
  }

  static boolean isLate(long n) {
    return n >= FIRST_LATE && n % 100 == 99;
  }

  static long lateItems() {
    long late = 0;
    for (long n = 0; n < COUNT; n++) {
      late += isLate(n) ? 1 : 0;
    }
    return late;
  }

  @Override
  public String toString() {
    return n + "/" + key + "@" + at;
  }
}
