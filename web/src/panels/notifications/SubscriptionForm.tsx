import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
	addSubscription,
	eventTypes,
	graphRoles,
	type Severity,
	type Subscription,
	severities,
	subscriptionsQuestion,
	type TargetKind,
	targetKinds,
	targetWords,
} from "../../api/notification";
import { type ProblemError, toProblem } from "../../api/problem";
import { Icon } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Failed } from "../../widgets/states";
import styles from "./NotificationsPanel.module.css";
import { emptyWish, ready, type Wish, wishBody } from "./wish";

const kindWords: Readonly<Record<TargetKind, string>> = {
	inbox: "here, in the inbox",
	webhook: "webhook, signed",
	slack: "Slack or Mattermost",
	email: "mail",
	topic: "topic of Kafka",
};

const reminders = [
	{ seconds: "", word: "never" },
	{ seconds: "3600", word: "every hour" },
	{ seconds: "14400", word: "every 4 hours" },
	{ seconds: "86400", word: "every day" },
] as const;

const delays = [
	{ seconds: "", word: "at once" },
	{ seconds: "900", word: "after 15 min without anybody" },
	{ seconds: "3600", word: "after an hour without anybody" },
] as const;

/** Subscribes. What is secret is written and never shown: it is gone from here once it was sent. */
export function SubscriptionForm() {
	const client = useQueryClient();
	const [wish, setWish] = useState<Wish>(emptyWish);
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState<{ readonly made?: Subscription; readonly trouble?: ProblemError }>({});
	const put = (change: Partial<Wish>) => setWish((w) => ({ ...w, ...change }));
	const add = async () => {
		setBusy(true);
		setSaid({});
		try {
			setSaid({ made: await addSubscription(wishBody(wish)) });
			setWish(emptyWish);
			await client.invalidateQueries({ queryKey: subscriptionsQuestion.queryKey });
		} catch (e) {
			setSaid({ trouble: toProblem(e) });
		} finally {
			setBusy(false);
		}
	};
	return (
		<Panel title="Subscribe" about="to what you may see">
			<form
				className={styles.form}
				aria-label="Subscribe"
				onSubmit={(e) => {
					e.preventDefault();
					void add();
				}}
			>
				<label>
					<span className="dim">Told by</span>
					<select
						className={styles.select}
						value={wish.kind}
						onChange={(e) => put({ kind: targetKinds.find((k) => k === e.currentTarget.value) ?? "inbox", secret: "" })}
					>
						{targetKinds.map((k) => (
							<option key={k} value={k}>
								{kindWords[k]}
							</option>
						))}
					</select>
				</label>
				<Where wish={wish} put={put} />
				<label>
					<span className="dim">From</span>
					<select
						className={styles.select}
						value={wish.severity}
						onChange={(e) => put({ severity: severities.find((s): s is Severity => s === e.currentTarget.value) ?? "info" })}
					>
						{severities.map((s) => (
							<option key={s}>{s}</option>
						))}
					</select>
				</label>
				<Field
					label="Topics, with blanks between; empty: all"
					value={wish.topics}
					placeholder="orders* prod/carts"
					onChange={(topics) => put({ topics })}
				/>
				<Field label="Contracts" value={wish.contracts} placeholder="orders" onChange={(contracts) => put({ contracts })} />
				<label>
					<span className="dim">When</span>
					<select className={styles.select} value={wish.after} onChange={(e) => put({ after: e.currentTarget.value })}>
						{delays.map((d) => (
							<option key={d.seconds} value={d.seconds}>
								{d.word}
							</option>
						))}
					</select>
				</label>
				<label>
					<span className="dim">Remind</span>
					<select className={styles.select} value={wish.remind} onChange={(e) => put({ remind: e.currentTarget.value })}>
						{reminders.map((r) => (
							<option key={r.seconds} value={r.seconds}>
								{r.word}
							</option>
						))}
					</select>
				</label>
				<Field label="Name, for you" value={wish.name} placeholder="on call" onChange={(name) => put({ name })} />
				<Choices legend="Of these types; none chosen: all" of={eventTypes} chosen={wish.types} onChange={(types) => put({ types })} />
				<Choices
					legend="Where you, or the parties beside, have one of these roles; none chosen: anywhere"
					of={graphRoles}
					chosen={wish.roles}
					onChange={(roles) => put({ roles })}
				/>
				{wish.roles.size > 0 && (
					<Field
						label="Whose role; empty: yours"
						value={wish.parties}
						placeholder="team:shop job:order-totals"
						onChange={(parties) => put({ parties })}
					/>
				)}
				<button type="submit" className="btn main" disabled={busy || !ready(wish)}>
					Subscribe
				</button>
			</form>
			{said.trouble !== undefined && <Failed what="The subscription" head="It was not made" trouble={said.trouble} />}
			{said.made !== undefined && (
				<p className={styles.said} role="status">
					<Icon name="ok" className="c-ok" /> You are told by {targetWords(said.made.target)}. Send it a test above.
				</p>
			)}
		</Panel>
	);
}

/** What a kind of target wants to know. */
function Where({ wish, put }: { readonly wish: Wish; readonly put: (change: Partial<Wish>) => void }) {
	switch (wish.kind) {
		case "inbox":
			return null;
		case "webhook":
			return (
				<>
					<Field label="Address" value={wish.url} placeholder="https://hooks.example.com/streams" onChange={(url) => put({ url })} />
					<Secret label="Secret that signs, 16 characters or more" value={wish.secret} onChange={(secret) => put({ secret })} />
				</>
			);
		case "slack":
			return (
				<Secret label="Address of the incoming webhook, which is a secret" value={wish.secret} onChange={(secret) => put({ secret })} />
			);
		case "email":
			return (
				<Field label="Mail addresses, with blanks between" value={wish.to} placeholder="ann@example.com" onChange={(to) => put({ to })} />
			);
		case "topic":
			return <Field label="Cluster and topic" value={wish.topic} placeholder="prod/alerts" onChange={(topic) => put({ topic })} />;
	}
}

type FieldProps = {
	readonly label: string;
	readonly value: string;
	readonly placeholder: string;
	readonly onChange: (value: string) => void;
};

function Field({ label, value, placeholder, onChange }: FieldProps) {
	return (
		<label className={styles.wide}>
			<span className="dim">{label}</span>
			<span className="filter">
				<input
					placeholder={placeholder}
					autoComplete="off"
					spellCheck={false}
					value={value}
					onChange={(e) => onChange(e.currentTarget.value)}
				/>
			</span>
		</label>
	);
}

type SecretProps = { readonly label: string; readonly value: string; readonly onChange: (value: string) => void };

function Secret({ label, value, onChange }: SecretProps) {
	return (
		<label className={styles.wide}>
			<span className="dim">{label}</span>
			<span className="filter">
				<input type="password" autoComplete="new-password" value={value} onChange={(e) => onChange(e.currentTarget.value)} />
			</span>
		</label>
	);
}

type ChoicesProps<T extends string> = {
	readonly legend: string;
	readonly of: readonly T[];
	readonly chosen: ReadonlySet<T>;
	readonly onChange: (chosen: ReadonlySet<T>) => void;
};

function Choices<T extends string>({ legend, of, chosen, onChange }: ChoicesProps<T>) {
	return (
		<fieldset>
			<legend>{legend}</legend>
			{of.map((one) => (
				<label key={one}>
					<input
						type="checkbox"
						checked={chosen.has(one)}
						onChange={() => {
							const next = new Set(chosen);
							if (!next.delete(one)) next.add(one);
							onChange(next);
						}}
					/>
					<code>{one}</code>
				</label>
			))}
		</fieldset>
	);
}
