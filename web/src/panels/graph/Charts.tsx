import { lazy, Suspense } from "react";
import type { Samples } from "../../base/history";
import { duration, perSecond, written } from "../../base/quantity";
import type { Line } from "../../widgets/Chart";
import { Panel } from "../../widgets/Panel";
import { SkeletonRows } from "../../widgets/states";
import styles from "./GraphPanel.module.css";

const Chart = lazy(() => import("../../widgets/Chart").then((m) => ({ default: m.Chart })));

const lagColours = ["--wm", "--late", "--retract", "--ok", "--cp", "--mask"];

const seconds = (value: number) => written(duration(value * 1000));
const rate = (value: number) => written(perSecond(value));

type Props = { readonly rates: Samples; readonly lags: Samples; readonly version: number; readonly ended: boolean };

/** Records and watermarks of the last minutes, as far as this page saw them. */
export function Charts({ rates, lags, version, ended }: Props) {
	const about = ended ? "the run is over" : "since this page was opened, at most 5 min";
	const line = (samples: Samples, name: string, label: string, colour: string): Line => ({
		name: label,
		colour,
		values: samples.column(name),
	});
	// Topics without event time have no lag; a chart of nothing says nothing.
	const lagging = lags.names.filter((n) => lags.column(n).some((v) => v !== undefined));
	return (
		<>
			<Panel title="Records" end={about} className={styles.rates ?? ""}>
				<Picture ready={rates.times.length > 1} ended={ended}>
					<Chart
						label="Records per second"
						times={rates.times}
						lines={[line(rates, "in", "read by sources", "--fg-2"), line(rates, "out", "written by sinks", "--ok")]}
						format={rate}
						version={version}
					/>
				</Picture>
			</Panel>
			<Panel title="Watermark" about="behind wall clock" end={about} className={styles.lags ?? ""}>
				<Picture ready={lags.times.length > 1 && lagging.length > 0} ended={ended}>
					<Chart
						label="How far watermarks are behind the wall clock"
						times={lags.times}
						lines={lagging.map((n, i) => line(lags, n, n, lagColours[i % lagColours.length] ?? "--wm"))}
						format={seconds}
						version={version}
					/>
				</Picture>
			</Panel>
		</>
	);
}

function Picture({ ready, ended, children }: { readonly ready: boolean; readonly ended: boolean; readonly children: React.ReactNode }) {
	if (ended) return <p className={styles.quiet}>Nothing flows any more. The recording keeps what did.</p>;
	if (!ready) return <SkeletonRows rows={4} label="samples" />;
	return <Suspense fallback={<SkeletonRows rows={4} label="the chart" />}>{children}</Suspense>;
}
