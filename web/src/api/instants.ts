import { textAs } from "../base/decode";
import { parseEventTime, parseWall } from "../base/time";

/** When something was recorded. */
export const wallTime = textAs("a time", parseWall);

/** The time that a record or a watermark carries. */
export const eventTime = textAs("a time", parseEventTime);
