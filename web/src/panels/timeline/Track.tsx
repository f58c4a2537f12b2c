import { useEffect, useRef, useState } from "react";
import { type Painting, paint } from "./paint";
import styles from "./TimelinePanel.module.css";

type Props = Omit<Painting, "width" | "colour">;

/** The picture of one row. What it shows stands in the table of totals as numbers. */
export function Track(props: Props) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const [width, setWidth] = useState(0);
	const [scheme, setScheme] = useState(0);
	useEffect(() => {
		const element = canvas.current;
		if (element === null) return;
		const sizes = new ResizeObserver(() => setWidth(element.clientWidth));
		sizes.observe(element);
		setWidth(element.clientWidth);
		const themes = new MutationObserver(() => setScheme((n) => n + 1));
		themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
		return () => {
			sizes.disconnect();
			themes.disconnect();
		};
	}, []);
	const { height, activity, dropped, lag, gaps, bars } = props;
	// biome-ignore lint/correctness/useExhaustiveDependencies: scheme stands for the colours behind the tokens
	useEffect(() => {
		const element = canvas.current;
		const g = element?.getContext("2d");
		if (element === null || !g || width === 0) return;
		const ratio = globalThis.devicePixelRatio || 1;
		element.width = Math.round(width * ratio);
		element.height = Math.round(height * ratio);
		g.setTransform(ratio, 0, 0, ratio, 0, 0);
		const style = getComputedStyle(document.documentElement);
		const colour = (token: string) => style.getPropertyValue(token).trim() || "gray";
		paint(g, { width, height, activity, dropped, lag, gaps, colour, ...(bars === undefined ? {} : { bars }) });
	}, [width, height, activity, dropped, lag, gaps, bars, scheme]);
	return <canvas ref={canvas} className={styles.canvas} style={{ height }} />;
}
