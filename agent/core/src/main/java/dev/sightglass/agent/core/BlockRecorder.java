package dev.sightglass.agent.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The recorder that makes blocks. */
public final class BlockRecorder implements AttemptRecorder {
  private static final int MAX_DESCRIBED = 8;

  private final Origin origin;
  private final Workspace workspace;
  private final BlockSink sink;

  private final Definitions definitions = new Definitions();
  private final Map<String, Integer> paths = new HashMap<>();
  private final int[] described = new int[MAX_DESCRIBED];
  private int describedSize;
  private final List<Partition> partitions = new ArrayList<>();
  private final Map<Long, Integer> partitionsByKey = new HashMap<>();
  private final List<Channel> channels = new ArrayList<>();
  private final Map<Long, List<Integer>> channelsByPlace = new HashMap<>();

  private final int laneOffset;
  private final OutEncoder out;
  private final DetEncoder det;
  private final SourceEncoder source;
  private final TraceEncoder trace;
  private final BodyEncoder job;
  private final BodyEncoder log;
  private final NoteEncoder state;
  private final NoteEncoder env;
  private final LaneEncoder[] lanes;
  private final GapLane gaps;

  private long now;
  private long wall;
  private long openedBy;
  private boolean ended;

  /**
   * @param workspace of the drain thread that will feed this recorder
   * @param sink takes the blocks
   */
  public BlockRecorder(Origin origin, Workspace workspace, BlockSink sink) {
    this(origin, workspace, sink, new GapEncoder(origin, sink), 0);
  }

  private BlockRecorder(
      Origin origin, Workspace workspace, BlockSink sink, GapLane gaps, int laneOffset) {
    this.origin = Objects.requireNonNull(origin, "origin");
    this.workspace = Objects.requireNonNull(workspace, "workspace");
    this.sink = Objects.requireNonNull(sink, "sink");
    this.gaps = gaps;
    this.laneOffset = laneOffset;
    out = new OutEncoder(this);
    det = new DetEncoder(this);
    source = new SourceEncoder(this);
    trace = new TraceEncoder(this);
    job = new BodyEncoder(this, Lane.JOB);
    log = new BodyEncoder(this, Lane.LOG);
    state = new NoteEncoder(this, Lane.STATE);
    env = new NoteEncoder(this, Lane.ENV);
    lanes = new LaneEncoder[] {job, source, det, env, out, state, trace, log};
  }

  /**
   * A recorder for what a look-back buffer keeps of an attempt: lanes of their own, numbers that
   * are given when a block is sent, gaps of {@code recorder}.
   */
  public static AttemptRecorder lookBack(
      AttemptRecorder recorder, Workspace workspace, BlockSink sink) {
    return new BlockRecorder(recorder.origin(), workspace, sink, recorder.gaps(), Lane.LOOK_BACK);
  }

  int laneOffset() {
    return laneOffset;
  }

  @Override
  public Origin origin() {
    return origin;
  }

  @Override
  public int define(int kind, byte[] body) {
    if (body.length > Definitions.MAX_BODY) {
      return NONE;
    }
    int before = definitions.size();
    Definition d = new Definition(kind, body);
    int index = definitions.add(d);
    if (index == before) {
      sink.define(origin, d);
    }
    return index;
  }

  @Override
  public int define(int kind, String body) {
    return define(kind, body.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int definePath(String text) {
    Integer known = paths.get(text);
    if (known != null) {
      return known;
    }
    String body = new JsonWriter().beginObject().name("p").value(text).endObject().toString();
    int index = define(DefinitionKind.PATH, body);
    if (index != NONE) {
      paths.put(text, index);
    }
    return index;
  }

  @Override
  public long definitionId(int definition) {
    checkDefinition(definition);
    return definitions.id(definition);
  }

  void checkDefinition(int definition) {
    Objects.checkIndex(definition, definitions.size());
  }

  @Override
  public void describe(int definition) {
    if (definition == NONE || describedSize == MAX_DESCRIBED) {
      return;
    }
    checkDefinition(definition);
    described[describedSize++] = definition;
  }

  void describeIn(BlockTable table) {
    for (int i = 0; i < describedSize; i++) {
      table.of(described[i]);
    }
  }

  @Override
  public int partition(long key, int subpartitions, int definition) {
    if (definition != NONE) {
      checkDefinition(definition);
    }
    Integer known = partitionsByKey.get(key);
    if (known != null) {
      return known;
    }
    partitions.add(new Partition(key, subpartitions, definition));
    partitionsByKey.put(key, partitions.size() - 1);
    return partitions.size() - 1;
  }

  Partition partition(int index) {
    return partitions.get(index);
  }

  @Override
  public int channel(int partition, int subpartition, int gate, int channel) {
    Objects.checkIndex(partition, partitions.size());
    List<Integer> same =
        channelsByPlace.computeIfAbsent(
            (long) partition << 32 | subpartition, k -> new ArrayList<>(1));
    for (int index : same) {
      if (channels.get(index).is(partition, subpartition, gate, channel)) {
        return index;
      }
    }
    channels.add(new Channel(partition, subpartition, gate, channel));
    same.add(channels.size() - 1);
    return channels.size() - 1;
  }

  Channel channel(int index) {
    return channels.get(index);
  }

  @Override
  public OutLane out() {
    return out;
  }

  @Override
  public DetLane det() {
    return det;
  }

  @Override
  public SourceLane source() {
    return source;
  }

  @Override
  public TraceLane trace() {
    return trace;
  }

  @Override
  public NoteLane state() {
    return state;
  }

  @Override
  public NoteLane env() {
    return env;
  }

  @Override
  public BodyLane job() {
    return job;
  }

  @Override
  public BodyLane log() {
    return log;
  }

  @Override
  public GapLane gaps() {
    return gaps;
  }

  @Override
  public void stamp(long wallMicros) {
    wall = wallMicros;
    for (LaneEncoder lane : lanes) {
      lane.wall(wallMicros);
    }
  }

  @Override
  public void checkpoint(long checkpoint) {
    flush();
    openedBy = checkpoint;
  }

  @Override
  public void resync(long invocation) {
    flush();
    det.resync(invocation);
  }

  @Override
  public void tick(long nanos) {
    now = nanos;
    workspace.tick(nanos);
    for (LaneEncoder lane : lanes) {
      lane.tick(nanos);
    }
  }

  @Override
  public void flush() {
    for (LaneEncoder lane : lanes) {
      lane.seal();
    }
  }

  @Override
  public void end() {
    if (ended) {
      return;
    }
    flush();
    ended = true;
    sink.ended(origin);
  }

  boolean ended() {
    return ended;
  }

  BlockAssembler assembler() {
    return workspace.assembler;
  }

  boolean compress() {
    return workspace.compress();
  }

  long now() {
    return now;
  }

  long wall() {
    return wall;
  }

  long openedBy() {
    return openedBy;
  }

  void sealed(Block block) {
    sink.accept(block);
  }
}
