import { useEffect, useRef } from "react";
import type { Incident } from "../api/share";
import { count, plural, size, written } from "../base/quantity";
import { Amount } from "../widgets/Amount";
import { Icon } from "../widgets/Icon";
import { Scroll } from "../widgets/Scroll";
import { TimeText } from "../widgets/TimeText";
import styles from "./Share.module.css";

type Props = {
	readonly of: Incident;
	/** For how many keys it would be encrypted. */
	readonly keys: number;
	/** It has just come. */
	readonly focus: boolean;
};

/** What would leave: how much, what is done to values, what is cut and left out, and what is known of running it again. */
export function SharePreview({ of: p, keys, focus }: Props) {
	const head = useRef<HTMLHeadingElement>(null);
	useEffect(() => {
		if (focus) head.current?.focus();
	}, [focus]);
	const nothing = p.classes.length + p.cut.length + p.left_out.length === 0;
	return (
		<section className={styles.preview} aria-label="What would leave">
			<h3 ref={head} tabIndex={-1}>
				{count(p.events)} events of {p.job}, {written(size(p.bytes))}
			</h3>
			<dl className={styles.facts}>
				<dt>Stretch</dt>
				<dd>
					{p.from === undefined ? "the beginning" : <TimeText t={p.from} />} to {p.to === undefined ? "the end" : <TimeText t={p.to} />}
				</dd>
				<dt>Values</dt>
				<dd>
					{p.masked ? (
						<>
							<Icon name="mask" size="s" className="c-mask" /> masked for {p.roles.join(", ")}, policy {p.policy}
						</>
					) : (
						<span className="c-late">
							<Icon name="warning" size="s" /> leave as they are, without masks
						</span>
					)}
				</dd>
				<dt>Encrypted</dt>
				<dd>{keys === 0 ? "no: whoever has the file can read it" : `for ${plural(keys, "key")}`}</dd>
				<dt>To be used</dt>
				<dd>{p.expires === undefined ? "for ever" : <TimeText t={p.expires} digits={0} />}</dd>
				<dt>Gaps</dt>
				<dd>{p.gaps === 0 ? "none" : `${plural(p.gaps, "stretch", "stretches")} not recorded`}</dd>
				<dt>Verdict</dt>
				<dd>
					<b>{p.verdict}</b>: {p.details}
				</dd>
			</dl>
			{nothing ? (
				<p className="mid">There are no values in it.</p>
			) : (
				<Scroll label="What is done to values" className={styles.values}>
					<table aria-label="What is done to values">
						<thead>
							<tr>
								<th>Part</th>
								<th>Class</th>
								<th>What is done</th>
								<th className="n">Values</th>
								<th className="n">Size</th>
							</tr>
						</thead>
						<tbody>
							{p.classes.map((c) => (
								<tr key={`${c.part} ${c.class} ${c.action}`}>
									<td>{c.part}</td>
									<td>{c.class}</td>
									<td className={c.action === "clear" && p.masked ? "c-late" : undefined}>{c.action}</td>
									<td className="n">{count(c.values)}</td>
									<td />
								</tr>
							))}
							{p.cut.map((c) => (
								<tr key={`cut ${c.part} ${c.reason}`}>
									<td>{c.part}</td>
									<td className="dim">of any class</td>
									<td>taken away: {c.reason}</td>
									<td className="n">{count(c.values)}</td>
									<td className="n">
										<Amount q={size(c.bytes)} />
									</td>
								</tr>
							))}
							{p.left_out.map((l) => (
								<tr key={`left ${l.name} ${l.reason}`}>
									<td>{l.name}</td>
									<td />
									<td>not in the file: {l.reason}</td>
									<td />
									<td className="n">
										<Amount q={size(l.bytes)} />
									</td>
								</tr>
							))}
						</tbody>
					</table>
				</Scroll>
			)}
		</section>
	);
}
