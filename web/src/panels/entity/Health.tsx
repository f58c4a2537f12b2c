import { useState } from "react";
import type { HealthNote } from "../../api/catalog";
import { plural } from "../../base/quantity";
import { Icon, type IconName } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Age } from "../../widgets/TimeText";
import styles from "./EntityPanel.module.css";

const looks: Readonly<Record<HealthNote["state"], readonly [IconName, string]>> = {
	broken: ["failed", "c-drop"],
	unknown: ["unknown", "c-late"],
	learning: ["wait", "mid"],
	ok: ["ok", "mid"],
};
const order = Object.keys(looks);

/** More kept checks than these are a number: the fields stand below them. */
const most = 5;

/** How a stream is now, by what watches it: what is wrong stands first. */
export function Health({ notes }: { readonly notes: readonly HealthNote[] }) {
	const [all, setAll] = useState(false);
	const kept = notes.filter((n) => n.state === "ok").length;
	const folds = kept > most;
	const shown = folds && !all ? notes.filter((n) => n.state !== "ok") : notes;
	const sorted = [...shown].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
	return (
		<Panel
			title="Contract"
			about="live"
			end={
				folds && (
					<button type="button" className="btn quiet" aria-expanded={all} onClick={() => setAll(!all)}>
						<Icon name="ok" size="s" className="c-ok" />
						{plural(kept, "check")} kept
					</button>
				)
			}
		>
			<ul className={styles.health}>
				{sorted.map((h) => {
					const [icon, colour] = looks[h.state];
					return (
						<li key={h.name}>
							<Icon name={icon} size="s" className={colour} label={h.state} />
							<span>{h.name}</span>
							<span className={`cut ${h.state === "broken" ? "c-drop" : "mid"}`} title={h.text}>
								{h.link === undefined || !h.link.startsWith("/") ? h.text : <a href={h.link}>{h.text ?? "show"}</a>}
							</span>
							{h.at === undefined ? <span /> : <Age t={h.at} />}
						</li>
					);
				})}
			</ul>
		</Panel>
	);
}
