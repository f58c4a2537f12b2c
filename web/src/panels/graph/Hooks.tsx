import type { Hook, Process } from "../../api/process";
import { count } from "../../base/quantity";
import { link } from "../../model/address";
import { Icon, type IconName } from "../../widgets/Icon";
import { Empty } from "../../widgets/states";
import styles from "./GraphPanel.module.css";

const order = ["failed", "missing", "waiting", "installed", "fired"];

const looks: Readonly<Record<string, readonly [IconName, string]>> = {
	fired: ["ok", "c-ok"],
	installed: ["ok", "mid"],
	waiting: ["wait", "dim"],
	missing: ["warning", "c-drop"],
	failed: ["failed", "c-drop"],
};

/** The worst state that a hook has in any process. */
export function worstHooks(
	processes: readonly Process[],
): readonly { readonly hook: Hook; readonly hosts: readonly string[]; readonly fired: bigint }[] {
	const ids = [...new Set(processes.flatMap((p) => p.hooks.map((h) => h.id)))];
	return ids.flatMap((id) => {
		const all = processes.flatMap((p) => p.hooks.filter((h) => h.id === id).map((hook) => ({ hook, host: p.host })));
		const workers = all.filter((a) => a.hook.state !== "waiting");
		const [first] = [...(workers.length > 0 ? workers : all)].sort((a, b) => order.indexOf(a.hook.state) - order.indexOf(b.hook.state));
		if (first === undefined) return [];
		const hosts = all.filter((a) => a.hook.state === first.hook.state).map((a) => a.host);
		return [{ hook: first.hook, hosts, fired: all.reduce((n, a) => n + a.hook.fired, 0n) }];
	});
}

/** Which hooks of the recorder are in place in the processes of this job. */
export function Hooks({ processes }: { readonly processes: readonly Process[] }) {
	const hooks = worstHooks(processes);
	if (hooks.length === 0) {
		return (
			<Empty title="No agent has reported itself" icon="agent">
				<p>What is stored of this run can be read; nothing new comes in.</p>
			</Empty>
		);
	}
	const missing = hooks.filter((h) => h.hook.state === "missing" || h.hook.state === "failed").length;
	return (
		<>
			<p className={styles.quiet}>
				{missing === 0
					? "Every hook that its class was loaded for is in place."
					: "A hook that is missing or failed records nothing; answers that need it are not proven."}{" "}
				<a className="link" href={link({ screen: "agents" })}>
					By process
				</a>
			</p>
			<table aria-label="Hooks">
				<thead>
					<tr>
						<th>Hook</th>
						<th>State</th>
						<th>On</th>
						<th className="n">Fired</th>
					</tr>
				</thead>
				<tbody>
					{hooks.map(({ hook, hosts, fired }) => {
						const [icon, tone] = looks[hook.state] ?? ["unknown", "dim"];
						return (
							<tr key={hook.id} title={hook.detail || hook.class}>
								<td className="m">{hook.id}</td>
								<td className={tone}>
									<Icon name={icon} size="s" /> {hook.state}
								</td>
								<td className="dim">{hosts.join(", ")}</td>
								<td className="n">{count(fired)}</td>
							</tr>
						);
					})}
				</tbody>
			</table>
		</>
	);
}
