import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type MadeToken, makeToken, tokensQuestion } from "../../api/login";
import { type ProblemError, toProblem } from "../../api/problem";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed, Lines } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./TokensPanel.module.css";

const lasts = [
	{ hours: 24, word: "a day" },
	{ hours: 7 * 24, word: "a week" },
	{ hours: 30 * 24, word: "30 days" },
	{ hours: 90 * 24, word: "90 days" },
	{ hours: 365 * 24, word: "a year" },
] as const;

type Props = { readonly roles: readonly string[]; readonly actions: readonly string[]; readonly scoped: boolean };

/** Makes a token, and shows its value once: it is gone from here with the next one, and with the page. */
export function TokenForm({ roles, actions, scoped }: Props) {
	const client = useQueryClient();
	const [name, setName] = useState("");
	const [hours, setHours] = useState<number>(lasts[2].hours);
	const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
	const [scope, setScope] = useState<ReadonlySet<string>>(new Set());
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState<{ readonly made?: MadeToken; readonly trouble?: ProblemError }>({});
	const chosen = roles.filter((r) => !left.has(r));
	const make = async () => {
		setBusy(true);
		setSaid({});
		try {
			const wish = { name: name.trim(), expires: `${hours}h`, roles: chosen, ...(scope.size === 0 ? {} : { scope: [...scope] }) };
			setSaid({ made: await makeToken(wish) });
			setName("");
			await client.invalidateQueries({ queryKey: tokensQuestion.queryKey });
		} catch (e) {
			setSaid({ trouble: toProblem(e) });
		} finally {
			setBusy(false);
		}
	};
	return (
		<Panel title="New token" about="for a program that asks in your place">
			<form
				className={styles.form}
				aria-label="New token"
				onSubmit={(e) => {
					e.preventDefault();
					void make();
				}}
			>
				<label>
					<span className="dim">What it is for</span>
					<span className="filter">
						<input
							required
							maxLength={64}
							placeholder="ci, grafana"
							autoComplete="off"
							value={name}
							onChange={(e) => setName(e.currentTarget.value)}
						/>
					</span>
				</label>
				<label>
					<span className="dim">It lasts</span>
					<select className={styles.select} value={hours} onChange={(e) => setHours(Number(e.currentTarget.value))}>
						{lasts.map((l) => (
							<option key={l.hours} value={l.hours}>
								{l.word}
							</option>
						))}
					</select>
				</label>
				<button type="submit" className="btn main" disabled={busy || scoped || name.trim() === "" || chosen.length === 0}>
					Make it
				</button>
				<Choices legend="Roles" of={roles} chosen={(r) => !left.has(r)} onChange={(r) => setLeft(toggled(left, r))} />
				<Choices
					legend="For these actions alone; none chosen: all that the roles allow"
					of={actions}
					chosen={(a) => scope.has(a)}
					onChange={(a) => setScope(toggled(scope, a))}
				/>
			</form>
			{scoped && <p className={`${styles.said} dim`}>You came in by a token that is for some actions alone; such a token makes none.</p>}
			{said.trouble !== undefined && <Failed what="The token" head="It was not made" trouble={said.trouble} />}
			{said.made !== undefined && (
				<div className={styles.said} role="status">
					<p>
						<Icon name="ok" className="c-ok" /> <b>{said.made.token.name}</b> is good until{" "}
						<TimeText t={said.made.token.expires} digits={0} />. Copy its value now: it is kept nowhere and is not shown again.
					</p>
					<Lines lines={[said.made.value]} label="the token" />
					<p className="dim">
						For this program's command line: <code>sightglass login</code>, then paste it.
					</p>
				</div>
			)}
		</Panel>
	);
}

function toggled(set: ReadonlySet<string>, one: string): ReadonlySet<string> {
	const next = new Set(set);
	if (!next.delete(one)) next.add(one);
	return next;
}

type ChoicesProps = {
	readonly legend: string;
	readonly of: readonly string[];
	readonly chosen: (one: string) => boolean;
	readonly onChange: (one: string) => void;
};

function Choices({ legend, of, chosen, onChange }: ChoicesProps) {
	return (
		<fieldset>
			<legend>{legend}</legend>
			{of.map((one) => (
				<label key={one}>
					<input type="checkbox" checked={chosen(one)} onChange={() => onChange(one)} />
					<code>{one}</code>
				</label>
			))}
		</fieldset>
	);
}
