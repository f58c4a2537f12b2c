package dev.sightglass.agent.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Keeps everything, and holds the recorder to the contract of its sink. */
final class CollectingSink implements BlockSink {
  final List<Block> blocks = new ArrayList<>();
  final List<Definition> definitions = new ArrayList<>();
  final List<Origin> ended = new ArrayList<>();
  private final List<GapSource> gapped = new ArrayList<>();

  @Override
  public void define(Origin origin, Definition definition) {
    if (definitions.stream().anyMatch(d -> d.id() == definition.id())) {
      throw new IllegalStateException("defined twice");
    }
    definitions.add(definition);
  }

  @Override
  public void accept(Block block) {
    DecodedBlock decoded = BlockDecoder.decode(block.bytes());
    List<String> known =
        definitions.stream().map(d -> Keys.hex(d.id())).collect(Collectors.toList());
    if (!known.containsAll(decoded.zone("definitions"))) {
      throw new IllegalStateException("a block names what was not defined");
    }
    blocks.add(block);
  }

  @Override
  public void gapped(GapSource gaps) {
    if (gapped.contains(gaps)) {
      throw new IllegalStateException("told twice");
    }
    gapped.add(gaps);
  }

  @Override
  public void ended(Origin origin) {
    ended.add(origin);
  }

  /** Takes all pending gaps into {@link #blocks}. */
  void drainGaps() {
    for (GapSource source : gapped) {
      for (Block b = source.drain(); b != null; b = source.drain()) {
        accept(b);
      }
    }
    gapped.clear();
  }

  List<Block> blocks(int lane) {
    return blocks.stream().filter(b -> b.lane() == lane).collect(Collectors.toList());
  }

  List<DecodedBlock> decoded(int lane) {
    return blocks(lane).stream()
        .map(b -> BlockDecoder.decode(b.bytes()))
        .collect(Collectors.toList());
  }
}
