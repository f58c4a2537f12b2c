import { useMemo } from "react";
import { classes } from "../../base/classes";
import { duration, written } from "../../base/quantity";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import type { JourneyGraph } from "./graph";
import styles from "./Journey.module.css";
import { timeSpent, wholeTime } from "./timeSpent";

type Props = { readonly graph: JourneyGraph; readonly selected: string; readonly onSelect: (node: string) => void };

/** Each step of the way through the selected record, as long as it took. */
export function TimeSpent({ graph, selected, onSelect }: Props) {
	const stretches = useMemo(() => timeSpent(graph, selected), [graph, selected]);
	const whole = useMemo(() => wholeTime(graph, selected), [graph, selected]);
	const scale = Math.max(1, whole ?? 1, ...stretches.map((s) => (s.at ?? 0) + Math.max(0, s.ms ?? 0)));
	return (
		<Panel
			title="Where the time went"
			className={styles.time ?? ""}
			end={<span className="mono">{whole === undefined ? "" : `${written(duration(whole))} in all`}</span>}
		>
			<Scroll label="Where the time went">
				{stretches.length === 0 ? (
					<p className={styles.quiet}>One place only: no time went by between places.</p>
				) : (
					<ol className={styles.stretches}>
						{stretches.map((s) => (
							<li key={s.id}>
								<button
									type="button"
									className={styles.stretch}
									onClick={() => onSelect(s.to)}
									title={s.state ? `${s.words}: likely, not proven` : s.words}
								>
									<span className={classes("cut", s.state && "c-late")}>{s.words}</span>
									<svg className={styles.bar} viewBox="0 0 300 12" preserveAspectRatio="none" aria-hidden="true">
										<path d="M0 6H300" stroke="var(--line)" />
										{s.at !== undefined && s.ms !== undefined && s.ms >= 0 && (
											<rect
												x={Math.min(298, (Math.max(0, s.at) / scale) * 300)}
												y="2"
												width={Math.max(2, (s.ms / scale) * 300)}
												height="8"
												rx="1"
												fill={s.state ? "var(--late)" : s.kind === "waits" ? "var(--cp)" : "var(--ink)"}
											/>
										)}
									</svg>
									<span className="n" title={s.ms !== undefined && s.ms < 0 ? "the clocks of two machines disagree" : undefined}>
										{s.ms === undefined ? "-" : written(duration(s.ms))}
									</span>
								</button>
							</li>
						))}
					</ol>
				)}
			</Scroll>
		</Panel>
	);
}
