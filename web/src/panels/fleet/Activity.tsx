import { useQuery } from "@tanstack/react-query";
import type { Job } from "../../api/job";
import { hasEnded } from "../../api/live";
import { toProblem } from "../../api/problem";
import { timelineQuestion } from "../../api/questions";
import { count } from "../../base/quantity";
import { addMicros, type wallNow } from "../../base/time";
import { link } from "../../model/address";
import { go } from "../../model/navigation";
import { Strip, StripLegend } from "../../timeline/Strip";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { SkeletonRows } from "../../widgets/states";
import styles from "./FleetPanel.module.css";

/** What was recorded of a job in the last quarter of an hour; a click opens the events of that moment. */
export function Activity({ job }: { readonly job: Job }) {
	const ended = hasEnded(job.state) || job.state === "last-seen";
	const query = useQuery(timelineQuestion(job.id, ended ? {} : { from: "-15m" }, 180, ended ? false : 5_000));
	const open = (from: ReturnType<typeof wallNow>) => {
		const width = query.data?.bucket_us ?? 5_000_000n;
		go(link({ screen: "events", rec: job.id }, { win: { from, to: addMicros(from, width * 2n) } }));
	};
	return (
		<Panel
			title={`Events of ${job.name}`}
			about={ended ? "the whole run" : "last 15 min"}
			className={styles.activity ?? ""}
			end={
				<>
					{query.data !== undefined && <span>{count(query.data.total)} events</span>}
					<a className="link" href={link({ screen: "events", rec: job.id })}>
						all events
					</a>
				</>
			}
		>
			<div className={styles.strip}>
				{query.data === undefined ? (
					query.isError ? (
						<p className="mid">
							<Icon name="warning" className="c-late" /> No picture: {toProblem(query.error).title}.
						</p>
					) : (
						<SkeletonRows rows={3} label="the picture" />
					)
				) : (
					<>
						<Strip timeline={query.data} label={`Events of ${job.name} over time; Enter opens a moment`} height={110} onJump={open} />
						<StripLegend timeline={query.data} />
					</>
				)}
			</div>
		</Panel>
	);
}
