import { useQuery } from "@tanstack/react-query";
import { loginLink, logoutPath, wayWords } from "../api/login";
import { toProblem } from "../api/problem";
import { principalQuestion } from "../api/questions";
import { link } from "../model/address";
import { Icon } from "../widgets/Icon";
import { TimeText } from "../widgets/TimeText";
import styles from "./UserMenu.module.css";

const id = "user-menu";

/** Who one is, how one came in and until when, and the way out. The browser opens and closes it: Escape, and a click elsewhere. */
export function UserMenu() {
	const { data, error } = useQuery(principalQuestion);
	if (data === undefined) {
		if (error === null || toProblem(error).status !== 401) return null;
		return (
			<a className="btn" href={loginLink()}>
				Log in
			</a>
		);
	}
	const inside = data.session !== undefined;
	return (
		<>
			<button type="button" className={`btn quiet ${styles.who}`} popoverTarget={id} aria-label={`You are ${data.name}`}>
				<Icon name="user" />
				<span className={`cut ${styles.name}`}>{data.name}</span>
			</button>
			<div id={id} popover="auto" className={styles.menu} role="group" aria-label="You">
				<h2 className="cut">{data.name}</h2>
				<dl>
					<dt>Id</dt>
					<dd className="mono">{data.id}</dd>
					{data.owner !== undefined && (
						<>
							<dt>Token of</dt>
							<dd className="mono">{data.owner}</dd>
						</>
					)}
					<dt>Roles</dt>
					<dd>{data.roles.length === 0 ? "none" : data.roles.join(", ")}</dd>
					<dt>Came in by</dt>
					<dd>{wayWords[data.way] ?? data.way}</dd>
					{data.until !== undefined && (
						<>
							<dt>Until</dt>
							<dd>
								<TimeText t={data.until} digits={0} />
								{inside && <span className="dim"> or half an hour without a request</span>}
							</dd>
						</>
					)}
					<dt>Payload</dt>
					<dd>policy {data.policy}</dd>
				</dl>
				{data.way !== "none" && (
					<div className={styles.ways}>
						<a className="btn" href={link({ screen: "tokens" })}>
							Tokens and sessions
						</a>
						<a className="btn" href={link({ screen: "grants" })}>
							Grants
						</a>
						{inside && (
							<form method="post" action={logoutPath}>
								<button type="submit" className="btn">
									Log out
								</button>
							</form>
						)}
					</div>
				)}
			</div>
		</>
	);
}
