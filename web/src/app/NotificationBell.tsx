import { useQuery } from "@tanstack/react-query";
import { subscribeAction, unreadQuestion } from "../api/notification";
import { principalQuestion } from "../api/questions";
import { link } from "../model/address";
import { Icon } from "../widgets/Icon";
import styles from "./TopBar.module.css";

/** How much the reader was told and has not looked at, and the way there. */
export function NotificationBell({ here }: { readonly here: boolean }) {
	const principal = useQuery(principalQuestion);
	const may = principal.data?.actions.includes(subscribeAction) === true;
	const { data } = useQuery({ ...unreadQuestion, enabled: may });
	if (!may) return null;
	const n = data ?? 0;
	const label = n === 0 ? "Notifications" : `Notifications, ${n >= 100 ? "100 or more" : n} unread`;
	return (
		<a className="btn quiet icon" href={link({ screen: "notifications" })} aria-label={label} aria-current={here ? "page" : undefined}>
			<Icon name="bell" />
			{n > 0 && <b className={styles.unread}>{n >= 100 ? "99+" : n}</b>}
		</a>
	);
}
