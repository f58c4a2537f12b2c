import { lazy, Suspense } from "react";
import type { Job } from "../../api/job";
import type { Samples } from "../../base/history";
import { duration, perSecond, written } from "../../base/quantity";
import type { Line } from "../../widgets/Chart";
import { Panel } from "../../widgets/Panel";
import { SkeletonRows } from "../../widgets/states";
import type { Seen } from "./FleetPanel";
import styles from "./FleetPanel.module.css";

const Chart = lazy(() => import("../../widgets/Chart").then((m) => ({ default: m.Chart })));

/** More lines than this cannot be told apart. */
const mostLines = 6;
const colours = ["--wm", "--ok", "--late", "--retract", "--cp", "--mask"];
const seconds = (value: number) => written(duration(value * 1000));
const rate = (value: number) => written(perSecond(value));

type Props = { readonly jobs: readonly Job[]; readonly seen: Seen; readonly version: number };

/** Rates and watermarks of the first jobs of the table, since the page was opened. */
export function Charts({ jobs, seen, version }: Props) {
	return (
		<div className={styles.charts}>
			<OneChart title="Records in" samples={seen.rates} jobs={jobs} format={rate} version={version} />
			<OneChart title="Watermark delay" samples={seen.lags} jobs={jobs} format={seconds} version={version} />
		</div>
	);
}

type OneProps = {
	readonly title: string;
	readonly samples: Samples;
	readonly jobs: readonly Job[];
	readonly format: (v: number) => string;
	readonly version: number;
};

function OneChart({ title, samples, jobs, format, version }: OneProps) {
	const known = jobs.filter((j) => samples.column(j.id).some((v) => v !== undefined)).slice(0, mostLines);
	const lines = known.map((j, i): Line => ({ name: j.name, colour: colours[i] ?? "--ink", values: samples.column(j.id) }));
	return (
		<Panel title={title} end="since this page was opened, at most 5 min">
			{samples.times.length < 2 || lines.length === 0 ? (
				<SkeletonRows rows={4} label="samples" />
			) : (
				<Suspense fallback={<SkeletonRows rows={4} label="the chart" />}>
					<Chart label={title} times={samples.times} lines={lines} format={format} version={version} />
				</Suspense>
			)}
		</Panel>
	);
}
