import type { ReactNode } from "react";
import type { Entity } from "../../api/catalog";
import { plural } from "../../base/quantity";
import { Owners } from "../../catalog/EntityLink";
import { kindLooks } from "../../catalog/words";
import { link } from "../../model/address";
import { Amount } from "../../widgets/Amount";
import { Verdict } from "../../widgets/Chip";
import { Icon } from "../../widgets/Icon";
import { Age } from "../../widgets/TimeText";
import { About, keptFor } from "./about";
import styles from "./EntityPanel.module.css";

/** What it is, whose it is, whom to call, and whether something is wrong with it now. */
export function Head({ entity: e }: { readonly entity: Entity }) {
	const contract = e.parts.find((p) => p.kind === "contract");
	const kept = e.kind === "stream" ? keptFor(e) : undefined;
	const broken = e.health.filter((h) => h.state === "broken").length;
	return (
		<div className={styles.head}>
			<span className={styles.sign}>
				<Icon name={kindLooks[e.kind].icon} size="l" />
			</span>
			<div className={styles.what}>
				<h1>{e.name}</h1>
				<p className="mid">
					<About entity={e} />
				</p>
			</div>
			<dl className={styles.facts}>
				{e.kind !== "team" && e.kind !== "person" && (
					<Fact word="owner">
						<Owners ids={e.owners} />
					</Fact>
				)}
				{e.contact !== undefined && e.contact !== "" && <Fact word="call">{<Contact text={e.contact} />}</Fact>}
				{contract !== undefined && (
					<Fact word="contract">
						<a href={link({ screen: "entity", id: contract.id })}>
							<code>{contract.facts.version}</code> {contract.facts.status}
						</a>
					</Fact>
				)}
				{kept !== undefined && (
					<Fact word="kept">
						<Amount q={kept} />
					</Fact>
				)}
				<Fact word="last seen">{e.last === undefined ? "never" : <Age t={e.last} className="mid" />}</Fact>
			</dl>
			{broken > 0 && <Verdict kind="broken">{plural(broken, "check")} broken</Verdict>}
			{e.kind === "stream" && e.cluster !== undefined && e.facts.partitions !== undefined && (
				<a className="btn" href={link({ screen: "topic", cluster: e.cluster, topic: e.name })}>
					<Icon name="topic" size="s" />
					Records
				</a>
			)}
			{e.kind === "job" && e.facts.recording !== undefined && (
				<a className="btn" href={link({ screen: "graph", job: e.facts.recording })}>
					<Icon name="graph" size="s" />
					Job graph
				</a>
			)}
		</div>
	);
}

function Fact({ word, children }: { readonly word: string; readonly children: ReactNode }) {
	return (
		<div>
			<dt>{word}</dt>
			<dd>{children}</dd>
		</div>
	);
}

/** An address of mail or of the web leads there. */
export function Contact({ text }: { readonly text: string }) {
	const href = /^https?:\/\/\S+$/.test(text) ? text : /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? `mailto:${text}` : undefined;
	if (href === undefined) return text;
	return (
		<a className="link" href={href} target="_blank" rel="noreferrer noopener">
			{text}
		</a>
	);
}
