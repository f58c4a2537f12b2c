import { useQuery } from "@tanstack/react-query";
import { type Contract, contractsQuestion } from "../../api/contract";
import { toProblem } from "../../api/problem";
import { link, partsOfEntity } from "../../model/address";
import { Checks } from "../../promises/contracts/Checks";
import { Violations } from "../../promises/contracts/Violations";
import { standing } from "../../promises/contracts/words";
import { Chip } from "../../widgets/Chip";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import styles from "./EntityPanel.module.css";
import type { TabProps } from "./tabs";

/** What is promised of it, how each promise stands, and what was not kept. */
export function ContractTab({ entity: e, state }: TabProps) {
	const query = useQuery(contractsQuestion);
	if (query.data === undefined) {
		if (query.isError) return <Failed what="The contracts" trouble={toProblem(query.error)} onRetry={() => void query.refetch()} />;
		return <SkeletonRows rows={8} label="the contracts" />;
	}
	const own = e.kind === "contract" ? partsOfEntity(e.id).name : undefined;
	const here = query.data.filter((c) =>
		own === undefined ? c.topics.some((t) => t.cluster === e.cluster && t.topic === e.name) : c.id === own,
	);
	if (here.length === 0) {
		const of = e.kind === "stream" && e.cluster !== undefined ? `${e.cluster}/${e.name}` : undefined;
		return (
			<Empty title="Nothing is promised of it" icon="mark">
				<p>A contract says what a stream holds and how soon. Sightglass checks it on every record that arrives.</p>
				<a className="btn" href={link({ screen: "contracts" }, of === undefined ? {} : { tab: "new", of })}>
					{of === undefined ? "All contracts" : "Propose one from its records"}
				</a>
			</Empty>
		);
	}
	return (
		<Scroll label="Contract" className={styles.tabBody}>
			{here.map((c) => (
				<One key={c.id} contract={c} chosen={state.sel} />
			))}
		</Scroll>
	);
}

function One({ contract: c, chosen }: { readonly contract: Contract; readonly chosen: string | undefined }) {
	const [tone, icon, word] = standing(c);
	return (
		<>
			<div className="row wrap">
				<h2>
					<a className="strong" href={link({ screen: "contract", contract: c.id })}>
						{c.name ?? c.id}
					</a>
				</h2>
				<span className="mid">
					version {c.version}, {c.status}
				</span>
				<Chip tone={tone} icon={icon}>
					{word}
				</Chip>
				<span className="grow" />
				<a className="btn" href={link({ screen: "contract", contract: c.id }, { tab: "edit" })}>
					<Icon name="file" size="s" />
					Text
				</a>
			</div>
			<Checks contract={c.id} chosen={chosen} />
			<Panel title="Violations" about="newest first">
				<Violations contract={c.id} />
			</Panel>
		</>
	);
}
