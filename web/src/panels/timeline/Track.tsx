import { useCallback } from "react";
import { type Paint, useCanvas } from "../../timeline/canvas";
import { type Painting, paint } from "./paint";
import styles from "./TimelinePanel.module.css";

type Props = Omit<Painting, "width" | "colour">;

/** The picture of one row. What it shows stands in the table of totals as numbers. */
export function Track({ height, activity, dropped, lag, gaps, bars }: Props) {
	const draw = useCallback<Paint>(
		(g, width, colour) => paint(g, { width, height, activity, dropped, lag, gaps, colour, ...(bars === undefined ? {} : { bars }) }),
		[height, activity, dropped, lag, gaps, bars],
	);
	const { canvas } = useCanvas(height, draw);
	return <canvas ref={canvas} className={styles.canvas} style={{ height }} />;
}
