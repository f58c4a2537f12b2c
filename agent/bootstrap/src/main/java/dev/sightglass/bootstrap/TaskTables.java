package dev.sightglass.bootstrap;

import java.util.Arrays;

/**
 * What a task's records on tape refer to by index: outputs, channels, splits, paths, texts. The
 * task adds, the drain reads an entry after a record named it.
 */
abstract class TaskTables {
  public final PathTable paths = new PathTable();
  private final TextTable texts = new TextTable();
  private final WordTable words = new WordTable();
  OutputContext[] outputs = new OutputContext[4];
  ChannelContext[] channels = new ChannelContext[8];
  private SplitContext[] splits = new SplitContext[4];
  int outputCount;
  int channelCount;
  private int splitCount;

  /** Adds an output; the caller has its index from {@link #outputs()}. */
  public void add(OutputContext o) {
    if (outputCount == outputs.length) {
      outputs = Arrays.copyOf(outputs, outputCount * 2);
    }
    outputs[outputCount++] = o;
  }

  public int outputs() {
    return outputCount;
  }

  public OutputContext output(int index) {
    return outputs[index];
  }

  /** Adds a channel; the caller has its index from {@link #channels()}. */
  public void add(ChannelContext c) {
    if (channelCount == channels.length) {
      channels = Arrays.copyOf(channels, channelCount * 2);
    }
    channels[channelCount++] = c;
  }

  public int channels() {
    return channelCount;
  }

  public ChannelContext channel(int index) {
    return channels[index];
  }

  /** The split of that topic and partition, or of that id. */
  SplitContext split(String topic, int partition, String id) {
    for (int i = 0; i < splitCount; i++) {
      SplitContext s = splits[i];
      if (s.partition == partition
          && (topic == null ? s.topic == null && s.id.equals(id) : topic.equals(s.topic))) {
        return s;
      }
    }
    if (splitCount == splits.length) {
      splits = Arrays.copyOf(splits, splitCount * 2);
    }
    SplitContext s =
        new SplitContext(splitCount, topic, partition, id == null ? topic + "-" + partition : id);
    splits[splitCount++] = s;
    return s;
  }

  public SplitContext split(int index) {
    return splits[index];
  }

  int text(Object key) {
    return texts.number(key);
  }

  /** Text {@code number}, from 1. */
  public String text(int number) {
    return texts.text(number);
  }

  /** The number of a text that notes refer to; 0 = none. */
  public int word(String word) {
    return words.number(word);
  }

  /** The text that {@link #word} numbered. For the drain. */
  public String wordOf(int number) {
    return words.word(number);
  }
}
