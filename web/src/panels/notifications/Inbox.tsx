import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
	ackNotification,
	inboxQuestion,
	type Notification,
	readNotifications,
	type Severity,
	unreadQuestion,
} from "../../api/notification";
import { type ProblemError, toProblem } from "../../api/problem";
import { classes } from "../../base/classes";
import { Chip, type Tone } from "../../widgets/Chip";
import type { IconName } from "../../widgets/Icon";
import { Panel } from "../../widgets/Panel";
import { Scroll } from "../../widgets/Scroll";
import { Empty, Failed, SkeletonRows } from "../../widgets/states";
import { TimeText } from "../../widgets/TimeText";
import styles from "./NotificationsPanel.module.css";

/** What the reader was told, the newest first. */
export function Inbox() {
	const client = useQueryClient();
	const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(inboxQuestion);
	const [trouble, setTrouble] = useState<ProblemError>();
	const does = async (act: () => Promise<unknown>) => {
		try {
			await act();
			setTrouble(undefined);
		} catch (e) {
			setTrouble(toProblem(e));
		}
		await client.invalidateQueries({ queryKey: inboxQuestion.queryKey });
		await client.invalidateQueries({ queryKey: unreadQuestion.queryKey });
	};
	const items = data?.pages.flatMap((p) => p.items);
	const unread = data?.pages[0]?.unread ?? 0;
	return (
		<Panel title="Inbox" about={unread === 0 ? undefined : `${unread >= 100 ? "100 or more" : unread} unread`}>
			{trouble !== undefined && <Failed what="The notification" head="That was not done" trouble={trouble} />}
			{items === undefined ? (
				error !== null ? (
					<Failed what="The inbox" trouble={toProblem(error)} onRetry={() => void refetch()} />
				) : (
					<SkeletonRows rows={4} label="notifications" />
				)
			) : items.length === 0 ? (
				<Empty title="Nobody has told you anything" icon="bell">
					<p>A subscription to your inbox has here what happens to streams that you may see.</p>
				</Empty>
			) : (
				<>
					<Scroll label="Inbox" className={styles.list}>
						<table aria-label="Inbox">
							<thead>
								<tr>
									<th>Severity</th>
									<th>What</th>
									<th>Times</th>
									<th>Since</th>
									<th>How it stands</th>
									<th>
										<span className="hide">Do</span>
									</th>
								</tr>
							</thead>
							<tbody>
								{items.map((n) => (
									<Row
										key={n.id}
										notification={n}
										onAck={(note) => does(() => ackNotification(n.id, note))}
										onRead={() => void does(() => readNotifications([n.id]))}
									/>
								))}
							</tbody>
						</table>
					</Scroll>
					<p className={`${styles.said} row`}>
						{unread > 0 && (
							<button type="button" className="btn" onClick={() => void does(() => readNotifications([]))}>
								Mark all as read
							</button>
						)}
						{hasNextPage && (
							<button type="button" className="btn" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
								Older ones
							</button>
						)}
					</p>
				</>
			)}
		</Panel>
	);
}

const tones: Readonly<Record<Severity, readonly [Tone, IconName]>> = {
	info: ["plain", "bell"],
	warning: ["late", "warning"],
	critical: ["drop", "failed"],
};

/** The reader pressed the button in whose place the field stands. */
const focused = (field: HTMLInputElement | null) => field?.focus();

type RowProps = {
	readonly notification: Notification;
	readonly onAck: (note: string) => Promise<void>;
	readonly onRead: () => void;
};

function Row({ notification: n, onAck, onRead }: RowProps) {
	const [note, setNote] = useState<string>();
	const [busy, setBusy] = useState(false);
	const [tone, icon] = tones[n.severity];
	const ack = async () => {
		setBusy(true);
		await onAck((note ?? "").trim());
		setBusy(false);
		setNote(undefined);
	};
	return (
		<tr>
			<td>
				<Chip tone={tone} icon={icon}>
					{n.severity}
				</Chip>
			</td>
			<td className={classes(styles.what, n.unread && styles.unread)}>
				{n.unread && <span className="hide">unread: </span>}
				{n.link === undefined ? (
					n.summary
				) : (
					<a href={n.link} onClick={() => n.unread && onRead()}>
						{n.summary}
					</a>
				)}
			</td>
			<td className="mono">{String(n.count)}</td>
			<td>
				<TimeText t={n.since} digits={0} />
			</td>
			<td>
				<Standing notification={n} />
			</td>
			<td className={styles.acts}>
				{note === undefined ? (
					<>
						{n.acked === undefined && n.state === "open" && (
							<button type="button" className="btn" aria-label={`Acknowledge ${n.summary}`} onClick={() => setNote("")}>
								Acknowledge
							</button>
						)}
						{n.unread && (
							<button type="button" className="btn quiet" aria-label={`Mark as read: ${n.summary}`} onClick={onRead}>
								Read
							</button>
						)}
					</>
				) : (
					<form
						className="row"
						aria-label="Acknowledge"
						onSubmit={(e) => {
							e.preventDefault();
							void ack();
						}}
					>
						<span className="filter">
							<input
								ref={focused}
								maxLength={1024}
								placeholder="note, for everybody who was told"
								aria-label="Note"
								value={note}
								onChange={(e) => setNote(e.currentTarget.value)}
								onKeyDown={(e) => e.key === "Escape" && setNote(undefined)}
							/>
						</span>
						<button type="submit" className="btn main" disabled={busy}>
							I take care of it
						</button>
					</form>
				)}
			</td>
		</tr>
	);
}

function Standing({ notification: n }: { readonly notification: Notification }) {
	const by =
		n.acked === undefined ? null : (
			<>
				{" "}
				acknowledged by <b>{n.acked_by}</b> <TimeText t={n.acked} digits={0} />
				{n.note !== undefined && <span className="dim">: {n.note}</span>}
			</>
		);
	switch (n.state) {
		case "open":
			return (
				<>
					<b>open</b>, last <TimeText t={n.latest} digits={0} />
				</>
			);
		case "acked":
			return by;
		case "recovered":
		case "quiet":
			return (
				<>
					{n.state === "recovered" ? "holds again" : "over: nothing came for long"}
					{n.closed !== undefined && (
						<>
							{" "}
							<TimeText t={n.closed} digits={0} />
						</>
					)}
					{by}
				</>
			);
	}
}
