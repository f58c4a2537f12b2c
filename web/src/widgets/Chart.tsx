/** Lines over time, drawn by uPlot in our tokens. A table with the last values stands in for those who do not see it. */
import "uplot/dist/uPlot.min.css";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { bareTime, wallFromMillis } from "../base/time";
import styles from "./Chart.module.css";
import { useZone } from "./clock";

export type Line = {
	readonly name: string;
	/** A colour token: --wm. */
	readonly colour: string;
	readonly values: readonly (number | undefined)[];
};

type Props = {
	readonly label: string;
	/** Milliseconds since 1970. */
	readonly times: readonly number[];
	readonly lines: readonly Line[];
	/** Writes a value on the axis and in the legend. */
	readonly format: (value: number) => string;
	/** Changes when new samples have come: times and lines may be the same arrays, longer. */
	readonly version: number;
};

export function Chart({ label, times, lines, format, version }: Props) {
	const zone = useZone();
	const box = useRef<HTMLDivElement>(null);
	const plot = useRef<uPlot>(undefined);
	const [theme, setTheme] = useState(document.documentElement.dataset.theme);
	const data = useRef<uPlot.AlignedData>([[]]);
	data.current = [times.map((t) => t / 1000), ...lines.map((l) => l.values.map((v) => v ?? null))];
	const names = lines.map((l) => `${l.name} ${l.colour}`).join("\n");

	useEffect(() => {
		const watch = new MutationObserver(() => setTheme(document.documentElement.dataset.theme));
		watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
		return () => watch.disconnect();
	}, []);

	// biome-ignore lint/correctness/useExhaustiveDependencies: names stands for lines, theme for the colours behind the tokens
	useEffect(() => {
		const element = box.current;
		if (element === null) return;
		const style = getComputedStyle(document.documentElement);
		const token = (name: string) => style.getPropertyValue(name).trim();
		const axis = { stroke: token("--fg-3"), font: `10.5px ${token("--font-data")}`, ticks: { show: false }, gap: 6 };
		const chart = new uPlot(
			{
				width: element.clientWidth,
				height: element.clientHeight,
				padding: [8, 8, 0, 0],
				legend: { show: false },
				cursor: { y: false, points: { size: 5 }, drag: { x: false, y: false } },
				scales: { x: { time: true } },
				axes: [
					{
						...axis,
						size: 22,
						space: 90,
						grid: { show: false },
						values: (_, at) => at.map((t) => bareTime(wallFromMillis(t * 1000), zone, 0)),
					},
					{ ...axis, size: 66, space: 34, grid: { stroke: token("--line"), width: 1 }, values: (_, at) => at.map((v) => format(v)) },
				],
				series: [
					{},
					...lines.map((l) => ({ label: l.name, stroke: token(l.colour), width: 1.4, points: { show: false }, spanGaps: false })),
				],
			},
			data.current,
			element,
		);
		plot.current = chart;
		const sizes = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: element.clientHeight }));
		sizes.observe(element);
		return () => {
			sizes.disconnect();
			chart.destroy();
			plot.current = undefined;
		};
	}, [names, theme, zone, format]);

	// biome-ignore lint/correctness/useExhaustiveDependencies: version says that there is more
	useEffect(() => plot.current?.setData(data.current), [version]);

	return (
		<figure className={styles.chart} aria-label={label}>
			<div ref={box} className={styles.box} aria-hidden="true" />
			<table className="hide">
				<caption>{label}, now</caption>
				<tbody>
					{lines.map((l) => {
						const last = l.values.at(-1);
						return (
							<tr key={l.name}>
								<th scope="row">{l.name}</th>
								<td>{last === undefined ? "not known" : format(last)}</td>
							</tr>
						);
					})}
				</tbody>
			</table>
			<figcaption className={styles.legend} aria-hidden="true">
				{lines.map((l) => {
					const last = l.values.at(-1);
					return (
						<span key={l.name} className="cut">
							<i style={{ background: `var(${l.colour})` }} />
							{l.name} <b>{last === undefined ? "" : format(last)}</b>
						</span>
					);
				})}
			</figcaption>
		</figure>
	);
}
